//! How many messages are unread, right after whatever changes it.

use parlor_domain::{Mark, PageSize, Seq};

use super::Tested;
use crate::Fixture;

/// What others say is unread until it is read, in the room and in the list.
pub async fn what_others_say_is_unread_until_it_is_read(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    assert_eq!(f.unread(room, ben).await?, 0);
    let seqs = f.say_many(room, ann, 5).await?;
    assert_eq!((f.unread(room, ann).await?, f.unread(room, ben).await?), (0, 5));
    f.read(room, ben, seqs[1]).await?;
    assert_eq!(f.unread(room, ben).await?, 3);
    let list = f.rooms.list(ben.id, None, PageSize::default()).await?;
    assert_eq!(list.rooms[0].unread, 3);
    f.read(room, ben, seqs[4]).await?;
    assert_eq!(f.unread(room, ben).await?, 0);
    Ok(())
}

/// What was merely delivered is still unread.
pub async fn delivery_is_not_reading(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    f.mark(room, ben, Mark::delivered(seq)).await?;
    assert_eq!(f.unread(room, ben).await?, 1);
    Ok(())
}

/// Whoever answers has read what he answers to.
pub async fn nothing_is_unread_after_sending(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    f.say_many(room, ann, 3).await?;
    f.say(room, ben, "hello").await?;
    assert_eq!((f.unread(room, ann).await?, f.unread(room, ben).await?), (1, 0));
    Ok(())
}

/// What was deleted is not unread, read or not.
pub async fn deleted_messages_are_not_unread(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seqs = f.say_many(room, ann, 5).await?;
    f.read(room, ben, seqs[1]).await?;
    f.delete(room, ann, seqs[0]).await?;
    assert_eq!(f.unread(room, ben).await?, 3, "it had been read");
    f.delete(room, ann, seqs[3]).await?;
    assert_eq!(f.unread(room, ben).await?, 2);
    f.read(room, ben, seqs[2]).await?;
    assert_eq!(f.unread(room, ben).await?, 1);
    f.read(room, ben, seqs[3]).await?;
    assert_eq!(
        f.unread(room, ben).await?,
        1,
        "the message that was deleted is none"
    );
    f.delete(room, ann, seqs[4]).await?;
    assert_eq!(f.unread(room, ben).await?, 0);
    Ok(())
}

/// Edits, joins and the like are no messages.
pub async fn only_messages_are_unread(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    f.edit(room, ann, seq, "hello all").await?;
    f.join(room, cleo).await?;
    f.promote(room, ann, cleo).await?;
    f.leave(room, cleo).await?;
    assert_eq!(f.unread(room, ben).await?, 1);
    let head = f.view(room, ben).await?.head.position.seq;
    f.read(room, ben, head).await?;
    f.edit(room, ann, seq, "hello everybody").await?;
    assert_eq!(f.unread(room, ben).await?, 0);
    Ok(())
}

/// A mark between messages counts like one at the message before it.
pub async fn a_mark_may_stand_at_any_event(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let first = f.say(room, ann, "one").await?.seq;
    let edit = f.edit(room, ann, first, "one!").await?.seq;
    f.say(room, ann, "two").await?;
    f.read(room, ben, edit).await?;
    assert_eq!(f.unread(room, ben).await?, 1);
    Ok(())
}

/// What was said before somebody came in is not unread, whether he may see it or not.
pub async fn what_was_before_the_join_is_not_unread(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    for room in [f.group(ann, &[]).await?, f.discreet_group(ann, &[]).await?] {
        let before = f.say_many(room, ann, 3).await?;
        f.join(room, ben).await?;
        f.add(room, ann, cleo).await?;
        for person in [ben, cleo] {
            assert_eq!(f.unread(room, person).await?, 0);
        }
        f.say(room, ann, "welcome").await?;
        f.delete(room, ann, before[0]).await?;
        for person in [ben, cleo] {
            assert_eq!(f.unread(room, person).await?, 1);
        }
    }
    Ok(())
}

/// What was said while somebody was away is not unread when he comes back.
pub async fn what_was_said_without_one_is_not_unread(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    f.say_many(room, ann, 3).await?;
    f.leave(room, ben).await?;
    f.say_many(room, ann, 3).await?;
    f.join(room, ben).await?;
    assert_eq!(f.unread(room, ben).await?, 0);
    f.say(room, ann, "welcome back").await?;
    assert_eq!(f.unread(room, ben).await?, 1);
    f.read(room, ben, Seq(1)).await?;
    assert_eq!(f.unread(room, ben).await?, 1);
    Ok(())
}
