//! What was said in a chat.

use serde_json::{Value, json};

use super::PREFIX;
use super::chats::{Chat, chat, group, in_parlor, message, soon};
use super::people::{Someone, someone};
use crate::world::World;

fn texts(told: &Value) -> Vec<&str> {
    let messages = told["message_set"].as_array().unwrap().iter();
    messages
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_are_in_a_conversation_are_told_it() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        someone(&world, "ann").await,
        someone(&world, "ben").await,
        someone(&world, "cleo").await,
    ];
    let chat = chat(&world, &ann, &ben).await;
    let nothing = json!({ "message": "Conversation does not exist" });
    world.get(&chat.path, &cleo.token).await.is(404, nothing.clone());
    for unknown in ["4711", "0", "99999999999999999999"] {
        let path = format!("/api/get_conversation/{unknown}");
        world.get(&path, &ann.token).await.is(200, nothing.clone());
    }
    let stranger = world.get(&chat.path, "nonsense").await;
    assert_eq!(stranger.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_read_when_all_others_have_it() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        someone(&world, "ann").await,
        someone(&world, "ben").await,
        someone(&world, "cleo").await,
    ];
    let direct = chat(&world, &ann, &ben).await;
    let group = group(&world, &ann, &[&ben, &cleo]).await;
    for chat in [&direct, &group] {
        let (mut socket, _) = chat.socket(&world, &ann).await;
        for text in ["one", "two"] {
            socket.say_json(json!({ "message": text })).await;
            assert_eq!(message(&mut socket).await["is_read"], false);
        }
    }
    let read = async |chat: &Chat, by: &Someone| -> Vec<bool> {
        let told = chat.told(&world, by).await;
        assert_eq!(texts(&told), ["two", "one"], "the newest first");
        let messages = told["message_set"].as_array().unwrap().iter();
        messages
            .map(|message| message["is_read"].as_bool().unwrap())
            .collect()
    };
    assert_eq!(read(&direct, &ann).await, [false, false]);
    assert_eq!(read(&direct, &ben).await, [true, true], "he has it with that");
    soon(async || read(&direct, &ann).await == [true, true]).await;

    assert_eq!(read(&group, &ben).await, [false, false], "not all have it");
    assert_eq!(read(&group, &cleo).await.len(), 2);
    soon(async || read(&group, &ann).await == [true, true]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_conversation_is_told_whole_and_as_it_is_now() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let chat = chat(&world, &ann, &ben).await;
    let (mut socket, _) = chat.socket(&world, &ann).await;
    for number in 0..120 {
        socket.say_json(json!({ "message": number.to_string() })).await;
        message(&mut socket).await;
    }
    let token = in_parlor(&world, &ann).await;
    let rooms = world
        .ask_parlor("GET", "/v1/rooms", &token, Value::Null)
        .await
        .json();
    let room = rooms["rooms"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/rooms/{room}/messages?limit=3");
    let newest = world.ask_parlor("GET", &path, &token, Value::Null).await.json();
    let place = |number: usize| format!("/v1/rooms/{room}/messages/{}", newest["messages"][number]["seq"]);
    let edit = json!({ "body": "edited", "client_id": "e" });
    let edited = world.ask_parlor("PATCH", &place(0), &token, edit).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    let deleted = world.ask_parlor("DELETE", &place(1), &token, Value::Null).await;
    assert!(deleted.status < 300, "{deleted:?}");
    let told = chat.told(&world, &ben).await;
    let mut expected = vec!["119".to_owned(), "edited".to_owned()];
    expected.extend((0..117).rev().map(|number| number.to_string()));
    assert_eq!(texts(&told), expected);
}
