//! Who is there.

use serde_json::{Value, json};

use super::PREFIX;
use super::chats::{chat, enter, group, id, in_parlor, message, status};
use super::people::{Someone, someone};
use crate::world::World;

async fn three(world: &World) -> [Someone; 3] {
    [
        someone(world, "ann").await,
        someone(world, "ben").await,
        someone(world, "cleo").await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn two_learn_of_each_other() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = three(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut anns, alone) = chat.socket(&world, &ann).await;
    assert_eq!(alone, "OFFLINE", "one's own socket is no company");
    let (bens, both) = chat.socket(&world, &ben).await;
    assert_eq!(both, "ONLINE");
    assert_eq!(status(&mut anns).await, "ONLINE");
    let (second, still) = chat.socket(&world, &ben).await;
    assert_eq!(still, "ONLINE");
    drop(bens);
    // He is there as long as he has a socket.
    let elsewhere = super::chats::chat(&world, &cleo, &ben).await;
    let (other, _) = elsewhere.socket(&world, &ben).await;
    drop(second);
    anns.say_json(json!({ "message": "still there?" })).await;
    assert_eq!(anns.hear_json().await["message"]["text"], "still there?");
    drop(other);
    assert_eq!(status(&mut anns).await, "OFFLINE", "at once with the last one");
    let (_again, both) = chat.socket(&world, &ben).await;
    assert_eq!(both, "ONLINE");
    assert_eq!(status(&mut anns).await, "ONLINE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_tells_whether_anybody_else_is_there() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = three(&world).await;
    let group = group(&world, &ann, &[&ben, &cleo]).await;
    let (mut anns, alone) = group.socket(&world, &ann).await;
    assert_eq!(alone, "OFFLINE");
    let (bens, _) = group.socket(&world, &ben).await;
    assert_eq!(status(&mut anns).await, "ONLINE");
    let (cleos, others) = group.socket(&world, &cleo).await;
    assert_eq!(others, "ONLINE");
    assert_eq!(status(&mut anns).await, "ONLINE");
    drop(bens);
    assert_eq!(status(&mut anns).await, "ONLINE", "they are still two");
    drop(cleos);
    assert_eq!(status(&mut anns).await, "OFFLINE");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_into_a_group_later_is_seen_as_well() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = three(&world).await;
    let group = group(&world, &ann, &[&ben]).await;
    let (mut anns, _) = group.socket(&world, &ann).await;
    let (token, cleos) = (in_parlor(&world, &ann).await, in_parlor(&world, &cleo).await);
    let rooms = world
        .ask_parlor("GET", "/v1/rooms", &token, Value::Null)
        .await
        .json();
    let room = rooms["rooms"][0]["id"].as_str().unwrap();
    let users = json!({ "users": [id(&world, &cleos).await] });
    let path = format!("/v1/rooms/{room}/members");
    let added = world.ask_parlor("POST", &path, &token, users).await;
    assert!(added.status < 300, "{added:?}");
    let _cleos = group.socket(&world, &cleo).await;
    assert_eq!(status(&mut anns).await, "ONLINE");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hides_it_is_never_there() {
    let world = World::at(PREFIX).await;
    let [ann, ben, _] = three(&world).await;
    let token = in_parlor(&world, &ben).await;
    let hidden = json!({ "shows": { "presence": "nobody" } });
    let changed = world.ask_parlor("PATCH", "/v1/me", &token, hidden).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let chat = chat(&world, &ann, &ben).await;
    let (_bens, _) = chat.socket(&world, &ben).await;
    let (mut anns, hidden) = chat.socket(&world, &ann).await;
    assert_eq!(hidden, "OFFLINE");

    let shown = json!({ "shows": { "presence": "everyone" } });
    world.ask_parlor("PATCH", "/v1/me", &token, shown).await;
    let (mut second, there) = chat.socket(&world, &ann).await;
    assert_eq!(there, "ONLINE");
    let hidden = json!({ "shows": { "presence": "nobody" } });
    world.ask_parlor("PATCH", "/v1/me", &token, hidden).await;
    assert_eq!(status(&mut second).await, "OFFLINE", "from now on");
    anns.say_json(json!({ "message": "Hello?" })).await;
    assert_eq!(message(&mut anns).await["text"], "Hello?");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_of_parlor_itself_counts() {
    let world = World::at(PREFIX).await;
    let [ann, ben, _] = three(&world).await;
    let chat = chat(&world, &ann, &ben).await;
    let (mut anns, alone) = chat.socket(&world, &ann).await;
    assert_eq!(alone, "OFFLINE");
    let bearer = format!("Bearer {}", in_parlor(&world, &ben).await);
    let headers = [("authorization", &*bearer)];
    let mut bens = world.socket_anywhere("/v1/socket", &headers).await.unwrap();
    bens.say_json(json!({ "type": "hello" })).await;
    assert_eq!(bens.hear_json().await["type"], "welcome");
    assert_eq!(status(&mut anns).await, "ONLINE");
    drop(bens);
    assert_eq!(status(&mut anns).await, "OFFLINE");
    assert!(enter(&world, &chat.name, &ben.token).await.is_ok());
}
