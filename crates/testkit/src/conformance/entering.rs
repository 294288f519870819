//! Coming into groups.

use std::collections::BTreeSet;

use parlor_domain::{
    AccountStatus, Capacity, JoinPolicy, Mark, Role, RoomChange, Rules, RulesChange, Seq, UserId, What,
};
use parlor_ports::{Added, Clock, Entropy, Joined, NewRoom, RoomAct, RoomRefusal};

use super::Tested;
use crate::{Fixture, at_once};

/// A join stands in the room's stream and in the person's own, which says what he may see.
pub async fn a_join_is_told_to_the_room_and_to_the_person(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    for (room, sees_all) in [
        (f.group(ann, &[]).await?, true),
        (f.discreet_group(ann, &[]).await?, false),
    ] {
        f.say(room, ann, "before").await?;
        f.join(room, ben).await?;
        f.add(room, ann, cleo).await?;
        let log = f.events(room).await?;
        for (event, user, actor) in [(&log[log.len() - 2], ben, ben), (&log[log.len() - 1], cleo, ann)] {
            assert_eq!(
                (&event.what, event.actor),
                (&What::MembersJoined { users: vec![user] }, Some(actor))
            );
            let visible_from = if sees_all { Seq(1) } else { event.seq };
            let own = f.events(user.id).await?;
            let last = own.last().expect("the person learns of it");
            let joined = event.seq;
            assert_eq!(
                last.what,
                What::RoomJoined {
                    room,
                    joined,
                    visible_from
                }
            );
            assert_eq!((last.actor, last.at), (Some(actor), event.at));
            let view = f.view(room, user).await?;
            assert_eq!(
                (view.visible_from, view.mark, view.role),
                (visible_from, Mark::read(event.seq), Role::Member)
            );
        }
    }
    Ok(())
}

/// To join twice changes nothing, not even by the same person at once.
pub async fn a_member_joins_only_once(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let joins = at_once((0..20).map(|_| {
        let (rooms, at) = (f.rooms.clone(), f.tick());
        async move { rooms.join(room, ben, None, at).await }
    }));
    let mut new = 0;
    for joined in joins.await {
        match joined? {
            Joined::New => new += 1,
            Joined::Already => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(new, 1);
    assert_eq!(f.events(room).await?.len(), 2);
    assert_eq!(f.events(ben.id).await?.len(), 1);
    assert_eq!(f.view(room, ann).await?.room.members, 2);
    Ok(())
}

/// A closed group lets nobody in by himself, and is closed and opened by its settings.
pub async fn a_closed_group_is_not_joined(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f
        .create(NewRoom {
            rules: Rules::default(),
            ..f.new_room(ann)
        })
        .await?;
    assert_eq!(
        f.rooms.join(room, ben, None, f.tick()).await?,
        Joined::Refused(RoomRefusal::Closed)
    );
    assert_eq!(f.rooms.join(room, ann, None, f.tick()).await?, Joined::Already);
    let change = RoomChange {
        rules: RulesChange {
            join: Some(JoinPolicy::Open),
            ..RulesChange::default()
        },
        ..RoomChange::default()
    };
    f.rooms.update(room, ann, change, f.tick()).await?;
    f.join(room, ben).await?;
    assert_eq!(
        f.rooms.join(f.room_id(), ben, None, f.tick()).await?,
        Joined::Refused(RoomRefusal::NoRoom)
    );
    Ok(())
}

/// Fifty who come at once do not overfill a room.
pub async fn joins_at_once_never_overfill_a_room(f: &Fixture) -> Tested {
    let people = f.crowd("person", 51).await?;
    let room = f
        .create(NewRoom {
            capacity: Capacity::stored(11),
            ..f.new_room(people[0])
        })
        .await?;
    let joins = at_once(people[1..].iter().map(|person| {
        let (rooms, at, person) = (f.rooms.clone(), f.tick(), *person);
        async move { rooms.join(room, person, None, at).await }
    }));
    let (mut inside, mut outside) = (0, 0);
    for joined in joins.await {
        match joined? {
            Joined::New => inside += 1,
            Joined::Refused(RoomRefusal::Full) => outside += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((inside, outside), (10, 40));
    assert_eq!(f.view(room, people[0]).await?.room.members, 11);
    assert_eq!(f.roles(room, people[0], 200).await?.len(), 11);
    Ok(())
}

/// Whoever leaves makes a place; who is in a full room is in.
pub async fn a_place_that_was_left_can_be_taken(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let capacity = Capacity::stored(2);
    let room = f
        .create(NewRoom {
            members: vec![ben.id],
            capacity,
            ..f.new_room(ann)
        })
        .await?;
    assert_eq!(
        f.rooms.join(room, cleo, None, f.tick()).await?,
        Joined::Refused(RoomRefusal::Full)
    );
    assert_eq!(f.rooms.join(room, ben, None, f.tick()).await?, Joined::Already);
    f.leave(room, ben).await?;
    f.join(room, cleo).await?;
    Ok(())
}

/// A person who joins many rooms at once does not get into too many.
pub async fn joins_at_once_never_give_a_person_too_many_rooms(f: &Fixture) -> Tested {
    let [ben, cleo] = f.people(["ben", "cleo"]).await?;
    let mut rooms = Vec::new();
    for owner in [ben, cleo] {
        for _ in 0..f.rooms_per_user.min(15) {
            rooms.push(f.group(owner, &[]).await?);
        }
    }
    let ann = f.person("ann").await?;
    for _ in 0..f.rooms_per_user - 5 {
        f.group(ann, &[]).await?;
    }
    let joins = at_once(rooms.into_iter().map(|room| {
        let (rooms, at) = (f.rooms.clone(), f.tick());
        async move { rooms.join(room, ann, None, at).await }
    }));
    let mut inside = 0;
    for joined in joins.await {
        match joined? {
            Joined::New => inside += 1,
            Joined::Refused(RoomRefusal::TooManyRooms(user)) => assert_eq!(user, ann.id),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(inside, 5);
    Ok(())
}

/// Many are brought in by one event; those who are in already are left out of it.
pub async fn many_are_added_by_one_event(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let people = f.crowd("person", 100).await?;
    let room = f
        .create(NewRoom {
            capacity: Capacity::stored(200),
            ..f.new_room(ann)
        })
        .await?;
    f.join(room, ben).await?;
    f.join(room, people[3]).await?;
    let asked = people.iter().map(|person| person.id).collect();
    let Added::Done(added) = f.rooms.add(room, ann, asked, f.tick()).await? else {
        panic!("she may")
    };
    let expected: BTreeSet<_> = people.iter().filter(|p| **p != people[3]).map(|p| p.id).collect();
    assert_eq!(added.iter().map(|p| p.id).collect::<BTreeSet<_>>(), expected);
    let log = f.events(room).await?;
    let What::MembersJoined { users } = &log[3].what else {
        panic!("they join")
    };
    assert_eq!((log.len(), log[3].actor), (4, Some(ann)));
    assert_eq!(users.iter().map(|p| p.id).collect::<BTreeSet<_>>(), expected);
    assert_eq!(f.events(people[3].id).await?.len(), 1);
    assert_eq!(f.events(people[4].id).await?.len(), 1);

    let again = f
        .rooms
        .add(room, ann, vec![ben.id, people[0].id], f.tick())
        .await?;
    assert_eq!(again, Added::Done(Vec::new()));
    assert_eq!(f.events(room).await?.len(), 4, "nobody new is no event");
    Ok(())
}

/// All are brought in or none.
pub async fn all_are_added_or_none(f: &Fixture) -> Tested {
    let [ann, ben, cleo, locked] = f.people(["ann", "ben", "cleo", "locked"]).await?;
    f.users
        .set_status(locked.id, AccountStatus::Disabled, f.tick())
        .await?;
    let room = f
        .create(NewRoom {
            capacity: Capacity::stored(2),
            ..f.new_room(ann)
        })
        .await?;
    let nobody = UserId::new(f.entropy.uuid(f.clock.now()));
    let published = f.heard.len();
    for (users, why) in [
        (vec![ben.id, nobody], RoomRefusal::NoUser(nobody)),
        (vec![ben.id, locked.id], RoomRefusal::NoUser(locked.id)),
        (vec![ben.id, cleo.id], RoomRefusal::Full),
    ] {
        assert_eq!(
            f.rooms.add(room, ann, users, f.tick()).await?,
            Added::Refused(why)
        );
    }
    assert_eq!(f.heard.len(), published);
    assert!(f.rooms.find(room, ben.id).await?.is_none());
    f.add(room, ann, ben).await?;
    Ok(())
}

/// Members bring nobody in, admins do; to strangers the room is none.
pub async fn admins_add_people(f: &Fixture) -> Tested {
    let [ann, ben, cleo, eve] = f.people(["ann", "ben", "cleo", "eve"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let add = |actor| f.rooms.add(room, actor, vec![cleo.id], f.tick());
    assert_eq!(add(eve).await?, Added::Refused(RoomRefusal::NoRoom));
    assert_eq!(
        add(cleo).await?,
        Added::Refused(RoomRefusal::NoRoom),
        "nobody brings himself in"
    );
    assert_eq!(add(ben).await?, Added::Refused(RoomRefusal::Forbidden));
    f.promote(room, ann, ben).await?;
    f.add(room, ben, cleo).await?;
    Ok(())
}

/// A smaller capacity puts nobody out and lets nobody in.
pub async fn a_smaller_capacity_puts_nobody_out(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let change = RoomChange {
        capacity: Some(Capacity::stored(1)),
        ..RoomChange::default()
    };
    assert!(matches!(
        f.rooms.update(room, ann, change, f.tick()).await?,
        RoomAct::Done(Some(_))
    ));
    assert_eq!(f.view(room, ben).await?.room.members, 2);
    assert_eq!(
        f.rooms.join(room, cleo, None, f.tick()).await?,
        Joined::Refused(RoomRefusal::Full)
    );
    Ok(())
}
