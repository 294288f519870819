//! What happens in rooms is on every open socket of those concerned, and the same on all.

use futures_util::future::join_all;
use hyper::Method;
use parlor_wire::{EventBody, HistoryPolicy, JoinRule, StreamKind};
use serde_json::json;

use super::database::Database;
use super::world::World;

on_both_databases!(
    two_devices_of_a_user_see_the_same,
    whoever_joins_hears_the_room_at_once_and_whoever_leaves_hears_no_more,
    a_direct_room_opened_by_both_at_once_is_one,
    a_message_sent_twice_is_stored_once_and_answered_the_same,
    many_who_join_at_once_do_not_overfill_a_room,
);

async fn two_devices_of_a_user_see_the_same(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group(&[&bob]).await;
    let mut phone = ann.connect().await;
    let mut laptop = ann.elsewhere().await.connect().await;

    let first = phone.say(room, "from the phone").await;
    laptop.say(room, "from the laptop").await;
    let answer = bob.say(room, "from bob").await;
    ann.edit(room, first, "from my phone").await;
    bob.delete(room, answer).await;
    let other = bob.group(&[&ann]).await;
    bob.say(other, "elsewhere").await;
    bob.ask(
        Method::DELETE,
        &format!("/v1/rooms/{other}/members/{}", ann.id),
        None,
    )
    .await
    .unwrap();
    let last = bob.say(room, "the last one").await;

    for device in [&mut phone, &mut laptop] {
        device.event(room, last).await;
        device.event(ann.id, device.start_of(ann.id).head.seq + 2).await;
        device.event(other, 3).await;
        device.settle().await;
    }
    for stream in [room, other, ann.id] {
        assert_eq!(phone.events(stream), laptop.events(stream));
        assert!(phone.events(stream).len() > 1, "{:?}", phone.heard);
    }
}

async fn whoever_joins_hears_the_room_at_once_and_whoever_leaves_hears_no_more(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group_with(&[], HistoryPolicy::FromJoin, JoinRule::Open).await;
    ann.say(room, "before bob").await;
    let mut ann_s = ann.connect().await;
    let mut bob_s = bob.connect().await;

    bob.rest.join(room).await.unwrap();
    bob_s.joined(room).await;
    let greeting = ann_s.say(room, "welcome, bob").await;
    let heard = bob_s.event(room, greeting).await;
    assert!(
        matches!(heard.body, EventBody::Message(message) if message.body.as_deref() == Some("welcome, bob"))
    );
    let answer = bob_s.say(room, "hello").await;
    ann_s.event(room, answer).await;

    bob.rest.leave(room).await.unwrap();
    let left = answer + 1;
    let farewell = ann_s.event(room, left).await;
    assert!(matches!(farewell.body, EventBody::MemberLeft { user, .. } if user.id == bob.id));
    bob_s.event(room, left).await;
    ann_s.say(room, "without bob").await;
    bob_s.settle().await;
    assert_eq!(bob_s.events(room).last().unwrap().seq, left);
    let said = json!({"type": "send", "room": room, "client_id": "late", "body": "still here?"});
    assert_eq!(bob_s.ask(said).await.unwrap_err().code, "no_such_room");

    // Once more, on the same socket.
    bob.rest.join(room).await.unwrap();
    let again = ann_s.say(room, "welcome back").await;
    bob_s.event(room, again).await;
}

async fn a_direct_room_opened_by_both_at_once_is_one(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let (mut ann_s, mut bob_s) = (ann.connect().await, bob.connect().await);
    let openings = (0..10).map(|n| {
        let (who, peer) = if n % 2 == 0 { (&ann, &bob) } else { (&bob, &ann) };
        who.rest.open_direct(peer.id)
    });
    let mut rooms: Vec<_> = join_all(openings)
        .await
        .into_iter()
        .map(|room| room.unwrap().id)
        .collect();
    rooms.dedup();
    let [room] = rooms[..] else {
        panic!("{rooms:?} are not one room")
    };

    let hello = ann_s.say(room, "hello, bob").await;
    bob_s.event(room, hello).await;
    let answer = bob_s.say(room, "hello, ann").await;
    ann_s.event(room, answer).await;
    let again = ann.resume(Vec::new()).await;
    assert_eq!(again.start_of(room).kind, StreamKind::Direct);
    assert_eq!(again.welcome.streams.len(), 2);
    let peer = ann.room(room).await.peer.unwrap();
    assert_eq!(peer.id, bob.id);
}

async fn a_message_sent_twice_is_stored_once_and_answered_the_same(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group(&[&bob]).await;
    let mut device = bob.connect().await;
    let said = |body: &str| json!({"type": "send", "room": room, "client_id": "the-same", "body": body});

    // Ten at once, so that several are in one batch.
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(device.tell(said("once")).await);
    }
    let mut answers = Vec::new();
    for id in ids {
        let success = device.answer(id).await.unwrap();
        answers.push((success.seq, success.tag, success.at));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let seq = answers[0].0.unwrap();
    let other = device.ask(said("something else")).await.unwrap_err();
    assert_eq!(
        (&*other.code, other.field.as_deref()),
        ("idempotency_conflict", Some("client_id"))
    );

    // Whatever happened to it since, the first answer holds.
    bob.edit(room, seq, "twice").await;
    bob.delete(room, seq).await;
    ann.rest.remove_member(room, bob.id).await.unwrap();
    let again = device.ask(said("once")).await.unwrap();
    assert_eq!((again.seq, again.tag, again.at), answers[0]);
    let rest = bob.rest.send(room, "once", "the-same").await.unwrap();
    assert_eq!(rest.seq, seq);
    let page = ann
        .rest
        .messages(room, parlor_client::HistoryRange::Newest)
        .await
        .unwrap();
    assert_eq!(page.messages.len(), 1);
}

async fn many_who_join_at_once_do_not_overfill_a_room(database: Database) {
    let world = World::new(database).await;
    let ann = world.person("ann").await;
    let wish = json!({"name": "Small", "join": "open", "capacity": 4});
    let room = ann.ask(Method::POST, "/v1/rooms", Some(wish)).await.unwrap();
    let room = room["id"].as_str().unwrap().parse().unwrap();
    let people = world
        .people(["bob", "carl", "dora", "emil", "fred", "gina"])
        .await;
    let joined = join_all(people.iter().map(|person| person.rest.join(room))).await;
    let codes: Vec<_> = joined
        .iter()
        .filter_map(|joined| joined.as_ref().err()?.code())
        .collect();
    assert_eq!(codes, ["room_full"; 3]);
    assert_eq!(ann.room(room).await.members, 4);
}
