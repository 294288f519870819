//! Rooms.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_once_per_client_id() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let wish = json!({"name": "Tea", "topic": "At five", "join": "open", "capacity": 10, "client_id": "r1"});
    let made = ann.post("/v1/rooms", wish.clone()).await;
    assert_snapshot!(made.shown(), @r#"
    201
    {
      "active_at": "2026-01-01T00:00:00.000000Z",
      "adding": "admins",
      "as_of": {
        "rev": 0,
        "seq": 1,
        "tag": "a tag"
      },
      "avatar": null,
      "capacity": 10,
      "created_at": "2026-01-01T00:00:00.000000Z",
      "delivered": 1,
      "history": "all",
      "id": "id 1",
      "join": "open",
      "kind": "group",
      "last_message": null,
      "members": 1,
      "name": "Tea",
      "notify": {
        "level": "all",
        "muted_until": null,
        "rev": 1
      },
      "number": 1,
      "owner": "id 2",
      "posting": "everyone",
      "read": 1,
      "role": "owner",
      "slow_mode": 0,
      "topic": "At five",
      "unread": 0,
      "visible_from": 1
    }
    "#);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), Some(&*format!("/v1/rooms/{id}")));
    let again = ann.post("/v1/rooms", wish).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &json!(id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_field_of_a_group_is_named() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    let cases = [
        (json!({}), "name"),
        (json!({"name": ""}), "name"),
        (json!({"name": "x".repeat(101)}), "name"),
        (json!({"name": "Tea", "topic": "a\nb"}), "topic"),
        (json!({"name": "Tea", "history": "none"}), "history"),
        (json!({"name": "Tea", "capacity": 0}), "capacity"),
        (json!({"name": "Tea", "capacity": 1_000_000}), "capacity"),
        (json!({"name": "Tea", "capacity": u64::MAX}), "capacity"),
        (json!({"name": "Tea", "members": "all"}), "members"),
        (json!({"name": "Tea", "members": ["me"]}), "members[0]"),
        (json!({"name": "Tea", "members": vec![nobody; 101]}), "members"),
        (json!({"name": "Tea", "client_id": "é"}), "client_id"),
        (json!({"name": "Tea", "owner": nobody}), "owner"),
    ];
    for (wish, field) in cases {
        let refused = ann.post("/v1/rooms", wish.clone()).await;
        assert_eq!(refused.refusal(), format!("422 invalid {field}"), "{wish}");
    }
    let refused = ann
        .post("/v1/rooms", json!({"name": "Tea", "members": [nobody]}))
        .await;
    assert_eq!(refused.refusal(), "404 no_such_user");
    assert_eq!(refused.json()["user"], json!(nobody));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_have_one_direct_room() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let made = ann.put(&format!("/v1/directs/{}", bob.id), Value::Null).await;
    assert_eq!(
        (made.status, &made.json()["peer"]["username"]),
        (201, &json!("bob"))
    );
    let there = bob.put(&format!("/v1/directs/{}", ann.id), Value::Null).await;
    assert_eq!(
        (there.status, &there.json()["peer"]["username"]),
        (200, &json!("ann"))
    );
    assert_eq!(there.json()["id"], made.json()["id"]);
    let oneself = ann.put(&format!("/v1/directs/{}", ann.id), Value::Null).await;
    assert_eq!(oneself.status, 201, "her notes");
    assert_ne!(oneself.json()["id"], made.json()["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_listed_in_pages_newest_first() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        world.clock.advance(Duration::from_secs(1));
        made.push(ann.group(&[]).await);
    }
    let mut listed = Vec::new();
    let mut path = "/v1/rooms?limit=2".to_owned();
    loop {
        let page = ann.get(&path).await.json();
        let rooms = page["rooms"].as_array().unwrap();
        assert!(rooms.len() <= 2);
        listed.extend(
            rooms
                .iter()
                .map(|room| format!("/v1/rooms/{}", room["id"].as_str().unwrap())),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/rooms?limit=2&cursor={next}"),
            None => break,
        }
    }
    made.reverse();
    assert_eq!(listed, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_room_is_not_sent_again() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.group(&[]).await;
    let first = ann.get(&room).await;
    let tag = first.header("etag").unwrap().to_owned();
    let bearer = format!("Bearer {}", ann.token);
    let again = async || {
        let headers = [("authorization", &*bearer), ("if-none-match", &*tag)];
        world
            .send(world.request(hyper::Method::GET, &room, &headers, ""))
            .await
    };
    let unchanged = again().await;
    assert_eq!((unchanged.status, &*unchanged.text), (304, ""));
    assert_eq!(unchanged.header("etag"), Some(&*tag));
    ann.say(&room, "m1", "hello").await;
    assert_eq!(again().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_can_be_changed_and_ended_by_those_who_may() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let changed = ann
        .patch(&room, json!({"name": "Coffee", "history": "from_join"}))
        .await;
    let view = changed.json();
    assert_eq!(
        (changed.status, &view["name"], &view["history"]),
        (200, &json!("Coffee"), &json!("from_join"))
    );
    let refused = bob.patch(&room, json!({"name": "Mine"})).await;
    assert_eq!(refused.refusal(), "403 forbidden");
    assert_eq!(bob.delete(&room).await.status, 403);
    assert_eq!(ann.delete(&room).await.status, 204);
    let gone = ann.get(&room).await;
    assert_eq!(gone.refusal(), "404 no_such_room");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_peoples_rooms_look_like_none() {
    let world = World::new().await;
    let [ann, eve] = [world.person("ann").await, world.person("eve").await];
    let room = ann.group(&[]).await;
    let message = ann.say(&room, "m1", "a secret").await;
    let nowhere = "/v1/rooms/01890a5d-ac96-774b-bcce-b302099a8057";
    let shape = |room: &str| {
        let message = message.replace("/v1/rooms/", "");
        let (_, rest) = message.split_once('/').unwrap();
        [
            room.to_owned(),
            format!("{room}/members"),
            format!("{room}/messages"),
            format!("{room}/{rest}"),
        ]
    };
    for (foreign, missing) in shape(&room).into_iter().zip(shape(nowhere)) {
        let answer = async |path: &str| {
            let mut answer = eve.get(path).await.json();
            answer["request_id"].take();
            answer
        };
        let (foreign, missing) = (answer(&foreign).await, answer(&missing).await);
        assert_eq!(foreign, missing);
        assert_eq!(foreign["status"], 404);
    }
    let join = eve.put(&format!("{room}/members/me"), Value::Null).await;
    assert_eq!(join.refusal(), "404 no_such_room");
    let say = eve
        .post(
            &format!("{room}/messages"),
            json!({"client_id": "x", "body": "hi"}),
        )
        .await;
    assert_eq!(say.refusal(), "404 no_such_room");
    let mark = eve.put(&format!("{room}/marks"), json!({"read": 1})).await;
    assert_eq!(mark.refusal(), "404 no_such_room");
}
