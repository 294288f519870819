//! Voice messages that are played.

use hyper::Method;
use serde_json::{Value, json};

use crate::samples::VOICE;
use crate::world::{Device, Person, World};

/// Sends a voice message to a room, and gives its path.
async fn speak(person: &Person<'_>, room: &str) -> String {
    let form = [
        b"--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nvoice\r\n",
        &b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.webm\"\r\n\r\n"[..],
        VOICE,
        b"\r\n--x--\r\n",
    ];
    let headers = [("content-type", "multipart/form-data; boundary=x")];
    let uploaded = person
        .send(Method::POST, "/v1/media", &headers, form.concat())
        .await;
    assert_eq!(uploaded.status, 201, "{}", uploaded.text);
    person.show(room, &uploaded.json()).await
}

/// What of a page is marked as played.
async fn marked(person: &Person<'_>, room: &str) -> Value {
    person.get(&format!("{room}/messages")).await.json()["played"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_sender_hears_that_a_voice_message_was_played() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    let room = ann.group(&[&bob, &eve]).await;
    let voice = speak(&ann, &room).await;
    let seq: u64 = voice.rsplit('/').next().unwrap().parse().unwrap();
    let [mut anns, mut bobs] = [
        Device::open(&world, &ann.token).await,
        Device::open(&world, &bob.token).await,
    ];
    for device in [&mut anns, &mut bobs] {
        device.command(json!({"type": "hello"})).await;
        device.said().await;
    }
    let id = room.rsplit('/').next().unwrap();
    assert_eq!(marked(&ann, &room).await, Value::Null, "it is left out");
    for n in 1..=2 {
        let played = json!({"type": "played", "id": n, "room": id, "target": seq});
        bobs.command(played).await;
    }
    let mut told = [bobs.said().await, bobs.said().await, bobs.said().await];
    told.sort_by_key(|said| said["type"].to_string());
    assert_eq!((&told[0]["id"], &told[1]["id"]), (&json!(1), &json!(2)));
    for event in [told[2].clone(), anns.said().await] {
        assert_eq!(event["type"], "voice.played");
        assert_eq!((&event["room"], &event["target"]), (&json!(id), &json!(seq)));
        assert_eq!(event["actor"]["id"], bob.id);
    }
    assert_eq!(marked(&ann, &room).await, json!([seq]));
    assert_eq!(marked(&bob, &room).await, json!([seq]));
    assert_eq!(marked(&eve, &room).await, Value::Null);

    let path = format!("{voice}/played");
    assert_eq!(eve.put(&path, json!(null)).await.status, 204);
    let first = ann.get(&format!("{path}?limit=1")).await.json();
    let after = first["next"].as_str().unwrap();
    let second = ann.get(&format!("{path}?limit=1&after={after}")).await.json();
    assert_eq!(second["next"], Value::Null);
    let mut listed = [&first, &second].map(|page| page["plays"][0]["user"]["id"].as_str().unwrap());
    listed.sort_unstable();
    let mut expected = [&*bob.id, &*eve.id];
    expected.sort_unstable();
    assert_eq!(listed, expected);
    assert_eq!(bob.get(&path).await.refusal(), "403 forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_voice_messages_are_played() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    let room = ann.group(&[&bob]).await;
    let words = ann.say(&room, "m1", "words").await;
    let voice = speak(&ann, &room).await;
    for (person, message, refusal) in [
        (&bob, &words, "409 no_voice_message"),
        (&bob, &format!("{room}/messages/999"), "404 no_such_message"),
        (&eve, &voice, "404 no_such_room"),
    ] {
        let refused = person.put(&format!("{message}/played"), json!(null)).await;
        assert_eq!(refused.refusal(), refusal, "{message}");
    }
    let mut device = Device::open(&world, &bob.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    let id = room.rsplit('/').next().unwrap();
    let words: u64 = words.rsplit('/').next().unwrap().parse().unwrap();
    for (target, code) in [(json!(words), "no_voice_message"), (json!("x"), "invalid")] {
        device
            .command(json!({"type": "played", "id": 1, "room": id, "target": target}))
            .await;
        assert_eq!(device.said().await["code"], code);
    }
}
