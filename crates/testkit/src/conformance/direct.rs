//! Direct rooms: one for each pair of people.

use std::collections::BTreeSet;

use parlor_domain::{AccountStatus, Role, RoomKind, Seq, UserId, What};
use parlor_ports::{Added, Clock, DirectOpened, Entropy, Joined, RoomAct, RoomRefusal};

use super::Tested;
use crate::{Fixture, at_once};

/// A direct room has two plain members, belongs to nobody, and each sees the other one as its peer.
pub async fn a_direct_room_is_of_two_equals(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.direct(ann, ben).await?;
    for (viewer, peer) in [(ann, ben), (ben, ann)] {
        let view = f.view(room, viewer).await?;
        assert_eq!(
            (view.room.kind, view.room.owner, view.room.members),
            (RoomKind::Direct, None, 2)
        );
        assert_eq!(
            (view.room.name, view.role, view.visible_from),
            (None, Role::Member, Seq(1))
        );
        let other = view.peer.expect("a direct room has a peer");
        assert_eq!((other.user, other.role), (peer, Role::Member));
        let [What::RoomJoined { room: joined, .. }] = f.happened(viewer.id).await?[..] else {
            panic!("both learn of it")
        };
        assert_eq!(joined, room);
    }
    let people = f.happened(room).await?.into_iter().flat_map(|what| match what {
        What::MembersJoined { users } => users,
        other => panic!("it begins with people: {other:?}"),
    });
    let people: BTreeSet<_> = people.map(|user| user.id).collect();
    assert_eq!(people, BTreeSet::from([ann.id, ben.id]));
    Ok(())
}

/// A direct room with oneself holds notes.
pub async fn a_person_has_notes(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.direct(ann, ann).await?;
    f.say(room, ann, "milk").await?;
    let view = f.view(room, ann).await?;
    assert_eq!(
        (view.room.kind, view.room.members, view.unread),
        (RoomKind::Direct, 1, 0)
    );
    assert!(view.peer.is_none());
    assert_eq!(f.direct(ann, ann).await?, room);
    Ok(())
}

/// There is one direct room for a pair, whoever opens it.
pub async fn a_pair_has_one_direct_room(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.room_id();
    let opened = f.rooms.open_direct(ann, ben.id, room, f.tick()).await?;
    assert!(matches!(opened, DirectOpened::New(view) if view.room.id == room));
    f.say(room, ann, "hello").await?;
    let published = f.heard.len();
    for (actor, peer, unread) in [(ann, ben, 0), (ben, ann, 1)] {
        let again = f.rooms.open_direct(actor, peer.id, f.room_id(), f.tick()).await?;
        let DirectOpened::Existing(view) = again else {
            panic!("it was there: {again:?}")
        };
        assert_eq!((view.room.id, view.unread), (room, unread));
        assert_eq!(view.peer.expect("a peer").user, peer);
    }
    assert_eq!(f.heard.len(), published, "to find a room changes nothing");
    assert_ne!(f.direct(ann, cleo).await?, room);
    Ok(())
}

/// Both open it at once, many times: there is one.
pub async fn a_pair_that_opens_at_once_has_one_direct_room(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let opened = at_once((0..50).map(|n| {
        let (actor, peer) = if n % 2 == 0 { (ann, ben) } else { (ben, ann) };
        let (rooms, id, at) = (f.rooms.clone(), f.room_id(), f.tick());
        async move { rooms.open_direct(actor, peer.id, id, at).await }
    }));
    let (mut ids, mut new) = (BTreeSet::new(), 0);
    for opened in opened.await {
        match opened? {
            DirectOpened::New(view) => {
                new += 1;
                ids.insert(view.room.id);
            }
            DirectOpened::Existing(view) => {
                ids.insert(view.room.id);
            }
            DirectOpened::Refused(why) => panic!("{why:?}"),
        }
    }
    assert_eq!((ids.len(), new), (1, 1));
    assert_eq!(
        (f.events(ann.id).await?.len(), f.events(ben.id).await?.len()),
        (1, 1)
    );
    Ok(())
}

/// Nobody talks to an account that is none or is locked; a room that was there stays.
pub async fn a_direct_room_needs_an_account(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.direct(ann, ben).await?;
    for locked in [ben, cleo] {
        f.users
            .set_status(locked.id, AccountStatus::Disabled, f.tick())
            .await?;
    }
    let nobody = UserId::new(f.entropy.uuid(f.clock.now()));
    for peer in [nobody, cleo.id] {
        let opened = f.rooms.open_direct(ann, peer, f.room_id(), f.tick()).await?;
        assert!(matches!(opened, DirectOpened::Refused(RoomRefusal::NoUser(user)) if user == peer));
    }
    assert_eq!(f.direct(ann, ben).await?, room);
    Ok(())
}

/// A direct room has no members to bring in or put out, no roles, no name, and no end.
pub async fn a_direct_room_does_not_change(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.direct(ann, ben).await?;
    let added = f.rooms.add(room, ann, vec![cleo.id], f.tick()).await?;
    assert_eq!(added, Added::Refused(RoomRefusal::Direct));
    let left = parlor_domain::LeaveReason::Left;
    let removed = parlor_domain::LeaveReason::Removed;
    let change = parlor_domain::RoomChange {
        name: Some("us".parse().expect("a name")),
        ..Default::default()
    };
    let acts = [
        f.rooms.remove(room, ann, ann.id, left, f.tick()).await?,
        f.rooms.remove(room, ann, ben.id, removed, f.tick()).await?,
        f.rooms
            .change_role(room, ann, ben.id, Role::Admin, f.tick())
            .await?,
        f.rooms.hand_over(room, ann, ben.id, f.tick()).await?,
        f.rooms.update(room, ann, change, f.tick()).await?,
        f.rooms.delete(room, ann, f.tick()).await?,
    ];
    for act in acts {
        assert!(matches!(act, RoomAct::Refused(RoomRefusal::Direct)), "{act:?}");
    }
    assert_eq!(f.rooms.join(room, ben, None, f.tick()).await?, Joined::Already);
    assert_eq!(f.view(room, ann).await?.room.members, 2);
    Ok(())
}

/// To others a direct room is no room.
pub async fn a_direct_room_is_hidden_from_others(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.direct(ann, ben).await?;
    assert_eq!(
        f.rooms.join(room, eve, None, f.tick()).await?,
        Joined::Refused(RoomRefusal::NoRoom)
    );
    let added = f.rooms.add(room, eve, vec![eve.id], f.tick()).await?;
    assert_eq!(added, Added::Refused(RoomRefusal::NoRoom));
    let act = f.rooms.delete(room, eve, f.tick()).await?;
    assert!(matches!(act, RoomAct::Refused(RoomRefusal::NoRoom)));
    Ok(())
}
