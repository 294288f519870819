//! Messages and marks.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_stored_once_per_client_id() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.group(&[]).await;
    let messages = format!("{room}/messages");
    let wish = json!({"client_id": "m1", "body": "Hello, \u{1f44b}\n\tworld"});
    let sent = ann.post(&messages, wish.clone()).await;
    assert_snapshot!(sent.shown(), @r#"
    201
    {
      "at": "2026-01-01T00:00:00.000000Z",
      "body": "Hello, 👋\n\tworld",
      "client_id": "m1",
      "msg_no": 1,
      "number": 3,
      "rev": 2,
      "sender": {
        "id": "id 1",
        "number": 1
      },
      "seq": 2,
      "stream": "id 2",
      "tag": "a tag",
      "type": "message"
    }
    "#);
    assert_eq!(
        sent.header("location"),
        Some(&*format!("{messages}/{}", sent.json()["seq"]))
    );
    let again = ann.post(&messages, wish).await;
    assert_eq!((again.status, again.json()), (200, sent.json()));
    let other = ann
        .post(&messages, json!({"client_id": "m1", "body": "Something else"}))
        .await;
    assert_eq!(other.refusal(), "409 idempotency_conflict client_id");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_field_of_a_message_is_named() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.group(&[]).await;
    let cases = [
        (json!({"body": "hi"}), "client_id"),
        (json!({"client_id": "", "body": "hi"}), "client_id"),
        (json!({"client_id": "x".repeat(37), "body": "hi"}), "client_id"),
        (json!({"client_id": "m1"}), "body"),
        (json!({"client_id": "m1", "body": ["hi"]}), "body"),
        (json!({"client_id": "m1", "body": " \n"}), "body"),
        (json!({"client_id": "m1", "body": "a\u{0}b"}), "body"),
        (json!({"client_id": "m1", "body": "x".repeat(65_537)}), "body"),
        (
            json!({"client_id": "m1", "body": "hi", "reply_to": -1}),
            "reply_to",
        ),
        (
            json!({"client_id": "m1", "body": "hi", "sender": "bob"}),
            "sender",
        ),
        (
            json!({"client_id": "m1", "body": "hi", "type": "chat_message"}),
            "type",
        ),
    ];
    for (wish, field) in cases {
        let refused = ann.post(&format!("{room}/messages"), wish).await;
        assert_eq!(refused.refusal(), format!("422 invalid {field}"));
    }
    let reply = json!({"client_id": "m1", "body": "hi", "reply_to": u64::MAX});
    let refused = ann.post(&format!("{room}/messages"), reply).await;
    assert_eq!(refused.refusal(), "404 no_such_message");
    assert_eq!(
        ann.get(&format!("{room}/messages")).await.json()["messages"],
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_read_in_both_directions() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.group(&[]).await;
    for number in 1..=5 {
        ann.say(&room, &format!("m{number}"), &number.to_string()).await;
    }
    let page = async |query: &str| {
        let page = ann.get(&format!("{room}/messages{query}")).await.json();
        let messages = page["messages"].as_array().unwrap().clone();
        let bodies: Vec<String> = messages
            .iter()
            .map(|m| m["body"].as_str().unwrap().to_owned())
            .collect();
        let seqs: Vec<u64> = messages.iter().map(|m| m["seq"].as_u64().unwrap()).collect();
        (bodies.join(""), seqs, page["more"].as_bool().unwrap())
    };
    let (newest, seqs, more) = page("?limit=2").await;
    assert_eq!((&*newest, more), ("45", true));
    let (older, seqs, more) = page(&format!("?limit=2&before={}", seqs[0])).await;
    assert_eq!((&*older, more), ("23", true));
    let (newer, _, more) = page(&format!("?limit=9&after={}", seqs[1])).await;
    assert_eq!((&*newer, more), ("45", false));
    assert_eq!(page("?limit=0").await.0, "5", "a page has at least one");
    assert_eq!(page("?limit=9999").await.0, "12345");
    assert_eq!(page("?before=18446744073709551615").await.0, "12345");
    let both = ann.get(&format!("{room}/messages?before=3&after=1")).await;
    assert_eq!(both.refusal(), "422 invalid after");
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_are_seen_and_their_past_is_kept_for_admins() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let message = bob.say(&room, "m1", "hallo").await;
    let before = ann.get(&message).await;
    let edited = bob
        .patch(&message, json!({"body": "hello", "client_id": "e1"}))
        .await;
    assert_snapshot!(edited.shown(), @r#"
    200
    {
      "actor": {
        "id": "id 1",
        "number": 2
      },
      "at": "2026-01-01T00:00:00.000000Z",
      "body": "hello",
      "edited_at": "2026-01-01T00:00:00.000000Z",
      "rev": 4,
      "seq": 4,
      "stream": "id 2",
      "tag": "a tag",
      "target": 3,
      "type": "message.edited"
    }
    "#);
    let again = bob
        .patch(&message, json!({"body": "hello", "client_id": "e1"}))
        .await;
    assert_eq!(
        again.json()["seq"],
        edited.json()["seq"],
        "sent twice, edited once"
    );
    let after = ann.get(&message).await;
    assert_eq!(after.json()["body"], "hello");
    assert_ne!(after.header("etag"), before.header("etag"));
    let past = ann.get(&format!("{message}/revisions")).await;
    assert_snapshot!(past.shown(), @r#"
    200
    {
      "next": null,
      "revisions": [
        {
          "body": "hallo",
          "no": 1,
          "replaced_at": "2026-01-01T00:00:00.000000Z"
        }
      ]
    }
    "#);
    let rest = ann.get(&format!("{message}/revisions?after=1&limit=1")).await;
    assert_eq!(rest.json()["revisions"], json!([]));
    assert_eq!(bob.get(&format!("{message}/revisions")).await.status, 403);
    assert_eq!(ann.patch(&message, json!({"body": "mine"})).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_message_has_no_body() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let [anns, bobs] = [
        ann.say(&room, "m1", "mine").await,
        bob.say(&room, "m2", "also mine").await,
    ];
    assert_eq!(bob.delete(&anns).await.refusal(), "403 forbidden");
    assert_eq!(ann.delete(&bobs).await.status, 204, "an admin may delete any");
    assert_eq!(ann.delete(&anns).await.status, 204);
    assert_eq!(bob.get(&anns).await.json()["body"], Value::Null);
    let late = ann.patch(&anns, json!({"body": "back"})).await;
    assert_eq!(late.refusal(), "409 message_deleted");
    let page = bob.get(&format!("{room}/messages")).await;
    assert!(!page.text.contains("mine"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_grow_and_count_what_is_unread() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let mut seqs = Vec::new();
    for number in 1..=3 {
        let path = ann.say(&room, &format!("m{number}"), "hi").await;
        seqs.push(path.rsplit('/').next().unwrap().parse::<u64>().unwrap());
    }
    assert_eq!(bob.get(&room).await.json()["unread"], 3);
    let marks = format!("{room}/marks");
    let marked = bob
        .put(&marks, json!({"read": seqs[1], "delivered": seqs[2]}))
        .await;
    assert_snapshot!(marked.shown(), @r#"
    200
    {
      "delivered": 5,
      "read": 4,
      "room": "id 1",
      "unread": 1
    }
    "#);
    let back = bob.put(&marks, json!({"read": seqs[0]})).await;
    assert_eq!(back.json(), marked.json(), "marks never move back");
    let beyond = bob.put(&marks, json!({"read": u64::MAX})).await;
    assert_eq!(
        (&beyond.json()["unread"], &beyond.json()["read"]),
        (&json!(0), &json!(seqs[2]))
    );
    let wrong = bob.put(&marks, json!({"read": "all"})).await;
    assert_eq!(wrong.refusal(), "422 invalid read");
}
