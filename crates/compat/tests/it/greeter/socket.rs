//! Its socket.

use parlor_testkit::TestApp;
use serde_json::json;

use super::{PAGE, PASSWORD, PREFIX, Person, enter, group, person, said, send_test};
use crate::conversations;
use crate::world::{Heard, Socket, World};

/// What is said next, without the time at its end.
async fn words(socket: &mut Socket) -> String {
    let frame = socket.hear_json().await;
    assert_eq!(frame["type"], "chat_message", "{frame}");
    let (words, time) = frame["message"].as_str().unwrap().rsplit_once(' ').unwrap();
    assert_eq!(time.len(), "13:05:07".len(), "{frame}");
    words.to_owned()
}

/// Somebody's socket of a group, in which the welcome was heard.
async fn welcomed(world: &World, group: &str, person: &Person) -> Socket {
    let mut socket = enter(world, group, person).await.unwrap();
    let words = words(&mut socket).await;
    assert!(words.starts_with("hi ") && words.ends_with(" now is"), "{words}");
    socket
}

/// Logs in to Parlor itself, and tells the access token and the only room.
async fn in_parlor(world: &World, username: &str) -> (String, String) {
    let login = json!({ "username": username, "password": PASSWORD, "device": "" });
    let answer = world.ask_parlor("POST", "/v1/sessions", "", login).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let rooms = world.ask_parlor("GET", "/v1/rooms", &token, json!(null)).await;
    let room = rooms.json()["rooms"][0]["id"].as_str().unwrap().to_owned();
    (token, room)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_cookie_and_a_named_page_let_in() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let group = group(&world, &ann).await;
    let path = format!("/ws/chat/{group}/");
    let (cookie, page) = (ann.cookie(), ("origin", PAGE));
    let bearer = format!("Bearer {}", ann.access);
    let other = format!("parlor_access={}", ann.access);
    let refresh = format!("access={}", ann.refresh);
    let by_query = format!("{path}?token={}&access={}", ann.access, ann.access);
    for (path, headers) in [
        (&path, &[page][..]),
        (&path, &[("cookie", &*cookie)]),
        (&path, &[page, ("cookie", "access=nonsense")]),
        (&path, &[page, ("cookie", "access=")]),
        (&path, &[page, ("cookie", &*refresh)]),
        (&path, &[page, ("cookie", &*other)]),
        (&path, &[page, ("authorization", &*bearer)]),
        (&by_query, &[page]),
        (&path, &[("origin", "https://evil.example"), ("cookie", &*cookie)]),
        (&path, &[("origin", "null"), ("cookie", &*cookie)]),
    ] {
        assert_eq!(
            world.socket(path, headers).await.err(),
            Some(403),
            "{path} {headers:?}"
        );
    }
    let own = world.app.url();
    for origin in [&*own, "http://127.0.0.1:5173", PAGE] {
        let headers = [("origin", origin), ("cookie", &*cookie)];
        assert!(world.socket(&path, &headers).await.is_ok(), "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_another_dialect_is_none() {
    let world = World::at("").await;
    let cleo = conversations::person(&world, "Cleo").await;
    let cookie = format!("access={}", cleo.access);
    let headers = [("origin", PAGE), ("cookie", &*cookie)];
    let path = "/compat/greeter/ws/chat/chat_0123abcd/";
    assert_eq!(world.socket(path, &headers).await.err(), Some(403));
    let started = world.get("/compat/greeter/api/send-test-message/", &cleo.access);
    assert_eq!(started.await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_that_nobody_made_are_not_joined() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    for (name, status) in [
        ("chat_0123abcd", 403),
        ("chat_0123abc", 403),
        ("lobby", 403),
        ("chat_", 403),
        ("chat-0123abcd", 404),
        ("chat_0123abcd/x", 404),
    ] {
        assert_eq!(enter(&world, name, &ann).await.err(), Some(status), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_entered_by_its_name_alone() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [person(&world, "ann").await, person(&world, "ben").await];
    let group = group(&world, &ann).await;
    let (_, room) = in_parlor(&world, "ann").await;
    let login = json!({ "username": "ben", "password": PASSWORD, "device": "" });
    let logged_in = world.ask_parlor("POST", "/v1/sessions", "", login).await;
    let token = logged_in.json()["access_token"].as_str().unwrap().to_owned();
    let join = format!("/v1/rooms/{room}/members/me");
    let joined = world.ask_parlor("PUT", &join, &token, json!(null)).await;
    assert_eq!(joined.status, 404, "{joined:?}");
    welcomed(&world, &group, &ben).await;
    let path = format!("/v1/rooms/{room}");
    let entered = world.ask_parlor("GET", &path, &token, json!(null)).await;
    assert_eq!(entered.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_can_be_started_again_and_again() {
    let app = TestApp::start_with(|config| config.rooms.per_user = 25);
    let world = World::of(app.await, PREFIX);
    let [ann, ben] = [person(&world, "ann").await, person(&world, "ben").await];
    let shared = group(&world, &ann).await;
    welcomed(&world, &shared, &ben).await;
    let first = group(&world, &ann).await;
    let mut last = String::new();
    for _ in 0..30 {
        last = group(&world, &ann).await;
    }
    assert!(
        enter(&world, &shared, &ann).await.is_ok(),
        "somebody else is in it"
    );
    assert!(enter(&world, &last, &ben).await.is_ok());
    assert_eq!(enter(&world, &first, &ann).await.err(), Some(403));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_text_is_answered_to_its_sender_alone() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [person(&world, "ann").await, person(&world, "ben").await];
    let group = group(&world, &ann).await;
    let mut anns = welcomed(&world, &group, &ann).await;
    let mut bens = welcomed(&world, &group, &ben).await;
    for text in ["Hello", r#"{"message": "x"}"#, "{", "", "سلام"] {
        anns.say(text).await;
        assert_eq!(words(&mut anns).await, "now is", "{text}");
    }
    send_test(&world, &group, &ann).await;
    assert_eq!(words(&mut bens).await, "ben now is", "and nothing before");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_socket_of_a_member_is_told_by_its_own_name() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [person(&world, "ann").await, person(&world, "ben").await];
    let group = group(&world, &ann).await;
    let mut sockets = [
        ("ann", welcomed(&world, &group, &ann).await),
        ("ben", welcomed(&world, &group, &ben).await),
        ("ben", welcomed(&world, &group, &ben).await),
    ];
    let mut elsewhere = welcomed(&world, &self::group(&world, &ann).await, &ann).await;
    for _ in 0..2 {
        send_test(&world, &group, &ann).await;
    }
    for (name, socket) in &mut sockets {
        for _ in 0..2 {
            assert_eq!(words(socket).await, format!("{name} now is"));
        }
    }
    elsewhere.say("").await;
    assert_eq!(
        words(&mut elsewhere).await,
        "now is",
        "another group heard nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_through_parlor_is_told_as_often() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [person(&world, "ann").await, person(&world, "ben").await];
    let group = group(&world, &ann).await;
    let mut anns = welcomed(&world, &group, &ann).await;
    let mut bens = welcomed(&world, &group, &ben).await;
    let (token, room) = in_parlor(&world, "ben").await;
    let path = format!("/v1/rooms/{room}/messages");
    for number in 0..70 {
        let message = json!({ "client_id": number.to_string(), "body": "Secret words" });
        let sent = world.ask_parlor("POST", &path, &token, message).await;
        assert_eq!(sent.status, 201, "{sent:?}");
    }
    for _ in 0..70 {
        assert_eq!(words(&mut anns).await, "ann now is");
        assert_eq!(words(&mut bens).await, "ben now is");
    }
    anns.say("").await;
    assert_eq!(words(&mut anns).await, "now is", "and no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_not_told() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [person(&world, "ann").await, person(&world, "ben").await];
    let group = group(&world, &ann).await;
    send_test(&world, &group, &ann).await;
    let mut anns = welcomed(&world, &group, &ann).await;
    welcomed(&world, &group, &ben).await;
    let (token, room) = in_parlor(&world, "ann").await;
    let path = format!("/v1/rooms/{room}");
    let change = json!({ "topic": "The time" });
    let changed = world.ask_parlor("PATCH", &path, &token, change).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    send_test(&world, &group, &ann).await;
    assert_eq!(words(&mut anns).await, "ann now is");
    anns.say("").await;
    assert_eq!(words(&mut anns).await, "now is", "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_put_out_hears_no_more() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [person(&world, "ann").await, person(&world, "ben").await];
    let group = group(&world, &ann).await;
    let mut anns = welcomed(&world, &group, &ann).await;
    let mut bens = welcomed(&world, &group, &ben).await;
    let (token, room) = in_parlor(&world, "ann").await;
    let members = format!("/v1/rooms/{room}/members");
    let listed = world.ask_parlor("GET", &members, &token, json!(null)).await;
    let listed = listed.json()["members"].clone();
    let listed = listed.as_array().unwrap();
    let bens_entry = listed.iter().find(|member| member["username"] == "ben").unwrap();
    let id = bens_entry["id"].as_str().unwrap();
    let path = format!("{members}/{id}");
    let put_out = world.ask_parlor("DELETE", &path, &token, json!(null)).await;
    assert!((200..300).contains(&put_out.status), "{put_out:?}");
    send_test(&world, &group, &ann).await;
    assert_eq!(words(&mut anns).await, "ann now is");
    bens.say("").await;
    assert_eq!(words(&mut bens).await, "now is", "and nothing before");
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_and_overlarge_frames_close_only_their_own_socket() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let group = group(&world, &ann).await;
    let mut stays = welcomed(&world, &group, &ann).await;
    let mut socket = welcomed(&world, &group, &ann).await;
    socket.say_bytes(b"x").await;
    assert_eq!(socket.hear().await, Heard::Closed(1011));
    let mut socket = welcomed(&world, &group, &ann).await;
    socket.say(&"x".repeat((256 << 10) + 1)).await;
    assert_eq!(socket.hear().await, Heard::Closed(1009));
    stays.say(&"x".repeat(256 << 10)).await;
    assert_eq!(words(&mut stays).await, "now is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_with_its_token() {
    let (world, clock) = super::afternoon().await;
    let ann = person(&world, "ann").await;
    let group = group(&world, &ann).await;
    let mut socket = enter(&world, &group, &ann).await.unwrap();
    assert_eq!(socket.hear_json().await, said("hi ann now is 13:05:07"));
    clock.advance(std::time::Duration::from_secs(10 * 60));
    assert_eq!(socket.hear().await, Heard::Closed(1008));
    assert_eq!(enter(&world, &group, &ann).await.err(), Some(403));
}
