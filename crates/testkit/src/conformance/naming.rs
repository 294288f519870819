//! Names that are given once: of rooms where it is asked for, and those that dialects give to rooms.

use std::collections::BTreeSet;

use parlor_domain::{Dialect, RoomChange, RoomId, RoomKind, RoomName, Rules, UserRef};
use parlor_ports::{Joined, NewRoom, RoomAct, RoomCreated, RoomRefusal, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

fn name(name: &str) -> RoomName {
    name.parse().expect("a name")
}

/// A group that is to be the only one of this name.
fn only(f: &Fixture, creator: UserRef, called: &str) -> NewRoom {
    NewRoom {
        name: name(called),
        unique_name: true,
        ..f.new_room(creator)
    }
}

fn renaming(called: &str, unique_name: bool) -> RoomChange {
    RoomChange {
        name: Some(name(called)),
        unique_name,
        ..RoomChange::default()
    }
}

async fn is_refused(f: &Fixture, new: NewRoom) -> Result<bool, StoreError> {
    let (id, creator) = (new.id, new.creator.id);
    let answer = f.rooms.create(new).await?;
    let refused = matches!(answer, RoomCreated::Refused(RoomRefusal::NameTaken));
    assert_eq!(f.rooms.find(id, creator).await?.is_none(), refused, "{answer:?}");
    Ok(refused)
}

/// Where no other room may be called so, none is, be it made or renamed; elsewhere rooms are called as people like.
pub async fn a_name_is_given_once_where_it_is_asked_for(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    assert!(!f.rooms.is_named(&name("tea")).await?);
    let tea = f.create(only(f, ann, "tea")).await?;
    assert!(f.rooms.is_named(&name("tea")).await?);
    assert!(!f.rooms.is_named(&name("Tea")).await?, "it is another name");
    for kind in [RoomKind::Group, RoomKind::Channel] {
        let new = NewRoom {
            kind,
            ..only(f, ben, "tea")
        };
        assert!(is_refused(f, new).await?);
    }
    assert!(!is_refused(f, only(f, ben, "Tea")).await?);
    let coffee = f.create(only(f, ben, "coffee")).await?;
    let published = f.heard.len();
    let taken = f
        .rooms
        .update(coffee, ben, renaming("tea", true), f.tick())
        .await?;
    assert!(
        matches!(taken, RoomAct::Refused(RoomRefusal::NameTaken)),
        "{taken:?}"
    );
    let own = f.rooms.update(tea, ann, renaming("tea", true), f.tick()).await?;
    assert!(matches!(own, RoomAct::Done(None)), "{own:?}");
    assert_eq!(f.heard.len(), published);

    let topic = RoomChange {
        topic: Some("white".parse().expect("a topic")),
        ..renaming("tea", true)
    };
    let own = f.rooms.update(tea, ann, topic, f.tick()).await?;
    assert!(matches!(own, RoomAct::Done(Some(_))), "{own:?}");
    f.create(f.new_room(ben)).await?;
    f.rooms
        .update(coffee, ben, renaming("tea", false), f.tick())
        .await?;
    assert_eq!(f.view(coffee, ben).await?.room.name, Some(name("tea")));
    Ok(())
}

/// A name is free again when its room is called something else, or is no more.
pub async fn a_name_that_is_given_up_is_free(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.create(only(f, ann, "tea")).await?;
    f.rooms
        .update(room, ann, renaming("coffee", true), f.tick())
        .await?;
    assert!(!f.rooms.is_named(&name("tea")).await? && f.rooms.is_named(&name("coffee")).await?);
    assert!(!is_refused(f, only(f, ben, "tea")).await?);
    f.rooms.delete(room, ann, f.tick()).await?;
    assert!(!f.rooms.is_named(&name("coffee")).await?);
    assert!(!is_refused(f, only(f, ben, "coffee")).await?);
    Ok(())
}

/// Of ten who want a name at once, for new rooms or for theirs, one gets it.
pub async fn names_wanted_by_many_at_once_go_to_one(f: &Fixture) -> Tested {
    let people = f.crowd("person", 10).await?;
    let made = at_once(people.iter().map(|person| {
        let (rooms, new) = (f.rooms.clone(), only(f, *person, "tea"));
        async move { rooms.create(new).await }
    }));
    let mut new = 0;
    for made in made.await {
        match made? {
            RoomCreated::New(_) => new += 1,
            RoomCreated::Refused(RoomRefusal::NameTaken) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(new, 1);

    let mut own = Vec::new();
    for person in &people {
        own.push((f.group(*person, &[]).await?, *person));
    }
    let renamed = at_once(own.iter().map(|(room, person)| {
        let (rooms, at, room, person) = (f.rooms.clone(), f.tick(), *room, *person);
        async move { rooms.update(room, person, renaming("coffee", true), at).await }
    }));
    let mut done = 0;
    for act in renamed.await {
        match act? {
            RoomAct::Done(Some(_)) => done += 1,
            RoomAct::Refused(RoomRefusal::NameTaken) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
    Ok(())
}

/// A dialect gives a name once, and a room one name; what another dialect does is nothing to it.
pub async fn a_dialect_gives_a_name_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (one, other) = (f.group(ann, &[]).await?, f.group(ann, &[]).await?);
    let dialects = &f.dialects;
    assert_eq!(dialects.room_named(Dialect::Greeter, "tea").await?, None);
    assert!(dialects.name_room(Dialect::Greeter, "tea", one).await?);
    for (name, room) in [
        ("tea", other),
        ("coffee", one),
        ("tea", one),
        ("milk", f.room_id()),
    ] {
        assert!(!dialects.name_room(Dialect::Greeter, name, room).await?, "{name}");
    }
    assert!(dialects.name_room(Dialect::Greeter, "Tea", other).await?);
    assert!(dialects.name_room(Dialect::Messenger, "tea", other).await?);
    for (dialect, name, room) in [
        (Dialect::Greeter, "tea", Some(one)),
        (Dialect::Greeter, "Tea", Some(other)),
        (Dialect::Messenger, "tea", Some(other)),
        (Dialect::Messenger, "Tea", None),
        (Dialect::Greeter, "coffee", None),
        (Dialect::Greeter, "milk", None),
        (Dialect::Greeter, "t\0ea", None),
    ] {
        assert_eq!(
            dialects.room_named(dialect, name).await?,
            room,
            "{dialect:?} {name}"
        );
    }
    for (dialect, room, name) in [
        (Dialect::Greeter, one, Some("tea")),
        (Dialect::Greeter, other, Some("Tea")),
        (Dialect::Messenger, other, Some("tea")),
        (Dialect::Messenger, one, None),
        (Dialect::Greeter, f.room_id(), None),
    ] {
        assert_eq!(
            dialects.name_of(dialect, room).await?.as_deref(),
            name,
            "{dialect:?}"
        );
    }
    let third = f.group(ann, &[]).await?;
    let named = [
        (other, "milk"),
        (third, "tea"),
        (third, "water"),
        (f.room_id(), "juice"),
    ];
    let named = named.map(|(room, name)| (room, name.to_owned())).to_vec();
    dialects.name_rooms(Dialect::Messenger, named).await?;
    let rooms = vec![one, other, third, f.room_id()];
    let mut names = dialects.names_of(Dialect::Messenger, rooms).await?;
    names.sort();
    let mut expected = [(other, "tea"), (third, "water")].map(|(room, name)| (room, name.to_owned()));
    expected.sort();
    assert_eq!(names, expected, "those that have a name keep it");
    Ok(())
}

/// With a room go its names, which can be given again; to a room that is no more none is given.
pub async fn names_of_dialects_go_with_their_rooms(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (gone, next) = (f.group(ann, &[]).await?, f.group(ann, &[]).await?);
    for dialect in [Dialect::Greeter, Dialect::Messenger] {
        assert!(f.dialects.name_room(dialect, "tea", gone).await?);
    }
    f.rooms.delete(gone, ann, f.tick()).await?;
    assert!(!f.dialects.name_room(Dialect::Greeter, "coffee", gone).await?);
    for dialect in [Dialect::Greeter, Dialect::Messenger] {
        assert_eq!(f.dialects.room_named(dialect, "tea").await?, None);
        assert_eq!(f.dialects.name_of(dialect, gone).await?, None);
        assert!(f.dialects.name_room(dialect, "tea", next).await?);
    }
    Ok(())
}

/// Of ten rooms that are to have one name at once one gets it, and of ten names for one room one is given.
pub async fn a_dialects_name_wanted_by_many_at_once_goes_to_one(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut rooms: Vec<RoomId> = Vec::new();
    for _ in 0..10 {
        rooms.push(f.group(ann, &[]).await?);
    }
    let given = at_once(rooms.iter().map(|room| {
        let (dialects, room) = (f.dialects.clone(), *room);
        async move { dialects.name_room(Dialect::Greeter, "tea", room).await }
    }));
    let mut named = BTreeSet::new();
    for (given, room) in given.await.into_iter().zip(&rooms) {
        if given? {
            named.insert(*room);
        }
    }
    let found = f.dialects.room_named(Dialect::Greeter, "tea").await?;
    assert_eq!(named, BTreeSet::from_iter(found));
    assert_eq!(named.len(), 1);

    let given = at_once((0..10).map(|n| {
        let (dialects, room) = (f.dialects.clone(), rooms[0]);
        async move {
            dialects
                .name_room(Dialect::Messenger, &format!("name {n}"), room)
                .await
        }
    }));
    let mut names = 0;
    for given in given.await {
        names += u32::from(given?);
    }
    assert_eq!(names, 1);
    Ok(())
}

/// Whoever knows how a dialect calls a room comes in by that, where the room is closed as well, but not who is kept out.
pub async fn who_knows_a_dialects_name_comes_in(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f
        .create(NewRoom {
            rules: Rules::default(),
            ..f.new_room(ann)
        })
        .await?;
    assert!(f.dialects.name_room(Dialect::Greeter, "tea", room).await?);
    f.moderation.ban(room, ann, eve.id, f.tick()).await?;
    for (dialect, name, user, joined) in [
        (Dialect::Greeter, "coffee", ben, Err(RoomRefusal::NoRoom)),
        (Dialect::Greeter, "t\0ea", ben, Err(RoomRefusal::NoRoom)),
        (Dialect::Messenger, "tea", ben, Err(RoomRefusal::NoRoom)),
        (Dialect::Greeter, "tea", eve, Err(RoomRefusal::Out)),
        (Dialect::Greeter, "tea", ben, Ok((room, Joined::New))),
        (Dialect::Greeter, "tea", ben, Ok((room, Joined::Already))),
        (Dialect::Greeter, "tea", ann, Ok((room, Joined::Already))),
    ] {
        let at = f.tick();
        let answer = f.admission.join_by_name(dialect, name, user, at).await?;
        assert_eq!(answer, joined, "{dialect:?} {name} {user:?}");
    }
    assert_eq!(f.view(room, ben).await?.room.members, 2);
    let direct = f.direct(ann, eve).await?;
    assert!(f.dialects.name_room(Dialect::Greeter, "milk", direct).await?);
    let at = f.tick();
    let answer = f
        .admission
        .join_by_name(Dialect::Greeter, "milk", ben, at)
        .await?;
    assert_eq!(answer, Err(RoomRefusal::NoRoom));
    Ok(())
}

/// Of the named groups in which their owner is alone the oldest end, as long as there are too many. No others do.
pub async fn groups_in_which_nobody_else_is_end_but_for_some(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let mut rooms = Vec::new();
    for (name, owner) in [("a", ann), ("b", ann), ("c", ben), ("d", ann), ("e", ann)] {
        let room = f.group(owner, &[]).await?;
        assert!(f.dialects.name_room(Dialect::Greeter, name, room).await?);
        rooms.push((room, owner));
    }
    rooms.push((f.group(ann, &[]).await?, ann));
    f.add(rooms[0].0, ann, ben).await?;
    let alive = async || {
        let mut alive = Vec::new();
        for &(room, owner) in &rooms {
            alive.push(f.rooms.find(room, owner.id).await?.is_some());
        }
        Ok::<_, StoreError>(alive)
    };
    let dialects = &f.dialects;
    dialects.end_lonely(Dialect::Greeter, ann, 3, f.tick()).await?;
    dialects.end_lonely(Dialect::Messenger, ann, 0, f.tick()).await?;
    assert_eq!(alive().await?, [true; 6]);
    dialects.end_lonely(Dialect::Greeter, ann, 2, f.tick()).await?;
    assert_eq!(alive().await?, [true, false, true, true, true, true]);
    assert_eq!(dialects.room_named(Dialect::Greeter, "b").await?, None);
    dialects.end_lonely(Dialect::Greeter, ann, 0, f.tick()).await?;
    assert_eq!(alive().await?, [true, false, true, false, false, true]);
    Ok(())
}
