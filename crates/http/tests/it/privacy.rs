//! What others learn of what somebody does.

use serde_json::{Value, json};

use crate::world::{Device, Person, World};

async fn device(world: &World, person: &Person<'_>) -> Device {
    let mut device = Device::open(world, &person.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    device
}

/// The next frame that is of this type.
async fn next(device: &mut Device, kind: &str) -> Value {
    loop {
        let said = device.said().await;
        if said["type"] == kind {
            return said;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_read_a_message_is_listed() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    let room = ann.group(&[&bob, &eve]).await;
    let message = ann.say(&room, "m1", "tea?").await;
    let seq: u64 = message.rsplit('/').next().unwrap().parse().unwrap();
    let marks = format!("{room}/marks");
    bob.put(&marks, json!({"read": seq})).await;
    eve.put(&marks, json!({"delivered": seq})).await;
    let path = format!("{message}/receipts");
    let page = ann.get(&path).await.json();
    assert_eq!(page["counts"], json!({"members": 2, "delivered": 2, "read": 1}));
    let read = |page: &Value, id: &str| {
        let receipts = page["receipts"].as_array().unwrap();
        let of = receipts.iter().find(|receipt| receipt["user"]["id"] == id);
        of.map(|of| of["read"].clone())
    };
    assert_eq!(read(&page, &bob.id), Some(json!(true)));
    assert_eq!(read(&page, &eve.id), Some(json!(false)));
    let readers = eve.get(&format!("{path}?read=true&limit=1")).await.json();
    assert_eq!(
        (read(&readers, &bob.id), &readers["next"]),
        (Some(json!(true)), &Value::Null)
    );
    let first = ann.get(&format!("{path}?limit=1")).await.json();
    let after = first["next"].as_str().unwrap();
    let second = ann.get(&format!("{path}?limit=1&after={after}")).await.json();
    assert_eq!(second["receipts"].as_array().map(Vec::len), Some(1));
    assert_eq!(second["counts"], Value::Null, "counted once");

    let stranger = world.person("mallory").await;
    assert_eq!(stranger.get(&path).await.refusal(), "404 no_such_room");
    let nothing = format!("{room}/messages/99/receipts");
    assert_eq!(ann.get(&nothing).await.refusal(), "404 no_such_message");
    assert_eq!(ann.get(&format!("{path}?read=perhaps")).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_private_mode_nobody_learns_what_is_read() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let message = ann.say(&room, "m1", "tea?").await;
    let seq: u64 = message.rsplit('/').next().unwrap().parse().unwrap();
    let [mut anns, mut bobs] = [device(&world, &ann).await, device(&world, &bob).await];
    let private = bob.patch("/v1/me", json!({"private": true})).await.json();
    assert_eq!(private["private"], true);
    let told = next(&mut bobs, "privacy.changed").await;
    assert_eq!(
        (&told["private"], &told["presence"]),
        (&json!(true), &json!("everyone"))
    );
    bob.put(&format!("{room}/marks"), json!({"read": seq})).await;
    let heard = next(&mut anns, "marks").await;
    assert_eq!(
        (
            &heard["marks"][0]["delivered"],
            heard["marks"][0]["read"] == json!(seq)
        ),
        (&json!(seq), false)
    );
    let own = loop {
        let marks = next(&mut bobs, "marks").await;
        if marks["own"] != Value::Null {
            break marks;
        }
    };
    assert_eq!(
        (&own["own"][0]["read"], &own["stream"]),
        (&json!(seq), &json!(bob.id))
    );
    ann.put(&format!("{room}/marks"), json!({"read": seq + 1})).await;
    let answer = bob.say(&room, "m2", "yes").await;
    let answer: u64 = answer.rsplit('/').next().unwrap().parse().unwrap();
    ann.put(&format!("{room}/marks"), json!({"read": answer})).await;
    loop {
        let marks = next(&mut bobs, "marks").await;
        let of = marks["marks"].as_array().into_iter().flatten();
        let ann = of.clone().find(|of| of["user"] == ann.id);
        if let Some(mark) = ann.filter(|mark| mark["delivered"] == answer) {
            assert_eq!(mark["read"], 0);
            break;
        }
    }
    let receipts = bob
        .get(&format!("{room}/messages/{answer}/receipts"))
        .await
        .json();
    assert_eq!(receipts["receipts"][0]["read"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_is_shown_to_whom_one_likes() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    ann.group(&[&bob]).await;
    let mut anns = device(&world, &ann).await;
    let mut bobs = Device::open(&world, &bob.token).await;
    bobs.command(json!({"type": "hello", "away": true})).await;
    bobs.said().await;
    let follow = json!({"type": "follow", "id": 1, "user": bob.id});
    anns.command(follow.clone()).await;
    let now = next(&mut anns, "ok").await;
    assert_eq!(
        (&now["presence"]["online"], &now["presence"]["away"]),
        (&json!(true), &json!(true))
    );
    bobs.command(json!({"type": "away", "id": 1, "on": false})).await;
    assert_eq!(
        next(&mut anns, "presence").await["users"],
        json!([{"user": bob.id, "online": true}])
    );
    let shows = json!({"shows": {"presence": "contacts"}});
    assert_eq!(bob.patch("/v1/me", shows).await.status, 200);
    assert_eq!(
        next(&mut anns, "presence").await["users"],
        json!([{"user": bob.id, "online": false}])
    );
    anns.command(follow).await;
    assert_eq!(next(&mut anns, "error").await["code"], "presence_hidden");
}
