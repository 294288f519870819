//! Reactions to messages.

use std::sync::Arc;

use parlor_domain::{Emoji, Event, PageSize, ReactionCount, Reactions, RoomId, Seq, UserRef, What};
use parlor_ports::{AppendRefusal, HistoryRange, MessageAct, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

const THUMB: &str = "\u{1f44d}";
const HEART: &str = "\u{2764}\u{fe0f}";

fn emoji(text: &str) -> Emoji {
    text.parse().expect("an emoji")
}

async fn react(
    f: &Fixture,
    (room, seq): (RoomId, Seq),
    by: UserRef,
    text: &str,
    on: bool,
) -> Result<MessageAct, StoreError> {
    f.log.react(room, seq, by, (emoji(text), on), f.tick()).await
}

/// Reacts, and gives the event that tells of it.
async fn told(
    f: &Fixture,
    place: (RoomId, Seq),
    by: UserRef,
    text: &str,
    on: bool,
) -> Result<Arc<Event>, StoreError> {
    match react(f, place, by, text, on).await? {
        MessageAct::Done(Some(event)) => Ok(event),
        other => panic!("nothing is told: {other:?}"),
    }
}

fn reactions(event: &Event) -> &Reactions {
    match &event.what {
        What::Message(message) => &message.reactions,
        What::Reacted { reactions, .. } => reactions,
        other => panic!("no reactions: {other:?}"),
    }
}

fn counts(counts: &[(&str, u32)]) -> Box<[ReactionCount]> {
    let count = |(text, count): &(&str, u32)| ReactionCount {
        emoji: emoji(text),
        count: *count,
    };
    counts.iter().map(count).collect()
}

/// Reactions are counted, each emoji of a person once, and told with what stands there now, wherever they are read.
pub async fn reactions_are_counted(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let message = f.say(room, ann, "tea?").await?;
    let place = (room, message.seq);
    told(f, place, ann, HEART, true).await?;
    told(f, place, ben, THUMB, true).await?;
    let third = told(f, place, ben, HEART, true).await?;
    let now = Reactions {
        counts: counts(&[(HEART, 2), (THUMB, 1)]),
        rev: third.seq,
    };
    assert_eq!(*reactions(&third), now, "the first one comes first");
    for (by, text, on) in [(ben, HEART, true), (ann, THUMB, false)] {
        let nothing = react(f, place, by, text, on).await?;
        assert_eq!(nothing, MessageAct::Done(None), "it is so already");
    }
    let events = f.events(room).await?;
    assert_eq!(events.last(), Some(&third));
    for event in events
        .iter()
        .filter(|event| matches!(event.what, What::Reacted { .. }))
    {
        assert_eq!(*reactions(event), now, "what is replayed says what is now");
    }
    let found = f
        .log
        .message(room, ben.id, message.seq)
        .await?
        .expect("it is there");
    assert_eq!(*reactions(&found), now);
    for (viewer, own) in [(ann, vec![HEART]), (ben, vec![HEART, THUMB])] {
        let page = f.history(room, viewer, HistoryRange::Newest, 10).await?;
        assert_eq!(*reactions(&page.messages[0]), now);
        let own: Vec<_> = own.into_iter().map(|text| (message.seq, emoji(text))).collect();
        assert_eq!(page.reacted, own);
    }
    told(f, place, ann, HEART, false).await?;
    let last = told(f, place, ben, HEART, false).await?;
    assert_eq!(reactions(&last).counts, counts(&[(THUMB, 1)]));
    Ok(())
}

/// What is not to be seen, or was deleted, is not reacted to, and with a message go its reactions.
pub async fn only_what_is_there_is_reacted_to(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.discreet_group(ann, &[]).await?;
    let early = f.say(room, ann, "early").await?.seq;
    f.add(room, ann, ben).await?;
    let late = f.say(room, ann, "late").await?.seq;
    for (seq, by, refusal) in [
        (late, eve, AppendRefusal::NoRoom),
        (early, ben, AppendRefusal::NoTarget),
        (Seq(1), ben, AppendRefusal::NoTarget),
        (Seq(999), ben, AppendRefusal::NoTarget),
    ] {
        let refused = react(f, (room, seq), by, THUMB, true).await?;
        assert_eq!(refused, MessageAct::Refused(refusal), "{seq:?}");
    }
    told(f, (room, late), ben, THUMB, true).await?;
    f.delete(room, ann, late).await?;
    let refused = react(f, (room, late), ben, THUMB, false).await?;
    assert_eq!(refused, MessageAct::Refused(AppendRefusal::NoTarget));
    let page = f.history(room, ben, HistoryRange::Newest, 10).await?;
    assert_eq!(*reactions(&page.messages[0]), Reactions::default());
    assert!(page.reacted.is_empty());
    let listed = f
        .log
        .reactions(room, late, emoji(THUMB), None, PageSize::MAX)
        .await?;
    assert!(listed.reactions.is_empty());
    Ok(())
}

/// A message has so many emoji, and so many of one person; who has put one there is listed page by page.
pub async fn reactions_have_limits_and_pages(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("friend", 12).await?;
    let room = f.group(ann, &crowd).await?;
    let place = (room, f.say(room, ann, "tea?").await?.seq);
    let kinds: Vec<String> = (0..60_u32)
        .filter_map(|n| char::from_u32(0x1f400 + n).map(String::from))
        .collect();
    for (n, kind) in kinds.iter().take(Reactions::KINDS).enumerate() {
        told(f, place, crowd[n / Reactions::OWN], kind, true).await?;
    }
    let too_many = MessageAct::Refused(AppendRefusal::TooManyReactions);
    assert_eq!(react(f, place, ann, &kinds[55], true).await?, too_many);
    assert_eq!(
        react(f, place, crowd[0], &kinds[20], true).await?,
        too_many,
        "of one person"
    );
    for person in &crowd[1..] {
        react(f, place, *person, &kinds[0], true).await?;
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = f
            .log
            .reactions(room, place.1, emoji(&kinds[0]), after, PageSize::clamped(5))
            .await?;
        assert!(page.reactions.len() <= 5);
        listed.extend(page.reactions.into_iter().map(|reaction| reaction.user.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut expected: Vec<_> = crowd[..1].iter().chain(&crowd[5..]).map(|user| user.id).collect();
    expected.sort_unstable();
    assert_eq!(listed, expected, "the four others have ten already");
    Ok(())
}

/// Of many who react at once each is counted once.
pub async fn many_react_at_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("friend", 10).await?;
    let room = f.group(ann, &crowd).await?;
    let seq = f.say(room, ann, "tea?").await?.seq;
    let at = f.tick();
    let all = at_once((0..60).map(|n| {
        let (log, by) = (f.log.clone(), crowd[n % 10]);
        async move { log.react(room, seq, by, (emoji(THUMB), n < 40), at).await }
    }));
    for reacted in all.await {
        assert!(matches!(reacted?, MessageAct::Done(_)));
    }
    let found = f.log.message(room, ann.id, seq).await?.expect("it is there");
    let listed = f
        .log
        .reactions(room, seq, emoji(THUMB), None, PageSize::MAX)
        .await?;
    let counted = reactions(&found).counts.first().map_or(0, |count| count.count);
    assert_eq!(usize::try_from(counted), Ok(listed.reactions.len()));
    Ok(())
}
