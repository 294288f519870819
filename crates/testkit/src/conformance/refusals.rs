//! Appends that are refused, and change nothing.

use parlor_domain::{Draft, RoomId, Seq, UserRef};
use parlor_ports::AppendRefusal;

use super::Tested;
use crate::{Fixture, delete, edit, message, reply};

/// Refuses this, and checks that nothing changed.
async fn refused(
    f: &Fixture,
    room: RoomId,
    sender: UserRef,
    draft: Draft,
) -> Result<AppendRefusal, parlor_ports::StoreError> {
    let (log, heard) = (f.events(room).await?, f.heard.len());
    let why = f.refusal(f.draft(room, sender, draft)).await?;
    assert_eq!(
        f.events(room).await?,
        log,
        "a refusal takes no seq and changes nothing"
    );
    assert_eq!(f.heard.len(), heard, "a refusal is not published");
    Ok(why)
}

/// A stranger cannot tell a room from none.
pub async fn strangers_find_no_room(f: &Fixture) -> Tested {
    let [ann, eve] = f.people(["ann", "eve"]).await?;
    let room = f.group(ann, &[]).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    for room in [room, f.room_id()] {
        for draft in [message("hi"), reply(seq, "hi"), edit(seq, "hi"), delete(seq)] {
            assert_eq!(refused(f, room, eve, draft).await?, AppendRefusal::NoRoom);
        }
    }
    Ok(())
}

/// The streams of people are no rooms, not even one's own.
pub async fn nobody_writes_into_a_persons_stream(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = RoomId::new(ann.id.uuid());
    assert_eq!(refused(f, room, ann, message("hi")).await?, AppendRefusal::NoRoom);
    Ok(())
}

/// Whoever left is a stranger.
pub async fn whoever_left_finds_no_room(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seq = f.say(room, ben, "hello").await?.seq;
    f.leave(room, ben).await?;
    for draft in [message("hi"), edit(seq, "hi"), delete(seq)] {
        assert_eq!(refused(f, room, ben, draft).await?, AppendRefusal::NoRoom);
    }
    Ok(())
}

/// What is answered, edited or deleted must be a message.
pub async fn a_target_must_be_a_message(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let head = f.say(room, ann, "hello").await?.seq;
    for target in [Seq(0), Seq(1), head.next(), Seq(u64::MAX)] {
        for draft in [reply(target, "hi"), edit(target, "hi"), delete(target)] {
            assert_eq!(
                refused(f, room, ann, draft.clone()).await?,
                AppendRefusal::NoTarget,
                "{draft:?}"
            );
        }
    }
    let edited = f.edit(room, ann, head, "hello all").await?.seq;
    assert_eq!(
        refused(f, room, ann, delete(edited)).await?,
        AppendRefusal::NoTarget
    );
    Ok(())
}

/// What was said before one could see it cannot be answered, nor touched, not even by an admin or by who said it.
pub async fn a_target_must_be_visible(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.discreet_group(ann, &[ben]).await?;
    let (by_ann, by_ben) = (
        f.say(room, ann, "ann's").await?.seq,
        f.say(room, ben, "ben's").await?.seq,
    );
    f.leave(room, ben).await?;
    f.join(room, ben).await?;
    f.promote(room, ann, ben).await?;
    for hidden in [by_ann, by_ben] {
        for draft in [reply(hidden, "hi"), edit(hidden, "hi"), delete(hidden)] {
            assert_eq!(
                refused(f, room, ben, draft.clone()).await?,
                AppendRefusal::NoTarget,
                "{draft:?}"
            );
        }
    }
    Ok(())
}

/// Nobody edits what somebody else said, whatever his role; a member does not delete it either.
pub async fn others_messages_cannot_be_changed(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    f.promote(room, ann, ben).await?;
    let seq = f.say(room, cleo, "hello").await?.seq;
    let by_owner = f.say(room, ann, "welcome").await?.seq;
    assert_eq!(
        refused(f, room, ann, edit(seq, "bye")).await?,
        AppendRefusal::Forbidden
    );
    assert_eq!(
        refused(f, room, ben, edit(seq, "bye")).await?,
        AppendRefusal::Forbidden
    );
    assert_eq!(
        refused(f, room, cleo, edit(by_owner, "bye")).await?,
        AppendRefusal::Forbidden
    );
    assert_eq!(
        refused(f, room, cleo, delete(by_owner)).await?,
        AppendRefusal::Forbidden
    );
    Ok(())
}

/// In a direct room nobody is an admin.
pub async fn in_a_direct_room_each_deletes_only_his_own(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.direct(ann, ben).await?;
    let (by_ann, by_ben) = (
        f.say(room, ann, "hi").await?.seq,
        f.say(room, ben, "hi").await?.seq,
    );
    assert_eq!(
        refused(f, room, ann, delete(by_ben)).await?,
        AppendRefusal::Forbidden
    );
    assert_eq!(
        refused(f, room, ben, delete(by_ann)).await?,
        AppendRefusal::Forbidden
    );
    f.delete(room, ann, by_ann).await?;
    Ok(())
}

/// What was deleted stays so. Rights come first: to others it is forbidden as before.
pub async fn what_was_deleted_cannot_be_changed(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    let seq = f.say(room, ben, "hello").await?.seq;
    f.delete(room, ben, seq).await?;
    assert_eq!(
        refused(f, room, ben, edit(seq, "bye")).await?,
        AppendRefusal::Deleted
    );
    assert_eq!(refused(f, room, ben, delete(seq)).await?, AppendRefusal::Deleted);
    assert_eq!(refused(f, room, ann, delete(seq)).await?, AppendRefusal::Deleted);
    assert_eq!(
        refused(f, room, cleo, delete(seq)).await?,
        AppendRefusal::Forbidden
    );
    f.append(f.draft(room, cleo, reply(seq, "what was it?"))).await?;
    Ok(())
}
