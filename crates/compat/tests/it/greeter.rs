//! `greeter`, as its README tells it and as it refuses.

mod refusals;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use parlor_compat::Root;
use parlor_domain::Dialect;
use parlor_testkit::{FixedClock, TestApp};
use serde_json::{Value, json};

use crate::conversations::claims;
use crate::world::{Answer, Socket, World};

const PREFIX: &str = "/compat/greeter";
pub(crate) const PASSWORD: &str = "a train to Bern";
/// A page that may open sockets.
pub(crate) const PAGE: &str = "http://localhost:3000";

/// Somebody who has registered and logged in.
pub(crate) struct Person {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Person {
    /// The cookies of the person's browser.
    pub(crate) fn cookie(&self) -> String {
        format!("theme=dark; access={}", self.access)
    }
}

/// A server whose clock shows 13:05:07.
async fn afternoon() -> (World, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::default());
    clock.advance(Duration::from_secs(13 * 3600 + 5 * 60 + 7));
    let app = TestApp::start_at(clock.clone(), |_| ()).await;
    (World::of(app, PREFIX), clock)
}

pub(crate) fn registration(username: &str) -> Value {
    json!({ "name": "Ann Smith", "username": username, "password": PASSWORD })
}

/// Registers somebody, and logs him in.
pub(crate) async fn person(world: &World, username: &str) -> Person {
    let answer = world.post("/api/register/", registration(username)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let tokens = log_in(world, username, &[]).await.json();
    Person {
        access: tokens["access"].as_str().unwrap().to_owned(),
        refresh: tokens["refresh"].as_str().unwrap().to_owned(),
    }
}

async fn log_in(world: &World, username: &str, headers: &[(&str, &str)]) -> Answer {
    let login = json!({ "username": username, "password": PASSWORD });
    let answer = world.call("POST", "/api/token/", headers, login).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

/// Starts a chat, and tells what was answered.
async fn start(world: &World, person: &Person, headers: &[(&str, &str)]) -> Value {
    let bearer = format!("Bearer {}", person.access);
    let headers = [headers, &[("authorization", &*bearer)]].concat();
    let answer = world
        .call("POST", "/api/start-chat/", &headers, Value::Null)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The name of a chat that is started now.
pub(crate) async fn group(world: &World, person: &Person) -> String {
    let started = start(world, person, &[]).await;
    started["group_name"].as_str().unwrap().to_owned()
}

pub(crate) async fn enter(world: &World, group: &str, person: &Person) -> Result<Socket, u16> {
    let headers = [("origin", PAGE), ("cookie", &*person.cookie())];
    world.socket(&format!("/ws/chat/{group}/"), &headers).await
}

/// Has the sockets of a group told the time.
pub(crate) async fn send_test(world: &World, group: &str, person: &Person) {
    let path = format!("/api/send-test-message/?group_name={group}");
    let answer = world.get(&path, &person.access).await;
    answer.is(200, json!({ "message": "Test message sent to WebSocket group" }));
}

pub(crate) fn said(message: &str) -> Value {
    json!({ "type": "chat_message", "message": message })
}

#[tokio::test(flavor = "multi_thread")]
async fn its_readme_from_top_to_bottom() {
    let (world, clock) = afternoon().await;
    let registered = world.post("/api/register/", registration("Ann")).await;
    let id = registered.json()["id"].as_i64().unwrap();
    registered.is(201, json!({ "id": id, "name": "Ann Smith", "username": "Ann" }));

    let logged_in = log_in(&world, "ann", &[]).await;
    let tokens = logged_in.json();
    let mut ann = Person {
        access: tokens["access"].as_str().unwrap().to_owned(),
        refresh: tokens["refresh"].as_str().unwrap().to_owned(),
    };
    let access = claims(&ann.access);
    assert_eq!(
        (&access["token_type"], &access["user_id"]),
        (&json!("access"), &json!(id))
    );
    assert_eq!(access["jti"].as_str().unwrap().len(), 32);
    let lives = |token| claims(token)["exp"].as_i64().unwrap() - claims(token)["iat"].as_i64().unwrap();
    assert_eq!(
        (lives(&ann.access), lives(&ann.refresh)),
        (10 * 60, 30 * 24 * 60 * 60)
    );
    let cookie =
        |access: &str| format!("access={access}; HttpOnly; SameSite=Lax; Path=/compat/greeter; Max-Age=600");
    assert_eq!(logged_in.header("set-cookie"), Some(&*cookie(&ann.access)));

    let refresh = json!({ "refresh": ann.refresh });
    let refreshed = world.post("/api/token/refresh/", refresh).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    ann.access = refreshed.json()["access"].as_str().unwrap().to_owned();
    assert_eq!(refreshed.json(), json!({ "access": ann.access }));
    assert_eq!(refreshed.header("set-cookie"), Some(&*cookie(&ann.access)));

    let started = start(&world, &ann, &[]).await;
    let group = started["group_name"].as_str().unwrap().to_owned();
    let digits = group.strip_prefix("chat_").unwrap();
    assert!(
        digits.len() == 8 && u32::from_str_radix(digits, 16).is_ok(),
        "{group}"
    );
    let host = world.app.address();
    assert_eq!(
        started,
        json!({
            "group_name": group,
            "websocket_url": format!("ws://{host}/compat/greeter/ws/chat/{group}/"),
            "message": "سلام Ann الان ساعت 13:05:07 است",
        })
    );

    let mut anns = enter(&world, &group, &ann).await.unwrap();
    assert_eq!(anns.hear_json().await, said("hi Ann now is 13:05:07"));
    clock.advance(Duration::from_secs(54));
    anns.say("Hello").await;
    assert_eq!(anns.hear_json().await, said("now is 13:06:01"));

    let ben = person(&world, "ben").await;
    let mut bens = enter(&world, &group, &ben).await.unwrap();
    assert_eq!(bens.hear_json().await, said("hi ben now is 13:06:01"));
    send_test(&world, &group, &ann).await;
    assert_eq!(anns.hear_json().await, said("Ann now is 13:06:01"));
    assert_eq!(bens.hear_json().await, said("ben now is 13:06:01"));
}

#[tokio::test(flavor = "multi_thread")]
async fn urls_and_cookies_follow_the_request() {
    let app = TestApp::start_with(|config| {
        config.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let world = World::of(app.await, PREFIX);
    let ann = person(&world, "ann").await;
    let through_proxy = [("host", "chat.example.org"), ("x-forwarded-proto", "https")];
    let started = start(&world, &ann, &through_proxy).await;
    let url = started["websocket_url"].as_str().unwrap();
    assert!(
        url.starts_with("wss://chat.example.org/compat/greeter/ws/chat/chat_"),
        "{url}"
    );
    let logged_in = log_in(&world, "ann", &through_proxy).await;
    let cookie = logged_in.header("set-cookie").unwrap();
    assert!(cookie.contains("; Secure;"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn alone_at_the_root_it_is_there_as_a_whole() {
    let app = TestApp::start_with(|config| config.compat.root = Root::One(Dialect::Greeter)).await;
    let world = World::of(app, "");
    let ann = person(&world, "ann").await;
    let logged_in = log_in(&world, "ann", &[]).await;
    let cookie = logged_in.header("set-cookie").unwrap();
    assert!(cookie.contains("; Path=/; "), "{cookie}");
    let started = start(&world, &ann, &[]).await;
    let group = started["group_name"].as_str().unwrap();
    let host = world.app.address();
    assert_eq!(started["websocket_url"], format!("ws://{host}/ws/chat/{group}/"));
    assert!(enter(&world, group, &ann).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_others_at_the_root_its_chats_are_there() {
    let world = World::at("").await;
    for (method, path) in [
        ("POST", "/api/start-chat/"),
        ("GET", "/api/send-test-message/?group_name=x"),
    ] {
        assert_eq!(
            world.call(method, path, &[], Value::Null).await.status,
            401,
            "{path}"
        );
    }
    let socket = world.socket("/ws/chat/chat_0123abcd/", &[]).await;
    assert_eq!(socket.err(), Some(403));
}
