//! Broadcast lists.

use serde_json::{Value, json};

use super::PREFIX;
use super::chats::{Chat, NOBODY, chat, enter, group, id, in_parlor, message, reopened, soon, start, status};
use super::people::{Someone, someone};
use crate::world::{Heard, World};

/// A list of these people.
async fn list(world: &World, maker: &Someone, members: &[&Someone]) -> Chat {
    let numbers: Vec<i64> = members.iter().map(|member| member.number).collect();
    let wish = json!({ "members_id": numbers, "room_type": "brodcast" });
    reopened(world, maker, &start(world, maker, wish).await).await
}

async fn three(world: &World) -> [Someone; 3] {
    [
        someone(world, "ann").await,
        someone(world, "ben").await,
        someone(world, "cleo").await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_goes_to_each_alone() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = three(&world).await;
    let with_ben = chat(&world, &ben, &ann).await;
    let list = list(&world, &ann, &[&ben, &cleo]).await;
    let shape = list.told(&world, &ann).await;
    assert_eq!(shape["room_type"], "brodcast");
    assert_eq!(shape["initiator"]["username"], "ann");
    assert_eq!(shape["group_member1"][0]["email"], ben.email);
    assert_eq!(
        shape["group_member2"][0]["email"], "",
        "of a stranger no address is told"
    );
    let (mut bens, _) = with_ben.socket(&world, &ben).await;
    let (mut anns, others) = list.socket(&world, &ann).await;
    assert_eq!(others, "ONLINE", "one of them is there");
    anns.say_json(json!({ "message": "Sale!" })).await;
    let sent = message(&mut anns).await;
    assert_eq!(
        (&sent["text"], &sent["sender"], &sent["is_read"]),
        (&json!("Sale!"), &json!(ann.number), &json!(false))
    );
    let heard = message(&mut bens).await;
    assert_eq!(
        (&heard["text"], &heard["sender"]),
        (&json!("Sale!"), &json!(ann.number))
    );
    bens.say_json(json!({ "message": "What does it cost?" })).await;
    let answer = message(&mut bens).await;
    assert_eq!(answer["sender"], ben.number);

    // For Cleo the direct room was made by it.
    let has_come = async || {
        let shown = world.get("/api/show_user/", &cleo.token).await.json();
        shown["conversation_users"][0]["users"]["username"] == "ann"
    };
    soon(has_come).await;
    let with_cleo = chat(&world, &cleo, &ann).await;
    let texts = |told: &Value| -> Vec<Value> {
        let messages = told["message_set"].as_array().unwrap().iter();
        messages.map(|message| message["text"].clone()).collect()
    };
    assert_eq!(
        texts(&with_cleo.told(&world, &cleo).await),
        ["Sale!"],
        "the answer is Ann's alone"
    );
    let told = list.told(&world, &ann).await;
    assert_eq!(
        texts(&told),
        ["Sale!"],
        "what was sent, and not what was answered"
    );
    assert_eq!(told["message_set"][0]["id"], sent["id"]);
    soon(async || list.told(&world, &ann).await["message_set"][0]["is_read"] == true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_its_makers_alone() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = three(&world).await;
    let list = list(&world, &ann, &[&ben, &cleo]).await;
    for other in [&ben, &cleo] {
        let mut socket = enter(&world, &list.name, &other.token).await.unwrap();
        let warning = "You are trying to connect to the wrong chat room.";
        assert_eq!(socket.hear_json().await, json!({ "Warning_Message": warning }));
        assert_eq!(socket.hear().await, Heard::Closed(1000));
        let foreign = world.get(&list.path, &other.token).await;
        foreign.is(404, json!({ "message": "Conversation does not exist" }));
        let shown = world.get("/api/show_user/", &other.token).await.json();
        assert_eq!(
            (&shown["created_groups"], &shown["participant_groups"]),
            (&Value::Null, &json!([]))
        );
    }
    let shown = world.get("/api/show_user/", &ann.token).await.json();
    let created = &shown["created_groups"];
    assert_eq!(
        (&created["room_type"], &created["room_name"]),
        (&json!("brodcast"), &json!(list.name))
    );
    assert_eq!(created["group_member1"]["username"], "ben");
    assert_eq!(created["group_member2"]["username"], "cleo");
    assert_eq!(shown["participant_groups"], json!([]));
    let group = group(&world, &ann, &[&ben]).await;
    assert_ne!(group.number(), list.number(), "numbers are of both together");
    let shown = world.get("/api/show_user/", &ann.token).await.json();
    assert_eq!(
        shown["created_groups"]["room_name"], group.name,
        "what was made last"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_to_a_list_is_told() {
    let world = World::at(PREFIX).await;
    let [ann, ben, _] = three(&world).await;
    let empty = list(&world, &ann, &[]).await;
    let (mut socket, alone) = empty.socket(&world, &ann).await;
    assert_eq!(alone, "OFFLINE");
    socket.say_json(json!({ "message": "Anybody?" })).await;
    let warning = json!({ "Warning_Message": "There is nobody in this list." });
    assert_eq!(socket.hear_json().await, warning);
    let full = list(&world, &ann, &[&ben]).await;
    let (mut socket, _) = full.socket(&world, &ann).await;
    socket.say_json(json!({ "message": "" })).await;
    let warning = json!({ "Warning_Message": "This message cannot be sent." });
    assert_eq!(socket.hear_json().await, warning);
    let wish = json!({ "members_id": [ben.number, 4711], "room_type": "brodcast" });
    start(&world, &ann, wish)
        .await
        .is(403, json!({ "detail": NOBODY }));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocks_the_maker_gets_nothing() {
    let world = World::at(PREFIX).await;
    // Messages go out in the order of people's numbers: when Cleo has hers, Ben would have his.
    let [ann, ben, cleo] = three(&world).await;
    let with_cleo = chat(&world, &cleo, &ann).await;
    let list = list(&world, &ann, &[&ben, &cleo]).await;
    let (anns, bens) = (in_parlor(&world, &ann).await, in_parlor(&world, &ben).await);
    let block = format!("/v1/blocks/{}", id(&world, &anns).await);
    let blocked = world.ask_parlor("PUT", &block, &bens, Value::Null).await;
    assert_eq!(blocked.status, 204, "{blocked:?}");
    let (mut cleos, _) = with_cleo.socket(&world, &cleo).await;
    let (mut socket, _) = list.socket(&world, &ann).await;
    socket.say_json(json!({ "message": "Sale!" })).await;
    assert_eq!(message(&mut cleos).await["text"], "Sale!");
    let shown = world.get("/api/show_user/", &ben.token).await.json();
    assert_eq!(shown["conversation_users"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_made_elsewhere_is_shown() {
    let world = World::at(PREFIX).await;
    let [ann, ..] = three(&world).await;
    let token = in_parlor(&world, &ann).await;
    let name = json!({ "name": "Customers" });
    let made = world
        .ask_parlor("POST", "/v1/broadcast-lists", &token, name)
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let shown = world.get("/api/show_user/", &ann.token).await.json();
    let created = &shown["created_groups"];
    assert_eq!(created["room_type"], "brodcast");
    let name = created["room_name"].as_str().unwrap();
    let mut socket = enter(&world, name, &ann.token).await.unwrap();
    assert_eq!(status(&mut socket).await, "OFFLINE");
    let path = made.header("location").unwrap();
    let deleted = world.ask_parlor("DELETE", path, &token, Value::Null).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(enter(&world, name, &ann.token).await.err(), Some(404));
}
