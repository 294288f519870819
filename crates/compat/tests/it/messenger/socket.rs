//! Its socket.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::PREFIX;
use super::chats::{chat, enter, group, in_parlor, message, start, status};
use super::people::{Someone, someone};
use crate::rooms::picture;
use crate::world::{Heard, World};

const WRONG: &str = "You are trying to connect to the wrong chat room.";

async fn pair(world: &World) -> (Someone, Someone) {
    (someone(world, "ann").await, someone(world, "ben").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_comes_by_the_query_or_by_the_header() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let path = format!("/ws/chat/{}/", chat.name);
    let bearer = format!("Bearer {}", ann.token);
    let nothing: &[(&str, &str)] = &[];
    for (query, headers) in [
        (format!("?Authorization={}", ann.token), nothing),
        (format!("?token={}", ann.token), nothing),
        (String::new(), &[("authorization", &*bearer)][..]),
        (String::new(), &[("authorization", &*ann.token)][..]),
    ] {
        let socket = world.socket(&format!("{path}{query}"), headers).await;
        assert!(socket.is_ok(), "{query} {headers:?}");
    }
    for query in ["", "?", "?Authorization=", "?Authorization=nonsense", "?nonsense"] {
        let refused = world.socket(&format!("{path}{query}"), &[]).await;
        assert_eq!(refused.err(), Some(403), "{query}");
    }
    let cookie = format!("access={}", ann.token);
    let by_cookie = world.socket(&path, &[("cookie", &cookie)]).await;
    assert_eq!(by_cookie.err(), Some(403));
    for unknown in ["AAAAAAAA", "x", "chat_0123abcd"] {
        assert_eq!(
            enter(&world, unknown, &ann.token).await.err(),
            Some(404),
            "{unknown}"
        );
    }
    let bare = format!("/ws/chat/{}?Authorization={}", chat.name, ann.token);
    assert!(world.socket(&bare, &[]).await.is_ok());
    let foreign = [("origin", "https://evil.example")];
    let path = format!("{path}?Authorization={}", ann.token);
    assert_eq!(world.socket(&path, &foreign).await.err(), Some(403));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_warned_and_sent_away() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let cleo = someone(&world, "cleo").await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut anns, _) = chat.socket(&world, &ann).await;
    let mut strangers = enter(&world, &chat.name, &cleo.token).await.unwrap();
    assert_eq!(strangers.hear_json().await, json!({ "Warning_Message": WRONG }));
    assert_eq!(strangers.hear().await, Heard::Closed(1000));
    anns.say_json(json!({ "message": "alone" })).await;
    assert_eq!(
        anns.hear_json().await["message"]["text"],
        "alone",
        "and nothing of the stranger"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_is_heard_by_all_and_by_its_sender() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let cleo = someone(&world, "cleo").await;
    for chat in [
        chat(&world, &ann, &ben).await,
        group(&world, &cleo, &[&ann, &ben]).await,
    ] {
        let (mut anns, _) = chat.socket(&world, &ann).await;
        let (mut bens, _) = chat.socket(&world, &ben).await;
        let (mut second, _) = chat.socket(&world, &ben).await;
        bens.say_json(json!({ "message": "Hello “Ann” 👋" })).await;
        let heard = message(&mut anns).await;
        assert_eq!(message(&mut bens).await, heard);
        assert_eq!(message(&mut second).await, heard);
        let expected = json!({
            "id": heard["id"],
            "text": "Hello “Ann” 👋",
            "attachment": null,
            "timestamp": heard["timestamp"],
            "is_read": false,
            "sender": ben.number,
        });
        assert_eq!(heard, expected);
        assert!(heard["id"].is_i64() && heard["timestamp"].as_str().unwrap().ends_with('Z'));
        let told = chat.told(&world, &ann).await;
        let kept = &told["message_set"][0];
        for field in ["id", "text", "attachment", "timestamp", "sender"] {
            assert_eq!(kept[field], heard[field], "{field}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_attached_by_what_they_are() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut anns, _) = chat.socket(&world, &ann).await;
    let (mut bens, _) = chat.socket(&world, &ben).await;
    let sound = include_bytes!("../../../../media/tests/samples/playing/tone.mp3");
    let video = include_bytes!("../../../../media/tests/samples/playing/chromium-vp8.webm");
    for (bytes, folder, mime, text) in [
        (&picture()[..], "images", "image/png", "look"),
        (&sound[..], "audios", "audio/mpeg", ""),
        (&video[..], "videos", "video/webm", "and move"),
    ] {
        let attachment = STANDARD.encode(bytes);
        anns.say_json(json!({ "message": text, "attachment": attachment }))
            .await;
        let heard = message(&mut bens).await;
        assert_eq!(heard["text"], text);
        let place = heard["attachment"].as_str().unwrap();
        let path = place.strip_prefix(PREFIX).unwrap();
        assert!(path.starts_with(&format!("/media/{folder}/")), "{place}");
        let file = world.call("GET", path, &[], Value::Null).await;
        assert_eq!(file.status, 200, "whoever knows its name may have it");
        assert_eq!(file.header("content-type"), Some(mime));
        let told = chat.told(&world, &ben).await;
        assert_eq!(told["message_set"][0]["attachment"], place);
    }
    let page = STANDARD.encode("<html><script>alert(1)</script></html>");
    let url = format!("data:image/png;base64,{page}");
    for data in [page, url] {
        let (mut socket, _) = chat.socket(&world, &ann).await;
        socket
            .say_json(json!({ "message": "x", "attachment": data }))
            .await;
        let warning = json!({ "Warning_Message": "Unsupported file type!" });
        assert_eq!(socket.hear_json().await, warning);
        socket.say_json(json!({ "message": "still open" })).await;
        assert_eq!(message(&mut socket).await["text"], "still open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_are_stored_in_their_order_whatever_they_bring() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut anns, _) = chat.socket(&world, &ann).await;
    let attachment = STANDARD.encode(picture());
    for number in 0..10 {
        let mut frame = json!({ "message": number.to_string() });
        if number % 3 == 0 {
            frame["attachment"] = json!(attachment);
        }
        anns.say_json(frame).await;
    }
    for number in 0..10 {
        let heard = message(&mut anns).await;
        assert_eq!(heard["text"], number.to_string());
        assert_eq!(heard["attachment"].is_string(), number % 3 == 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_frame_closes_only_its_own_socket() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut bens, _) = chat.socket(&world, &ben).await;
    for frame in [
        "",
        "{",
        "[]",
        "7",
        "{}",
        r#"{"attachment": "aGk="}"#,
        r#"{"message": "x", "attachment": 7}"#,
        r#"{"message": "x", "attachment": "no base64!"}"#,
    ] {
        let (mut socket, _) = chat.socket(&world, &ann).await;
        socket.say(frame).await;
        assert_eq!(socket.hear().await, Heard::Closed(1011), "{frame}");
    }
    let (mut socket, _) = chat.socket(&world, &ann).await;
    socket.say_bytes(b"x").await;
    assert_eq!(socket.hear().await, Heard::Closed(1011));
    let (mut socket, _) = chat.socket(&world, &ann).await;
    socket.begin((8 << 20) + 1).await;
    assert_eq!(socket.hear().await, Heard::Closed(1009));
    bens.say_json(json!({ "message": "still here" })).await;
    assert_eq!(message(&mut bens).await["text"], "still here");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_after_what_is_no_frame() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut bens, _) = chat.socket(&world, &ben).await;
    let (mut anns, _) = chat.socket(&world, &ann).await;
    // The others wait until its file is stored.
    let attachment = STANDARD.encode(picture());
    anns.say_json(json!({ "message": "look", "attachment": attachment }))
        .await;
    anns.say("{").await;
    anns.say_json(json!({ "message": "and on" })).await;
    loop {
        match anns.hear().await {
            Heard::Text(_) => {}
            closed @ Heard::Closed(_) => {
                assert_eq!(closed, Heard::Closed(1011));
                break;
            }
        }
    }
    assert_eq!(message(&mut bens).await["text"], "look");
    bens.say_json(json!({ "message": "And?" })).await;
    assert_eq!(message(&mut bens).await["text"], "And?");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_told_to_its_sender_alone() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut bens, _) = chat.socket(&world, &ben).await;
    let (mut anns, _) = chat.socket(&world, &ann).await;
    for text in ["x".repeat(65_537), "é".repeat(40_000)] {
        anns.say_json(json!({ "message": text })).await;
        let warning = json!({ "Warning_Message": "Message too long." });
        assert_eq!(anns.hear_json().await, warning);
    }
    for (said, text) in [
        (json!("x".repeat(65_536)), "x".repeat(65_536)),
        (json!(""), String::new()),
        (json!(7), "7".to_owned()),
        (json!(null), String::new()),
    ] {
        anns.say_json(json!({ "message": said })).await;
        assert_eq!(message(&mut anns).await["text"], text);
        assert_eq!(
            message(&mut bens).await["text"],
            text,
            "and nothing of the others"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_as_long_as_the_server_takes_it() {
    let app = TestApp::start_with(|config| config.messages.body_bytes = 100);
    let world = World::of(app.await, PREFIX);
    let (ann, ben) = pair(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut socket, _) = chat.socket(&world, &ann).await;
    for (text, why) in [
        ("x".repeat(101), "Message too long."),
        ("a\0b".to_owned(), "This message cannot be sent."),
    ] {
        socket.say_json(json!({ "message": text })).await;
        let warning = json!({ "Warning_Message": why });
        assert_eq!(socket.hear_json().await, warning);
    }
    socket.say_json(json!({ "message": "x".repeat(100) })).await;
    assert_eq!(message(&mut socket).await["text"], "x".repeat(100));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_a_group_is_sent_away() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let group = group(&world, &ann, &[&ben]).await;
    let (mut bens, _) = group.socket(&world, &ben).await;
    let token = in_parlor(&world, &ben).await;
    let rooms = world
        .ask_parlor("GET", "/v1/rooms", &token, Value::Null)
        .await
        .json();
    let path = format!(
        "/v1/rooms/{}/members/me",
        rooms["rooms"][0]["id"].as_str().unwrap()
    );
    let left = world.ask_parlor("DELETE", &path, &token, Value::Null).await;
    assert!(left.status < 300, "{left:?}");
    assert_eq!(bens.hear_json().await, json!({ "Warning_Message": WRONG }));
    assert_eq!(bens.hear().await, Heard::Closed(1000));
    let mut again = enter(&world, &group.name, &ben.token).await.unwrap();
    assert_eq!(again.hear_json().await, json!({ "Warning_Message": WRONG }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_has_a_socket_at_the_root_as_well() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = pair(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let path = format!("/ws/chat/{}/?Authorization={}", chat.name, ann.token);
    let mut socket = world.socket_anywhere(&path, &[]).await.unwrap();
    assert_eq!(status(&mut socket).await, "OFFLINE");
    let attachment = STANDARD.encode(picture());
    socket
        .say_json(json!({ "message": "", "attachment": attachment }))
        .await;
    let heard = message(&mut socket).await;
    let place = heard["attachment"].as_str().unwrap();
    assert!(place.starts_with("/media/images/"), "{place}");
    let wish = json!({ "username": ben.name, "room_type": "Normal" });
    let known = start(&world, &ann, wish).await;
    assert_eq!(known.header("location"), Some(&*format!("{PREFIX}{}", chat.path)));
}
