//! Members of groups.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{Person, World};

/// Names of the members, and their roles.
async fn roles(person: &Person<'_>, room: &str) -> Vec<String> {
    let page = person.get(&format!("{room}/members")).await.json();
    let mut roles: Vec<String> = page["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| {
            format!(
                "{} {}",
                member["username"].as_str().unwrap(),
                member["role"].as_str().unwrap()
            )
        })
        .collect();
    roles.sort();
    roles
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_brought_in_and_put_out() {
    let world = World::new().await;
    let [ann, bob, cat] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    ];
    let room = ann.group(&[&bob]).await;
    let added = ann
        .post(&format!("{room}/members"), json!({"users": [bob.id, cat.id]}))
        .await;
    assert_snapshot!(added.shown(), @r#"
    200
    {
      "added": [
        {
          "id": "id 1",
          "number": 3
        }
      ]
    }
    "#);
    assert_eq!(
        roles(&cat, &room).await,
        ["ann owner", "bob member", "cat member"]
    );
    let refused = bob.delete(&format!("{room}/members/{}", cat.id)).await;
    assert_eq!(refused.refusal(), "403 forbidden");
    assert_eq!(
        ann.delete(&format!("{room}/members/{}", cat.id)).await.status,
        204
    );
    assert_eq!(cat.get(&room).await.status, 404);
    let again = ann.delete(&format!("{room}/members/{}", cat.id)).await;
    assert_eq!(again.refusal(), "404 no_such_member");
    let nobody = ann.post(&format!("{room}/members"), json!({"users": []})).await;
    assert_eq!(nobody.refusal(), "422 invalid users");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_groups_are_joined_and_left() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let made = ann
        .post("/v1/rooms", json!({"name": "Tea", "join": "open", "capacity": 2}))
        .await;
    let room = made.header("location").unwrap().to_owned();
    let me = format!("{room}/members/me");
    let joined = bob.put(&me, Value::Null).await;
    assert_eq!((joined.status, &joined.json()["members"]), (201, &json!(2)));
    assert_eq!(bob.put(&me, Value::Null).await.status, 200);
    let cat = world.person("cat").await;
    assert_eq!(cat.put(&me, Value::Null).await.refusal(), "409 room_full");
    assert_eq!(bob.delete(&me).await.status, 204);
    assert_eq!(bob.delete(&me).await.refusal(), "404 no_such_room");
    assert_eq!(cat.put(&me, Value::Null).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_change_and_groups_are_handed_over() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let role = format!("{room}/members/{}/role", bob.id);
    assert_eq!(ann.put(&role, json!({"role": "admin"})).await.status, 204);
    assert_eq!(roles(&ann, &room).await, ["ann owner", "bob admin"]);
    assert_eq!(
        ann.put(&role, json!({"role": "owner"})).await.status,
        403,
        "there is one owner"
    );
    let wrong = ann.put(&role, json!({"role": "king"})).await;
    assert_eq!(wrong.refusal(), "422 invalid role");
    assert_eq!(
        ann.put(&format!("{room}/owner"), json!({"owner": bob.id}))
            .await
            .status,
        204
    );
    assert_eq!(roles(&ann, &room).await, ["ann admin", "bob owner"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_rooms_have_nothing_to_administer() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let made = ann.put(&format!("/v1/directs/{}", bob.id), Value::Null).await;
    let room = made.header("location").unwrap().to_owned();
    let cat = world.person("cat").await;
    let refused = "409 direct_room";
    assert_eq!(ann.patch(&room, json!({"name": "Us"})).await.refusal(), refused);
    assert_eq!(ann.delete(&room).await.refusal(), refused);
    assert_eq!(ann.delete(&format!("{room}/members/me")).await.refusal(), refused);
    let add = ann
        .post(&format!("{room}/members"), json!({"users": [cat.id]}))
        .await;
    assert_eq!(add.refusal(), refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_listed_in_pages() {
    let world = World::new().await;
    let [ann, bob, cat] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    ];
    let room = ann.group(&[&bob, &cat]).await;
    let first = ann.get(&format!("{room}/members?limit=2")).await.json();
    assert_eq!(first["members"].as_array().unwrap().len(), 2);
    let after = first["next"].as_str().unwrap();
    let second = ann
        .get(&format!("{room}/members?limit=2&after={after}"))
        .await
        .json();
    assert_eq!(
        (second["members"].as_array().unwrap().len(), &second["next"]),
        (1, &Value::Null)
    );
    let mut ids: Vec<&Value> = [&first, &second]
        .iter()
        .flat_map(|page| page["members"].as_array().unwrap())
        .map(|member| &member["id"])
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}
