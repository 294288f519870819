//! The end of groups.

use parlor_domain::{LeaveReason, PageSize, Role, RoomId, Seq, UserRef, What};
use parlor_ports::{AppendRefusal, HistoryRange, Joined, RoomAct, RoomRefusal};

use super::Tested;
use crate::{Fixture, at_once, message};

/// Whether everybody leaves at once or one by one, there is an owner as long as there is a member.
pub async fn a_room_that_everybody_leaves_at_once_ends(f: &Fixture) -> Tested {
    let people = f.crowd("person", 20).await?;
    let room = f.group(people[0], &people[1..]).await?;
    let left = at_once(people[..19].iter().map(|person| {
        let (rooms, at, person) = (f.rooms.clone(), f.tick(), *person);
        async move { rooms.remove(room, person, person.id, LeaveReason::Left, at).await }
    }));
    for act in left.await {
        assert!(matches!(act?, RoomAct::Done(Some(_))));
    }
    let last = f.view(room, people[19]).await?;
    assert_eq!(
        (last.role, last.room.members, last.room.owner),
        (Role::Owner, 1, Some(people[19].id))
    );
    f.leave(room, people[19]).await?;
    room_is_over(f, room, people[19]).await
}

/// A room ends with its last member.
pub async fn a_room_ends_with_its_last_member(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    f.say(room, ann, "secret").await?;
    f.leave(room, ann).await?;
    f.leave(room, ben).await?;
    room_is_over(f, room, ben).await
}

/// A room that is deleted is no more for anybody: no memberships, no content, and no way in.
pub async fn a_deleted_room_is_no_more(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seq = f.say(room, ben, "secret").await?.seq;
    f.edit(room, ben, seq, "still secret").await?;
    let RoomAct::Done(Some(event)) = f.rooms.delete(room, ann, f.tick()).await? else {
        panic!("she may")
    };
    assert_eq!((&event.what, event.actor), (&What::RoomDeleted, Some(ann)));
    assert_eq!(f.events(room).await?.last(), Some(&event));
    assert_eq!(
        f.events(ben.id).await?.len(),
        1,
        "the room's own stream tells of it"
    );
    assert!(!f.rooms.share_a_room(ann.id, ben.id).await?);
    room_is_over(f, room, ann).await?;
    room_is_over(f, room, ben).await
}

/// Only the owner ends a room.
pub async fn only_the_owner_deletes_a_room(f: &Fixture) -> Tested {
    let [ann, ben, cleo, eve] = f.people(["ann", "ben", "cleo", "eve"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    f.promote(room, ann, ben).await?;
    for (actor, why) in [
        (ben, RoomRefusal::Forbidden),
        (cleo, RoomRefusal::Forbidden),
        (eve, RoomRefusal::NoRoom),
    ] {
        let act = f.rooms.delete(room, actor, f.tick()).await?;
        assert!(
            matches!(act, RoomAct::Refused(reason) if reason == why),
            "{act:?}"
        );
    }
    let nothing = f.rooms.delete(f.room_id(), ann, f.tick()).await?;
    assert!(matches!(nothing, RoomAct::Refused(RoomRefusal::NoRoom)));
    assert_eq!(f.view(room, ann).await?.room.members, 3);
    Ok(())
}

/// A room that ended takes no place among a person's rooms.
pub async fn a_room_that_ended_takes_no_place(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    for _ in 0..f.rooms_per_user + 3 {
        let room = f.group(ann, &[]).await?;
        assert!(matches!(
            f.rooms.delete(room, ann, f.tick()).await?,
            RoomAct::Done(Some(_))
        ));
    }
    assert!(
        f.rooms
            .list(ann.id, None, PageSize::default())
            .await?
            .rooms
            .is_empty()
    );
    Ok(())
}

/// Checks that for somebody who was in it there is no such room any more.
async fn room_is_over(f: &Fixture, room: RoomId, user: UserRef) -> Tested {
    assert!(f.rooms.find(room, user.id).await?.is_none());
    assert!(
        f.rooms
            .list(user.id, None, PageSize::default())
            .await?
            .rooms
            .iter()
            .all(|v| v.room.id != room)
    );
    assert!(
        f.rooms
            .members(room, user.id, None, PageSize::default())
            .await?
            .is_err()
    );
    assert!(
        f.log
            .history(room, user.id, HistoryRange::Newest, PageSize::default())
            .await?
            .is_none()
    );
    assert_eq!(
        f.refusal(f.draft(room, user, message("hello?"))).await?,
        AppendRefusal::NoRoom
    );
    assert_eq!(
        f.rooms.join(room, user, None, f.tick()).await?,
        Joined::Refused(RoomRefusal::NoRoom)
    );
    let mut seq = Seq::ZERO;
    for event in f.events(room).await? {
        seq = seq.next();
        assert_eq!(event.seq, seq, "the log keeps its order");
        match &event.what {
            What::Message(message) => assert_eq!(message.body, None, "nothing is left of what was said"),
            What::MessageEdited { body, .. } => assert_eq!(*body, None, "nothing is left of what was said"),
            _ => {}
        }
    }
    Ok(())
}
