//! Messages that are forwarded.

use serde_json::{Value, json};

use crate::samples::VOICE;
use crate::world::{Device, World};

/// The seq of the message at this path.
fn seq(path: &str) -> u64 {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_forwarded_over_rest_and_the_socket() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    let (from, to) = (ann.group(&[&bob]).await, bob.group(&[&eve]).await);
    let [from_id, to_id] = [&from, &to].map(|room| room.rsplit('/').next().unwrap().to_owned());
    let seq = seq(&ann.say(&from, "m1", "tea for @bob").await);
    let forward = |client_id: &str| json!({"client_id": client_id, "forward": {"room": from_id, "seq": seq}});

    let sent = bob.post(&format!("{to}/messages"), forward("f1")).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let copy = sent.json();
    assert_eq!(
        (&copy["body"], &copy["forwarded"]),
        (&json!("tea for @bob"), &json!(true))
    );
    assert_eq!(
        (&copy["mentions"], &copy["sender"]["id"]),
        (&Value::Null, &json!(bob.id))
    );
    assert!(
        !sent.text.contains(&from_id) && !sent.text.contains(&ann.id),
        "it does not say whose it is"
    );
    let again = bob.post(&format!("{to}/messages"), forward("f1")).await;
    assert_eq!((again.status, again.json()), (200, copy.clone()));
    let edited = bob
        .patch(
            &format!("{to}/messages/{}", copy["seq"]),
            json!({"body": "coffee"}),
        )
        .await;
    assert_eq!(edited.refusal(), "403 forbidden");

    let refused = eve.post(&format!("{to}/messages"), forward("f2")).await;
    assert_eq!(refused.refusal(), "404 no_such_message");
    let crowded = json!({"client_id": "f3", "body": "look", "forward": {"room": from_id, "seq": seq}});
    let refused = bob.post(&format!("{to}/messages"), crowded).await;
    assert_eq!(refused.refusal(), "422 invalid forward");

    let mut device = Device::open(&world, &bob.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    let mut command = forward("f4");
    command["type"] = json!("send");
    command["id"] = json!(1);
    command["room"] = json!(to_id);
    device.command(command).await;
    let mut told = [device.said().await, device.said().await];
    told.sort_by_key(|said| said["type"].to_string());
    assert_eq!(
        (&told[0]["body"], &told[0]["forwarded"]),
        (&copy["body"], &json!(true))
    );
    assert_eq!((&told[1]["id"], &told[1]["type"]), (&json!(1), &json!("ok")));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sees_a_forwarded_voice_message_hears_it() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    let (from, to) = (ann.group(&[&bob]).await, bob.group(&[&eve]).await);
    let media = ann.upload(VOICE, "a.webm").await;
    let seq = seq(&ann.show(&from, &media).await);
    let bytes = format!("/v1/media/{}", media["id"].as_str().unwrap());
    assert_eq!(eve.get(&bytes).await.refusal(), "404 no_such_media");
    let id = from.rsplit('/').next().unwrap();
    let wish = json!({"client_id": "f1", "forward": {"room": id, "seq": seq}});
    let copy = bob.post(&format!("{to}/messages"), wish).await.json();
    assert_eq!(
        (&copy["body"], &copy["media"][0]["id"]),
        (&json!(""), &media["id"])
    );
    assert_eq!(eve.get(&bytes).await.status, 200);
}
