//! Contacts, requests and blocks.

use serde_json::{Value, json};

use crate::world::{Device, Person, World};

async fn people<'w, const N: usize>(world: &'w World, names: [&str; N]) -> [Person<'w>; N] {
    let mut people = Vec::new();
    for name in names {
        people.push(world.person(name).await);
    }
    people.try_into().ok().unwrap()
}

/// An open socket that was welcomed.
async fn device(world: &World, person: &Person<'_>) -> Device {
    let mut device = Device::open(world, &person.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    device
}

fn code(answer: &crate::world::Answer) -> (u16, Value) {
    (answer.status, answer.json()["code"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_listed_page_by_page_and_told_to_all_devices() {
    let world = World::new().await;
    let [ann, bob, cleo] = people(&world, ["ann", "bob", "cleo"]).await;
    let mut anns = device(&world, &ann).await;
    for (user, name) in [(&bob, json!({"name": "Bobby"})), (&cleo, json!({}))] {
        let put = ann.put(&format!("/v1/contacts/{}", user.id), name).await;
        assert_eq!(put.status, 204, "{}", put.text);
    }
    let told = anns.said().await;
    assert_eq!(
        (&told["type"], &told["user"]["id"], &told["name"]),
        (&json!("contact.changed"), &json!(bob.id), &json!("Bobby"))
    );
    assert_eq!(anns.said().await["name"], Value::Null);
    let first = ann.get("/v1/contacts?limit=1").await.json();
    let path = format!("/v1/contacts?limit=1&after={}", first["next"].as_str().unwrap());
    let second = ann.get(&path).await.json();
    assert_eq!(second["next"], Value::Null);
    assert_eq!(first["as_of"]["seq"], 2);
    let mut listed = [&first, &second].map(|page| page["contacts"][0].clone());
    listed.sort_by_key(|contact| contact["user"]["username"].to_string());
    assert_eq!(
        (&listed[0]["name"], &listed[1]["name"]),
        (&json!("Bobby"), &Value::Null)
    );
    assert_eq!(listed[0]["user"]["username"], "bob");
    for _ in 0..2 {
        let removed = ann.delete(&format!("/v1/contacts/{}", bob.id)).await;
        assert_eq!(removed.status, 204);
    }
    assert_eq!(anns.said().await["type"], "contact.removed");
    let own = ann.put(&format!("/v1/contacts/{}", ann.id), json!({})).await;
    assert_eq!(code(&own), (422, json!("invalid")));
    let long = json!({"name": "x".repeat(81)});
    let long = ann.put(&format!("/v1/contacts/{}", bob.id), long).await;
    assert_eq!(long.json()["field"], "name");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_ask_who_is_reached_by_contacts_only() {
    let world = World::new().await;
    let [ann, bob] = people(&world, ["ann", "bob"]).await;
    let changed = ann.patch("/v1/me", json!({"reach": "contacts"})).await.json();
    assert_eq!(changed["reach"], "contacts");
    let direct = format!("/v1/directs/{}", ann.id);
    let refused = bob.put(&direct, json!(null)).await;
    assert_eq!(code(&refused), (403, json!("not_a_contact")));
    assert_eq!(refused.json()["user"], ann.id);
    let mut anns = device(&world, &ann).await;
    let ask = json!({"user": ann.id, "note": "from the train"});
    let asked = bob.post("/v1/contacts/requests", ask).await;
    assert_eq!((asked.status, asked.json()), (200, json!({"accepted": false})));
    let told = anns.said().await;
    assert_eq!(
        (&told["type"], &told["from"]["id"], &told["note"]),
        (
            &json!("contact.requested"),
            &json!(bob.id),
            &json!("from the train")
        )
    );
    let incoming = ann.get("/v1/contacts/requests").await.json();
    assert_eq!(incoming["requests"][0]["user"]["id"], bob.id);
    let outgoing = bob.get("/v1/contacts/requests?direction=outgoing").await.json();
    assert_eq!(outgoing["requests"][0]["user"]["id"], ann.id);
    let accept = format!("/v1/contacts/requests/{}/accept", bob.id);
    assert_eq!(ann.post(&accept, json!({})).await.status, 204);
    let again = ann.post(&accept, json!({})).await;
    assert_eq!(code(&again), (404, json!("no_such_request")));
    assert_eq!(bob.put(&direct, json!(null)).await.status, 201);

    let ask = json!({"user": bob.id});
    ann.post("/v1/contacts/requests", ask.clone()).await;
    let decline = format!("/v1/contacts/requests/{}/decline", ann.id);
    assert_eq!(bob.post(&decline, json!({})).await.status, 204);
    let withdraw = format!("/v1/contacts/requests/{}", bob.id);
    assert_eq!(ann.delete(&withdraw).await.status, 204);
    assert_eq!(ann.delete(&withdraw).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_ends_presence_typing_and_talk() {
    let world = World::new().await;
    let [ann, bob] = people(&world, ["ann", "bob"]).await;
    let opened = ann.put(&format!("/v1/directs/{}", bob.id), json!(null)).await;
    let room = opened.header("location").unwrap().to_owned();
    let id = room.rsplit('/').next().unwrap().to_owned();
    let [mut anns, mut bobs] = [device(&world, &ann).await, device(&world, &bob).await];
    let follow = json!({"type": "follow", "id": 1, "user": ann.id});
    bobs.command(follow.clone()).await;
    assert_eq!(bobs.said().await["presence"]["online"], true);
    let block = format!("/v1/blocks/{}", bob.id);
    for _ in 0..2 {
        assert_eq!(ann.put(&block, json!(null)).await.status, 204);
    }
    let told = anns.said().await;
    assert_eq!(
        (&told["type"], &told["user"]["id"], &told["blocked"]),
        (&json!("block.changed"), &json!(bob.id), &json!(true))
    );
    let offline = json!([{"user": ann.id, "online": false}]);
    let ended = bobs.said().await;
    assert_eq!((&ended["type"], &ended["users"]), (&json!("presence"), &offline));
    let typing = json!({"type": "typing", "id": 2, "room": id});
    let send = json!({"type": "send", "id": 3, "room": id, "client_id": "1", "body": "hello?"});
    for (device, refusal) in [(&mut bobs, "not_a_contact"), (&mut anns, "blocked")] {
        for command in [&typing, &send] {
            device.command(command.clone()).await;
            let answer = device.said().await;
            assert_eq!(
                (&answer["id"], &answer["code"]),
                (&command["id"], &json!(refusal))
            );
        }
    }
    bobs.command(follow).await;
    assert_eq!(bobs.said().await["code"], "presence_hidden");
    let listed = ann.get("/v1/blocks").await.json();
    assert_eq!(listed["blocks"][0]["user"]["id"], bob.id);
    let put = ann.put(&format!("/v1/contacts/{}", bob.id), json!({})).await;
    assert_eq!(code(&put), (403, json!("blocked")));

    for _ in 0..2 {
        assert_eq!(ann.delete(&block).await.status, 204);
    }
    bobs.command(send).await;
    assert_eq!(bobs.said().await["type"], "ok");
}
