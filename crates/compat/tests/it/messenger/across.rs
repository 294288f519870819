//! One conversation, seen at once through several dialects and Parlor's own API.

use serde_json::{Value, json};

use super::PREFIX;
use super::chats::{chat, in_parlor, message, soon};
use super::people::{PASSWORD, someone};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_one_wherever_it_is_seen() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let by_messenger = chat(&world, &ann, &ben).await;
    let ask = async |method: &str, path: &str, token: &str, body: Value| {
        let answer = world.ask_parlor(method, path, token, body).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
        answer.json()
    };

    // Ben uses them all at once.
    let login = json!({ "username": ben.name, "password": PASSWORD });
    let key = ask("POST", "/compat/rooms/api/v1/auth/login/", "", login).await;
    let path = format!("/compat/rooms/?token={}", key["token"].as_str().unwrap());
    let mut by_rooms = world.socket_anywhere(&path, &[]).await.unwrap();
    let login = json!({ "email": ben.email, "password": PASSWORD });
    let tokens = ask("POST", "/compat/conversations/api/login/", "", login).await;
    let access = tokens["access"].as_str().unwrap();
    let parlors = in_parlor(&world, &ann).await;
    let ann_id = super::chats::id(&world, &parlors).await;
    let path = format!("/compat/conversations/api/users/{ann_id}/chat/");
    let opened = ask("GET", &path, access, Value::Null).await;
    let conversation = opened["data"]["id"].as_str().unwrap();
    let socket = format!("/compat/conversations/ws/chat/{conversation}/?token={access}");
    let mut by_conversations = world.socket_anywhere(&socket, &[]).await.unwrap();
    let rooms = ask("GET", "/v1/rooms", &parlors, Value::Null).await;
    let room = rooms["rooms"][0]["id"].as_str().unwrap();
    assert_eq!(room, conversation);
    assert_eq!(rooms["rooms"][0]["number"], by_messenger.number());
    let messages = format!("/v1/rooms/{room}/messages");

    let (mut anns, there) = by_messenger.socket(&world, &ann).await;
    assert_eq!(there, "ONLINE", "he is, by whatever socket");
    anns.say_json(json!({ "message": "by messenger" })).await;
    let said = message(&mut anns).await;
    let heard = by_rooms.hear_json().await;
    assert_eq!(
        (&heard["text"], &heard["id"], &heard["owner"]),
        (&json!("by messenger"), &said["id"], &json!(ann.number))
    );
    assert_eq!(by_conversations.hear_json().await["message"], "by messenger");

    by_rooms
        .say_json(json!({ "text": "by rooms", "room": by_messenger.number() }))
        .await;
    assert_eq!(message(&mut anns).await["text"], "by rooms");
    by_conversations.hear_json().await;
    by_conversations
        .say_json(json!({ "message": "by conversations", "recipient_id": ann_id }))
        .await;
    let heard = message(&mut anns).await;
    assert_eq!(
        (&heard["text"], &heard["sender"]),
        (&json!("by conversations"), &json!(ben.number))
    );
    let by_parlor = json!({ "client_id": "1", "body": "by Parlor itself" });
    ask("POST", &messages, &parlors, by_parlor).await;
    assert_eq!(message(&mut anns).await["text"], "by Parlor itself");

    let expected = ["by Parlor itself", "by conversations", "by rooms", "by messenger"];
    let told = by_messenger.told(&world, &ann).await;
    let shown = ask("GET", &path, access, Value::Null).await;
    let page = ask("GET", &messages, &parlors, Value::Null).await;
    for (number, text) in expected.into_iter().enumerate() {
        assert_eq!(told["message_set"][number]["text"], text);
        assert_eq!(shown["data"]["messages"][number]["text"], text);
        assert_eq!(page["messages"][3 - number]["body"], text);
    }
    // Ben has looked at it in `conversations`, and Ann has heard it here.
    let read = async || {
        let told = by_messenger.told(&world, &ann).await;
        let messages = told["message_set"].as_array().unwrap();
        messages.iter().all(|message| message["is_read"] == true)
    };
    soon(read).await;
}
