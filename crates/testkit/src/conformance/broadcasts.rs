//! Broadcast lists: who is in them, and what becomes of what is sent to them.

use std::collections::BTreeMap;
use std::time::Duration;

use parlor_domain::{
    AccountStatus, BroadcastId, BroadcastListId, BroadcastProgress, ListName, Mark, PageSize, Timestamp,
    UserId, UserRef, What,
};
use parlor_ports::{
    Batch, BroadcastPut, BroadcastRefusal, Clock, Fate, ListAct, ListPut, NewBroadcast, NewList, Skip,
    StoreError,
};

use super::Tested;
use crate::{Fixture, at_once, key};

fn progress(waiting: u32, sent: u32, skipped: u32) -> BroadcastProgress {
    BroadcastProgress {
        waiting,
        sent,
        skipped,
    }
}

/// Everything that somebody says in the direct room of two, as the other one sees it.
async fn heard(f: &Fixture, from: UserRef, to: UserRef) -> Result<Vec<String>, StoreError> {
    let room = f.direct(from, to).await?;
    let said = f.happened(room).await?;
    let bodies = said.iter().filter_map(|what| match what {
        What::Message(message) => message.body.as_ref().map(|body| body.as_str().to_owned()),
        _ => None,
    });
    Ok(bodies.collect())
}

/// How far a broadcast has come, as its sender was told, in order.
async fn told(
    f: &Fixture,
    sender: UserRef,
    broadcast: BroadcastId,
) -> Result<Vec<BroadcastProgress>, StoreError> {
    let happened = f.happened(sender.id).await?;
    let moved = happened.iter().filter_map(|what| match what {
        What::BroadcastMoved {
            broadcast: other,
            progress,
            ..
        } if *other == broadcast => Some(*progress),
        _ => None,
    });
    Ok(moved.collect())
}

/// A list is known to its owner alone, and his own stream tells what becomes of it.
pub async fn a_list_is_its_owners(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let new = f.new_list(ann, "customers");
    let made = f.broadcasts.create(new.clone()).await?;
    let found = f.broadcasts.find(new.id, ann.id).await?.expect("it is hers");
    assert_eq!(made, ListPut::Done(found.clone()));
    assert_eq!((found.name, found.recipients), (new.name, 0));
    let others = f.broadcasts.create(f.new_list(ann, "friends")).await?;
    assert!(matches!(others, ListPut::Done(_)));
    let third = NewList {
        most: 2,
        ..f.new_list(ann, "family")
    };
    assert_eq!(f.broadcasts.create(third).await?, ListPut::TooMany);
    let nobody = UserRef {
        id: f.nobody(),
        number: 99,
    };
    let of_nobody = f.broadcasts.create(f.new_list(nobody, "ghosts")).await?;
    assert_eq!(of_nobody, ListPut::NoOwner);

    let name: ListName = "clients".parse().expect("a name");
    for _ in 0..2 {
        let renamed = f.broadcasts.rename(new.id, ann, name.clone(), f.tick()).await?;
        assert_eq!(renamed.map(|list| list.name), Some(name.clone()));
    }
    let size = PageSize::MAX;
    assert_eq!(f.broadcasts.find(new.id, ben.id).await?, None);
    let renamed = f.broadcasts.rename(new.id, ben, name.clone(), f.tick()).await?;
    assert_eq!(renamed, None);
    let page = f.broadcasts.recipients(new.id, ben.id, None, size).await?;
    assert_eq!(page, None);
    assert!(f.broadcasts.history(new.id, ben.id, None, size).await?.is_none());
    let users = vec![ben.id];
    let added = f.broadcasts.add(new.id, ben, users.clone(), 9, f.tick()).await?;
    assert_eq!(added, ListAct::NoList);
    let removed = f.broadcasts.remove(new.id, ben, users, f.tick()).await?;
    assert_eq!(removed, ListAct::NoList);
    assert!(!f.broadcasts.delete(new.id, ben, f.tick()).await?);
    assert!(f.broadcasts.lists(ben.id, None, size).await?.lists.is_empty());

    assert!(f.broadcasts.delete(new.id, ann, f.tick()).await?);
    assert!(!f.broadcasts.delete(new.id, ann, f.tick()).await?);
    assert_eq!(f.broadcasts.find(new.id, ann.id).await?, None);
    assert_eq!(f.held_lists(ann).await?.lists.len(), 1);
    let changed = |list, recipients| What::BroadcastListChanged { list, recipients };
    let ListPut::Done(others) = others else {
        panic!("{others:?}");
    };
    let expected = [
        changed(new.id, 0),
        changed(others.id, 0),
        changed(new.id, 0),
        What::BroadcastListDeleted { list: new.id },
    ];
    assert_eq!(f.happened(ann.id).await?, expected);
    assert!(f.happened(ben.id).await?.is_empty());
    assert!(f.erase_lists().await? > 0);
    assert_eq!(f.erase_lists().await?, 0);
    Ok(())
}

/// Recipients come and go, all or none, and nobody twice.
pub async fn recipients_come_and_go(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let list = f.list(ann, &[ben]).await?;
    let add =
        async |users: &[UserId], most: u32| f.broadcasts.add(list, ann, users.to_vec(), most, f.tick()).await;
    let count = |act: ListAct| match act {
        ListAct::Done(list) => list.recipients,
        other => panic!("{other:?}"),
    };
    let nobody = f.nobody();
    assert_eq!(add(&[cleo.id, nobody], 9).await?, ListAct::NoUser(nobody));
    assert_eq!(add(&[cleo.id, dan.id], 2).await?, ListAct::Full);
    assert_eq!(count(add(&[ben.id, cleo.id], 2).await?), 2);
    assert_eq!(count(add(&[ben.id, cleo.id], 2).await?), 2);
    assert_eq!(count(add(&[dan.id], 3).await?), 3);
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let size = PageSize::clamped(2);
        let page = f.broadcasts.recipients(list, ann.id, after, size).await?;
        let page = page.expect("it is hers");
        listed.extend(page.recipients);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut everybody = vec![ben, cleo, dan];
    everybody.sort_by_key(|user| user.id);
    assert_eq!(listed, everybody);
    for _ in 0..2 {
        let gone = vec![ben.id, ann.id, f.nobody()];
        let act = f.broadcasts.remove(list, ann, gone, f.tick()).await?;
        assert_eq!(count(act), 2);
    }
    assert_eq!(
        f.broadcasts.find(list, ann.id).await?.map(|list| list.recipients),
        Some(2)
    );
    let events = f.happened(ann.id).await?;
    assert_eq!(events.len(), 5, "what changes nothing is not told: {events:?}");
    Ok(())
}

/// A broadcast is a direct message to each who is in the list when it is sent.
pub async fn a_broadcast_is_a_direct_message_to_each(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let there = f.direct(ben, ann).await?;
    let list = f.list(ann, &[ben, cleo]).await?;
    let picture = f.picture(ann).await?;
    let new = NewBroadcast {
        media: vec![picture],
        ..f.new_broadcast(list, ann, "closed on Monday")
    };
    let broadcast = f.broadcast(new).await?;
    assert_eq!(broadcast.progress, progress(2, 0, 0));
    assert_eq!(broadcast.media.len(), 1);
    f.broadcasts.remove(list, ann, vec![cleo.id], f.tick()).await?;
    f.broadcasts.add(list, ann, vec![dan.id], 9, f.tick()).await?;
    let waiting = f.fates(broadcast.id, ann).await?;
    assert!(waiting.iter().all(|recipient| recipient.fate.is_none()));
    f.send_out().await?;
    for person in [ben, cleo] {
        assert_eq!(heard(f, ann, person).await?, ["closed on Monday"]);
        assert!(f.sees(person, picture).await?);
    }
    assert!(heard(f, ann, dan).await?.is_empty(), "he came later");
    let fates = f.fates(broadcast.id, ann).await?;
    let people: Vec<UserRef> = fates.iter().map(|recipient| recipient.user).collect();
    let mut everybody = vec![ben, cleo];
    everybody.sort_by_key(|user| user.id);
    assert_eq!(people, everybody);
    let to_ben = fates.iter().find(|recipient| recipient.user == ben);
    let room = to_ben
        .and_then(|recipient| recipient.fate)
        .map(|fate| match fate {
            Fate::Sent { room, .. } => room,
            Fate::Skipped(skip) => panic!("{skip:?}"),
        });
    assert_eq!(room, Some(there));
    let moved = told(f, ann, broadcast.id).await?;
    assert_eq!(moved, [progress(2, 0, 0), progress(0, 2, 0)]);
    assert!(!f.send_batch().await?);
    f.clock.advance(Duration::from_hours(48));
    f.sweep_media().await?;
    assert!(f.sees(ann, picture).await?);
    for outsider in [ben, dan] {
        assert_eq!(f.broadcasts.sent(broadcast.id, outsider.id).await?, None);
        let page = f
            .broadcasts
            .fates(broadcast.id, outsider.id, None, PageSize::MAX)
            .await?;
        assert_eq!(page, None);
    }
    Ok(())
}

/// A batch that was interrupted anywhere comes again, and whoever else sends at the same time: each gets it exactly once.
pub async fn everybody_gets_a_broadcast_exactly_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("person", 70).await?;
    let places = f.rooms_per_user;
    let list = f.list(ann, &crowd).await?;
    let broadcast = f.broadcast(f.new_broadcast(list, ann, "sale")).await?;
    let begun = f.broadcasts.prepare(f.tick()).await?.expect("there is something");
    assert_eq!(begun.recipients.len(), 50);
    let again = f.broadcasts.prepare(f.tick()).await?.expect("it was not settled");
    let rooms = |batch: &Batch| batch.recipients.clone();
    assert_eq!(rooms(&again), rooms(&begun));
    let fates = f.append_batch(&begun).await?;
    assert_eq!(
        f.append_batch(&again).await?,
        fates,
        "it is known by its client id"
    );
    f.broadcasts.settle(&begun, fates.clone(), f.tick()).await?;
    f.broadcasts.settle(&again, fates, f.tick()).await?;
    let last = f.broadcasts.prepare(f.tick()).await?.expect("twenty are left");
    assert_eq!(last.recipients.len(), 20);
    let fates = f.append_batch(&last).await?;
    let settled = at_once((0..4).map(|_| {
        let (broadcasts, batch, fates, at) = (f.broadcasts.clone(), last.clone(), fates.clone(), f.tick());
        async move { broadcasts.settle(&batch, fates, at).await }
    }));
    for outcome in settled.await {
        outcome?;
    }
    assert!(!f.send_batch().await?);
    let sent = u32::try_from(places).expect("a small number");
    let view = f.sent(broadcast.id, ann).await?;
    assert_eq!(view.broadcast.progress, progress(0, sent, 70 - sent));
    let mut skips = BTreeMap::new();
    for recipient in f.fates(broadcast.id, ann).await? {
        match recipient.fate {
            Some(Fate::Sent { .. }) => {
                assert_eq!(heard(f, ann, recipient.user).await?, ["sale"]);
            }
            Some(Fate::Skipped(skip)) => *skips.entry(format!("{skip:?}")).or_insert(0) += 1,
            None => panic!("{recipient:?} waits"),
        }
    }
    assert_eq!(skips, BTreeMap::from([("TooManyRooms".to_owned(), 70 - places)]));
    let moved = told(f, ann, broadcast.id).await?;
    assert_eq!(moved.len(), 3, "one for each batch, and the first: {moved:?}");
    Ok(())
}

/// Whoever cannot be reached is passed over, for the reason for which a direct message would be refused, and is not told.
pub async fn who_cannot_be_reached_is_passed_over(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let [eve, fay, gil, hal] = f.people(["eve", "fay", "gil", "hal"]).await?;
    let list = f.list(ann, &[ben, cleo, dan, eve, fay, gil, hal]).await?;
    f.block(ann, ben).await?;
    f.block(cleo, ann).await?;
    f.reserve(dan).await?;
    f.reserve(eve).await?;
    f.know(eve, ann).await?;
    let at = f.tick();
    f.users.set_status(fay.id, AccountStatus::Disabled, at).await?;
    f.direct(ann, gil).await?;
    f.users.delete(gil.id, false, f.tick()).await?;
    f.direct(hal, ann).await?;
    f.block(hal, ann).await?;
    let broadcast = f.broadcast(f.new_broadcast(list, ann, "sale")).await?;
    f.send_out().await?;
    let fates = f.fates(broadcast.id, ann).await?;
    for (person, skip) in [
        (ben, Some(Skip::Blocked)),
        (cleo, Some(Skip::NotAContact)),
        (dan, Some(Skip::NotAContact)),
        (eve, None),
        (fay, Some(Skip::NoUser)),
        (gil, Some(Skip::NoUser)),
        // The store's suite sends without looking why an append is refused.
        (hal, Some(Skip::Refused)),
    ] {
        let fate = fates.iter().find(|recipient| recipient.user.id == person.id);
        let fate = fate.and_then(|recipient| recipient.fate);
        match (fate, skip) {
            (Some(Fate::Sent { .. }), None) => {}
            (fate, skip) => assert_eq!(fate, skip.map(Fate::Skipped), "{person:?}"),
        }
    }
    assert_eq!(
        f.sent(broadcast.id, ann).await?.broadcast.progress,
        progress(0, 1, 6)
    );
    for person in [cleo, dan] {
        let happened = f.happened(person.id).await?;
        let joined = happened
            .iter()
            .any(|what| matches!(what, What::RoomJoined { .. }));
        assert!(!joined, "{happened:?}");
    }
    Ok(())
}

/// The marks of the direct rooms tell who has a broadcast, and who has read it.
pub async fn marks_tell_who_has_a_broadcast(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let list = f.list(ann, &[ben, cleo, dan]).await?;
    let broadcast = f.broadcast(f.new_broadcast(list, ann, "sale")).await?;
    f.send_out().await?;
    let counts = async || -> Result<(u32, u32), StoreError> {
        let view = f.sent(broadcast.id, ann).await?;
        Ok((view.delivered, view.read))
    };
    assert_eq!(counts().await?, (0, 0));
    let mut places = BTreeMap::new();
    for recipient in f.fates(broadcast.id, ann).await? {
        if let Some(Fate::Sent { room, seq }) = recipient.fate {
            places.insert(recipient.user.id, (room, seq));
        }
    }
    let (room, seq) = places[&ben.id];
    f.mark(room, ben, Mark::delivered(seq)).await?;
    assert_eq!(counts().await?, (1, 0));
    let (room, seq) = places[&cleo.id];
    f.read(room, cleo, seq).await?;
    assert_eq!(counts().await?, (2, 1));
    f.say(room, cleo, "thanks").await?;
    for recipient in f.fates(broadcast.id, ann).await? {
        let expected = [
            recipient.user == ben || recipient.user == cleo,
            recipient.user == cleo,
        ];
        assert_eq!([recipient.delivered, recipient.read], expected);
    }
    assert_eq!(heard(f, cleo, ann).await?, ["sale", "thanks"]);
    assert_eq!(
        heard(f, ben, ann).await?,
        ["sale"],
        "an answer comes back privately"
    );
    Ok(())
}

/// A list that is deleted takes with it what was sent to it: what waits is sent no more, and nothing is left but the messages.
pub async fn a_deleted_list_sends_nothing_more(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (list, picture) = (f.list(ann, &[ben]).await?, f.picture(ann).await?);
    let first = f.broadcast(f.new_broadcast(list, ann, "sale")).await?;
    f.send_out().await?;
    let shown = NewBroadcast {
        media: vec![picture],
        ..f.new_broadcast(list, ann, "another sale")
    };
    let second = f.broadcast(shown).await?;
    assert!(!f.media.forget(picture, ann.id).await?, "a broadcast uses it");
    let begun = f.broadcasts.prepare(f.tick()).await?.expect("it waits");
    assert!(f.broadcasts.delete(list, ann, f.tick()).await?);
    f.broadcasts
        .settle(&begun, vec![Fate::Skipped(Skip::Refused)], f.tick())
        .await?;
    assert!(!f.send_batch().await?);
    for gone in [first.id, second.id] {
        assert_eq!(f.broadcasts.sent(gone, ann.id).await?, None);
        let page = f.broadcasts.fates(gone, ann.id, None, PageSize::MAX).await?;
        assert_eq!(page, None);
    }
    let refused = f.broadcasts.send(f.new_broadcast(list, ann, "sale")).await?;
    assert!(matches!(refused, BroadcastPut::Refused(BroadcastRefusal::NoList)));
    assert_eq!(
        f.happened(ann.id).await?.last(),
        Some(&What::BroadcastListDeleted { list })
    );
    assert!(f.erase_lists().await? > 0);
    f.sweep_media().await?;
    assert!(f.media.find_any(picture).await?.is_none());
    assert_eq!(heard(f, ann, ben).await?, ["sale"]);
    Ok(())
}

/// What was sent, and what became of it, is forgotten after a while; what still goes out is not.
pub async fn broadcasts_are_remembered_for_a_while(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let list = f.list(ann, &[ben]).await?;
    let first = f.broadcast(f.new_broadcast(list, ann, "sale")).await?;
    f.send_out().await?;
    let ended = f.clock.now();
    let second = f.broadcast(f.new_broadcast(list, ann, "another")).await?;
    let erase = async |until: Timestamp| -> Tested {
        while f.broadcasts.erase(until).await? {}
        Ok(())
    };
    erase(ended - Duration::from_secs(1)).await?;
    assert_eq!(f.held_lists(ann).await?.broadcasts.len(), 2);
    erase(ended).await?;
    assert_eq!(f.broadcasts.sent(first.id, ann.id).await?, None);
    erase(ended + Duration::from_hours(24)).await?;
    let held = f.held_lists(ann).await?;
    assert_eq!(held.broadcasts.into_keys().collect::<Vec<_>>(), [second.id]);
    assert_eq!(held.lists, BTreeMap::from([(list, 1)]));
    Ok(())
}

/// A repeated broadcast goes out once, and what cannot be sent is refused.
pub async fn a_repeated_broadcast_goes_out_once(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (list, empty) = (f.list(ann, &[ben]).await?, f.list(ann, &[]).await?);
    let named = |list: BroadcastListId, body: &str| NewBroadcast {
        client_id: key("one"),
        ..f.new_broadcast(list, ann, body)
    };
    let first = f.broadcast(named(list, "sale")).await?;
    f.send_out().await?;
    match f.broadcasts.send(named(list, "sale")).await? {
        BroadcastPut::Known(known) => {
            assert_eq!((known.id, known.progress), (first.id, progress(0, 1, 0)));
        }
        other => panic!("{other:?}"),
    }
    assert!(!f.send_batch().await?);
    let others = f.picture(ben).await?;
    let stolen = NewBroadcast {
        media: vec![others],
        ..f.new_broadcast(list, ann, "look")
    };
    let foreign = NewBroadcast {
        sender: ben,
        ..f.new_broadcast(list, ann, "mine")
    };
    for (new, refused) in [
        (named(list, "another"), BroadcastRefusal::Conflict),
        (named(empty, "sale"), BroadcastRefusal::Empty),
        (stolen, BroadcastRefusal::NoMedia),
        (foreign, BroadcastRefusal::NoList),
    ] {
        match f.broadcasts.send(new).await? {
            BroadcastPut::Refused(refusal) => assert_eq!(refusal, refused),
            other => panic!("{other:?}"),
        }
    }
    Ok(())
}

/// What a locked account sends waits; with a deleted one go its lists.
pub async fn a_locked_account_sends_nothing(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let list = f.list(ann, &[cleo]).await?;
    let waiting = f.broadcast(f.new_broadcast(list, ann, "sale")).await?;
    let others = f.list(ben, &[cleo]).await?;
    let at = f.tick();
    f.users.set_status(ann.id, AccountStatus::Disabled, at).await?;
    let free = f.broadcast(f.new_broadcast(others, ben, "news")).await?;
    f.send_out().await?;
    assert_eq!(f.sent(free.id, ben).await?.broadcast.progress, progress(0, 1, 0));
    assert_eq!(
        f.sent(waiting.id, ann).await?.broadcast.progress,
        progress(1, 0, 0)
    );
    let at = f.tick();
    f.users.set_status(ann.id, AccountStatus::Active, at).await?;
    f.send_out().await?;
    assert_eq!(
        f.sent(waiting.id, ann).await?.broadcast.progress,
        progress(0, 1, 0)
    );
    f.broadcast(f.new_broadcast(list, ann, "one more")).await?;
    f.users.delete(ann.id, false, f.tick()).await?;
    assert!(!f.send_batch().await?);
    assert_eq!(f.broadcasts.find(list, ann.id).await?, None);
    let again = f.broadcasts.create(f.new_list(ann, "ghosts")).await?;
    assert_eq!(again, ListPut::NoOwner);
    assert!(f.erase_lists().await? > 0);
    Ok(())
}
