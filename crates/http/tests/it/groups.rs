//! The rules of groups and channels, and how people come in.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{Person, World};

async fn people<'a, const N: usize>(world: &'a World, names: [&str; N]) -> Vec<Person<'a>> {
    let mut people = Vec::with_capacity(N);
    for name in names {
        people.push(world.person(name).await);
    }
    people
}

/// The path of a room that is made like this.
async fn room(owner: &Person<'_>, wish: Value) -> String {
    let made = owner.post("/v1/rooms", wish).await;
    assert_eq!(made.status, 201, "{}", made.shown());
    format!("/v1/rooms/{}", made.json()["id"].as_str().unwrap())
}

async fn say(person: &Person<'_>, room: &str, client_id: &str) -> String {
    let body = json!({"client_id": client_id, "body": "hello"});
    let said = person.post(&format!("{room}/messages"), body).await;
    if said.status == 201 {
        "201".into()
    } else {
        said.refusal()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_says_what_its_rules_are() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let wish = json!({"name": "news", "kind": "channel", "join": "open", "slow_mode": 30});
    let room = room(&ann, wish).await;
    let rules = |view: &Value| {
        ["kind", "history", "join", "posting", "adding", "slow_mode"].map(|rule| view[rule].to_string())
    };
    let view = ann.get(&room).await.json();
    assert_eq!(
        rules(&view),
        [
            "\"channel\"",
            "\"all\"",
            "\"open\"",
            "\"admins\"",
            "\"admins\"",
            "30"
        ]
    );
    let change = json!({"posting": "everyone", "adding": "everyone", "join": "approval", "slow_mode": 0});
    let view = ann.patch(&room, change).await.json();
    assert_eq!(
        rules(&view),
        [
            "\"channel\"",
            "\"all\"",
            "\"approval\"",
            "\"everyone\"",
            "\"everyone\"",
            "0"
        ]
    );
    let refused = ann.patch(&room, json!({"slow_mode": 21_601})).await;
    assert_eq!(refused.refusal(), "422 invalid slow_mode");
    let refused = ann
        .post("/v1/rooms", json!({"name": "x", "kind": "direct"}))
        .await;
    assert_eq!(refused.refusal(), "422 invalid kind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_brings_somebody_in() {
    let world = World::new().await;
    let [ann, bob, cat] = &people(&world, ["ann", "bob", "cat"]).await[..] else {
        unreachable!("three people")
    };
    let room = room(ann, json!({"name": "tea"})).await;
    let made = ann
        .post(&format!("{room}/links"), json!({"uses": 1, "seconds": 3600}))
        .await;
    assert_eq!(made.status, 201);
    let link = format!("/v1/links/{}", made.json()["code"].as_str().unwrap());
    assert_snapshot!(bob.get(&link).await.shown(), @r#"
    200
    {
      "approval": false,
      "avatar": null,
      "kind": "group",
      "member": false,
      "members": 1,
      "name": "tea",
      "requested": false,
      "room": "id 1",
      "topic": ""
    }
    "#);
    assert_eq!(bob.post(&format!("{link}/join"), json!({})).await.status, 201);
    assert_eq!(bob.post(&format!("{link}/join"), json!({})).await.status, 200);
    assert_eq!(cat.get(&link).await.refusal(), "404 no_such_link");
    assert_eq!(
        cat.post(&format!("{link}/join"), json!({})).await.refusal(),
        "404 no_such_link"
    );
    let links = ann.get(&format!("{room}/links")).await.json();
    assert_eq!(links["links"], json!([]), "it is used up");
    let wrong = cat.get("/v1/links/short").await;
    assert_eq!(wrong.refusal(), "422 invalid code");
    for (field, value) in [("uses", 0), ("seconds", 59)] {
        let refused = ann.post(&format!("{room}/links"), json!({field: value})).await;
        assert_eq!(refused.refusal(), format!("422 invalid {field}"));
    }
    let refused = bob.post(&format!("{room}/links"), json!({})).await;
    assert_eq!(refused.refusal(), "403 forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_lets_people_in() {
    let world = World::new().await;
    let [ann, bob, cat] = &people(&world, ["ann", "bob", "cat"]).await[..] else {
        unreachable!("three people")
    };
    let room = room(ann, json!({"name": "tea", "join": "approval"})).await;
    let asked = bob
        .post(&format!("{room}/requests"), json!({"note": "it is me"}))
        .await;
    assert_eq!(asked.status, 202);
    assert_eq!(asked.json()["waiting"], json!(true));
    assert_eq!(
        cat.put(&format!("{room}/members/me"), Value::Null).await.status,
        202
    );
    let own = bob.get("/v1/me/join-requests").await.json();
    assert_eq!(own["requests"][0]["note"], json!("it is me"));
    let waiting = ann.get(&format!("{room}/requests")).await.json();
    assert_eq!(waiting["requests"].as_array().unwrap().len(), 2);
    let accept = format!("{room}/requests/{}/accept", bob.id);
    assert_eq!(cat.post(&accept, json!({})).await.refusal(), "404 no_such_room");
    assert_eq!(ann.post(&accept, json!({})).await.status, 204);
    assert_eq!(
        ann.post(&accept, json!({})).await.refusal(),
        "404 no_such_request"
    );
    assert_eq!(bob.get(&room).await.status, 200);
    let decline = format!("{room}/requests/{}", cat.id);
    assert_eq!(bob.delete(&decline).await.refusal(), "403 forbidden");
    assert_eq!(cat.delete(&decline).await.status, 204, "her own");
    assert_eq!(ann.delete(&decline).await.refusal(), "404 no_such_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_keep_order() {
    let world = World::new().await;
    let [ann, bob, cat] = &people(&world, ["ann", "bob", "cat"]).await[..] else {
        unreachable!("three people")
    };
    let room = room(ann, json!({"name": "tea", "join": "open"})).await;
    for person in [bob, cat] {
        person.put(&format!("{room}/members/me"), Value::Null).await;
    }
    let mute = format!("{room}/members/{}/mute", bob.id);
    assert_eq!(cat.put(&mute, json!({})).await.refusal(), "403 forbidden");
    let wrong = ann.put(&mute, json!({"seconds": 0})).await;
    assert_eq!(wrong.refusal(), "422 invalid seconds");
    assert_eq!(ann.put(&mute, json!({"seconds": 60})).await.status, 204);
    assert_eq!(say(bob, &room, "1").await, "403 muted");
    assert!(bob.get(&room).await.json()["muted_until"].is_string());
    assert_eq!(ann.delete(&mute).await.status, 204);
    assert_eq!(say(bob, &room, "1").await, "201");

    let ban = format!("{room}/bans/{}", cat.id);
    assert_eq!(bob.put(&ban, Value::Null).await.refusal(), "403 forbidden");
    assert_eq!(ann.put(&ban, Value::Null).await.status, 204);
    assert_eq!(cat.get(&room).await.refusal(), "404 no_such_room");
    let back = cat.put(&format!("{room}/members/me"), Value::Null).await;
    assert_eq!(back.refusal(), "403 kept_out");
    let add = ann
        .post(&format!("{room}/members"), json!({"users": [cat.id]}))
        .await;
    assert_eq!(add.refusal(), "409 banned");
    let bans = ann.get(&format!("{room}/bans")).await.json();
    assert_eq!(bans["bans"][0]["user"]["id"], json!(cat.id));
    assert_eq!(ann.delete(&ban).await.status, 204);
    assert_eq!(
        cat.put(&format!("{room}/members/me"), Value::Null).await.status,
        201
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_hold_for_who_writes() {
    let world = World::new().await;
    let [ann, bob] = &people(&world, ["ann", "bob"]).await[..] else {
        unreachable!("two people")
    };
    let room = room(ann, json!({"name": "tea", "join": "open", "slow_mode": 60})).await;
    bob.put(&format!("{room}/members/me"), Value::Null).await;
    assert_eq!(say(bob, &room, "1").await, "201");
    assert_eq!(say(bob, &room, "2").await, "429 too_soon");
    ann.patch(&room, json!({"slow_mode": 0, "posting": "admins"}))
        .await;
    assert_eq!(say(bob, &room, "2").await, "403 read_only");
    assert_eq!(say(ann, &room, "1").await, "201");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_of_a_channel_do_not_see_each_other() {
    let world = World::new().await;
    let [ann, bob, cat] = &people(&world, ["ann", "bob", "cat"]).await[..] else {
        unreachable!("three people")
    };
    let room = room(ann, json!({"name": "news", "kind": "channel", "join": "open"})).await;
    for person in [bob, cat] {
        person.put(&format!("{room}/members/me"), Value::Null).await;
    }
    assert_eq!(say(bob, &room, "1").await, "403 read_only");
    assert_eq!(say(ann, &room, "1").await, "201");
    let members = bob.get(&format!("{room}/members")).await;
    assert_eq!(members.refusal(), "403 forbidden");
    let heart = format!("{room}/messages/1/reactions/%E2%9D%A4");
    assert_eq!(bob.put(&heart, Value::Null).await.status, 204);
    assert_eq!(cat.get(&heart).await.refusal(), "403 forbidden");
    let who = ann.get(&heart).await.json();
    assert_eq!(who["reactions"][0]["user"]["id"], json!(bob.id));
    let page = bob.get(&format!("{room}/messages")).await.json();
    assert_eq!(page["reacted"][0]["seq"], json!(1));
    assert_eq!(page["messages"][0]["reactions"], Value::Null, "it waits");
    world.clock.advance(Duration::from_secs(1));
    world.services.tally.count_due().await.unwrap();
    let page = cat.get(&format!("{room}/messages")).await.json();
    assert_eq!(page["messages"][0]["reactions"]["counts"][0]["count"], json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_notes_and_says_what_to_be_notified_of() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let notes = ann.put(&format!("/v1/directs/{}", ann.id), Value::Null).await;
    assert_eq!(notes.status, 201);
    let room = format!("/v1/rooms/{}", notes.json()["id"].as_str().unwrap());
    assert_eq!(say(&ann, &room, "1").await, "201");
    let wish = json!({"level": "mentions", "muted_seconds": 60});
    assert_eq!(ann.put(&format!("{room}/notify"), wish).await.status, 204);
    let notify = ann.get(&room).await.json()["notify"].clone();
    assert_eq!(notify["level"], json!("mentions"));
    assert!(notify["muted_until"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn listed_channels_are_found_by_anybody() {
    let world = World::new().await;
    let [ann, bob] = &people(&world, ["ann", "bob"]).await[..] else {
        unreachable!("two people")
    };
    let wish = |name: &str| json!({"name": name, "kind": "channel", "join": "open", "listed": true});
    let news = room(ann, wish("Evening news")).await;
    room(ann, wish("Tea")).await;
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let closed = ann
        .post(
            "/v1/rooms",
            json!({"name": "x", "kind": "channel", "listed": true}),
        )
        .await;
    assert_eq!(closed.refusal(), "409 not_listable");

    let first = bob.get("/v1/channels?limit=1").await.json();
    assert_eq!(first["channels"][0]["name"], json!("Tea"));
    let next = first["next"].as_str().unwrap();
    let second = bob
        .get(&format!("/v1/channels?limit=1&cursor={next}"))
        .await
        .json();
    let expected =
        json!({"id": id(&news), "name": "Evening news", "topic": "", "members": 1, "joined": false});
    assert_eq!(second["channels"], json!([expected]));
    assert_eq!(second["next"], Value::Null);
    let found = bob.get("/v1/channels?q=NEW").await.json();
    assert_eq!(found["channels"], second["channels"]);
    bob.put(&format!("{news}/members/me"), Value::Null).await;
    let found = bob.get("/v1/channels?q=new").await.json();
    assert_eq!(
        (&found["channels"][0]["joined"], &found["channels"][0]["members"]),
        (&json!(true), &json!(2))
    );

    for (query, refusal) in [
        (format!("q=te&cursor={}", "A"), "422 invalid cursor"),
        (format!("q={}", "x".repeat(101)), "422 invalid q"),
        ("limit=x".to_owned(), "422 invalid limit"),
    ] {
        assert_eq!(bob.get(&format!("/v1/channels?{query}")).await.refusal(), refusal);
    }
    let changed = ann.patch(&news, json!({"join": "closed"})).await.json();
    assert_eq!(changed["rules"]["listed"], Value::Null, "{changed}");
    assert_eq!(bob.get("/v1/channels?q=new").await.json()["channels"], json!([]));
}
