//! Its socket.

use serde_json::{Value, json};

use super::{PREFIX, Person, open, person};
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
    assert_eq!(world.socket("/ws/chat/nonsense/", &[]).await.err(), Some(404));
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
            json!({ "message": "x", "recipient_id": cleo.id }),
            "Error: Conversation matching query does not exist.",
        ),
        (
            json!({ "message": null, "recipient_id": ben.id }),
            "Error: This field may not be null.",
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
        .say_json(json!({ "message": "x", "recipient_id": ann.id }))
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
    ] {
        socket
            .say_json(json!({ "message": value, "recipient_id": ben.id }))
            .await;
        assert_eq!(socket.hear_json().await["message"], Value::from(text));
    }
}
