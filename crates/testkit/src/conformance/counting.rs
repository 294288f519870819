//! Reactions in channels, which are counted together.

use parlor_domain::{Emoji, LeaveReason, PageSize, ReactionCount, Reactions, RoomId, Seq, UserRef, What};
use parlor_ports::{
    AppendRefusal, COUNT_PATIENCE, Counted, HistoryPage, HistoryRange, MessageAct, StoreError,
};

use super::Tested;
use crate::{Fixture, ReplicaState, SeededEntropy, at_once};

const THUMB: &str = "\u{1f44d}";
const HEART: &str = "\u{2764}\u{fe0f}";

fn emoji(text: &str) -> Emoji {
    text.parse().expect("an emoji")
}

fn counts(counts: &[(&str, u32)]) -> Box<[ReactionCount]> {
    let count = |(text, count): &(&str, u32)| ReactionCount {
        emoji: emoji(text),
        count: *count,
    };
    counts.iter().map(count).collect()
}

/// Reacts, which is told to nobody else yet.
async fn react(f: &Fixture, (room, seq): (RoomId, Seq), by: UserRef, text: &str, on: bool) -> Tested {
    let act = f.log.react(room, seq, by, (emoji(text), on), f.tick()).await?;
    assert_eq!(act, MessageAct::Done(None));
    Ok(())
}

/// Counts all that waits.
async fn count(f: &Fixture) -> Tested {
    let now = f.clock.advance(COUNT_PATIENCE);
    while f.log.count_reactions(now, 2).await?.messages > 0 {}
    Ok(())
}

/// What the channel was told of reactions.
async fn told(f: &Fixture, room: RoomId) -> Result<Vec<(Seq, Reactions)>, StoreError> {
    let happened = f.happened(room).await?.into_iter();
    let counted = happened.filter_map(|what| match what {
        What::ReactionsCounted { target, reactions } => Some((target, reactions)),
        _ => None,
    });
    Ok(counted.collect())
}

/// How a message was reacted to.
async fn shown(f: &Fixture, (room, seq): (RoomId, Seq), viewer: UserRef) -> Result<Reactions, StoreError> {
    let found = f.log.message(room, viewer.id, seq).await?.expect("it is there");
    match &found.what {
        What::Message(message) => Ok(message.reactions.clone()),
        other => panic!("no message: {other:?}"),
    }
}

/// The emoji that somebody has put to the newest messages.
async fn own(f: &Fixture, room: RoomId, viewer: UserRef) -> Result<Vec<(Seq, Emoji)>, StoreError> {
    let page = f.history(room, viewer, HistoryRange::Newest, 10).await?;
    Ok(page.reacted)
}

/// However many react in a moment, here a thousand, the channel is told once of each message, when it is time; who reacts knows
/// at once.
pub async fn a_storm_of_reactions_is_told_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("reader", 50).await?;
    let room = f.channel(ann, &crowd).await?;
    let [first, second] = [
        f.say(room, ann, "one").await?.seq,
        f.say(room, ann, "two").await?.seq,
    ];
    let before = f.heard.len();
    let at = f.tick();
    let all = at_once((0..1_000_u32).zip(crowd.iter().cycle()).map(|(n, by)| {
        let (log, by) = (f.log.clone(), *by);
        let seq = if n < 500 { first } else { second };
        let kind = char::from_u32(0x1f400 + n / 50 % 10).map(String::from);
        let kind = emoji(&kind.expect("an animal"));
        async move { log.react(room, seq, by, (kind, true), at).await }
    }));
    for reacted in all.await {
        assert_eq!(reacted?, MessageAct::Done(None));
    }
    let mine = own(f, room, crowd[3]).await?;
    assert_eq!(mine.len(), 20, "one's own is seen before it is counted");
    assert_eq!(shown(f, (room, first), ann).await?, Reactions::default());
    let due = at + COUNT_PATIENCE;
    let early = f.log.count_reactions(at, 50).await?;
    assert_eq!((early.messages, early.next), (0, Some(due)));
    assert_eq!(told(f, room).await?, []);

    let counted = f.log.count_reactions(due, 50).await?;
    assert_eq!((counted.messages, counted.next), (2, None));
    let told = told(f, room).await?;
    let targets: Vec<Seq> = told.iter().map(|(target, _)| *target).collect();
    assert_eq!(targets, [first, second]);
    assert_eq!(
        f.heard.len(),
        before + 1_002,
        "of each its own, and two of the channel"
    );
    for (target, reactions) in told {
        assert_eq!(reactions.counts.len(), 10);
        assert!(reactions.counts.iter().all(|count| count.count == 50));
        assert_eq!(shown(f, (room, target), crowd[0]).await?, reactions);
    }
    let last = f.events(room).await?.pop().expect("it is told");
    assert_eq!((last.actor, f.heard.events(room).pop()), (None, Some(last)));
    Ok(())
}

/// What comes after a count is counted with the next; what comes and goes between two is not told.
pub async fn counts_follow_each_other(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.channel(ann, &[ben, cleo]).await?;
    let place = (room, f.say(room, ann, "news").await?.seq);
    react(f, place, ben, THUMB, true).await?;
    react(f, place, ben, THUMB, true).await?;
    count(f).await?;
    react(f, place, cleo, HEART, true).await?;
    react(f, place, cleo, HEART, false).await?;
    count(f).await?;
    assert_eq!(told(f, room).await?.len(), 1);
    react(f, place, cleo, THUMB, true).await?;
    react(f, place, ben, THUMB, false).await?;
    react(f, place, ben, HEART, true).await?;
    count(f).await?;
    react(f, place, cleo, THUMB, false).await?;
    count(f).await?;
    let told = told(f, room).await?;
    let sums: Vec<_> = told.iter().map(|(_, reactions)| reactions.clone()).collect();
    assert_eq!(
        sums[1..],
        [sums[1].clone(), sums[1].clone()],
        "replayed, it is what stands there now"
    );
    assert_eq!(sums[1].counts, counts(&[(HEART, 1)]));
    let live: Vec<_> = f
        .heard
        .events(room)
        .into_iter()
        .filter_map(|event| match &event.what {
            What::ReactionsCounted { reactions, .. } => {
                Some((event.seq == reactions.rev, reactions.counts.clone()))
            }
            _ => None,
        })
        .collect();
    let expected = [
        counts(&[(THUMB, 1)]),
        counts(&[(THUMB, 1), (HEART, 1)]),
        counts(&[(HEART, 1)]),
    ];
    assert_eq!(live, expected.map(|counts| (true, counts)));
    Ok(())
}

/// What waits at a message that is deleted, or in a channel that ends, is told to nobody, and nothing is left of it.
pub async fn what_is_gone_is_not_counted(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (room, ending) = (f.channel(ann, &[ben]).await?, f.channel(ann, &[ben]).await?);
    let place = (room, f.say(room, ann, "news").await?.seq);
    react(f, place, ben, THUMB, true).await?;
    f.delete(room, ann, place.1).await?;
    let other = (ending, f.say(ending, ann, "news").await?.seq);
    react(f, other, ben, THUMB, true).await?;
    f.rooms.delete(ending, ann, f.tick()).await?;
    let heads = [f.events(room).await?.len(), f.events(ending).await?.len()];
    count(f).await?;
    assert_eq!(
        [f.events(room).await?.len(), f.events(ending).await?.len()],
        heads
    );
    for (room, seq) in [place, other] {
        let left = f
            .log
            .reactions(room, seq, emoji(THUMB), None, PageSize::MAX)
            .await?;
        assert_eq!(left.reactions, []);
    }
    assert_eq!(own(f, room, ben).await?, []);
    let late = f
        .log
        .react(room, place.1, ben, (emoji(THUMB), false), f.tick())
        .await?;
    assert_eq!(late, MessageAct::Refused(AppendRefusal::NoTarget));
    Ok(())
}

/// A message of a channel has so many emoji, counted or not; reactions stay when their reader goes, or his account.
pub async fn what_waits_takes_its_place(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("reader", 6).await?;
    let room = f.channel(ann, &crowd).await?;
    let place = (room, f.say(room, ann, "news").await?.seq);
    let kinds: Vec<String> = (0..60_u32)
        .filter_map(|n| char::from_u32(0x1f400 + n).map(String::from))
        .collect();
    for (n, kind) in kinds.iter().take(Reactions::KINDS).enumerate() {
        react(f, place, crowd[n / Reactions::OWN], kind, true).await?;
        if n == 20 {
            count(f).await?;
        }
    }
    let one_more = f
        .log
        .react(room, place.1, ann, (emoji(&kinds[55]), true), f.tick())
        .await?;
    assert_eq!(one_more, MessageAct::Refused(AppendRefusal::TooManyReactions));
    react(f, place, ann, &kinds[45], true).await?;
    f.rooms
        .remove(room, crowd[4], crowd[4].id, LeaveReason::Left, f.tick())
        .await?;
    assert!(f.users.delete(crowd[3].id, false, f.tick()).await?);
    // It is done soon after, and nothing else may be looked at meanwhile.
    f.heard
        .wait(|| {
            let heard = f.heard.events(crowd[3].id);
            let gone = |what: &What| matches!(what, What::RoomLeft { .. });
            heard.iter().any(|event| gone(&event.what)).then_some(())
        })
        .await;
    count(f).await?;
    let sum = shown(f, place, ann).await?;
    assert_eq!(sum.counts.len(), Reactions::KINDS);
    assert_eq!(sum.counts.iter().map(|count| count.count).sum::<u32>(), 51);
    Ok(())
}

/// Several processes that count at once count everything once.
pub async fn many_count_at_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("reader", 8).await?;
    let rooms = [f.channel(ann, &crowd).await?, f.channel(ann, &crowd).await?];
    let mut places = Vec::new();
    for n in 0..6 {
        places.push((rooms[n % 2], f.say(rooms[n % 2], ann, "news").await?.seq));
    }
    for place in &places {
        for by in &crowd {
            react(f, *place, *by, THUMB, true).await?;
        }
    }
    let now = f.clock.advance(COUNT_PATIENCE);
    let count = |_| {
        let log = f.log.clone();
        async move {
            loop {
                let counted: Result<Counted, StoreError> = log.count_reactions(now, 3).await;
                if counted?.messages == 0 {
                    return Ok::<_, StoreError>(());
                }
            }
        }
    };
    for counted in at_once((0..4).map(count)).await {
        counted?;
    }
    for place in places {
        assert_eq!(shown(f, place, ann).await?.counts, counts(&[(THUMB, 8)]));
    }
    let told = [told(f, rooms[0]).await?.len(), told(f, rooms[1]).await?.len()];
    assert_eq!(told, [3, 3]);
    Ok(())
}

/// A reader's device that reads a channel in pieces, with pages that are old by the time they come, shows the same of reactions
/// as one that reads everything at once, counted or not.
pub async fn reading_a_channel_in_pieces_ends_like_reading_everything(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let readers = f.crowd("reader", 3).await?;
    for seed in 0..20 {
        let chance = SeededEntropy::new(seed);
        let room = f.channel(ann, &readers).await?;
        let me = readers[0];
        let mut state = ReplicaState::new(me);
        let mut underway = Vec::new();
        for _ in 0..60 {
            live(f, room, (ann, &readers), &chance).await?;
            match chance.below(5) {
                0 => read_own(f, me, &mut state, 1 + chance.below(3)).await?,
                1 => read_room(f, &mut state, room, 1 + chance.below(3)).await?,
                2 => underway.extend(page(f, room, me).await?),
                3 if !underway.is_empty() => {
                    let page = underway.swap_remove(chance.below(underway.len()));
                    show(&mut state, room, &page);
                }
                _ => {}
            }
        }
        for page in underway {
            show(&mut state, room, &page);
        }
        while state.own.seq < f.events(me.id).await?.last().expect("he joined").seq {
            read_own(f, me, &mut state, usize::MAX).await?;
        }
        for _ in 0..2 {
            read_room(f, &mut state, room, usize::MAX).await?;
        }
        let mut fresh = ReplicaState::new(me);
        let view = f.view(room, me).await?;
        fresh.open(room, view.visible_from, view.head.position);
        show(&mut fresh, room, &page(f, room, me).await?.expect("he may"));
        let (resumed, fresh) = (state.rooms[&room].shown(), fresh.rooms[&room].shown());
        assert_eq!(resumed.messages, fresh.messages, "seed {seed}");
        assert_eq!(resumed.reacted, fresh.reacted, "seed {seed}");
    }
    Ok(())
}

/// Something happens in a channel.
async fn live(
    f: &Fixture,
    room: RoomId,
    (ann, readers): (UserRef, &[UserRef]),
    chance: &SeededEntropy,
) -> Tested {
    let seq = Seq(u64::try_from(1 + chance.below(12)).expect("a small seq"));
    match chance.below(16) {
        0 | 1 => drop(f.say(room, ann, "news").await?),
        2 => drop(f.log.append(f.draft(room, ann, crate::delete(seq))).await?),
        3 | 4 => count(f).await?,
        _ => {
            let change = (emoji([THUMB, HEART][chance.below(2)]), chance.below(2) == 0);
            let by = readers[chance.below(readers.len())];
            f.log.react(room, seq, by, change, f.tick()).await?;
        }
    }
    Ok(())
}

async fn page(f: &Fixture, room: RoomId, viewer: UserRef) -> Result<Option<HistoryPage>, StoreError> {
    f.log
        .history(room, viewer.id, HistoryRange::Newest, PageSize::MAX)
        .await
}

fn show(state: &mut ReplicaState, room: RoomId, page: &HistoryPage) {
    if let Some(replica) = state.rooms.get_mut(&room) {
        replica.history_page(page);
    }
}

async fn read_own(f: &Fixture, me: UserRef, state: &mut ReplicaState, most: usize) -> Tested {
    for event in f
        .log
        .events_after(me.id.into(), state.own.seq)
        .await?
        .iter()
        .take(most)
    {
        state.own_event(event).expect("the log has no gaps");
    }
    Ok(())
}

async fn read_room(f: &Fixture, state: &mut ReplicaState, room: RoomId, most: usize) -> Tested {
    let Some(replica) = state.rooms.get(&room) else {
        return Ok(());
    };
    let after = replica.position.seq;
    for event in f.log.events_after(room.into(), after).await?.iter().take(most) {
        state.room_event(room, event).expect("the log has no gaps");
    }
    Ok(())
}
