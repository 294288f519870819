//! Broadcast lists.

mod busy;

use parlor_domain::{BroadcastId, BroadcastListId, Mark, PageSize, UserId, What};
use parlor_services::{Actor, BroadcastDraft, BroadcastsSettings, Fate, Settings, Skip};
use uuid::Uuid;

use crate::world::{World, body, code};

fn draft(id: &str, body: &str) -> BroadcastDraft {
    BroadcastDraft {
        client_id: id.parse().unwrap(),
        body: body.to_owned(),
        media: Vec::new(),
    }
}

/// Makes a list of these people.
async fn list(world: &World, owner: &Actor, people: &[&Actor]) -> BroadcastListId {
    let broadcasts = &world.services.broadcasts;
    let list = broadcasts
        .create(owner, "customers".parse().unwrap())
        .await
        .unwrap();
    if !people.is_empty() {
        let users = people.iter().map(|actor| actor.user.id).collect();
        broadcasts.add(owner, list.id, users).await.unwrap();
    }
    list.id
}

/// What somebody has in the direct room with somebody.
async fn heard(world: &World, reader: &Actor, from: &Actor) -> Vec<String> {
    let room = world
        .services
        .rooms
        .open_direct(reader, from.user.id)
        .await
        .unwrap();
    let events = world
        .ports
        .log
        .events_after(room.into_inner().room.id.into(), Default::default());
    let events = events.await.unwrap();
    let said = events
        .iter()
        .filter(|event| matches!(event.what, What::Message(_)));
    said.filter_map(|event| body(event).map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broadcast_goes_out_and_answers_come_back_privately() {
    let world = World::new().await;
    let broadcasts = &world.services.broadcasts;
    let [ann, ben, cleo] = world.people(["ann", "ben", "cleo"]).await;
    let list = list(&world, &ann, &[&ben, &cleo]).await;
    world.services.contacts.block(&cleo, ann.user.id).await.unwrap();
    let sent = broadcasts
        .send(&ann, list, draft("b1", "closed on Monday"))
        .await
        .unwrap();
    let sent = sent.into_inner();
    broadcasts.tend().await.unwrap();
    let again = broadcasts
        .send(&ann, list, draft("b1", "closed on Monday"))
        .await
        .unwrap();
    assert_eq!(again.into_inner().id, sent.id);
    broadcasts.tend().await.unwrap();
    assert_eq!(heard(&world, &ben, &ann).await, ["closed on Monday"]);
    let fates = broadcasts
        .fates(&ann, sent.id, None, PageSize::MAX)
        .await
        .unwrap();
    let mut room = None;
    for recipient in fates.recipients {
        if recipient.user == cleo.user {
            assert_eq!(recipient.fate, Some(Fate::Skipped(Skip::NotAContact)));
        } else if let Some(Fate::Sent { room: there, seq }) = recipient.fate {
            room = Some((there, seq));
        }
    }
    let (room, seq) = room.unwrap();
    world.say(&ben, room, "thanks").await;
    world
        .services
        .marks
        .mark_now(&ben, room, Mark::read(seq))
        .await
        .unwrap();
    let view = broadcasts.sent(&ann, sent.id).await.unwrap();
    assert_eq!((view.delivered, view.read), (1, 1));
    assert_eq!(heard(&world, &ann, &ben).await, ["closed on Monday", "thanks"]);
    for outsider in [&ben, &cleo] {
        assert_eq!(
            code(broadcasts.sent(outsider, sent.id).await),
            "no_such_broadcast"
        );
        let fates = broadcasts.fates(outsider, sent.id, None, PageSize::MAX).await;
        assert_eq!(code(fates), "no_such_broadcast");
        assert_eq!(code(broadcasts.find(outsider, list).await), "no_such_list");
        let refused = broadcasts.send(outsider, list, draft("b1", "mine")).await;
        assert_eq!(code(refused), "no_such_list");
    }
    world.pass(31 * 24 * 60 * 60);
    broadcasts.tend().await.unwrap();
    assert_eq!(code(broadcasts.sent(&ann, sent.id).await), "no_such_broadcast");
    assert_eq!(heard(&world, &ben, &ann).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_that_stands_bars_a_room_that_is_there() {
    let world = World::new().await;
    let broadcasts = &world.services.broadcasts;
    let [ann, ben, cleo] = world.people(["ann", "ben", "cleo"]).await;
    for other in [&ben, &cleo] {
        world
            .services
            .rooms
            .open_direct(&ann, other.user.id)
            .await
            .unwrap();
    }
    let list = list(&world, &ann, &[&ben, &cleo]).await;
    world.services.contacts.block(&ann, ben.user.id).await.unwrap();
    world.services.contacts.block(&cleo, ann.user.id).await.unwrap();
    let sent = broadcasts
        .send(&ann, list, draft("b1", "sale"))
        .await
        .unwrap()
        .into_inner();
    broadcasts.tend().await.unwrap();
    let fates = broadcasts
        .fates(&ann, sent.id, None, PageSize::MAX)
        .await
        .unwrap();
    for (person, skip) in [(&ben, Skip::Blocked), (&cleo, Skip::NotAContact)] {
        let recipient = fates
            .recipients
            .iter()
            .find(|recipient| recipient.user == person.user);
        assert_eq!(recipient.unwrap().fate, Some(Fate::Skipped(skip)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_servers_send_a_broadcast_once() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut people = Vec::new();
    for n in 0..120 {
        people.push(world.person(&format!("person{n}")).await);
    }
    let list = list(&world, &ann, &people.iter().collect::<Vec<_>>()).await;
    let broadcasts = &world.services.broadcasts;
    let sent = broadcasts
        .send(&ann, list, draft("b1", "sale"))
        .await
        .unwrap()
        .into_inner();
    let other = world.services_anew();
    let (one, two) = tokio::join!(broadcasts.tend(), other.broadcasts.tend());
    one.and(two).unwrap();
    let view = broadcasts.sent(&ann, sent.id).await.unwrap();
    let progress = view.broadcast.progress;
    assert_eq!((progress.waiting, progress.sent, progress.skipped), (0, 120, 0));
    for person in &people {
        assert_eq!(heard(&world, person, &ann).await, ["sale"]);
    }
    let told = world.heard.events(ann.user.id);
    let moved = told
        .iter()
        .filter(|event| matches!(event.what, What::BroadcastMoved { .. }));
    assert_eq!(moved.count(), 4, "the first, and one for each batch");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_broadcast_is_refused() {
    let settings = Settings {
        broadcasts: BroadcastsSettings {
            max_lists: 2,
            max_recipients: 1,
            ..BroadcastsSettings::default()
        },
        ..Settings::default()
    };
    let world = World::with(settings).await;
    let broadcasts = &world.services.broadcasts;
    let [ann, ben, cleo] = world.people(["ann", "ben", "cleo"]).await;
    let customers = list(&world, &ann, &[&ben]).await;
    let empty = list(&world, &ann, &[]).await;
    let third = broadcasts.create(&ann, "third".parse().unwrap()).await;
    assert_eq!(code(third), "too_many_lists");
    let crowd = |count: u128| {
        (1..=count)
            .map(|n| UserId::new(Uuid::from_u128(n)))
            .collect::<Vec<_>>()
    };
    for (users, outcome) in [
        (vec![], "invalid"),
        (crowd(1_001), "invalid"),
        (vec![ann.user.id], "invalid"),
        (crowd(1_000), "no_such_user"),
        (vec![cleo.user.id], "list_full"),
        (vec![ben.user.id, ben.user.id], "ok"),
    ] {
        assert_eq!(code(broadcasts.add(&ann, customers, users).await), outcome);
    }
    for users in [vec![], crowd(1_001)] {
        assert_eq!(code(broadcasts.remove(&ann, customers, users).await), "invalid");
    }
    let long = "x".repeat(65_537);
    for (list, id, body, outcome) in [
        (customers, "b1", "", "invalid"),
        (customers, "b1", &*long, "invalid"),
        (empty, "b1", "sale", "empty_list"),
        (
            BroadcastListId::new(Uuid::from_u128(1)),
            "b1",
            "sale",
            "no_such_list",
        ),
        (customers, "b1", "sale", "ok"),
        (customers, "b1", "another", "idempotency_conflict"),
    ] {
        assert_eq!(code(broadcasts.send(&ann, list, draft(id, body)).await), outcome);
    }
    let nobodys = parlor_domain::MediaId::new(Uuid::from_u128(1));
    for (media, outcome) in [
        (vec![nobodys], "no_such_media"),
        (vec![nobodys, nobodys], "invalid"),
    ] {
        let wish = BroadcastDraft {
            media,
            ..draft("b2", "look")
        };
        assert_eq!(code(broadcasts.send(&ann, customers, wish).await), outcome);
    }
    let none = BroadcastId::new(Uuid::from_u128(1));
    assert_eq!(code(broadcasts.sent(&ann, none).await), "no_such_broadcast");
    broadcasts.delete(&ben, customers).await.unwrap();
    assert!(broadcasts.find(&ann, customers).await.is_ok(), "it is not his");
    for _ in 0..2 {
        broadcasts.delete(&ann, customers).await.unwrap();
    }
    assert_eq!(code(broadcasts.find(&ann, customers).await), "no_such_list");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sends_broadcasts_without_end() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let list = list(&world, &ann, &[&ben]).await;
    let broadcasts = &world.services.broadcasts;
    for n in 0..20 {
        let id = format!("b{n}");
        broadcasts.send(&ann, list, draft(&id, "sale")).await.unwrap();
    }
    let again = broadcasts.send(&ann, list, draft("b19", "sale")).await.unwrap();
    assert!(!again.is_new(), "it is none more");
    let one_more = broadcasts.send(&ann, list, draft("more", "sale")).await;
    assert_eq!(code(one_more), "too_many_tries");
}
