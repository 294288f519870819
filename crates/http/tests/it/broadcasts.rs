//! Broadcast lists.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{Device, Person, World};

/// Makes a list of these people, and gives its path.
async fn list(owner: &Person<'_>, people: &[&Person<'_>]) -> String {
    let made = owner
        .post("/v1/broadcast-lists", json!({"name": "Customers"}))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = made.header("location").unwrap().to_owned();
    let users: Vec<&str> = people.iter().map(|person| &*person.id).collect();
    let added = owner
        .post(&format!("{path}/recipients"), json!({"users": users}))
        .await;
    assert_eq!(
        (added.status, &added.json()["recipients"]),
        (200, &json!(users.len()))
    );
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn one_send_becomes_a_direct_message_to_each() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    let list = list(&ann, &[&bob, &eve]).await;
    assert_eq!(
        eve.put(&format!("/v1/blocks/{}", ann.id), json!(null))
            .await
            .status,
        204
    );
    let mut anns = Device::open(&world, &ann.token).await;
    anns.command(json!({"type": "hello"})).await;
    anns.said().await;
    let wish = json!({"client_id": "b1", "body": "closed on Monday"});
    let path = format!("{list}/messages");
    let accepted = ann.post(&path, wish.clone()).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let mut shown = accepted.json();
    let broadcast = format!("/v1/broadcasts/{}", shown["id"].as_str().unwrap());
    for field in ["id", "list", "at"] {
        assert!(shown[field].take().is_string());
    }
    assert_snapshot!(shown, @r#"{"at":null,"body":"closed on Monday","id":null,"list":null,"sent":0,"skipped":0,"waiting":2}"#);
    let mut moved = Vec::new();
    while moved.last() != Some(&json!([0, 1, 1])) {
        let told = anns.said().await;
        if told["type"] == "broadcast.moved" {
            moved.push(json!([told["waiting"], told["sent"], told["skipped"]]));
        }
    }
    assert_eq!(moved.len(), 2, "{moved:?}");
    let again = ann.post(&path, wish).await;
    assert_eq!((again.status, &again.json()["sent"]), (200, &json!(1)));
    let other = json!({"client_id": "b1", "body": "another"});
    assert_eq!(
        ann.post(&path, other).await.refusal(),
        "409 idempotency_conflict client_id"
    );

    let room = format!(
        "/v1/rooms/{}",
        bob.get("/v1/rooms").await.json()["rooms"][0]["id"]
            .as_str()
            .unwrap()
    );
    let messages = bob.get(&format!("{room}/messages")).await.json();
    let message = &messages["messages"][0];
    assert_eq!(
        (&message["body"], &message["sender"]["id"]),
        (&json!("closed on Monday"), &json!(ann.id))
    );
    assert!(
        eve.get("/v1/rooms").await.json()["rooms"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let read = bob
        .put(&format!("{room}/marks"), json!({"read": message["seq"]}))
        .await;
    assert_eq!(read.status, 200, "{}", read.text);
    let counted = ann.get(&broadcast).await.json();
    assert_eq!((&counted["delivered"], &counted["read"]), (&json!(1), &json!(1)));
    let page = ann.get(&format!("{broadcast}/recipients")).await.json();
    for recipient in page["recipients"].as_array().unwrap() {
        let to_bob = recipient["user"]["id"] == bob.id;
        let (state, why) = if to_bob {
            ("sent", Value::Null)
        } else {
            ("skipped", json!("not_a_contact"))
        };
        assert_eq!((&recipient["state"], &recipient["why"]), (&json!(state), &why));
        assert_eq!(
            (&recipient["seq"], &recipient["read"]),
            (
                if to_bob { &message["seq"] } else { &Value::Null },
                &json!(to_bob)
            )
        );
    }
    let history = ann.get(&path).await.json();
    assert_eq!(
        (&history["broadcasts"][0]["sent"], &history["next"]),
        (&json!(1), &Value::Null)
    );
    for (path, refusal) in [(&broadcast, "404 no_such_broadcast"), (&list, "404 no_such_list")] {
        assert_eq!(bob.get(path).await.refusal(), refusal);
    }
    let page = bob.get(&format!("{broadcast}/recipients")).await;
    assert_eq!(page.refusal(), "404 no_such_broadcast");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_kept_page_by_page() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    let list = list(&ann, &[&bob, &eve]).await;
    let first = ann.get(&format!("{list}/recipients?limit=1")).await.json();
    let next = first["next"].as_str().unwrap();
    let second = ann
        .get(&format!("{list}/recipients?limit=1&after={next}"))
        .await
        .json();
    assert_eq!(second["next"], Value::Null);
    let mut listed = [&first, &second].map(|page| page["recipients"][0]["id"].as_str().unwrap().to_owned());
    listed.sort();
    let mut people = [bob.id.clone(), eve.id.clone()];
    people.sort();
    assert_eq!(listed, people);
    let renamed = ann.patch(&list, json!({"name": "Clients"})).await.json();
    assert_eq!(
        (&renamed["name"], &renamed["recipients"]),
        (&json!("Clients"), &json!(2))
    );
    let remove = format!("{list}/recipients/remove");
    for _ in 0..2 {
        let removed = ann.post(&remove, json!({"users": [bob.id]})).await.json();
        assert_eq!(removed["recipients"], 1);
    }
    let page = ann.get("/v1/broadcast-lists").await.json();
    assert_eq!(
        (&page["lists"][0]["name"], &page["next"]),
        (&json!("Clients"), &Value::Null)
    );
    assert!(
        bob.get("/v1/broadcast-lists").await.json()["lists"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let nobody = "00000000-0000-0000-0000-000000000001";
    let add = format!("{list}/recipients");
    for (path, wish, refusal) in [
        (&add, json!({"users": []}), "422 invalid users"),
        (&add, json!({"users": vec![nobody; 1_001]}), "422 invalid users"),
        (&add, json!({"users": [ann.id]}), "422 invalid users"),
        (&add, json!({"users": [bob.id, nobody]}), "404 no_such_user"),
        (
            &format!("/v1/broadcast-lists/{nobody}/recipients"),
            json!({"users": [bob.id]}),
            "404 no_such_list",
        ),
        (
            &format!("/v1/broadcast-lists/{nobody}/messages"),
            json!({"client_id": "b", "body": "x"}),
            "404 no_such_list",
        ),
        (
            &format!("{list}/messages"),
            json!({"client_id": "b", "body": ""}),
            "422 invalid body",
        ),
        (
            &format!("{list}/messages"),
            json!({"client_id": "b", "media": [nobody]}),
            "404 no_such_media",
        ),
        (
            &"/v1/broadcast-lists".to_owned(),
            json!({"name": " "}),
            "422 invalid name",
        ),
    ] {
        assert_eq!(ann.post(path, wish).await.refusal(), refusal);
    }
    let emptied = ann.post(&remove, json!({"users": [eve.id]})).await;
    assert_eq!(emptied.json()["recipients"], 0);
    let sent = ann
        .post(
            &format!("{list}/messages"),
            json!({"client_id": "b", "body": "x"}),
        )
        .await;
    assert_eq!(sent.refusal(), "409 empty_list");
    for _ in 0..2 {
        assert_eq!(ann.delete(&list).await.status, 204);
        assert_eq!(ann.get(&list).await.refusal(), "404 no_such_list");
    }
}
