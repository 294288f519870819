//! Voice messages that are played.

use std::sync::Arc;

use parlor_domain::{Event, PageSize, RoomId, Seq, UserRef, What};
use parlor_ports::{AppendRefusal, HistoryRange, MessageAct, Play, StoreError};

use super::Tested;
use crate::{Fixture, at_once, blob};

const DONE: MessageAct = MessageAct::Done(None);
const NO_VOICE: MessageAct = MessageAct::Refused(AppendRefusal::NoVoice);
const NO_MESSAGE: MessageAct = MessageAct::Refused(AppendRefusal::NoTarget);
const NO_ROOM: MessageAct = MessageAct::Refused(AppendRefusal::NoRoom);

/// Says something in a room.
async fn speak(f: &Fixture, room: RoomId, speaker: UserRef) -> Result<Arc<Event>, StoreError> {
    let voice = f.keep(f.new_voice(speaker, blob("hm")).await?).await?;
    f.show(room, speaker, &[voice]).await
}

async fn play(f: &Fixture, room: RoomId, seq: Seq, by: UserRef) -> Result<MessageAct, StoreError> {
    f.log.mark_played(room, seq, by, f.tick()).await
}

/// What somebody's own stream tells of voice messages: who has played which.
async fn told(f: &Fixture, user: UserRef) -> Result<Vec<(Option<UserRef>, Seq)>, StoreError> {
    let events = f.events(user.id).await?;
    let told = events.iter().filter_map(|event| match event.what {
        What::VoicePlayed { target, .. } => Some((event.actor, target)),
        _ => None,
    });
    Ok(told.collect())
}

/// What a page marks as played.
async fn marked(f: &Fixture, room: RoomId, viewer: UserRef) -> Result<Vec<Seq>, StoreError> {
    Ok(f.history(room, viewer, HistoryRange::Newest, 50).await?.played)
}

/// That a voice message was played is told to its sender and to who has played it, once, and stands in their pages.
pub async fn who_has_played_is_told_once(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.group(ann, &[ben, eve]).await?;
    let first = speak(f, room, ann).await?.seq;
    let second = speak(f, room, ann).await?.seq;
    let bens = speak(f, room, ben).await?.seq;
    for _ in 0..3 {
        assert_eq!(play(f, room, first, ben).await?, DONE);
        assert_eq!(play(f, room, first, ann).await?, DONE, "one's own is not noted");
    }
    assert_eq!(told(f, ann).await?, [(Some(ben), first)]);
    assert_eq!(told(f, ben).await?, [(Some(ben), first)]);
    assert!(told(f, eve).await?.is_empty());
    assert_eq!(marked(f, room, ann).await?, [first]);
    assert_eq!(marked(f, room, ben).await?, [first]);
    assert!(marked(f, room, eve).await?.is_empty());

    for (seq, by) in [(second, eve), (bens, eve), (first, eve)] {
        assert_eq!(play(f, room, seq, by).await?, DONE);
    }
    assert_eq!(marked(f, room, ann).await?, [first, second]);
    assert_eq!(marked(f, room, ben).await?, [first, bens]);
    assert_eq!(marked(f, room, eve).await?, [first, second, bens]);
    Ok(())
}

/// What is no voice message, or not to be seen, is not played.
pub async fn only_voice_messages_are_played(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let words = f.say(room, ann, "words").await?.seq;
    let picture = f.picture(ann).await?;
    let picture = f.show(room, ann, &[picture]).await?.seq;
    let voice = speak(f, room, ann).await?.seq;
    for (seq, by, outcome) in [
        (words, ben, NO_VOICE),
        (picture, ben, NO_VOICE),
        (Seq(1), ben, NO_MESSAGE),
        (Seq(999), ben, NO_MESSAGE),
        (voice, eve, NO_ROOM),
        (voice, ben, DONE),
    ] {
        assert_eq!(play(f, room, seq, by).await?, outcome, "{seq:?}");
    }
    assert_eq!(play(f, f.room_id(), voice, ben).await?, NO_ROOM);
    Ok(())
}

/// With a message goes who has played it, and a sender who has left is told nothing more.
pub async fn plays_go_with_their_message(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ben, &[ann]).await?;
    let (first, second) = (speak(f, room, ann).await?.seq, speak(f, room, ann).await?.seq);
    assert_eq!(play(f, room, first, ben).await?, DONE);
    f.delete(room, ann, first).await?;
    let page = f
        .log
        .plays(room, ann.id, first, None, PageSize::clamped(10))
        .await?;
    assert!(page.plays.is_empty());
    assert!(marked(f, room, ben).await?.is_empty());
    assert_eq!(play(f, room, first, ben).await?, NO_MESSAGE);
    f.leave(room, ann).await?;
    assert_eq!(play(f, room, second, ben).await?, DONE);
    assert_eq!(told(f, ann).await?, [(Some(ben), first)]);
    assert_eq!(told(f, ben).await?, [(Some(ben), first), (Some(ben), second)]);
    Ok(())
}

/// Of many who play at once each is noted once, and listed page by page.
pub async fn many_play_at_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("listener", 20).await?;
    let room = f.group(ann, &crowd).await?;
    let voice = speak(f, room, ann).await?.seq;
    let at = f.tick();
    let plays = at_once((0..60).map(|n| {
        let (log, by) = (f.log.clone(), crowd[n % 20]);
        async move { log.mark_played(room, voice, by, at).await }
    }));
    for played in plays.await {
        assert_eq!(played?, DONE);
    }
    assert_eq!(told(f, ann).await?.len(), 20);
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = f
            .log
            .plays(room, ann.id, voice, after, PageSize::clamped(7))
            .await?;
        assert!(page.plays.len() <= 7);
        listed.extend(page.plays);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut expected: Vec<Play> = crowd.iter().map(|&user| Play { user, at }).collect();
    expected.sort_by_key(|play| play.user.id);
    assert_eq!(listed, expected);
    Ok(())
}
