//! Who takes part in rooms where the dialect `rooms` shows them.

use parlor_domain::{Capacity, RoomChange, RoomId, RoomKind, Timestamp, UserRef, What};
use parlor_ports::{Attended, AttendedRoom, Clock, NewRoom, RoomAct, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

async fn shown(f: &Fixture, room: RoomId) -> Result<AttendedRoom, StoreError> {
    Ok(f.rooms.attended_room(room).await?.expect("there is such a room"))
}

/// Who takes part in a room, how many do not, and how many members it may have.
async fn places(f: &Fixture, room: RoomId) -> Result<(Vec<UserRef>, u32, u32), StoreError> {
    let AttendedRoom {
        room,
        attending,
        absent,
        ..
    } = shown(f, room).await?;
    Ok((attending, absent, room.capacity.members()))
}

/// Some of the rooms in which somebody takes part, and how many there are.
async fn page(f: &Fixture, user: UserRef, skip: u64, most: usize) -> Result<(Vec<RoomId>, u64), StoreError> {
    let page = f.rooms.attended(user.id, skip, most).await?;
    Ok((page.rooms.iter().map(|shown| shown.room.id).collect(), page.count))
}

/// An owner who is absent from the start is a member like others, counts for the capacity, and may come when there is a place.
pub async fn an_absent_owner_takes_no_part(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let new = NewRoom {
        creator_absent: true,
        capacity: Capacity::stored(2),
        ..f.new_room(ann)
    };
    let room = f.create(new).await?;
    let view = f.view(room, ann).await?;
    let told = What::AttendanceChanged {
        room,
        attending: false,
        since: view.head.position.seq,
        visible_from: view.visible_from,
    };
    assert_eq!(f.happened(ann.id).await?.last(), Some(&told));
    assert!(view.absent);
    let found = shown(f, room).await?;
    assert_eq!((&found.room, found.owner), (&view.room, Some(ann)));
    assert_eq!(places(f, room).await?, (vec![], 1, 2));
    assert_eq!(page(f, ann, 0, 10).await?, (vec![], 0));

    f.join(room, ben).await?;
    assert!(!f.view(room, ben).await?.absent);
    assert_eq!(places(f, room).await?, (vec![ben], 1, 2));
    f.say(room, ann, "hello").await?;
    assert_eq!(f.unread(room, ben).await?, 1);
    let published = f.heard.len();
    let full = f.rooms.attend(room, ann, true, f.tick()).await?;
    assert_eq!(full, Attended::Full);
    assert_eq!(f.heard.len(), published);
    f.leave(room, ben).await?;
    f.attend(room, ann, true).await?;
    assert_eq!(places(f, room).await?, (vec![ann], 0, 1));
    assert_eq!(page(f, ann, 0, 10).await?, (vec![room], 1));
    Ok(())
}

/// Who is absent takes no place from others, and has his own again when he comes back, as his devices and the room are told. If he
/// leaves for good, nothing of it is left.
pub async fn who_is_absent_keeps_his_place(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let before = f.view(room, ann).await?.room;
    let updated = |members| What::RoomUpdated {
        name: before.name.clone(),
        topic: before.topic.clone(),
        avatar: before.avatar,
        rules: before.rules,
        capacity: Capacity::stored(members),
    };
    for (attending, people, absent, capacity) in [(false, vec![ann], 1, 101), (true, vec![ann, ben], 0, 100)]
    {
        let told = f.attend(room, ben, attending).await?;
        assert_eq!((told.stream, told.actor), (ben.id.into(), Some(ben)));
        let last = f.events(room).await?.pop().expect("it was told");
        let changed = What::AttendanceChanged {
            room,
            attending,
            since: last.seq,
            visible_from: f.view(room, ben).await?.visible_from,
        };
        assert_eq!(told.what, changed);
        assert_eq!(f.events(ben.id).await?.last(), Some(&told));
        assert_eq!((last.what.clone(), last.actor), (updated(capacity), Some(ben)));
        assert_eq!(places(f, room).await?, (people, absent, capacity));
        assert_eq!(f.view(room, ben).await?.absent, !attending);
        let published = f.heard.len();
        let again = f.rooms.attend(room, ben, attending, f.tick()).await?;
        assert_eq!((again, f.heard.len()), (Attended::Done(None), published));
    }
    f.attend(room, ben, false).await?;
    f.leave(room, ben).await?;
    assert_eq!(places(f, room).await?, (vec![ann], 0, 100));
    assert_eq!(f.happened(room).await?.last(), Some(&updated(100)));
    f.join(room, ben).await?;
    assert_eq!(places(f, room).await?, (vec![ann, ben], 0, 100));
    Ok(())
}

/// Nobody is absent from a direct room, or from that of all accounts, or where he is not a member.
pub async fn not_every_room_can_be_missed(f: &Fixture) -> Tested {
    let bot = f.bot("news-bot").await?;
    let everyones = f.everyones_room(bot).await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (direct, others) = (f.direct(ann, ben).await?, f.group(ben, &[]).await?);
    let deleted = f.group(ann, &[]).await?;
    f.rooms.delete(deleted, ann, f.tick()).await?;
    for room in [everyones, direct, others, deleted, f.room_id()] {
        for attending in [false, true] {
            let refused = f.rooms.attend(room, ann, attending, f.tick()).await?;
            assert_eq!(refused, Attended::NotMember, "{room}");
        }
    }
    Ok(())
}

/// Readers of a channel come and go unseen: it is told that there is another place, and not whose.
pub async fn a_channel_does_not_know_who_is_absent(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let channel = f.channel(ann, &[ben]).await?;
    f.attend(channel, ben, false).await?;
    let last = f.events(channel).await?.pop().expect("it was told");
    assert!(matches!(last.what, What::RoomUpdated { .. }), "{last:?}");
    assert_eq!(last.actor, None);
    assert_eq!(
        places(f, channel).await?,
        (vec![], 1, 101),
        "nobody is shown who reads it"
    );
    Ok(())
}

/// Ten who come back at once do not overfill a room.
pub async fn the_last_place_goes_to_one_of_ten(f: &Fixture) -> Tested {
    let people = f.crowd("person", 20).await?;
    let (owner, absent, others) = (people[0], &people[1..11], &people[11..]);
    let new = NewRoom {
        capacity: Capacity::stored(11),
        members: absent.iter().map(|user| user.id).collect(),
        ..f.new_room(owner)
    };
    let room = f.create(new).await?;
    for user in absent {
        f.attend(room, *user, false).await?;
    }
    for user in others {
        f.join(room, *user).await?;
    }
    let (inside, outside, capacity) = places(f, room).await?;
    assert_eq!((inside.len(), outside, capacity), (10, 10, 21));
    let back = at_once(absent.iter().map(|user| {
        let (rooms, at, user) = (f.rooms.clone(), f.tick(), *user);
        async move { rooms.attend(room, user, true, at).await }
    }));
    let mut done = 0;
    for attended in back.await {
        match attended? {
            Attended::Done(Some(_)) => done += 1,
            Attended::Full => {}
            other => panic!("{other:?}"),
        }
    }
    let (inside, outside, capacity) = places(f, room).await?;
    assert_eq!((done, inside.len(), outside, capacity), (1, 11, 9, 20));
    Ok(())
}

/// When a room changed is told: by its settings, by who comes and goes, and not by what is said.
pub async fn a_room_tells_when_it_changed(f: &Fixture) -> Tested {
    async fn changed(f: &Fixture, room: RoomId) -> Result<Timestamp, StoreError> {
        Ok(shown(f, room).await?.room.changed_at)
    }
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let made = shown(f, room).await?.room;
    assert_eq!((made.created_at, made.changed_at), (f.clock.now(), f.clock.now()));
    let direct = f.direct(ann, ben).await?;
    assert_eq!(changed(f, direct).await?, f.clock.now());

    f.join(room, ben).await?;
    assert_eq!(changed(f, room).await?, f.clock.now());
    let topic = RoomChange {
        topic: Some("white".parse().expect("a topic")),
        ..RoomChange::default()
    };
    f.rooms.update(room, ann, topic.clone(), f.tick()).await?;
    assert_eq!(changed(f, room).await?, f.clock.now());
    let picture = f.picture(ann).await?;
    f.rooms.set_avatar(room, ann, Some(picture), f.tick()).await?;
    assert_eq!(changed(f, room).await?, f.clock.now());
    for attending in [false, true] {
        f.attend(room, ben, attending).await?;
        assert_eq!(changed(f, room).await?, f.clock.now());
    }
    f.leave(room, ben).await?;
    let last = f.clock.now();
    assert_eq!(changed(f, room).await?, last);

    let seq = f.say(room, ann, "hello").await?.seq;
    f.edit(room, ann, seq, "hello all").await?;
    f.delete(room, ann, seq).await?;
    f.rooms.update(room, ann, topic, f.tick()).await?;
    assert_eq!(changed(f, room).await?, last);
    Ok(())
}

/// The rooms in which somebody takes part come in pages, the one that changed last first, with who takes part in each.
pub async fn rooms_that_changed_last_come_first(f: &Fixture) -> Tested {
    let bot = f.bot("news-bot").await?;
    f.everyones_room(bot).await?;
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    f.direct(ann, ann).await?;
    let group = f.group(ann, &[ben]).await?;
    let direct = f.direct(ben, ann).await?;
    let channel = f.channel(cleo, &[ben, ann]).await?;
    let missed = f.group(ben, &[ann]).await?;
    f.attend(missed, ann, false).await?;
    f.say(group, ann, "hello").await?;
    assert_eq!(page(f, ann, 0, 10).await?, (vec![channel, direct, group], 3));

    let found = f.rooms.attended(ann.id, 0, 10).await?.rooms;
    let expected = [(vec![ann], cleo), (vec![ann, ben], ben), (vec![ann, ben], ann)];
    for (found, (attending, owner)) in found.into_iter().zip(expected) {
        assert_eq!(found.room, f.view(found.room.id, ann).await?.room);
        assert_eq!((&found.attending, found.absent), (&attending, 0));
        assert_eq!(found.owner, Some(owner));
        let mut alone = shown(f, found.room.id).await?;
        if alone.room.kind == RoomKind::Channel {
            assert_eq!(alone.attending, [], "nobody is shown who reads it");
            alone.attending = attending;
        }
        assert_eq!(alone, found);
    }
    f.attend(group, ben, false).await?;
    let first = f.rooms.attended(ann.id, 0, 1).await?;
    assert_eq!((first.rooms.len(), first.count), (1, 3));
    let first = &first.rooms[0];
    assert_eq!((first.room.id, first.absent), (group, 1));
    assert_eq!(first.attending, [ann]);

    let at = f.tick();
    let mut all = vec![group, channel, direct];
    for _ in 0..3 {
        let new = NewRoom {
            at,
            ..f.new_room(ann)
        };
        // Of one instant the last one comes first.
        all.insert(0, f.create(new).await?);
    }
    for (skip, most) in [(0, 2), (2, 2), (1, 5), (5, 3), (6, 1), (0, 0), (u64::MAX, 10)] {
        let from = usize::try_from(skip).map_or(6, |skip| skip.min(6));
        let expected: Vec<RoomId> = all[from..].iter().copied().take(most).collect();
        assert_eq!(
            page(f, ann, skip, most).await?,
            (expected, 6),
            "{most} after {skip}"
        );
    }
    assert!(f.rooms.attended_room(f.room_id()).await?.is_none());
    f.rooms.delete(group, ann, f.tick()).await?;
    assert!(f.rooms.attended_room(group).await?.is_none());
    Ok(())
}

/// In which rooms somebody takes part is known without them: by their numbers, and of one room by its own.
pub async fn it_is_known_where_somebody_takes_part(f: &Fixture) -> Tested {
    let bot = f.bot("news-bot").await?;
    f.everyones_room(bot).await?;
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let notes = f.direct(ann, ann).await?;
    let mut rooms = [
        f.group(ann, &[ben]).await?,
        f.direct(ben, ann).await?,
        f.channel(ben, &[ann]).await?,
    ];
    rooms.sort_unstable();
    let missed = f.group(ben, &[ann]).await?;
    f.attend(missed, ann, false).await?;
    let mut numbers = Vec::new();
    for room in rooms {
        let number = f.view(room, ann).await?.room.number;
        assert_eq!(f.rooms.attendance(number, ann.id).await?, Some((room, true)));
        assert_eq!(f.rooms.attendance(number, cleo.id).await?, Some((room, false)));
        numbers.push((room, number));
    }
    assert_eq!(f.rooms.attended_numbers(ann.id).await?, numbers);
    assert_eq!(f.rooms.attended_numbers(cleo.id).await?, []);

    let own = f.view(notes, ann).await?.room.number;
    assert_eq!(f.rooms.attendance(own, ann.id).await?, Some((notes, true)));
    let number = f.view(missed, ann).await?.room.number;
    assert_eq!(
        f.rooms.attendance(number, ann.id).await?,
        Some((missed, false)),
        "he is absent"
    );
    f.attend(missed, ann, true).await?;
    assert_eq!(f.rooms.attendance(number, ann.id).await?, Some((missed, true)));
    f.rooms.delete(missed, ben, f.tick()).await?;
    for none in [number, i64::MAX, 0] {
        assert_eq!(f.rooms.attendance(none, ann.id).await?, None, "{none}");
    }
    Ok(())
}

/// Places for those who take part are made besides those of all who do not, however many these are by then.
pub async fn places_are_for_those_who_take_part(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    f.attend(room, ben, false).await?;
    let change = RoomChange {
        places: Some(Capacity::stored(7)),
        ..RoomChange::default()
    };
    f.rooms.update(room, ann, change.clone(), f.tick()).await?;
    assert_eq!(places(f, room).await?, (vec![ann, cleo], 1, 8));
    f.attend(room, cleo, false).await?;
    f.attend(room, ben, true).await?;
    let again = f.rooms.update(room, ann, change, f.tick()).await?;
    assert!(matches!(again, RoomAct::Done(None)), "{again:?}");
    assert_eq!(places(f, room).await?, (vec![ann, ben], 1, 8));
    Ok(())
}

/// It is known who owns a group or a channel, even one in which he takes no part.
pub async fn who_owns_a_room_is_known(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    f.direct(ann, ben).await?;
    let room = f.group(ann, &[ben]).await?;
    f.promote(room, ann, ben).await?;
    f.attend(room, ann, false).await?;
    assert!(f.rooms.owns_any(ann.id).await? && !f.rooms.owns_any(ben.id).await?);
    f.rooms.hand_over(room, ann, ben.id, f.tick()).await?;
    assert!(!f.rooms.owns_any(ann.id).await? && f.rooms.owns_any(ben.id).await?);
    f.rooms.delete(room, ben, f.tick()).await?;
    assert!(!f.rooms.owns_any(ben.id).await?);
    assert!(!f.rooms.owns_any(f.nobody()).await?);
    Ok(())
}
