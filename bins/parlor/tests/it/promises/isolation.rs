//! Nobody is sent what he may not see: of the time before he came, or after he went.

use futures_util::future::join;
use hyper::Method;
use parlor_client::HistoryRange;
use parlor_wire::{EventBody, HistoryPolicy, JoinRule, StreamPosition};
use serde_json::{Value, json};

use super::database::Database;
use super::world::{World, refusal};

on_both_databases!(
    nothing_is_told_of_the_time_before_one_joined,
    whoever_is_put_out_hears_nothing_more_in_the_same_instant,
    a_room_that_is_no_longer_ones_own_is_gone_on_resume,
    a_deleted_room_is_gone_for_all_its_members,
    what_was_deleted_or_edited_is_in_no_replay,
);

async fn nothing_is_told_of_the_time_before_one_joined(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group_with(&[], HistoryPolicy::FromJoin, JoinRule::Open).await;
    let (early, kept) = (
        ann.say(room, "secret one").await,
        ann.say(room, "secret two").await,
    );
    let mut live = bob.connect().await;
    bob.rest.join(room).await.unwrap();
    let joined = kept + 1;
    live.joined(room).await;

    // What happens now to what was said before is no more his business than the words themselves.
    ann.edit(room, early, "secret three").await;
    ann.delete(room, kept).await;
    let open = ann.say(room, "for all").await;
    live.event(room, open).await;
    live.settle().await;
    assert!(!live.mentions("secret", 0), "{:?}", live.heard);
    let hidden: Vec<_> = live
        .events(room)
        .iter()
        .filter(|event| event.body == EventBody::Hidden {})
        .map(|event| event.seq)
        .collect();
    assert_eq!(hidden, [joined + 1, joined + 2]);
    assert_eq!(live.events(room)[0].seq, joined);

    let view = bob.room(room).await;
    assert_eq!((view.visible_from, view.unread), (joined, 1));
    for range in [
        HistoryRange::Newest,
        HistoryRange::Before(joined),
        HistoryRange::After(0),
    ] {
        let page = bob.rest.messages(room, range).await.unwrap();
        assert!(page.messages.iter().all(|event| event.seq == open), "{page:?}");
    }
    for (method, path, body) in [
        (Method::GET, format!("messages/{early}"), None),
        (
            Method::PATCH,
            format!("messages/{early}"),
            Some(json!({"body": "mine"})),
        ),
        (Method::DELETE, format!("messages/{early}"), None),
        (
            Method::POST,
            "messages".to_owned(),
            Some(json!({"body": "re:", "client_id": "re", "reply_to": early})),
        ),
    ] {
        let answer = bob.ask(method, &format!("/v1/rooms/{room}/{path}"), body).await;
        assert_eq!(refusal(answer), "404 no_such_message", "{path}");
    }

    // A position from before, guessed or kept from a log that was replaced.
    for seq in [0, 1, early, kept] {
        let at = StreamPosition {
            stream: room,
            seq,
            tag: 0,
            rev: 0,
        };
        let mut device = bob.elsewhere().await.resume(vec![at]).await;
        device.settle().await;
        assert!(device.events(room).is_empty(), "{seq}: {:?}", device.heard);
    }
}

async fn whoever_is_put_out_hears_nothing_more_in_the_same_instant(database: Database) {
    let world = World::new(database).await;
    let [ann, bob, carl] = world.people(["ann", "bob", "carl"]).await;
    for round in 0..5 {
        let room = ann.group(&[&bob, &carl]).await;
        let (mut ann_s, mut bob_s, mut carl_s) =
            (ann.connect().await, bob.connect().await, carl.connect().await);
        let talk = async {
            let mut last = 0;
            for n in 0..40 {
                let said = json!({"type": "send", "room": room, "client_id": format!("{round}-{n}"), "body": "psst"});
                last = carl_s.tell(said).await;
            }
            carl_s.answer(last).await.unwrap().seq.unwrap()
        };
        let (last, removed) = join(talk, ann.rest.remove_member(room, bob.id)).await;
        removed.unwrap();
        let after = ann_s.say(room, "and now without him").await;
        ann_s.event(room, after.max(last)).await;
        let out = ann_s
            .events(room)
            .into_iter()
            .find(|event| matches!(event.body, EventBody::MemberLeft { .. }))
            .unwrap()
            .seq;

        bob_s.event(room, out).await;
        bob_s.settle().await;
        let heard: Vec<u64> = bob_s.events(room).iter().map(|event| event.seq).collect();
        assert_eq!(heard.last(), Some(&out), "{heard:?}");
        // Nor typing, nor marks.
        let until_now = bob_s.heard.len();
        carl_s.ask(json!({"type": "typing", "room": room})).await.unwrap();
        let path = format!("/v1/rooms/{room}/marks");
        carl.ask(Method::PUT, &path, Some(json!({"read": after})))
            .await
            .unwrap();
        let more = ann_s.say(room, "still without him").await;
        carl_s.event(room, more).await;
        bob_s.settle().await;
        assert!(!bob_s.mentions(&room.to_string(), until_now));
        assert_eq!(refusal(bob.rest.room(room).await), "404 no_such_room");
    }
}

async fn a_room_that_is_no_longer_ones_own_is_gone_on_resume(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group(&[&bob]).await;
    let first = ann.say(room, "with bob").await;
    let mut device = bob.connect().await;
    let second = ann.say(room, "still with bob").await;
    device.event(room, second).await;
    let mut has = device.has();
    drop(device);
    bob.rest.leave(room).await.unwrap();
    ann.say(room, "behind his back").await;

    // As it was kept, and as somebody would write it who wants more.
    has.push(StreamPosition {
        stream: room,
        seq: first,
        tag: 0,
        rev: 0,
    });
    for positions in [has.clone(), has.split_off(has.len() - 1)] {
        let mut device = bob.resume(positions).await;
        assert_eq!(device.welcome.gone, [room]);
        assert!(device.welcome.streams.iter().all(|head| head.stream == bob.id));
        device.settle().await;
        assert!(device.events(room).is_empty());
        assert!(!device.mentions("behind", 0));
    }
}

async fn a_deleted_room_is_gone_for_all_its_members(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group(&[&bob]).await;
    let mut device = bob.connect().await;
    let said = ann.say(room, "hello").await;
    device.event(room, said).await;
    let has = device.has();
    ann.ask(Method::DELETE, &format!("/v1/rooms/{room}"), None)
        .await
        .unwrap();
    let last = device.event(room, said + 1).await;
    assert!(matches!(last.body, EventBody::RoomDeleted { .. }));
    for person in [&ann, &bob] {
        assert_eq!(refusal(person.rest.room(room).await), "404 no_such_room");
        let page = person.rest.messages(room, HistoryRange::Newest).await;
        assert_eq!(refusal(page), "404 no_such_room");
    }
    assert_eq!(bob.resume(has).await.welcome.gone, [room]);
}

async fn what_was_deleted_or_edited_is_in_no_replay(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group(&[&bob]).await;
    let device = bob.connect().await;
    let has = device.has();
    drop(device);
    let (edited, deleted) = (
        ann.say(room, "a first draft").await,
        ann.say(room, "a blunder").await,
    );
    ann.edit(room, deleted, "a worse blunder").await;
    ann.edit(room, edited, "well put").await;
    ann.delete(room, deleted).await;
    let last = ann.say(room, "so far").await;

    let mut replayed = bob.resume(has).await;
    replayed.event(room, last).await;
    let page = bob.rest.messages(room, HistoryRange::Newest).await.unwrap();
    let shown = serde_json::to_value(&page).unwrap();
    let bodies: Vec<&Value> = shown["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["body"])
        .collect();
    assert_eq!(bodies, [&json!("well put"), &Value::Null, &json!("so far")]);
    for gone in ["draft", "blunder"] {
        assert!(!replayed.mentions(gone, 0), "{:?}", replayed.heard);
        assert!(!shown.to_string().contains(gone));
    }
}
