//! Channels: many readers who do not see each other.

use std::time::Duration;

use parlor_domain::{LeaveReason, Mark, PageSize, Rev, RoomMark, Seq, What};
use parlor_ports::{COUNT_PATIENCE, HistoryRange, RoomAct, RoomRefusal};

use super::Tested;
use crate::Fixture;

/// A channel's stream tells nothing of its readers; each reader's own does.
pub async fn readers_come_and_go_unseen(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.channel(ann, &[ben]).await?;
    assert_eq!(f.happened(room).await?, []);
    f.say(room, ann, "one").await?;
    f.join(room, cleo).await?;
    let joined = What::RoomJoined {
        room,
        joined: Seq(2),
        visible_from: Seq(1),
    };
    assert_eq!(f.happened(cleo.id).await?, [joined]);
    assert_eq!(f.view(room, cleo).await?.room.members, 3);
    assert_eq!(f.unread(room, cleo).await?, 0, "what was before is not unread");
    f.say(room, ann, "two").await?;
    assert_eq!(f.unread(room, cleo).await?, 1);
    assert_eq!(f.unread(room, ben).await?, 2);
    f.leave(room, cleo).await?;
    let left = What::RoomLeft {
        room,
        left: None,
        reason: LeaveReason::Left,
    };
    assert_eq!(f.happened(cleo.id).await?.pop(), Some(left));
    f.put_out(room, ann, ben).await?;
    assert!(f.rooms.find(room, ben.id).await?.is_none());
    let said = f.happened(room).await?;
    assert!(
        said.iter().all(|what| matches!(what, What::Message(_))),
        "{said:?}"
    );
    Ok(())
}

/// Readers do not see each other, nor become near to each other; admins see them.
pub async fn readers_do_not_see_each_other(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.channel(ann, &[ben, cleo]).await?;
    let members = f.rooms.members(room, ben.id, None, PageSize::default()).await?;
    assert!(matches!(members, Err(RoomRefusal::Forbidden)), "{members:?}");
    let members = f.rooms.members(room, ann.id, None, PageSize::default()).await?;
    assert_eq!(members.expect("she may").members.len(), 3);
    assert!(!f.rooms.share_a_room(ben.id, cleo.id).await?);
    Ok(())
}

/// A channel does not know that somebody may not write there; he himself is told, in the order in which it changes.
pub async fn who_is_muted_in_a_channel_is_told_alone(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.channel(ann, &[ben]).await?;
    let until = Some(f.tick() + Duration::from_hours(1));
    f.moderation.mute(room, ann, ben.id, until, f.tick()).await?;
    let told = f.events(ben.id).await?.pop().expect("he is told");
    assert_eq!(told.what, What::OwnMute { room, until });
    assert_eq!(told.actor, Some(ann));
    let view = f.view(room, ben).await?;
    assert_eq!((view.muted_until, view.notify_rev), (until, told.seq));

    f.leave(room, ben).await?;
    f.join(room, ben).await?;
    let again = f.events(ben.id).await?.pop().expect("he is told");
    assert_eq!((again.what.clone(), again.actor), (told.what.clone(), None));
    assert_eq!(f.view(room, ben).await?.notify_rev, again.seq);
    f.moderation.mute(room, ann, ben.id, None, f.tick()).await?;
    let over = f.happened(ben.id).await?.pop();
    assert_eq!(over, Some(What::OwnMute { room, until: None }));
    assert_eq!(f.happened(room).await?, []);
    Ok(())
}

/// What a reader puts to a message is counted, and not told of him.
pub async fn readers_react_unseen(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.channel(ann, &[ben]).await?;
    let seq = f.say(room, ann, "news").await?.seq;
    let heart: parlor_domain::Emoji = "\u{2764}".parse().expect("an emoji");
    f.log
        .react(room, seq, ben, (heart.clone(), true), f.tick())
        .await?;
    let now = f.clock.advance(COUNT_PATIENCE);
    f.log.count_reactions(now, 10).await?;
    let event = f.events(room).await?.pop().expect("it is counted");
    assert_eq!(event.actor, None);
    let What::ReactionsCounted { reactions, .. } = &event.what else {
        panic!("{event:?}")
    };
    assert_eq!(reactions.counts.len(), 1);
    let own = What::OwnReaction {
        room,
        target: seq,
        emoji: heart.clone(),
        on: true,
        rev: event.seq,
    };
    assert_eq!(f.happened(ben.id).await?.pop(), Some(own), "his devices know");
    let page = f
        .log
        .history(room, ben.id, HistoryRange::Newest, PageSize::default())
        .await?;
    assert_eq!(page.expect("he may").reacted, [(seq, heart)]);
    Ok(())
}

/// How far a reader has come is told to him alone, in his own stream.
pub async fn marks_are_the_readers_own(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.channel(ann, &[ben]).await?;
    let seq = f.say(room, ann, "news").await?.seq;
    for _ in 0..2 {
        f.read(room, ben, seq).await?;
    }
    assert_eq!(f.unread(room, ben).await?, 0);
    assert_eq!(f.heard.marks(room), []);
    let told = f.heard.marks(ben.id);
    let [update] = &told[..] else {
        panic!("told once: {told:?}")
    };
    let own = RoomMark {
        room,
        mark: Mark::read(seq),
    };
    assert_eq!((&update.own[..], &update.marks[..]), (&[own][..], &[][..]));
    let after = f.log.marks_after(ben.id.into(), Rev::ZERO).await?;
    assert_eq!(after, **update);
    let nothing = f.log.marks_after(room.into(), Rev::ZERO).await?;
    assert_eq!((nothing.rev, nothing.marks.len()), (Rev::ZERO, 0));
    Ok(())
}

/// Who leads a channel and leaves it is followed by an admin, else by the one who reads longest; with the last it ends.
pub async fn a_channel_always_has_an_owner(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.channel(ann, &[ben, cleo]).await?;
    f.promote(room, ann, cleo).await?;
    f.leave(room, ann).await?;
    assert_eq!(f.view(room, cleo).await?.room.owner, Some(cleo.id));
    f.leave(room, cleo).await?;
    assert_eq!(f.view(room, ben).await?.room.owner, Some(ben.id));
    let act = f
        .rooms
        .remove(room, ben, ben.id, LeaveReason::Left, f.tick())
        .await?;
    assert!(matches!(act, RoomAct::Done(Some(_))), "{act:?}");
    assert_eq!(f.happened(room).await?.pop(), Some(What::RoomDeleted));
    Ok(())
}
