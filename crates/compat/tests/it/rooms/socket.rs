//! Its socket.

use serde_json::{Value, json};

use super::{PREFIX, Person, person};
use crate::world::{Heard, World};

/// Two people in a room of the first.
async fn tea(world: &World) -> (Person, Person, i64) {
    let (ann, ben) = (person(world, "ann").await, person(world, "ben").await);
    let room = ann.room(world, json!({ "name": "Tea" })).await;
    for person in [&ann, &ben] {
        assert_eq!(person.join(world, room).await.status, 200);
    }
    (ann, ben, room)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_key_is_refused_at_the_door() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    for query in [
        String::new(),
        "?".to_owned(),
        "?token=".to_owned(),
        "?token=nonsense".to_owned(),
        format!("?key={}", ann.key),
        format!("?token={}&x", ann.key),
    ] {
        let refused = world.socket(&format!("/{query}"), &[]).await;
        assert_eq!(refused.err(), Some(403), "{query}");
    }
    let token = format!("Token {}", ann.key);
    let by_header = world.socket("/", &[("authorization", &token)]).await;
    assert_eq!(by_header.err(), Some(403), "the query is the only place");
    let bare = world.socket(&format!("?token={}", ann.key), &[]).await;
    assert!(bare.is_ok(), "its path is the root, with or without a slash");
    let path = format!("/?a=b&token={}", ann.key);
    assert!(world.socket(&path, &[]).await.is_ok());
    let foreign = world.socket(&path, &[("origin", "https://evil.example")]).await;
    assert_eq!(foreign.err(), Some(403));
    let local = world.socket(&path, &[("origin", "http://localhost:3000")]).await;
    assert!(local.is_ok());
    let elsewhere = world.socket(&format!("/chat/?token={}", ann.key), &[]).await;
    assert_eq!(elsewhere.err(), Some(404));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_to_the_sender_alone() {
    let world = World::at(PREFIX).await;
    let (ann, ben, room) = tea(&world).await;
    let foreign = person(&world, "cleo")
        .await
        .room(&world, json!({ "name": "Coffee" }))
        .await;
    let mut socket = ann.socket(&world).await;
    let mut bens = ben.socket(&world).await;
    for frame in [
        json!({}),
        json!({ "text": "x" }),
        json!({ "room": room }),
        json!({ "text": null, "room": room }),
        json!({ "text": "x", "room": null }),
        json!({ "text": "x".repeat(65_537), "room": room }),
        json!({ "text": "x", "room": foreign }),
    ] {
        socket.say_json(frame.clone()).await;
        let error = json!({ "error": "validation error" });
        assert_eq!(socket.hear_json().await, error, "{:.60}", frame.to_string());
    }
    let half_of_a_letter = format!(r#"{{"text": "\ud83d", "room": {room}}}"#);
    socket.say(&half_of_a_letter).await;
    assert_eq!(socket.hear_json().await, json!({ "error": "validation error" }));
    for (value, text) in [(json!(""), ""), (json!(7), "7"), (json!("x"), "x")] {
        socket.say_json(json!({ "text": value, "room": room })).await;
        assert_eq!(socket.hear_json().await["text"], text);
        assert_eq!(
            bens.hear_json().await["text"],
            text,
            "he has heard nothing of the others"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_frame_closes_only_its_own_socket() {
    let world = World::at(PREFIX).await;
    let (ann, ben, room) = tea(&world).await;
    let mut bens = ben.socket(&world).await;
    for frame in [
        "",
        "{",
        "[]",
        "null",
        r#"{"text": "x", "room": 4711}"#,
        r#"{"text": "x", "room": "tea"}"#,
        r#"{"text": "x", "room": [1]}"#,
    ] {
        let mut socket = ann.socket(&world).await;
        socket.say(frame).await;
        assert_eq!(socket.hear().await, Heard::Closed(1011), "{frame}");
    }
    let mut socket = ann.socket(&world).await;
    socket.say_bytes(b"x").await;
    assert_eq!(socket.hear().await, Heard::Closed(1011));
    let mut socket = ann.socket(&world).await;
    socket.say(&"x".repeat((256 << 10) + 1)).await;
    assert_eq!(socket.hear().await, Heard::Closed(1009));
    bens.say_json(json!({ "text": "still here", "room": room })).await;
    assert_eq!(bens.hear_json().await["text"], "still here");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_sockets_of_somebody_follow_what_he_joins() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let mut first = ben.socket(&world).await;
    let mut second = ben.socket(&world).await;
    let mut own = ann.socket(&world).await;
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    for person in [&ann, &ben] {
        person.join(&world, room).await;
    }
    let said = ann.say(&world, room, "one").await;
    for socket in [&mut first, &mut second, &mut own] {
        assert_eq!(socket.hear_json().await, said, "also whose room it is");
    }
    drop(second);
    let other = ann.room(&world, json!({ "name": "Coffee" })).await;
    for person in [&ann, &ben] {
        person.join(&world, other).await;
    }
    let said = ann.say(&world, other, "two").await;
    for socket in [&mut first, &mut own] {
        assert_eq!(socket.hear_json().await, said, "the other one's end ends nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_and_goes_hears_what_is_said_while_he_is_there() {
    let world = World::at(PREFIX).await;
    let (ann, ben, room) = tea(&world).await;
    let mut bens = ben.socket(&world).await;
    let mut anns = ann.socket(&world).await;
    for round in 0..3 {
        let said = ann.say(&world, room, &format!("here {round}")).await;
        assert_eq!(bens.hear_json().await, said);
        assert_eq!(anns.hear_json().await, said);
        ben.leave(&world, room).await;
        let alone = ann.say(&world, room, "alone").await;
        assert_eq!(anns.hear_json().await, alone);
        ben.join(&world, room).await;
    }
    for _ in 0..3 {
        ann.leave(&world, room).await;
        ann.join(&world, room).await;
    }
    let said = ben.say(&world, room, "back").await;
    assert_eq!(anns.hear_json().await, said, "the owner likewise");
    assert_eq!(bens.hear_json().await, said);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_into_his_own_room_hears_all_from_then_on() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    ben.join(&world, room).await;
    let mut anns = ann.socket(&world).await;
    let mut bens = ben.socket(&world).await;
    for round in 0..3 {
        ann.join(&world, room).await;
        let texts: Vec<String> = (0..60).map(|number| format!("{round}.{number}")).collect();
        for text in &texts {
            bens.say_json(json!({ "text": text, "room": room })).await;
        }
        for text in &texts {
            assert_eq!(bens.hear_json().await["text"], json!(text));
        }
        // He leaves when all was said, which he is still to hear.
        ann.leave(&world, room).await;
        for text in &texts {
            assert_eq!(anns.hear_json().await["text"], json!(text));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_are_stored_in_their_order() {
    let world = World::at(PREFIX).await;
    let (ann, ben, room) = tea(&world).await;
    let mut bens = ben.socket(&world).await;
    let mut anns = ann.socket(&world).await;
    let fresh = ann.room(&world, json!({ "name": "Coffee" })).await;
    ann.join(&world, fresh).await;
    // Perhaps the socket has not yet heard of the second room.
    for number in 0..20 {
        let room = if number % 2 == 0 { fresh } else { room };
        anns.say_json(json!({ "text": number.to_string(), "room": room }))
            .await;
    }
    let page = async |room: i64| {
        let path = format!("/api/v1/chats/messages/?room={room}&page_size=100");
        let page = ann.get(&world, &path).await.json();
        let results = page["results"].as_array().unwrap().iter();
        results
            .map(|message| message["text"].clone())
            .collect::<Vec<Value>>()
    };
    for _ in 0..20 {
        anns.hear_json().await;
    }
    let expected = |rest: i64| -> Vec<Value> {
        let numbers = (0..20).rev().filter(|number| number % 2 == rest);
        numbers.map(|number| json!(number.to_string())).collect()
    };
    assert_eq!(page(fresh).await, expected(0));
    assert_eq!(page(room).await, expected(1));
    assert_eq!(bens.hear_json().await["text"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_are_heard_again_and_deletions_are_not() {
    let world = World::at(PREFIX).await;
    let (ann, ben, room) = tea(&world).await;
    let mut bens = ben.socket(&world).await;
    let said = ann.say(&world, room, "Hallo").await;
    assert_eq!(bens.hear_json().await, said);
    let path = format!("/api/v1/chats/messages/{}/", said["id"]);
    let text = [crate::multipart::Part::Text("text", "Hello")];
    let edited = ann.send(&world, "PATCH", &path, &text).await.json();
    assert_eq!(bens.hear_json().await, edited);
    assert_eq!((&edited["id"], &edited["text"]), (&said["id"], &json!("Hello")));
    assert_eq!(ann.ask(&world, "DELETE", &path, Value::Null).await.status, 204);
    let last = ann.say(&world, room, "Bye").await;
    assert_eq!(bens.hear_json().await, last);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_with_its_account() {
    let world = World::at(PREFIX).await;
    let ben = person(&world, "ben").await;
    let mut socket = ben.socket(&world).await;
    let path = format!("/api/v1/users/{}/", ben.id);
    assert_eq!(ben.ask(&world, "DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(socket.hear().await, Heard::Closed(1008));
}
