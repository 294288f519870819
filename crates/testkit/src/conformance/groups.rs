//! Making groups.

use std::collections::BTreeSet;

use parlor_domain::{
    AccountStatus, Capacity, History, JoinPolicy, Mark, PageSize, Role, RoomKind, Rules, Seq, SlowMode,
    UserId, What, Who,
};
use parlor_ports::{Clock, Entropy, NewRoom, RoomCreated, RoomRefusal};

use super::Tested;
use crate::{Fixture, at_once, key};

/// A group is as it was asked for, and belongs to its creator.
pub async fn a_group_is_as_it_was_asked_for(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let new = NewRoom {
        rules: Rules {
            history: History::FromJoin,
            posting: Who::Admins,
            ..Rules::default()
        },
        capacity: Capacity::stored(7),
        members: vec![ben.id],
        ..f.new_room(ann)
    };
    let RoomCreated::New(view) = f.rooms.create(new.clone()).await? else {
        panic!("it is new")
    };
    let room = &view.room;
    assert_eq!(
        (room.id, room.kind, room.owner),
        (new.id, RoomKind::Group, Some(ann.id))
    );
    assert_eq!((room.name.as_ref(), &room.topic), (Some(&new.name), &new.topic));
    assert_eq!(
        (room.rules, room.capacity, room.avatar),
        (new.rules, new.capacity, None)
    );
    assert_eq!(
        (room.members, room.created_at, view.active_at),
        (2, new.at, new.at)
    );
    assert_eq!(
        (view.role, view.unread, view.visible_from),
        (Role::Owner, 0, Seq(1))
    );
    assert!(view.peer.is_none() && view.last_message.is_none());
    let found = f.view(new.id, ann).await?;
    assert_eq!(
        (found.room, found.head, found.mark),
        (view.room, view.head, view.mark)
    );
    let bens = f.view(new.id, ben).await?;
    assert_eq!((bens.role, bens.unread), (Role::Member, 0));
    assert!(bens.visible_from <= bens.head.position.seq);
    Ok(())
}

/// Rooms are numbered as they come.
pub async fn rooms_are_numbered(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let rooms = [
        f.group(ann, &[]).await?,
        f.direct(ann, ben).await?,
        f.group(ann, &[]).await?,
    ];
    let mut numbers = Vec::new();
    for room in rooms {
        numbers.push(f.view(room, ann).await?.room.number);
    }
    assert!(
        numbers[0] > 0 && numbers.is_sorted_by(|one, next| one < next),
        "{numbers:?}"
    );
    Ok(())
}

/// A group can have a hundred people besides its owner from the start, and all of them learn of it.
pub async fn a_group_of_many_is_made_at_once(f: &Fixture) -> Tested {
    let people = f.crowd("person", 101).await?;
    let members = people[1..].iter().map(|user| user.id).collect();
    let new = NewRoom {
        members,
        capacity: Capacity::stored(101),
        ..f.new_room(people[0])
    };
    let room = f.create(new).await?;
    let mut told = BTreeSet::new();
    for event in f.events(room).await? {
        let What::MembersJoined { users } = &event.what else {
            panic!("it begins with people: {event:?}")
        };
        assert!((1..=100).contains(&users.len()), "1 to 100 in one event");
        assert_eq!(event.actor, Some(people[0]));
        told.extend(users.iter().map(|user| user.id));
    }
    assert_eq!(told, people.iter().map(|user| user.id).collect());
    for person in &people {
        let view = f.view(room, *person).await?;
        let [
            What::RoomJoined {
                room: joined,
                visible_from,
                ..
            },
        ] = f.happened(person.id).await?[..]
        else {
            panic!("everybody learns of it")
        };
        assert_eq!((joined, visible_from), (room, view.visible_from));
        assert_eq!((view.unread, view.mark), (0, Mark::read(view.mark.read)));
        assert!(view.mark.read >= Seq(1));
    }
    assert_eq!(f.roles(room, people[0], 200).await?.len(), 101);
    Ok(())
}

/// The same request twice makes one room; another person's, or another client id's, makes another.
pub async fn a_repeated_request_makes_one_room(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let ask = |creator, id| NewRoom {
        client_id: Some(key(id)),
        ..f.new_room(creator)
    };
    let room = f.create(ask(ann, "1")).await?;
    let published = f.heard.len();
    let RoomCreated::Known(view) = f.rooms.create(ask(ann, "1")).await? else {
        panic!("it is known")
    };
    assert_eq!((view.room.id, view.role), (room, Role::Owner));
    assert_eq!(f.heard.len(), published);
    f.create(ask(ann, "2")).await?;
    f.create(ask(ben, "1")).await?;
    f.create(f.new_room(ann)).await?;
    f.create(f.new_room(ann)).await?;
    assert_eq!(
        f.rooms.list(ann.id, None, PageSize::default()).await?.rooms.len(),
        4
    );
    Ok(())
}

/// A client id that was used for one group stands for no other, whichever part differs.
pub async fn a_client_id_of_another_group_is_a_conflict(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let ask = || NewRoom {
        client_id: Some(key("1")),
        members: vec![ben.id, cleo.id],
        ..f.new_room(ann)
    };
    let room = f.create(ask()).await?;
    let published = f.heard.len();
    let ruled = |change: fn(&mut Rules)| {
        let mut new = ask();
        change(&mut new.rules);
        new
    };
    let others = [
        NewRoom {
            name: "coffee".parse().expect("a name"),
            ..ask()
        },
        NewRoom {
            topic: "".parse().expect("a topic"),
            ..ask()
        },
        ruled(|rules| rules.history = History::FromJoin),
        ruled(|rules| rules.join = JoinPolicy::Closed),
        ruled(|rules| rules.posting = Who::Admins),
        ruled(|rules| rules.adding = Who::Everyone),
        ruled(|rules| rules.slow_mode = SlowMode::stored(9)),
        NewRoom {
            kind: RoomKind::Channel,
            ..ask()
        },
        NewRoom {
            capacity: Capacity::stored(99),
            ..ask()
        },
        NewRoom {
            members: vec![ben.id],
            ..ask()
        },
    ];
    for other in others {
        let answer = f.rooms.create(other.clone()).await?;
        assert!(matches!(answer, RoomCreated::Conflict), "{other:?}: {answer:?}");
    }
    let same = NewRoom {
        members: vec![cleo.id, ben.id],
        ..ask()
    };
    let answer = f.rooms.create(same).await?;
    assert!(matches!(answer, RoomCreated::Known(view) if view.room.id == room));
    assert_eq!(f.heard.len(), published);
    Ok(())
}

/// A room that is gone, or that its creator left, is not made again by a request that comes again.
pub async fn a_room_that_is_gone_is_not_made_again(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let ask = |id| NewRoom {
        client_id: Some(key(id)),
        members: vec![ben.id],
        ..f.new_room(ann)
    };
    let (deleted, left) = (f.create(ask("1")).await?, f.create(ask("2")).await?);
    f.rooms.delete(deleted, ann, f.tick()).await?;
    f.leave(left, ann).await?;
    let published = f.heard.len();
    for id in ["1", "2"] {
        let again = f.rooms.create(ask(id)).await?;
        assert!(
            matches!(again, RoomCreated::Refused(RoomRefusal::NoRoom)),
            "{again:?}"
        );
        let other = NewRoom {
            name: "coffee".parse().expect("a name"),
            ..ask(id)
        };
        let other = f.rooms.create(other).await?;
        assert!(matches!(other, RoomCreated::Conflict), "{other:?}");
    }
    assert_eq!(f.heard.len(), published);
    Ok(())
}

/// The same request, many times at once, makes one room.
pub async fn a_request_repeated_at_once_makes_one_room(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let answers = at_once((0..20).map(|_| {
        let new = NewRoom {
            client_id: Some(key("1")),
            ..f.new_room(ann)
        };
        let rooms = f.rooms.clone();
        async move { rooms.create(new).await }
    }));
    let (mut ids, mut made) = (BTreeSet::new(), 0);
    for answer in answers.await {
        match answer? {
            RoomCreated::New(view) => {
                made += 1;
                ids.insert(view.room.id);
            }
            RoomCreated::Known(view) => {
                ids.insert(view.room.id);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((ids.len(), made), (1, 1));
    assert_eq!(f.events(ann.id).await?.len(), 1);
    Ok(())
}

/// A group that cannot be as it was asked for is not made at all.
pub async fn a_refused_group_is_not_made(f: &Fixture) -> Tested {
    let [ann, ben, cleo, locked] = f.people(["ann", "ben", "cleo", "locked"]).await?;
    f.users
        .set_status(locked.id, AccountStatus::Disabled, f.tick())
        .await?;
    let nobody = UserId::new(f.entropy.uuid(f.clock.now()));
    let published = f.heard.len();
    for (members, capacity, why) in [
        (vec![ben.id, nobody], 9, RoomRefusal::NoUser(nobody)),
        (vec![ben.id, locked.id], 9, RoomRefusal::NoUser(locked.id)),
        (vec![ben.id, cleo.id], 2, RoomRefusal::Full),
    ] {
        let new = NewRoom {
            members,
            capacity: Capacity::stored(capacity),
            ..f.new_room(ann)
        };
        let refused = f.rooms.create(new.clone()).await?;
        assert!(
            matches!(&refused, RoomCreated::Refused(reason) if *reason == why),
            "{refused:?}"
        );
        assert!(f.rooms.find(new.id, ann.id).await?.is_none());
    }
    assert_eq!(f.heard.len(), published);
    assert!(f.events(ben.id).await?.is_empty());
    Ok(())
}

/// Nobody is in more rooms than a person may be in, whichever way he would get there.
pub async fn nobody_has_too_many_rooms(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    f.direct(ann, cleo).await?;
    let mut last = None;
    for _ in 1..f.rooms_per_user {
        last = Some(f.group(ann, &[]).await?);
    }
    let why = RoomRefusal::TooManyRooms(ann.id);
    let created = f.rooms.create(f.new_room(ann)).await?;
    assert!(
        matches!(created, RoomCreated::Refused(reason) if reason == why),
        "{created:?}"
    );
    let with_her = NewRoom {
        members: vec![cleo.id, ann.id],
        ..f.new_room(ben)
    };
    let created = f.rooms.create(with_her).await?;
    assert!(
        matches!(created, RoomCreated::Refused(reason) if reason == why),
        "{created:?}"
    );
    for (actor, peer) in [(ann, ben), (ben, ann)] {
        let opened = f.rooms.open_direct(actor, peer.id, f.room_id(), f.tick()).await?;
        assert!(
            matches!(opened, parlor_ports::DirectOpened::Refused(reason) if reason == why),
            "{opened:?}"
        );
    }
    let room = f.group(ben, &[]).await?;
    assert_eq!(
        f.rooms.join(room, ann, None, f.tick()).await?,
        parlor_ports::Joined::Refused(why)
    );
    let added = f.rooms.add(room, ben, vec![cleo.id, ann.id], f.tick()).await?;
    assert_eq!(added, parlor_ports::Added::Refused(why), "all or none");
    assert!(f.rooms.find(room, cleo.id).await?.is_none());

    f.leave(last.expect("there are several"), ann).await?;
    f.join(room, ann).await?;
    Ok(())
}
