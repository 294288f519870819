//! What was said to one alone while one was not there.

use serde_json::{Value, json};

use super::PREFIX;
use super::chats::{chat, group, message, soon};
use super::people::{Someone, someone};
use crate::world::{Socket, World};

async fn missed(world: &World, who: &Someone) -> Vec<Value> {
    let answer = world.get("/api/get_notification/", &who.token).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_array().unwrap().clone()
}

async fn say(socket: &mut Socket, text: &str) {
    socket.say_json(json!({ "message": text })).await;
    assert_eq!(message(socket).await["text"], text);
}

fn texts(missed: &[Value]) -> Vec<&str> {
    missed.iter().map(|of| of["message"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_messages_are_told_the_oldest_first() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        someone(&world, "ann").await,
        someone(&world, "ben").await,
        someone(&world, "cleo").await,
    ];
    assert!(missed(&world, &ann).await.is_empty());
    let with_ben = chat(&world, &ben, &ann).await;
    let with_cleo = chat(&world, &cleo, &ann).await;
    let together = group(&world, &ben, &[&ann, &cleo]).await;
    let (mut bens, _) = with_ben.socket(&world, &ben).await;
    let (mut cleos, _) = with_cleo.socket(&world, &cleo).await;
    let (mut all, _) = together.socket(&world, &ben).await;
    say(&mut bens, "one").await;
    say(&mut all, "to all").await;
    say(&mut cleos, "two").await;
    say(&mut bens, "three").await;
    let told = missed(&world, &ann).await;
    assert_eq!(
        texts(&told),
        ["one", "two", "three"],
        "and not what was said to all"
    );
    let expected = json!({
        "id": told[0]["id"],
        "caller_name": "ben",
        "receiver_name": "ann",
        "conversation_id": with_ben.number(),
        "message": "one",
        "is_read": true,
        "timestamp": told[0]["timestamp"],
        "is_calling": false,
    });
    assert_eq!(told[0], expected);
    assert!(missed(&world, &ben).await.is_empty(), "one's own are none");
    let again = missed(&world, &ann).await;
    assert_eq!(again, told, "none is lost before it is read");
    with_cleo.told(&world, &ann).await;
    soon(async || texts(&missed(&world, &ann).await) == ["one", "three"]).await;
    with_ben.told(&world, &ann).await;
    soon(async || missed(&world, &ann).await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_is_read_at_once() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let chat = chat(&world, &ben, &ann).await;
    let (mut bens, _) = chat.socket(&world, &ben).await;
    for text in ["one", "two"] {
        say(&mut bens, text).await;
        assert_eq!(texts(&missed(&world, &ann).await), [text]);
        chat.told(&world, &ann).await;
        assert!(missed(&world, &ann).await.is_empty(), "{text}");
        let told = chat.told(&world, &ben).await;
        let messages = told["message_set"].as_array().unwrap();
        assert!(
            messages.iter().all(|message| message["is_read"] == true),
            "{told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_by_the_socket_of_its_room_is_not_missed() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let chat = chat(&world, &ben, &ann).await;
    let (mut anns, _) = chat.socket(&world, &ann).await;
    let (mut bens, _) = chat.socket(&world, &ben).await;
    bens.say_json(json!({ "message": "are you there?" })).await;
    assert_eq!(message(&mut anns).await["text"], "are you there?");
    soon(async || missed(&world, &ann).await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_hundred_are_told() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let chat = chat(&world, &ben, &ann).await;
    let (mut bens, _) = chat.socket(&world, &ben).await;
    for number in 0..110 {
        say(&mut bens, &number.to_string()).await;
    }
    let told = missed(&world, &ann).await;
    let expected: Vec<String> = (10..110).map(|number| number.to_string()).collect();
    assert_eq!(texts(&told), expected);
}
