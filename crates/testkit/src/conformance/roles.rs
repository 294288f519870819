//! Roles, ownership and settings.

use parlor_domain::{
    Capacity, History, JoinPolicy, Role, RoomChange, RoomId, RulesChange, SlowMode, UserRef, What, Who,
};
use parlor_ports::{RoomAct, RoomRefusal, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

fn refusal(act: RoomAct) -> RoomRefusal {
    match act {
        RoomAct::Refused(why) => why,
        other => panic!("not refused: {other:?}"),
    }
}

async fn change_role(
    f: &Fixture,
    room: RoomId,
    actor: UserRef,
    user: UserRef,
    role: Role,
) -> Result<RoomAct, StoreError> {
    f.rooms.change_role(room, actor, user.id, role, f.tick()).await
}

/// The owner makes admins and unmakes them; an event tells of it, unless nothing changes.
pub async fn the_owner_gives_roles(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    for role in [Role::Admin, Role::Member] {
        let RoomAct::Done(Some(event)) = change_role(f, room, ann, ben, role).await? else {
            panic!("she may")
        };
        assert_eq!(
            (&event.what, event.actor),
            (&What::RoleChanged { user: ben, role }, Some(ann))
        );
        assert_eq!(f.view(room, ben).await?.role, role);
        assert!(matches!(
            change_role(f, room, ann, ben, role).await?,
            RoomAct::Done(None)
        ));
        assert_eq!(f.events(room).await?.last(), Some(&event));
    }
    Ok(())
}

/// Nobody else gives roles, nobody becomes owner in this way, and strangers have none.
pub async fn roles_are_the_owners_to_give(f: &Fixture) -> Tested {
    let [ann, ben, cleo, eve] = f.people(["ann", "ben", "cleo", "eve"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    f.promote(room, ann, ben).await?;
    for (actor, user, role, why) in [
        (eve, cleo, Role::Admin, RoomRefusal::NoRoom),
        (ben, cleo, Role::Admin, RoomRefusal::Forbidden),
        (ben, ben, Role::Member, RoomRefusal::Forbidden),
        (cleo, cleo, Role::Admin, RoomRefusal::Forbidden),
        (ann, ben, Role::Owner, RoomRefusal::Forbidden),
        (ann, ann, Role::Member, RoomRefusal::Forbidden),
        (ann, eve, Role::Admin, RoomRefusal::NotMember(eve.id)),
    ] {
        assert_eq!(
            refusal(change_role(f, room, actor, user, role).await?),
            why,
            "{actor:?} {user:?}"
        );
    }
    Ok(())
}

/// An owner who hands over stays as an admin.
pub async fn an_owner_hands_over(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let RoomAct::Done(Some(event)) = f.rooms.hand_over(room, ann, ben.id, f.tick()).await? else {
        panic!("she may")
    };
    assert_eq!(
        event.what,
        What::OwnerChanged {
            owner: ben,
            former: Some(ann)
        }
    );
    assert_eq!(f.events(room).await?.last(), Some(&event));
    let view = f.view(room, ann).await?;
    assert_eq!((view.role, view.room.owner), (Role::Admin, Some(ben.id)));
    assert_eq!(f.view(room, ben).await?.role, Role::Owner);
    let nothing = f.rooms.hand_over(room, ben, ben.id, f.tick()).await?;
    assert!(matches!(nothing, RoomAct::Done(None)), "{nothing:?}");
    Ok(())
}

/// Only the owner hands over, and only to a member.
pub async fn only_the_owner_hands_over(f: &Fixture) -> Tested {
    let [ann, ben, cleo, eve] = f.people(["ann", "ben", "cleo", "eve"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    f.promote(room, ann, ben).await?;
    for (actor, to, why) in [
        (ben, ben, RoomRefusal::Forbidden),
        (cleo, ben, RoomRefusal::Forbidden),
        (eve, ben, RoomRefusal::NoRoom),
        (ann, eve, RoomRefusal::NotMember(eve.id)),
    ] {
        assert_eq!(
            refusal(f.rooms.hand_over(room, actor, to.id, f.tick()).await?),
            why
        );
    }
    Ok(())
}

/// A room that is handed over to several at once has one owner in the end.
pub async fn a_room_always_has_one_owner(f: &Fixture) -> Tested {
    let people = f.crowd("person", 10).await?;
    let room = f.group(people[0], &people[1..]).await?;
    let acts = at_once(people[1..].iter().map(|person| {
        let (rooms, at, owner, person) = (f.rooms.clone(), f.tick(), people[0], *person);
        async move { rooms.hand_over(room, owner, person.id, at).await }
    }));
    let mut done = 0;
    for act in acts.await {
        match act? {
            RoomAct::Done(Some(_)) => done += 1,
            RoomAct::Refused(RoomRefusal::Forbidden) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
    let roles = f.roles(room, people[0], 200).await?;
    let owners: Vec<_> = roles
        .iter()
        .filter(|(_, role)| *role == Role::Owner)
        .map(|(user, _)| *user)
        .collect();
    assert_eq!(
        owners,
        [f.view(room, people[0]).await?.room.owner.expect("an owner")]
    );
    Ok(())
}

/// A change keeps what it does not name, and its event says everything.
pub async fn settings_change_one_by_one(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let ruled = |rule: fn(&mut RulesChange)| {
        let mut change = RoomChange::default();
        rule(&mut change.rules);
        change
    };
    let changes = [
        RoomChange {
            name: Some("coffee".parse().expect("a name")),
            ..RoomChange::default()
        },
        RoomChange {
            topic: Some("".parse().expect("a topic")),
            ..RoomChange::default()
        },
        ruled(|rules| rules.history = Some(History::FromJoin)),
        ruled(|rules| rules.join = Some(JoinPolicy::Approval)),
        ruled(|rules| rules.posting = Some(Who::Admins)),
        ruled(|rules| rules.adding = Some(Who::Everyone)),
        ruled(|rules| rules.slow_mode = Some(SlowMode::stored(30))),
        RoomChange {
            capacity: Some(Capacity::stored(3)),
            ..RoomChange::default()
        },
    ];
    let mut expected = f.view(room, ann).await?.room;
    for change in changes {
        let RoomAct::Done(Some(event)) = f.rooms.update(room, ann, change.clone(), f.tick()).await? else {
            panic!("she may")
        };
        let RoomChange {
            name,
            unique_name: _,
            topic,
            rules,
            capacity,
            places: _,
        } = change.clone();
        expected.name = name.or(expected.name);
        expected.topic = topic.unwrap_or(expected.topic);
        expected.rules = expected.rules.with(rules);
        expected.capacity = capacity.unwrap_or(expected.capacity);
        expected.changed_at = event.at;
        assert_eq!(f.view(room, ann).await?.room, expected);
        let what = What::RoomUpdated {
            name: expected.name.clone(),
            topic: expected.topic.clone(),
            avatar: expected.avatar,
            rules: expected.rules,
            capacity: expected.capacity,
        };
        assert_eq!((&event.what, event.actor), (&what, Some(ann)));
        let again = f.rooms.update(room, ann, change, f.tick()).await?;
        assert!(
            matches!(again, RoomAct::Done(None)),
            "what changes nothing is no event: {again:?}"
        );
        assert_eq!(f.events(room).await?.last(), Some(&event));
    }
    let nothing = f.rooms.update(room, ann, RoomChange::default(), f.tick()).await?;
    assert!(matches!(nothing, RoomAct::Done(None)));
    Ok(())
}

/// Admins change settings, members do not.
pub async fn admins_change_settings(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let change = RoomChange {
        topic: Some("black".parse().expect("a topic")),
        ..RoomChange::default()
    };
    for (actor, why) in [(ben, RoomRefusal::Forbidden), (eve, RoomRefusal::NoRoom)] {
        assert_eq!(
            refusal(f.rooms.update(room, actor, change.clone(), f.tick()).await?),
            why
        );
    }
    f.promote(room, ann, ben).await?;
    assert!(matches!(
        f.rooms.update(room, ben, change, f.tick()).await?,
        RoomAct::Done(Some(_))
    ));
    Ok(())
}
