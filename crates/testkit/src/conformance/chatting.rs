//! What is asked of many people and rooms at once, for those who show it together.

use parlor_domain::{Event, Seq, UserId, UserRef, What};
use parlor_ports::StoreError;

use super::Tested;
use crate::Fixture;

fn ids(people: &[UserRef]) -> Vec<UserId> {
    let mut ids: Vec<UserId> = people.iter().map(|user| user.id).collect();
    ids.sort_unstable();
    ids
}

/// Many accounts are found at once, by ids or by numbers, and those that are not there are passed over.
pub async fn many_accounts_are_found_at_once(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let expected = [f.account(ann).await?, f.account(cleo).await?];
    let found = f.users.find_all(vec![cleo.id, f.nobody(), ann.id]).await?;
    assert_eq!(found, expected);
    let wanted = vec![cleo.number, -1, i64::MAX, ann.number, cleo.number];
    assert_eq!(f.users.find_all_by_number(wanted).await?, expected);
    assert!(f.users.find_all(Vec::new()).await?.is_empty());
    assert!(f.users.find_all_by_number(Vec::new()).await?.is_empty());
    assert_eq!(f.users.find_all(vec![ben.id]).await?, [f.account(ben).await?]);
    Ok(())
}

/// Of many people those are told with whom somebody shares a room: not a channel, and no room that one of them has left.
pub async fn many_are_asked_at_once_who_shares_a_room(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan, eve] = f.people(["ann", "ben", "cleo", "dan", "eve"]).await?;
    let room = f.group(ann, &[ben]).await?;
    f.direct(cleo, ann).await?;
    f.channel(ann, &[dan]).await?;
    f.group(eve, &[dan]).await?;
    let all = vec![dan.id, cleo.id, ben.id, eve.id, f.nobody()];
    assert_eq!(f.rooms.sharing(ann.id, all.clone()).await?, ids(&[ben, cleo]));
    f.leave(room, ben).await?;
    assert_eq!(f.rooms.sharing(ann.id, all.clone()).await?, ids(&[cleo]));
    assert_eq!(f.rooms.sharing(dan.id, all).await?, ids(&[dan, eve]));
    assert!(f.rooms.sharing(ann.id, Vec::new()).await?.is_empty());
    assert!(f.rooms.sharing(f.nobody(), vec![ann.id]).await?.is_empty());
    Ok(())
}

/// Of many people those are told between whom and somebody there is a block, whoever of the two has made it.
pub async fn many_are_asked_at_once_who_has_blocked_whom(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    f.block(ann, ben).await?;
    f.block(cleo, ann).await?;
    f.block(cleo, dan).await?;
    let blocked = async |one: UserRef, others: Vec<UserId>| -> Result<Vec<UserId>, StoreError> {
        let mut found = f.contacts.blocked_among(one.id, others).await?;
        found.sort_unstable();
        Ok(found)
    };
    assert_eq!(blocked(ann, ids(&[ben, cleo, dan])).await?, ids(&[ben, cleo]));
    assert_eq!(blocked(ben, ids(&[ann, cleo, dan])).await?, ids(&[ann]));
    assert!(blocked(ann, ids(&[])).await?.is_empty());
    f.unblock(ann, ben).await?;
    assert_eq!(blocked(ann, ids(&[ben, cleo, dan])).await?, ids(&[cleo]));
    Ok(())
}

/// A room is read by the others up to where the last of them has read it: not the viewer himself, nor a bot, and of whom is private up
/// to where he was before.
pub async fn a_room_is_read_up_to_the_last_of_the_others(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let bot = f.bot("robot").await?;
    let room = f.group(ann, &[ben, cleo, bot]).await?;
    let read = async |viewer: UserRef| f.rooms.read_by_others(room, viewer.id).await;
    let seqs = f.say_many(room, ann, 4).await?;
    let joined = read(ann).await?.expect("there are others");
    assert!(joined < seqs[0]);
    f.read(room, ben, seqs[2]).await?;
    assert_eq!(read(ann).await?, Some(joined), "one of them has not");
    f.read(room, cleo, seqs[1]).await?;
    assert_eq!(read(ann).await?, Some(seqs[1]));
    assert_eq!(read(ben).await?, Some(seqs[1]));
    assert_eq!(read(cleo).await?, Some(seqs[2]), "who says something has read it");
    f.be_private(cleo, true).await?;
    f.read(room, cleo, seqs[3]).await?;
    f.read(room, ben, seqs[3]).await?;
    assert_eq!(read(ann).await?, Some(seqs[1]));
    assert_eq!(read(cleo).await?, None, "he learns nothing himself");
    let alone = f.group(ann, &[]).await?;
    assert_eq!(f.rooms.read_by_others(alone, ann.id).await?, None);
    Ok(())
}

/// What is unread in direct rooms comes newest first across them all, without what was deleted, what stands across a block, and what was
/// said in groups.
pub async fn what_is_unread_in_direct_rooms_comes_together(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let with_ben = f.direct(ann, ben).await?;
    let with_cleo = f.direct(cleo, ann).await?;
    let with_dan = f.direct(dan, ann).await?;
    let group = f.group(ben, &[ann]).await?;
    let unread = async |most: usize| -> Result<Vec<String>, StoreError> {
        let found = f.notifications.unread_direct(ann.id, most).await?;
        Ok(found.iter().map(|event| said(event)).collect())
    };
    assert!(unread(10).await?.is_empty());
    f.say(group, ben, "in a group").await?;
    f.say(f.direct(ann, ann).await?, ann, "a note").await?;
    f.say(with_ben, ben, "one").await?;
    f.say(with_cleo, cleo, "two").await?;
    let deleted = f.say(with_ben, ben, "deleted").await?.seq;
    f.say(with_dan, dan, "blocked").await?;
    let three = f.say(with_ben, ben, "three").await?.seq;
    f.delete(with_ben, ben, deleted).await?;
    f.block(ann, dan).await?;
    assert_eq!(unread(10).await?, ["three", "two", "one"]);
    assert_eq!(unread(2).await?, ["three", "two"]);
    assert!(unread(0).await?.is_empty());
    f.say(with_cleo, ann, "an answer").await?;
    f.say(with_cleo, cleo, "four").await?;
    assert_eq!(
        unread(10).await?,
        ["four", "three", "one"],
        "who answers has read"
    );
    f.read(with_ben, ann, Seq(three.0 - 1)).await?;
    assert_eq!(unread(10).await?, ["four", "three"]);
    Ok(())
}

fn said(event: &Event) -> String {
    match &event.what {
        What::Message(message) => message.body.as_ref().expect("it is there").as_str().to_owned(),
        other => panic!("no message: {other:?}"),
    }
}
