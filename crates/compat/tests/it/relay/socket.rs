//! Its socket.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::{
    GIF, LIST, PREFIX, SOCKET, administrator, assert_is_png, bytes, credentials, person, text, tone,
};
use crate::conversations;
use crate::world::{Heard, Socket, World};

/// Says something that is answered to its sender alone, and tells the answer.
async fn answered(socket: &mut Socket, said: Value) -> Value {
    socket.say_json(said).await;
    socket.hear_json().await
}

fn error(why: &str) -> Value {
    json!({ "error": why, "type": "error" })
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_keys_let_in_where_they_belong() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let login = world.post("/accounts/login/", credentials("ann")).await;
    let key = login.json()["token"].as_str().unwrap().to_owned();
    let by_query = format!("{SOCKET}?token={}", ann.access);
    let by_key = format!("{SOCKET}?token={key}");
    let bearer = format!("Bearer {}", ann.access);
    let nothing: &[(&str, &str)] = &[];
    for (path, headers) in [
        (&*by_query, nothing),
        (&*by_key, &[]),
        (SOCKET, &[("token", &*ann.access)]),
        (SOCKET, &[("token", &*key)]),
        (SOCKET, &[("authorization", &*bearer)]),
        (&*by_query, &[("origin", "http://localhost:3000")]),
    ] {
        let opened = world.socket(path, headers).await;
        assert!(opened.is_ok(), "{path} {headers:?}");
    }
    let refresh = format!("{SOCKET}?token={}", ann.refresh);
    let key_as_bearer = format!("Bearer {key}");
    let key_of_drf = format!("Token {key}");
    let cookie = format!("access={}", ann.access);
    let other_key = format!("{SOCKET}?token={}", "0".repeat(40));
    for (path, headers) in [
        (SOCKET, nothing),
        (&*refresh, &[]),
        (&*other_key, &[]),
        ("/ws/notifications/?token=nonsense", &[]),
        ("/ws/notifications/?token=", &[]),
        (&*by_query, &[("token", "nonsense")]),
        (SOCKET, &[("authorization", &*key_as_bearer)]),
        (SOCKET, &[("authorization", &*key_of_drf)]),
        (SOCKET, &[("authorization", "Bearer")]),
        (SOCKET, &[("cookie", &*cookie)]),
        (&*by_query, &[("origin", "https://evil.example")]),
    ] {
        let refused = world.socket(path, headers).await.err();
        assert_eq!(refused, Some(403), "{path} {headers:?}");
    }
    for path in [
        "/ws/notifications",
        "/ws/notifications/x/",
        "/x/ws/notifications/",
    ] {
        let path = format!("{path}?token={}", ann.access);
        assert_eq!(world.socket(&path, &[]).await.err(), Some(404), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_another_dialect_is_none() {
    let world = World::at("").await;
    let cleo = conversations::person(&world, "Cleo").await;
    let path = format!("/compat/relay{SOCKET}?token={}", cleo.access);
    assert_eq!(world.socket(&path, &[]).await.err(), Some(403));
    let list = format!("/compat/relay{LIST}");
    assert_eq!(world.get(&list, &cleo.access).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_value_passes_through() {
    let world = World::at(PREFIX).await;
    let (mut anns, mut bens) = (
        person(&world, "ann").await.socket(&world).await,
        person(&world, "ben").await.socket(&world).await,
    );
    let values = [
        json!("Grüße, 世界"),
        json!(""),
        json!("   "),
        json!("a\u{0}\u{7}"),
        json!(null),
        json!(7),
        json!(7.5),
        json!(false),
        json!(["a", { "b": null }]),
        json!("{\"not\": \"parsed\"}"),
    ];
    for value in &values {
        anns.say_json(json!({ "type": "text", "message": value })).await;
    }
    anns.say_json(json!({ "type": "text" })).await;
    for socket in [&mut anns, &mut bens] {
        for value in &values {
            assert_eq!(socket.hear_json().await, text(value.clone()));
        }
        assert_eq!(socket.hear_json().await, text(""), "nothing is an empty text");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_told_to_their_sender_alone() {
    let world = World::at(PREFIX).await;
    let (mut anns, mut bens) = (
        person(&world, "ann").await.socket(&world).await,
        person(&world, "ben").await.socket(&world).await,
    );
    anns.say("{").await;
    assert_eq!(anns.hear_json().await, error("Invalid JSON format"));
    for silent in ["", "[]", "7", "null", "\"text\""] {
        anns.say(silent).await;
    }
    let unknown = json!({ "message": "Invalid message type" });
    for said in [json!({}), json!({ "type": "video" }), json!({ "message": "x" })] {
        assert_eq!(answered(&mut anns, said).await, unknown);
    }
    let no_base64 = "Failed to decode image data (invalid base64 format)";
    let no_picture = "An unexpected error occurred during image processing";
    for (image, why) in [
        (json!("%%%"), no_base64),
        (json!("a"), no_base64),
        (json!("aGVsbG8="), no_picture),
        (json!(""), no_picture),
        (json!(7), "Failed to process image"),
        (json!(null), "Failed to process image"),
    ] {
        let said = json!({ "type": "image", "image": image });
        assert_eq!(answered(&mut anns, said).await, error(why), "{image}");
    }
    assert_eq!(
        answered(&mut anns, json!({ "type": "image" })).await,
        error(no_picture)
    );
    for voice in [json!("%%%"), json!("aGVsbG8="), json!(""), json!(7), json!(GIF)] {
        let said = json!({ "type": "voice", "voice": voice });
        let answer = answered(&mut anns, said).await;
        assert_eq!(answer, error("Failed to process voice"), "{voice}");
    }
    let long = json!({ "type": "text", "message": "x".repeat(65_537) });
    assert_eq!(answered(&mut anns, long).await, error("Message too long"));
    let long = json!({ "type": "text", "message": "x".repeat(200_000) });
    assert_eq!(answered(&mut anns, long).await, error("Message too long"));
    anns.say_json(json!({ "type": "text", "message": "x".repeat(65_536) }))
        .await;
    for socket in [&mut anns, &mut bens] {
        let heard = socket.hear_json().await;
        assert_eq!(heard, text("x".repeat(65_536)), "and nothing before");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_frame_of_a_picture_may_be_large() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let mut socket = ann.socket(&world).await;
    // White space is none of a picture, but is in its frame.
    let image = format!("data:image/gif;base64,{GIF}{}", " ".repeat(20));
    socket
        .say_json(json!({ "type": "image", "image": image, "padding": "x".repeat(6 << 20) }))
        .await;
    assert_is_png(&bytes(&socket.hear_json().await, "image"));
    socket.say_bytes(b"x").await;
    assert_eq!(socket.hear().await, Heard::Closed(1011));
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_of_both_mounts_are_told_a_picture() {
    let world = World::at("").await;
    let ann = person(&world, "ann").await;
    let path = format!("{PREFIX}{SOCKET}?token={}", ann.access);
    let mut sockets = [
        ann.socket(&world).await,
        world.socket_anywhere(&path, &[]).await.unwrap(),
    ];
    for n in 0..3 {
        sockets[0]
            .say_json(json!({ "type": "image", "image": GIF }))
            .await;
        sockets[0].say_json(text(n)).await;
    }
    for socket in &mut sockets {
        for n in 0..3 {
            assert_is_png(&bytes(&socket.hear_json().await, "image"));
            assert_eq!(socket.hear_json().await, text(n));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_converted_when_its_sender_is_locked_is_not_said() {
    let app = TestApp::start_with(|config| config.media.concurrency = 1).await;
    let world = World::of(app, PREFIX);
    let (ann, ben) = (administrator(&world, "ann").await, person(&world, "ben").await);
    let (mut anns, mut bens) = (ann.socket(&world).await, ben.socket(&world).await);
    let voice = json!({ "type": "voice", "voice": STANDARD.encode(long_tone()) });
    bens.say_json(voice.clone()).await;
    let path = format!("/accounts/delete_user/{}/", ben.number);
    let locked = ann.ask(&world, "DELETE", &path, Value::Null).await;
    assert_eq!(locked.status, 200, "{locked:?}");
    // What is converted after the other.
    anns.say_json(voice).await;
    anns.say_json(text("after")).await;
    assert_eq!(anns.hear_json().await["type"], "voice");
    assert_eq!(anns.hear_json().await, text("after"));
    assert_eq!(ann.list(&world).await.len(), 2);
}

/// A tone of twenty seconds.
fn long_tone() -> Vec<u8> {
    let mut wav = tone();
    let data = wav.split_off(44).repeat(40);
    let length = u32::try_from(data.len()).unwrap();
    wav[4..8].copy_from_slice(&(36 + length).to_le_bytes());
    wav[40..44].copy_from_slice(&length.to_le_bytes());
    wav.extend(data);
    wav
}

#[tokio::test(flavor = "multi_thread")]
async fn longer_frames_close_their_own_socket() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let (mut stays, mut socket) = (ann.socket(&world).await, ann.socket(&world).await);
    let most = 8 << 20;
    socket.say_in_two("x".repeat(most - 1), "x").await;
    assert_eq!(socket.hear_json().await, error("Invalid JSON format"));
    socket.say_in_two("x".repeat(most), "x").await;
    assert_eq!(socket.hear().await, Heard::Closed(1009));
    stays.say_json(text("Hello")).await;
    assert_eq!(stays.hear_json().await, text("Hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_a_picture_comes_after_it() {
    let world = World::at(PREFIX).await;
    let (mut anns, mut bens) = (
        person(&world, "ann").await.socket(&world).await,
        person(&world, "ben").await.socket(&world).await,
    );
    let voice = STANDARD.encode(tone());
    for n in 0..5 {
        anns.say_json(json!({ "type": "image", "image": GIF })).await;
        anns.say_json(text(n)).await;
        anns.say_json(json!({ "type": "voice", "voice": voice })).await;
    }
    for socket in [&mut anns, &mut bens] {
        for n in 0..5 {
            assert_eq!(socket.hear_json().await["type"], "image");
            assert_eq!(socket.hear_json().await, text(n));
            assert_eq!(socket.hear_json().await["type"], "voice");
        }
    }
}
