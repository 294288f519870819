//! Who is there, and who is typing: told at once to those who may know, and to nobody else.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use parlor_testkit::{FixedClock, TestApp};
use parlor_wire::{Notice, Presence, Push};
use serde_json::json;

use super::database::Database;
use super::world::World;

on_both_databases!(
    whoever_follows_somebody_is_told_when_he_comes_and_goes,
    who_left_the_last_common_room_is_followed_no_longer,
    typing_is_told_to_the_room_and_to_nobody_else,
);

fn presence(push: &Push) -> Option<Presence> {
    match push {
        Push::Notice(Notice::Presence { users }) => Some(users[0]),
        _ => None,
    }
}

async fn whoever_follows_somebody_is_told_when_he_comes_and_goes(database: Database) {
    let clock = Arc::new(FixedClock::default());
    let app = TestApp::start_at(clock.clone(), |config| database.choose(config)).await;
    let world = World { app, database };
    let [ann, bob, eve] = world.people(["ann", "bob", "eve"]).await;
    ann.group(&[&bob]).await;
    let mut device = ann.connect().await;

    let follow = |who| json!({"type": "follow", "user": who});
    let now = device.ask(follow(bob.id)).await.unwrap().presence.unwrap();
    assert_eq!((now.user, now.online), (bob.id, false));
    let stranger = device.ask(follow(eve.id)).await.unwrap_err();
    assert_eq!(stranger.code, "no_such_user");

    let phone = bob.connect().await;
    let laptop = bob.elsewhere().await.connect().await;
    let _eve = eve.connect().await;
    let came = device
        .wait_for(|push| presence(push).filter(|bob| bob.online))
        .await;
    assert_eq!((came.user, came.last_seen), (bob.id, None));

    // One of two devices goes: that is nobody's business.
    drop(phone);
    clock.advance(Duration::from_secs(30));
    let _carl = world.person("carl").await.connect().await;
    device.settle().await;
    drop(laptop);
    let went = loop {
        // The server notices in its own time that a socket is gone, and counts from then.
        clock.advance(Duration::from_secs(21));
        device.settle().await;
        if let Some(went) = device.heard.iter().filter_map(presence).find(|bob| !bob.online) {
            break went;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(went.user, bob.id);
    assert!(went.last_seen.is_none(), "not all who hear it may know");
    let told: Vec<_> = device
        .heard
        .iter()
        .filter_map(presence)
        .map(|bob| bob.online)
        .collect();
    assert_eq!(told, [true, false]);
}

/// It ends soon after, not at once: of those who go one after the other, one of the first already comes back unseen.
async fn who_left_the_last_common_room_is_followed_no_longer(database: Database) {
    let world = World::new(database).await;
    let [ann, carl] = world.people(["ann", "carl"]).await;
    ann.group(&[&carl]).await;
    let mut device = ann.connect().await;
    for round in 0..20 {
        let bob = world.person(&format!("bob{round}")).await;
        let room = ann.group(&[&bob]).await;
        for user in [bob.id, carl.id] {
            device.ask(json!({"type": "follow", "user": user})).await.unwrap();
        }
        let member = format!("/v1/rooms/{room}/members/{}", bob.id);
        ann.ask(Method::DELETE, &member, None).await.unwrap();
        device.settle().await;
        // His coming would be told with the same batch as that of somebody who is still followed.
        let (_bob, _other) = (bob.connect().await, carl.elsewhere().await.connect().await);
        tokio::time::sleep(Duration::from_millis(1100)).await;
        device.settle().await;
        // That he is offline is the end of it.
        let told = device.heard.iter().filter_map(presence).filter(|bob| bob.online);
        if told.into_iter().all(|somebody| somebody.user != bob.id) {
            let again = device
                .ask(json!({"type": "follow", "user": carl.id}))
                .await
                .unwrap();
            assert!(
                again.presence.unwrap().online,
                "who is still in a common room stays followed"
            );
            return;
        }
    }
    panic!("whoever left is followed for ever");
}

async fn typing_is_told_to_the_room_and_to_nobody_else(database: Database) {
    let world = World::new(database).await;
    let [ann, bob, eve] = world.people(["ann", "bob", "eve"]).await;
    let room = ann.group(&[&bob]).await;
    let (mut ann_s, mut bob_s, mut eve_s) = (ann.connect().await, bob.connect().await, eve.connect().await);

    ann_s.ask(json!({"type": "typing", "room": room})).await.unwrap();
    let (user, expires_ms) = bob_s
        .wait_for(|push| match push {
            Push::Notice(Notice::Typing {
                room: at,
                user,
                expires_ms,
            }) if *at == room => Some((user.id, *expires_ms)),
            _ => None,
        })
        .await;
    assert_eq!(user, ann.id);
    assert!(expires_ms > 3000, "it outlives the next repetition: {expires_ms}");
    let refused = eve_s
        .ask(json!({"type": "typing", "room": room}))
        .await
        .unwrap_err();
    assert_eq!(refused.code, "no_such_room");
    for device in [&mut ann_s, &mut eve_s] {
        device.settle().await;
        assert!(device.heard.is_empty(), "{:?}", device.heard);
    }
}
