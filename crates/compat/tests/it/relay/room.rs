//! The room in which all is said.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{CREATE, LIST, PREFIX, SOCKET, administrator, credentials, person, text};
use crate::rooms;
use crate::world::World;

/// Ids of somebody's rooms at `/v1`.
async fn rooms_of(world: &World, token: &str) -> Vec<String> {
    let rooms = world
        .ask_parlor("GET", "/v1/rooms", token, Value::Null)
        .await
        .json();
    let rooms = rooms["rooms"].as_array().unwrap().iter();
    rooms
        .map(|room| room["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_comes_by_this_dialect_is_not_in_it() {
    let world = World::at("").await;
    let ann = person(&world, "ann").await;
    let cleo = rooms::person(&world, "cleo").await;
    // A log in for all dialects is none for this one.
    let shared = world.post("/api/token/", credentials("cleo")).await;
    assert_eq!(shared.status, 200, "{shared:?}");
    let token = cleo.log_in_to_parlor(&world).await;
    assert_eq!(rooms_of(&world, &token).await, [""; 0]);
    let token = ann.log_in_to_parlor(&world).await;
    assert_eq!(rooms_of(&world, &token).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_come_first_at_the_same_time_are_in_one_room() {
    let world = World::at(PREFIX).await;
    let names: Vec<String> = (0..6).map(|n| format!("person{n}")).collect();
    let people = join_all(names.iter().map(|name| person(&world, name))).await;
    let mut rooms = Vec::new();
    for person in &people {
        rooms.extend(rooms_of(&world, &person.log_in_to_parlor(&world).await).await);
    }
    assert_eq!(rooms.len(), people.len());
    rooms.dedup();
    assert_eq!(rooms.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_comes_in_again() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let (mut anns, mut bens) = (ann.socket(&world).await, ben.socket(&world).await);
    let token = ben.log_in_to_parlor(&world).await;
    let room = rooms_of(&world, &token).await.remove(0);
    let leave = async || {
        let path = format!("/v1/rooms/{room}/members/me");
        let left = world.ask_parlor("DELETE", &path, &token, Value::Null).await;
        assert!(left.status < 300, "{left:?}");
        assert_eq!(rooms_of(&world, &token).await, [""; 0]);
    };
    leave().await;
    anns.say_json(text("not for ben")).await;
    assert_eq!(anns.hear_json().await, text("not for ben"));
    bens.say_json(text("I am back")).await;
    assert_eq!(bens.hear_json().await, text("I am back"));
    assert_eq!(anns.hear_json().await, text("I am back"));

    leave().await;
    assert_eq!(world.get(LIST, &ben.access).await.status, 200);
    anns.say_json(text("for ben")).await;
    assert_eq!(
        bens.hear_json().await,
        text("for ben"),
        "his socket is still open"
    );

    leave().await;
    world.post("/api/token/", credentials("ben")).await;
    assert_eq!(rooms_of(&world, &token).await, [room.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_banned_stays_out() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (administrator(&world, "ann").await, person(&world, "ben").await);
    let mut bens = ben.socket(&world).await;
    let token = ann.log_in_to_parlor(&world).await;
    let room = rooms_of(&world, &token).await.remove(0);
    let path = format!("/v1/rooms/{room}/bans/{}", ben.id(&world).await);
    let banned = world.ask_parlor("PUT", &path, &token, Value::Null).await;
    assert_eq!(banned.status, 204, "{banned:?}");

    let why = "You do not have permission to perform this action.";
    bens.say_json(text("Hello")).await;
    let answer = bens.hear_json().await;
    assert_eq!(answer, json!({ "error": why, "type": "error" }));
    let opened = world.socket(&format!("{SOCKET}?token={}", ben.access), &[]).await;
    assert_eq!(opened.err(), Some(403));
    for (method, path, body) in [
        ("GET", LIST, Value::Null),
        ("POST", CREATE, json!({ "type": "text", "message": "Hello" })),
    ] {
        let refused = ben.ask(&world, method, path, body).await;
        refused.is(403, json!({ "detail": why }));
    }
    // His account is good elsewhere.
    assert_eq!(world.post("/api/token/", credentials("ben")).await.status, 200);
    assert!(ann.list(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_write_is_told_so() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (administrator(&world, "ann").await, person(&world, "ben").await);
    let mut bens = ben.socket(&world).await;
    let token = ann.log_in_to_parlor(&world).await;
    let room = rooms_of(&world, &token).await.remove(0);
    let path = format!("/v1/rooms/{room}/members/{}/mute", ben.id(&world).await);
    let muted = world
        .ask_parlor("PUT", &path, &token, json!({ "seconds": 60 }))
        .await;
    assert!(muted.status < 300, "{muted:?}");
    bens.say_json(text("Hello")).await;
    assert_eq!(bens.hear_json().await["type"], "error");
    let refused = ben.ask(&world, "POST", CREATE, text("Hello")).await;
    assert_eq!(refused.status, 403);
    ann.create(&world, text("Be quiet")).await;
    assert_eq!(
        bens.hear_json().await,
        text("Be quiet"),
        "and hears what others say"
    );
}
