//! Reactions and pins.

use serde_json::{Value, json};

use crate::world::{Device, World};

/// A thumb and a heart, as they stand in a path.
const THUMB: &str = "%F0%9F%91%8D";
const HEART: &str = "%E2%9D%A4";

#[tokio::test(flavor = "multi_thread")]
async fn reactions_are_counted_and_told() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let message = ann.say(&room, "m1", "tea?").await;
    let seq: u64 = message.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(
        ann.get(&message).await.json()["reactions"],
        Value::Null,
        "it is left out"
    );
    let mut device = Device::open(&world, &ann.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    let put = async |path: &str| bob.put(&format!("{message}/reactions/{path}"), json!(null)).await;
    for path in [THUMB, THUMB, HEART] {
        assert_eq!(put(path).await.status, 204);
    }
    let told = [device.said().await, device.said().await];
    assert_eq!(
        told.each_ref().map(|event| &event["type"]),
        [&json!("message.reacted"); 2]
    );
    let now = json!([{"emoji": "\u{1f44d}", "count": 1}, {"emoji": "\u{2764}\u{fe0f}", "count": 1}]);
    assert_eq!((&told[1]["target"], &told[1]["on"]), (&json!(seq), &json!(true)));
    assert_eq!(told[1]["reactions"]["counts"], now);
    assert_eq!(told[1]["actor"]["id"], bob.id);

    let id = room.rsplit('/').next().unwrap();
    let react =
        json!({"type": "react", "id": 1, "room": id, "target": seq, "emoji": "\u{1f44d}", "on": true});
    device.command(react).await;
    let mut heard = [device.said().await, device.said().await];
    heard.sort_by_key(|said| said["type"].to_string());
    assert_eq!((&heard[1]["type"], &heard[1]["id"]), (&json!("ok"), &json!(1)));
    assert_eq!(heard[0]["reactions"]["counts"][0]["count"], 2);

    let page = bob.get(&format!("{room}/messages")).await.json();
    assert_eq!(page["messages"][0]["reactions"], heard[0]["reactions"]);
    let own = |emoji: &str| json!({"seq": seq, "emoji": emoji});
    assert_eq!(
        page["reacted"],
        json!([own("\u{2764}\u{fe0f}"), own("\u{1f44d}")])
    );
    let listed = bob.get(&format!("{message}/reactions/{THUMB}")).await.json();
    assert_eq!(listed["reactions"].as_array().map(Vec::len), Some(2));
    for _ in 0..2 {
        let gone = bob.delete(&format!("{message}/reactions/{THUMB}")).await;
        assert_eq!(gone.status, 204);
    }
    let listed = bob.get(&format!("{message}/reactions/{THUMB}")).await.json();
    assert_eq!(listed["reactions"][0]["user"]["id"], ann.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_reaction_is_refused() {
    let world = World::new().await;
    let [ann, eve] = [world.person("ann").await, world.person("eve").await];
    let room = ann.group(&[]).await;
    let message = ann.say(&room, "m1", "tea?").await;
    for (person, path, refusal) in [
        (&ann, format!("{message}/reactions/tea"), "422 invalid emoji"),
        (
            &ann,
            format!("{message}/reactions/{THUMB}{THUMB}"),
            "422 invalid emoji",
        ),
        (
            &ann,
            format!("{room}/messages/999/reactions/{THUMB}"),
            "404 no_such_message",
        ),
        (&eve, format!("{message}/reactions/{THUMB}"), "404 no_such_room"),
    ] {
        assert_eq!(person.put(&path, json!(null)).await.refusal(), refusal, "{path}");
    }
    let mut device = Device::open(&world, &ann.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    let id = room.rsplit('/').next().unwrap();
    let react = json!({"type": "react", "id": 1, "room": id, "target": 2, "emoji": "tea", "on": true});
    device.command(react).await;
    let refused = device.said().await;
    assert_eq!(
        (&refused["code"], &refused["field"]),
        (&json!("invalid"), &json!("emoji"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_are_listed_and_told() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let message = ann.say(&room, "m1", "rules").await;
    let seq = message.rsplit('/').next().unwrap();
    let pin = format!("{room}/pins/{seq}");
    assert_eq!(bob.put(&pin, json!(null)).await.refusal(), "403 forbidden");
    let mut device = Device::open(&world, &bob.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    for _ in 0..2 {
        assert_eq!(ann.put(&pin, json!(null)).await.status, 204);
    }
    assert_eq!(device.said().await["type"], "message.pinned");
    let listed = bob.get(&format!("{room}/pins")).await.json();
    assert_eq!(listed["messages"][0]["body"], "rules");
    assert_eq!(listed["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(ann.delete(&pin).await.status, 204);
    assert_eq!(device.said().await["type"], "message.unpinned");
    let listed = bob.get(&format!("{room}/pins")).await.json();
    assert_eq!(listed["messages"], json!([]));
}
