//! People of a host application, who come with its tokens.

use std::time::Duration;

use actix_http::ws::Message;
use serde_json::{Value, json};

use crate::world::{Answer, Device, Frame, HOST, HostKey, Person, World, text};

async fn me(world: &World, token: &str) -> Answer {
    Person::bearer(world, token.to_owned()).get("/v1/me").await
}

fn hello(token: Option<&str>) -> Message {
    let mut hello = json!({"type": "hello"});
    if let Some(token) = token {
        hello["token"] = json!(token);
    }
    Message::Text(hello.to_string().into())
}

async fn said(device: &mut Device) -> Value {
    match device.hear().await {
        Frame::Said(said) => said,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_host_knows_has_an_account_on_first_sight() {
    let world = World::with_host().await;
    let token = HOST.sign(&HostKey::user("alice"));
    let alice = me(&world, &token).await;
    assert_eq!(alice.status, 200, "{}", alice.text);
    let alice = alice.json();
    assert_eq!(
        (&alice["username"], &alice["display_name"]),
        (&json!("alice"), &json!("Somebody"))
    );
    let person = Person::bearer(&world, token);
    assert_eq!(person.get("/v1/me").await.json()["id"], alice["id"]);
    let room = person.group(&[]).await;
    person.say(&room, "1", "hello").await;
    let sessions = person.get("/v1/sessions").await.json();
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 1, "{sessions}");
    assert_eq!(sessions["sessions"][0]["address"], "127.0.0.1");
    let ann = world.person("ann").await;
    assert_eq!(
        ann.get("/v1/me").await.status,
        200,
        "our own tokens are good as well"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_host_opens_a_socket_that_ends_with_it() {
    let world = World::with_host().await;
    let token = HOST.sign(&HostKey::user("alice"));
    let header = format!("Authorization: Bearer {token}\r\n");
    let mut by_header = Device::try_open(&world, &header).await.unwrap();
    by_header.say([hello(None)]).await;
    let welcome = said(&mut by_header).await;
    assert_eq!(welcome["user"]["username"], "alice", "{welcome}");
    let half_a_minute_later = "2026-01-01T00:10:30.000000Z";
    assert_eq!(
        welcome["token_expires_at"], half_a_minute_later,
        "the host's clock may be off"
    );
    let mut by_hello = Device::try_open(&world, "").await.unwrap();
    by_hello.say([hello(Some(&token))]).await;
    assert_eq!(said(&mut by_hello).await["session"], welcome["session"]);
    let later = {
        let mut claims = HostKey::user("alice");
        claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 600);
        HOST.sign(&claims)
    };
    let other = HOST.sign(&HostKey::user("bob"));
    let authenticate = |id: u64, token: &str| {
        let fresh = json!({"type": "authenticate", "id": id, "token": token});
        Message::Text(fresh.to_string().into())
    };
    by_hello.say([authenticate(1, &other)]).await;
    assert_eq!(said(&mut by_hello).await["code"], "invalid_token");
    by_hello.say([authenticate(2, &later)]).await;
    assert_eq!(said(&mut by_hello).await["type"], "ok");
    world.clock.advance(Duration::from_secs(631));
    assert_eq!(by_header.hear_out().await.1, Frame::Closed(4001));
    by_hello
        .say([Message::Text(json!({"type": "ping", "id": 3}).to_string().into())])
        .await;
    assert_eq!(said(&mut by_hello).await["type"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_ended_here_is_over_whatever_the_host_says() {
    let world = World::with_host().await;
    let token = HOST.sign(&HostKey::user("alice"));
    let alice = Person::bearer(&world, token.clone());
    let mut device = Device::open(&world, &token).await;
    device.say([hello(None)]).await;
    said(&mut device).await;
    assert_eq!(alice.delete("/v1/sessions/current").await.status, 204);
    assert_eq!(device.hear_out().await.1, Frame::Closed(4003));
    assert_eq!(alice.get("/v1/me").await.refusal(), "401 session_over");
    let mut fresh = HostKey::user("alice");
    fresh["jti"] = json!("another");
    assert_eq!(me(&world, &HOST.sign(&fresh)).await.refusal(), "401 session_over");
    let mut again = Device::try_open(&world, "").await.unwrap();
    again.say([hello(Some(&HOST.sign(&fresh)))]).await;
    assert_eq!(said(&mut again).await["code"], "session_over");
    assert_eq!(again.hear().await, Frame::Closed(4003));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_locked_here_is_locked_for_the_host_as_well() {
    let world = World::with_host().await;
    let root = world.admin("root").await;
    let alice = me(&world, &HOST.sign(&HostKey::user("alice"))).await.json();
    let path = format!("/v1/users/{}", text(&alice["id"]));
    assert_eq!(root.patch(&path, json!({"disabled": true})).await.status, 204);
    let mut claims = HostKey::user("alice");
    claims["sid"] = json!("another session");
    let token = HOST.sign(&claims);
    assert_eq!(me(&world, &token).await.refusal(), "403 account_disabled");
    let mut device = Device::try_open(&world, "").await.unwrap();
    device.say([hello(Some(&token))]).await;
    assert_eq!(said(&mut device).await["code"], "account_disabled");
    assert_eq!(device.hear().await, Frame::Closed(4003));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_like_the_hosts_token_is_refused() {
    let world = World::with_host().await;
    let with = |name: &str, value: Value| {
        let mut claims = HostKey::user("eve");
        claims[name] = value;
        claims
    };
    let header = |alg: &str, kid: &str| json!({"typ": "JWT", "alg": alg, "kid": kid});
    let stranger = HostKey::from_seed(41);
    let good = HOST.sign(&HostKey::user("eve"));
    let unsigned = HOST.sign_as(&header("none", "one"), &HostKey::user("eve"));
    let unsigned = format!("{}.", unsigned.rsplit_once('.').unwrap().0);
    let invalid = [
        stranger.sign(&HostKey::user("eve")),
        unsigned,
        HOST.sign_as(&header("HS256", "one"), &HostKey::user("eve")),
        HOST.sign_as(&header("RS256", "one"), &HostKey::user("eve")),
        HOST.sign_as(&header("EdDSA", "two"), &HostKey::user("eve")),
        HOST.sign(&with("aud", json!("another"))),
        HOST.sign(&with("iss", json!("https://evil.example"))),
        HOST.sign(&with("iss", json!("https://host.example/"))),
        HOST.sign(&with("nbf", json!(1_767_225_600 + 300))),
        HOST.sign(&with("sub", json!(null))),
        HOST.sign(&with("exp", json!(null))),
        good[..good.len() - 4].to_owned(),
    ];
    for (number, token) in invalid.iter().enumerate() {
        let answer = me(&world, token).await;
        assert_eq!(answer.refusal(), "401 invalid_token", "{number}");
        let mut device = Device::try_open(&world, "").await.unwrap();
        device.say([hello(Some(token))]).await;
        assert_eq!(said(&mut device).await["code"], "invalid_token", "{number}");
        assert_eq!(device.hear().await, Frame::Closed(4001), "{number}");
        let header = format!("Authorization: Bearer {token}\r\n");
        let refused = Device::try_open(&world, &header).await.err().unwrap();
        assert!(refused.starts_with("HTTP/1.1 401"), "{number}: {refused}");
    }
    let expired = HOST.sign(&with("exp", json!(1_767_225_600 - 60)));
    assert_eq!(me(&world, &expired).await.refusal(), "401 token_expired");
    let closed = World::new().await;
    assert_eq!(me(&closed, &good).await.refusal(), "401 invalid_token");
}
