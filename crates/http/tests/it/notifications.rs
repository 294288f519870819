//! What one is notified of.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{Device, Person, World, text};

/// What somebody is notified of, once there is so much of it.
async fn noticed(ann: &Person<'_>, count: usize) -> Value {
    let all = async {
        loop {
            let page = ann.get("/v1/notifications").await;
            assert_eq!(page.status, 200, "{}", page.text);
            let page = page.json();
            if page["notifications"].as_array().unwrap().len() >= count {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_told_live_and_listed() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let room = ann.group(&[&bob]).await;
    let mut bobs = Device::open(&world, &bob.token).await;
    bobs.command(json!({"type": "hello"})).await;
    bobs.said().await;
    ann.say(&room, "1", "@all").await;
    assert_eq!(bobs.said().await["mentions_all"], true);
    world.clock.advance(Duration::from_millis(1));
    let message = ann.say(&room, "2", "Hello @Bob, @all").await;
    let said = bobs.said().await;
    assert_eq!(
        (&said["mentions"][0]["id"], &said["mentions_all"]),
        (&json!(bob.id), &json!(true))
    );
    let told = bobs.said().await;
    assert_eq!(told["type"], "notified", "{told}");
    assert_eq!(told["about"]["kind"], "mention");
    assert_eq!(
        json!(message),
        format!("{room}/messages/{}", told["about"]["target"])
    );

    let page = noticed(&bob, 3).await;
    assert_eq!(page["unread"], 3);
    let shown = bob.get("/v1/notifications?limit=2").await;
    let next = text(&shown.json()["next"]);
    assert_snapshot!(shown.shown().replace(&next, "a cursor"), @r#"
    200
    {
      "as_of": {
        "rev": 0,
        "seq": 2,
        "tag": "a tag"
      },
      "next": "a cursor",
      "notifications": [
        {
          "actor": {
            "id": "id 1",
            "number": 1
          },
          "at": "2026-01-01T00:00:00.001000Z",
          "kind": "mention",
          "message": {
            "at": "2026-01-01T00:00:00.001000Z",
            "body": "Hello @Bob, @all",
            "client_id": "2",
            "mentions": [
              {
                "id": "id 2",
                "number": 2
              }
            ],
            "mentions_all": true,
            "msg_no": 2,
            "number": 6,
            "rev": 4,
            "sender": {
              "id": "id 1",
              "number": 1
            },
            "seq": 4,
            "stream": "id 3",
            "tag": "a tag",
            "type": "message"
          },
          "seq": 2,
          "stream": "id 2",
          "unread": true
        },
        {
          "actor": {
            "id": "id 1",
            "number": 1
          },
          "at": "2026-01-01T00:00:00.000000Z",
          "kind": "all",
          "message": {
            "at": "2026-01-01T00:00:00.000000Z",
            "body": "@all",
            "client_id": "1",
            "mentions_all": true,
            "msg_no": 1,
            "number": 5,
            "rev": 3,
            "sender": {
              "id": "id 1",
              "number": 1
            },
            "seq": 3,
            "stream": "id 3",
            "tag": "a tag",
            "type": "message"
          },
          "seq": 3,
          "stream": "id 3",
          "unread": true
        }
      ],
      "unread": 3
    }
    "#);
    let rest = format!("/v1/notifications?after={next}");
    let rest = bob.get(&rest).await.json();
    assert_eq!(rest["notifications"][0]["kind"], "invite");
    assert_eq!(rest["next"], Value::Null);

    let seen = json!({"up_to": page["as_of"]["seq"], "until": page["notifications"][1]["at"]});
    assert_eq!(bob.put("/v1/notifications/read", seen).await.status, 204);
    let read = bobs.said().await;
    assert_eq!(
        (&read["type"], &read["up_to"]),
        (&json!("notifications.read"), &page["as_of"]["seq"])
    );
    let unread = bob.get("/v1/notifications?unread=true").await.json();
    assert_eq!(
        (&unread["unread"], &unread["notifications"]),
        (&json!(0), &json!([]))
    );

    let edited = ann.patch(&message, json!({"body": "Hello"})).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let shown = ann.get(&message).await.json();
    assert_eq!(
        (&shown["mentions"], &shown["mentions_all"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_message_is_told_a_little_later() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let opened = ann.put(&format!("/v1/directs/{}", bob.id), Value::Null).await;
    let room = format!("/v1/rooms/{}", opened.json()["id"].as_str().unwrap());
    ann.say(&room, "1", "psst").await;
    world.clock.advance(Duration::from_secs(2));
    // Wakes who looks.
    ann.say(&room, "2", "psst!").await;
    let page = noticed(&bob, 1).await;
    assert_eq!(page["notifications"][0]["kind"], "direct");
    assert_eq!(page["notifications"][0]["message"]["body"], "psst");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for (query, expected) in [
        ("after=x", "422 invalid after"),
        ("unread=maybe", "422 invalid unread"),
        ("limit=x", "422 invalid limit"),
        ("before=1", "422 invalid before"),
    ] {
        let refused = ann.get(&format!("/v1/notifications?{query}")).await;
        assert_eq!(refused.refusal(), expected, "{query}");
    }
    for (seen, expected) in [
        (json!({"up_to": -1}), "422 invalid up_to"),
        (json!({"until": "yesterday"}), "422 invalid until"),
    ] {
        let refused = ann.put("/v1/notifications/read", seen).await;
        assert_eq!(refused.refusal(), expected);
    }
    assert_eq!(ann.put("/v1/notifications/read", json!({})).await.status, 204);
    assert_eq!(
        world.get("/v1/notifications").await.refusal(),
        "401 unauthenticated"
    );
}
