//! Its socket.

use std::num::NonZeroU32;

use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::{PREFIX, Person, in_parlor, open, person};
use crate::world::{Heard, Socket, World};

async fn room(world: &World, one: &Person, other: &Person) -> String {
    let opened = open(world, one, other).await;
    opened["data"]["id"].as_str().unwrap().to_owned()
}

async fn enter(world: &World, room: &str, token: &str) -> Result<Socket, u16> {
    world
        .socket(&format!("/ws/chat/{room}/?token={token}"), &[])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_come_in_is_refused_at_the_door() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "Ann").await,
        person(&world, "Ben").await,
        person(&world, "Cleo").await,
    ];
    let room = room(&world, &ann, &ben).await;
    let unknown = "00000000-0000-7000-8000-000000000000";
    for (place, token) in [
        (&*room, &*cleo.access),
        (unknown, &ann.access),
        (&room, "nonsense"),
        (&room, ""),
        (&room, &ann.refresh),
    ] {
        assert_eq!(
            enter(&world, place, token).await.err(),
            Some(403),
            "{place} {token}"
        );
    }
    let bare = world.socket(&format!("/ws/chat/{room}/"), &[]).await;
    assert_eq!(bare.err(), Some(403));
    let cookie = format!("access={}; parlor_access={}", ann.access, ann.access);
    let by_cookie = world
        .socket(&format!("/ws/chat/{room}/"), &[("cookie", &cookie)])
        .await;
    assert_eq!(
        by_cookie.err(),
        Some(403),
        "the cookie of another dialect is none here"
    );
    let path = format!("/ws/chat/{room}/?token={}", ann.access);
    let foreign = world.socket(&path, &[("origin", "https://evil.example")]).await;
    assert_eq!(foreign.err(), Some(403));
    for origin in ["http://localhost:3000", "http://127.0.0.1:5173"] {
        assert!(
            world.socket(&path, &[("origin", origin)]).await.is_ok(),
            "{origin}"
        );
    }
    assert_eq!(world.socket("/ws/chat/nonsense/", &[]).await.err(), Some(403));
    assert_eq!(world.socket("/ws/chat/non/sense/", &[]).await.err(), Some(404));
}

/// A page that cuts a text in the middle of an emoji sends half of a letter.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_python_reads_is_refused_and_the_socket_stays() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "Ann").await, person(&world, "Ben").await);
    let room = room(&world, &ann, &ben).await;
    let mut socket = enter(&world, &room, &ann.access).await.unwrap();
    for message in [r#""half of a \ud83d""#, "1e400"] {
        socket
            .say(&format!(
                r#"{{"message": {message}, "recipient_id": "{}"}}"#,
                ben.id
            ))
            .await;
        let answer = socket.hear_json().await;
        assert_eq!(answer, "Error: This field cannot be stored.", "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_plain_text_to_the_sender_alone() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "Ann").await,
        person(&world, "Ben").await,
        person(&world, "Cleo").await,
    ];
    let room = room(&world, &ann, &ben).await;
    let mut socket = enter(&world, &room, &ann.access).await.unwrap();
    let mut bens = enter(&world, &room, &ben.access).await.unwrap();
    let nobody = "00000000-0000-7000-8000-000000000000";
    for (frame, error) in [
        (
            json!({ "message": "x", "recipient_id": "bad" }),
            "Error: ['“bad” is not a valid UUID.']",
        ),
        (
            json!({ "message": "x", "recipient_id": nobody }),
            "Error: UserAccount matching query does not exist.",
        ),
        (
            json!({ "message": null, "recipient_id": null }),
            "Error: UserAccount matching query does not exist.",
        ),
        (
            json!({ "message": "x", "recipient_id": 7 }),
            "Error: UserAccount matching query does not exist.",
        ),
        (
            json!({ "message": null, "recipient_id": cleo.id }),
            "Error: Conversation matching query does not exist.",
        ),
        (
            json!({ "message": null, "recipient_id": ben.id }),
            "Error: This field may not be null.",
        ),
        (
            json!({ "message": "a\u{0}b", "recipient_id": ben.id }),
            "Error: This field must not contain control characters other than tab and line breaks.",
        ),
        (
            json!({ "message": "x".repeat(65_537), "recipient_id": ben.id }),
            "Error: Message too long.",
        ),
    ] {
        socket.say_json(frame).await;
        assert_eq!(socket.hear().await, Heard::Text(error.to_owned()));
    }
    let good = json!({ "message": "x".repeat(65_536), "recipient_id": ben.id });
    socket.say_json(good.clone()).await;
    assert_eq!(socket.hear_json().await, good);
    assert_eq!(bens.hear_json().await, good, "he has heard nothing of the others");

    socket
        .say_json(json!({ "message": null, "recipient_id": ann.id }))
        .await;
    assert_eq!(socket.hear().await, Heard::Text("Invalid recipient.".to_owned()));
    assert_eq!(socket.hear().await, Heard::Closed(1000));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_frame_closes_only_its_own_socket() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "Ann").await, person(&world, "Ben").await);
    let room = room(&world, &ann, &ben).await;
    let mut bens = enter(&world, &room, &ben.access).await.unwrap();
    for frame in [
        "",
        "{",
        "[]",
        "7",
        r#"{"message": "x"}"#,
        r#"{"recipient_id": "x"}"#,
    ] {
        let mut socket = enter(&world, &room, &ann.access).await.unwrap();
        socket.say(frame).await;
        assert_eq!(socket.hear().await, Heard::Closed(1011), "{frame}");
    }
    let mut socket = enter(&world, &room, &ann.access).await.unwrap();
    socket.say_bytes(b"x").await;
    assert_eq!(socket.hear().await, Heard::Closed(1011));
    let mut socket = enter(&world, &room, &ann.access).await.unwrap();
    socket.say(&"x".repeat((256 << 10) + 1)).await;
    assert_eq!(socket.hear().await, Heard::Closed(1009));

    bens.say_json(json!({ "message": "still here", "recipient_id": ann.id }))
        .await;
    assert_eq!(bens.hear_json().await["message"], "still here");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_another_partner_goes_to_him_and_not_here() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "Ann").await,
        person(&world, "Ben").await,
        person(&world, "Cleo").await,
    ];
    let with_ben = room(&world, &ann, &ben).await;
    let with_cleo = room(&world, &ann, &cleo).await;
    let mut anns = enter(&world, &with_ben, &ann.access).await.unwrap();
    let mut bens = enter(&world, &with_ben, &ben.access).await.unwrap();
    let mut cleos = enter(&world, &with_cleo, &cleo.access).await.unwrap();
    let to_cleo = json!({ "message": "for Cleo", "recipient_id": cleo.id });
    anns.say_json(to_cleo.clone()).await;
    assert_eq!(cleos.hear_json().await, to_cleo);
    let to_ben = json!({ "message": "for Ben", "recipient_id": ben.id });
    anns.say_json(to_ben.clone()).await;
    assert_eq!(bens.hear_json().await, to_ben, "and nothing before");
    assert_eq!(anns.hear_json().await, to_ben);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_values_pass_as_text() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "Ann").await, person(&world, "Ben").await);
    let room = room(&world, &ann, &ben).await;
    let mut socket = enter(&world, &room, &ann.access).await.unwrap();
    for (value, text) in [
        (json!(7), "7"),
        (json!(true), "true"),
        (json!({ "a": [1] }), r#"{"a":[1]}"#),
        (json!(""), ""),
    ] {
        socket
            .say_json(json!({ "message": value, "recipient_id": ben.id }))
            .await;
        assert_eq!(socket.hear_json().await["message"], Value::from(text));
    }
    let told = open(&world, &ben, &ann).await;
    assert_eq!(told["data"]["messages"][0]["text"], "", "nothing was said last");
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_to_another_partner_are_stored_in_their_order_however_many() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "Ann").await,
        person(&world, "Ben").await,
        person(&world, "Cleo").await,
    ];
    let with_ben = room(&world, &ann, &ben).await;
    let with_cleo = room(&world, &ann, &cleo).await;
    let mut anns = enter(&world, &with_ben, &ann.access).await.unwrap();
    let mut cleos = enter(&world, &with_cleo, &cleo.access).await.unwrap();
    for number in 0..100 {
        let frame = json!({ "message": number.to_string(), "recipient_id": cleo.id });
        anns.say_json(frame).await;
    }
    for number in 0..100 {
        assert_eq!(cleos.hear_json().await["message"], number.to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_as_long_as_the_server_allows() {
    let app = TestApp::start_with(|config| config.messages.body_bytes = 10);
    let world = World::of(app.await, PREFIX);
    let (ann, ben) = (person(&world, "Ann").await, person(&world, "Ben").await);
    let room = room(&world, &ann, &ben).await;
    let mut socket = enter(&world, &room, &ann.access).await.unwrap();
    for (text, heard) in [
        ("12345678901", json!("Error: Message too long.")),
        (
            "1234567890",
            json!({ "message": "1234567890", "recipient_id": ben.id }),
        ),
    ] {
        socket
            .say_json(json!({ "message": text, "recipient_id": ben.id }))
            .await;
        assert_eq!(socket.hear_json().await, heard);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hurries_is_told_and_heard_again() {
    let app = TestApp::start_with(|config| {
        config.limits.enabled = true;
        config.limits.credentials_per_minute = NonZeroU32::new(1000).unwrap();
        config.limits.commands_per_second = NonZeroU32::MIN;
    });
    let world = World::of(app.await, PREFIX);
    let (ann, ben) = (person(&world, "Ann").await, person(&world, "Ben").await);
    let room = room(&world, &ann, &ben).await;
    let mut socket = enter(&world, &room, &ann.access).await.unwrap();
    let frame = json!({ "message": "quick", "recipient_id": ben.id });
    let (mut refused, mut said) = (0, 0);
    for _ in 0..20 {
        socket.say_json(frame.clone()).await;
    }
    for _ in 0..20 {
        match socket.hear_json().await {
            Value::String(error) => {
                assert_eq!(error, "Error: Too many messages. Wait a moment.");
                refused += 1;
            }
            echo => {
                assert_eq!(echo, frame);
                said += 1;
            }
        }
    }
    assert!(said >= 4 && refused > 0, "{said} said, {refused} refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn across_a_block_nothing_is_shown_and_nothing_is_said() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "Ann").await;
    let (ben, token) = in_parlor(&world, "ben").await;
    let chat = format!("/api/users/{ben}/chat/");
    let opened = world.get(&chat, &ann.access).await.json();
    let room = opened["data"]["id"].as_str().unwrap();
    let mut socket = enter(&world, room, &ann.access).await.unwrap();
    let users = world.get("/api/users/", &ann.access).await.json();
    assert_eq!(users[0]["id"], Value::from(&*ben));

    let block = format!("/v1/blocks/{}", ann.id);
    let blocked = world.ask_parlor("PUT", &block, &token, Value::Null).await;
    assert!(blocked.status < 300, "{blocked:?}");
    let users = world.get("/api/users/", &ann.access).await;
    users.is(200, json!([]));
    socket
        .say_json(json!({ "message": "x", "recipient_id": ben }))
        .await;
    assert_eq!(
        socket.hear_json().await,
        "Error: Conversation matching query does not exist."
    );
    let (cleo, token) = in_parlor(&world, "cleo").await;
    let blocked = world.ask_parlor("PUT", &block, &token, Value::Null).await;
    assert!(blocked.status < 300, "{blocked:?}");
    let opened = world.get(&format!("/api/users/{cleo}/chat/"), &ann.access).await;
    opened.is(
        404,
        json!({ "detail": "No UserAccount matches the given query." }),
    );
}
