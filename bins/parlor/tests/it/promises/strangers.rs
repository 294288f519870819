//! To a stranger a room, a session or a person he shares nothing with is the same as none.

use hyper::Method;
use parlor_client::RestError;
use parlor_wire::StreamPosition;
use serde_json::{Value, json};
use uuid::Uuid;

use super::database::Database;
use super::world::{Person, World};

on_both_databases!(
    every_request_about_a_room_of_others_is_answered_as_about_none,
    every_command_about_a_room_of_others_is_answered_as_about_none,
    positions_and_marks_in_a_room_of_others_say_nothing,
    a_session_of_others_is_answered_as_none,
);

/// A room that is not there.
const NOWHERE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

/// How a request was refused, without what differs in every answer.
fn told<T: std::fmt::Debug>(result: Result<T, RestError>) -> Value {
    let Err(RestError::Refused(problem)) = result else {
        panic!("not refused: {result:?}")
    };
    let mut told = serde_json::to_value(problem).unwrap();
    told.as_object_mut().unwrap().remove("request_id");
    told
}

/// A right body for each request that needs one.
fn body(method: &str, path: &str, person: Uuid) -> Option<Value> {
    match (method, path) {
        ("patch", "/v1/rooms/{room}") => Some(json!({"name": "Mine now"})),
        ("put", "/v1/rooms/{room}/avatar") => Some(json!({"media": person})),
        ("put", "/v1/rooms/{room}/notify") => Some(json!({"level": "nothing"})),
        ("put", "/v1/rooms/{room}/members/{user}/mute") => Some(json!({"seconds": 60})),
        ("post", "/v1/rooms/{room}/requests" | "/v1/rooms/{room}/links") => Some(json!({})),
        ("put", "/v1/rooms/{room}/owner") => Some(json!({"owner": person})),
        ("post", "/v1/rooms/{room}/members") => Some(json!({"users": [person]})),
        ("put", "/v1/rooms/{room}/members/{user}/role") => Some(json!({"role": "admin"})),
        ("post", "/v1/rooms/{room}/messages") => Some(json!({"body": "hello", "client_id": "x"})),
        ("patch", "/v1/rooms/{room}/messages/{seq}") => Some(json!({"body": "hello"})),
        ("put", "/v1/rooms/{room}/marks") => Some(json!({"read": 1})),
        _ => None,
    }
}

/// Ann and Bob in a group and in a direct room, a message in each, and Eve in none.
async fn rooms(world: &World) -> ([Person; 3], [(Uuid, u64); 2]) {
    let people = world.people(["ann", "bob", "eve"]).await;
    let [ann, bob, _] = &people;
    let group = ann.group(&[bob]).await;
    let direct = ann.rest.open_direct(bob.id).await.unwrap().id;
    let rooms = [
        (group, ann.say(group, "between us").await),
        (direct, ann.say(direct, "between us").await),
    ];
    (people, rooms)
}

async fn every_request_about_a_room_of_others_is_answered_as_about_none(database: Database) {
    let world = World::new(database).await;
    let ([ann, bob, eve], rooms) = rooms(&world).await;
    let document = eve.ask(Method::GET, "/openapi.json", None).await.unwrap();
    let mut asked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        // What backends do needs a key, and is not for people.
        if !path.contains("{room}") || path.starts_with("/v1/server/") {
            continue;
        }
        for method in ["get", "post", "put", "patch", "delete"] {
            if operations.get(method).is_none() {
                continue;
            }
            let ask = async |room: Uuid, seq: u64| {
                let filled = path
                    .replace("{room}", &room.to_string())
                    .replace("{user}", &bob.id.to_string())
                    .replace("{seq}", &seq.to_string())
                    .replace("{code}", "abcdefghijklmnopqrstuv")
                    .replace("{emoji}", "%E2%9D%A4");
                let verb = method.to_uppercase().parse().unwrap();
                told(eve.ask(verb, &filled, body(method, path, bob.id)).await)
            };
            let none = ask(NOWHERE, 4).await;
            assert_eq!(none["status"], 404, "{method} {path}: {none}");
            for (room, seq) in rooms {
                assert_eq!(ask(room, seq).await, none, "{method} {path}");
                asked += 1;
            }
        }
    }
    assert!(asked >= 30, "only {asked} requests were tried");
    for (room, seq) in rooms {
        let view = ann.room(room).await;
        assert_eq!((view.members, view.as_of.seq), (2, seq), "nothing happened");
    }
}

async fn every_command_about_a_room_of_others_is_answered_as_about_none(database: Database) {
    let world = World::new(database).await;
    let ([ann, _, eve], rooms) = rooms(&world).await;
    let mut device = eve.connect().await;
    for (command, own) in [
        (json!({"type": "send", "client_id": "x", "body": "hello"}), true),
        (
            json!({"type": "send", "client_id": "y", "body": "re", "reply_to": 4}),
            true,
        ),
        (json!({"type": "edit", "target": 4, "body": "hello"}), true),
        (json!({"type": "delete", "target": 4, "client_id": "z"}), true),
        (json!({"type": "played", "target": 4}), true),
        (
            json!({"type": "react", "target": 4, "emoji": "\u{2764}", "on": true}),
            true,
        ),
        (json!({"type": "read", "seq": 1}), true),
        (json!({"type": "delivered", "seq": u64::MAX}), true),
        (json!({"type": "typing"}), true),
        (json!({"type": "follow"}), false),
    ] {
        let mut tell = async |subject: Uuid| {
            let mut command = command.clone();
            command[if own { "room" } else { "user" }] = json!(subject);
            let mut failure = device.ask(command).await.unwrap_err();
            failure.id = None;
            failure
        };
        let none = tell(NOWHERE).await;
        assert!(none.code.starts_with("no_such_"), "{command}: {none:?}");
        for (room, _) in rooms {
            let subject = if own { room } else { ann.id };
            assert_eq!(tell(subject).await, none, "{command}");
        }
    }
    // Nor did anything of it come to the socket.
    ann.say(rooms[0].0, "still between us").await;
    device.settle().await;
    assert!(device.heard.is_empty(), "{:?}", device.heard);
}

async fn positions_and_marks_in_a_room_of_others_say_nothing(database: Database) {
    let world = World::new(database).await;
    let ([_, bob, eve], rooms) = rooms(&world).await;
    let streams = [rooms[0].0, rooms[1].0, bob.id, NOWHERE];
    for seq in [0, 1, u64::MAX] {
        let positions = streams.map(|stream| StreamPosition {
            stream,
            seq,
            tag: 0,
            rev: 0,
        });
        let mut device = eve.resume(positions.to_vec()).await;
        let mut gone = device.welcome.gone.clone();
        gone.sort_unstable();
        let mut expected = streams;
        expected.sort_unstable();
        assert_eq!(gone, expected);
        device.settle().await;
        assert!(device.heard.is_empty(), "{:?}", device.heard);
    }
}

async fn a_session_of_others_is_answered_as_none(database: Database) {
    let world = World::new(database).await;
    let [ann, eve] = world.people(["ann", "eve"]).await;
    let end = async |session: Uuid| {
        let path = format!("/v1/sessions/{session}");
        told(eve.ask(Method::DELETE, &path, None).await)
    };
    let none = end(NOWHERE).await;
    assert_eq!(none["code"], "no_such_session");
    assert_eq!(end(ann.tokens.session.id).await, none);
    ann.connect().await.settle().await;
}
