//! Going out of groups.

use std::sync::Arc;

use parlor_domain::{Event, LeaveReason, Role, RoomId, UserRef, What};
use parlor_ports::{RoomAct, RoomRefusal, StoreError};

use super::Tested;
use crate::Fixture;

async fn remove(
    f: &Fixture,
    room: RoomId,
    actor: UserRef,
    user: UserRef,
) -> Result<Result<Arc<Event>, RoomRefusal>, StoreError> {
    let reason = if actor == user {
        LeaveReason::Left
    } else {
        LeaveReason::Removed
    };
    Ok(
        match f.rooms.remove(room, actor, user.id, reason, f.tick()).await? {
            RoomAct::Done(event) => Ok(event.expect("an event tells of it")),
            RoomAct::Refused(why) => Err(why),
        },
    )
}

/// The room and the person learn how a membership ended.
pub async fn a_leave_is_told_to_the_room_and_to_the_person(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    for (actor, user, reason) in [(ben, ben, LeaveReason::Left), (ann, cleo, LeaveReason::Removed)] {
        let event = remove(f, room, actor, user).await?.expect("it is allowed");
        assert_eq!(
            (&event.what, event.actor),
            (&What::MemberLeft { user, reason }, Some(actor))
        );
        assert_eq!(f.events(room).await?.last(), Some(&event));
        let own = f.events(user.id).await?;
        let last = own.last().expect("the person learns of it");
        assert_eq!(
            (&last.what, last.actor),
            (
                &What::RoomLeft {
                    room,
                    left: Some(event.seq),
                    reason
                },
                Some(actor)
            )
        );
        assert!(f.rooms.find(room, user.id).await?.is_none());
    }
    assert_eq!(f.view(room, ann).await?.room.members, 1);
    Ok(())
}

/// Who may put out whom follows from their roles.
pub async fn members_are_put_out_by_those_above_them(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan, eve] = f.people(["ann", "ben", "cleo", "dan", "eve"]).await?;
    let room = f.group(ann, &[ben, cleo, dan]).await?;
    f.promote(room, ann, ben).await?;
    f.promote(room, ann, cleo).await?;
    for (actor, user, why) in [
        (eve, dan, RoomRefusal::NoRoom),
        (dan, ben, RoomRefusal::Forbidden),
        (dan, ann, RoomRefusal::Forbidden),
        (ben, cleo, RoomRefusal::Forbidden),
        (ben, ann, RoomRefusal::Forbidden),
        (ann, eve, RoomRefusal::NotMember(eve.id)),
        (eve, eve, RoomRefusal::NoRoom),
    ] {
        assert_eq!(
            remove(f, room, actor, user).await?,
            Err(why),
            "{actor:?} {user:?}"
        );
    }
    remove(f, room, ben, dan)
        .await?
        .expect("an admin puts out a member");
    remove(f, room, ann, ben)
        .await?
        .expect("the owner puts out an admin");
    assert_eq!(
        remove(f, room, ann, ben).await?,
        Err(RoomRefusal::NotMember(ben.id))
    );
    Ok(())
}

/// An owner who leaves is followed by the admin who is longest in the room.
pub async fn an_owner_is_followed_by_the_oldest_admin(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let room = f.group(ann, &[]).await?;
    for person in [dan, cleo, ben] {
        f.join(room, person).await?;
    }
    f.promote(room, ann, ben).await?;
    f.promote(room, ann, cleo).await?;
    remove(f, room, ann, ann).await?.expect("anybody may leave");
    let view = f.view(room, cleo).await?;
    assert_eq!((view.role, view.room.owner), (Role::Owner, Some(cleo.id)));
    assert_eq!(
        (f.view(room, ben).await?.role, f.view(room, dan).await?.role),
        (Role::Admin, Role::Member)
    );
    let happened = f.happened(room).await?;
    let changed = What::OwnerChanged {
        owner: cleo,
        former: Some(ann),
    };
    assert!(happened[happened.len() - 2..].contains(&changed), "{happened:?}");
    Ok(())
}

/// Where there is no admin, the member who is longest in the room follows; time in an earlier membership is over.
pub async fn an_owner_is_followed_by_the_oldest_member(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[]).await?;
    f.join(room, ben).await?;
    f.join(room, cleo).await?;
    f.leave(room, ben).await?;
    f.join(room, ben).await?;
    f.leave(room, ann).await?;
    assert_eq!(f.view(room, cleo).await?.role, Role::Owner);
    assert_eq!(f.view(room, ben).await?.role, Role::Member);
    f.join(room, ann).await?;
    assert_eq!(f.view(room, ann).await?.role, Role::Member);
    Ok(())
}

/// A program follows an owner only where there is nobody else.
pub async fn a_bot_is_the_last_to_follow_an_owner(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let bot = f.bot("news-bot").await?;
    let room = f.group(ann, &[]).await?;
    for member in [bot, ben] {
        f.join(room, member).await?;
    }
    f.promote(room, ann, bot).await?;
    f.leave(room, ann).await?;
    assert_eq!(f.view(room, ben).await?.role, Role::Owner);
    f.leave(room, ben).await?;
    assert_eq!(f.view(room, bot).await?.role, Role::Owner);
    Ok(())
}

/// Two people who are in some room together share a room, and no longer when one of them goes.
pub async fn people_share_a_room_while_both_are_in_it(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let room = f.group(ann, &[ben]).await?;
    f.group(dan, &[]).await?;
    f.direct(ann, cleo).await?;
    let share = async |one: UserRef, other: UserRef| f.rooms.share_a_room(one.id, other.id).await;
    for (one, other, expected) in [
        (ann, ben, true),
        (ann, cleo, true),
        (ben, cleo, false),
        (ann, dan, false),
    ] {
        assert_eq!(
            (share(one, other).await?, share(other, one).await?),
            (expected, expected)
        );
    }
    f.leave(room, ben).await?;
    assert!(!share(ann, ben).await?);
    Ok(())
}
