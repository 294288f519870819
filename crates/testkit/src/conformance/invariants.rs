//! What holds after every test of the suite, whatever it did.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parlor_domain::{Event, MarksUpdate, Media, MsgNo, Rev, Seq, StreamId, UserRef, What};
use parlor_ports::Published;

use super::Tested;
use crate::Fixture;

/// Checks that what was published is what the logs hold, in order and without gaps, and that what they show is there.
pub(super) async fn hold(f: &Fixture) -> Tested {
    let mut events: BTreeMap<StreamId, Vec<Arc<Event>>> = BTreeMap::new();
    let mut marks: BTreeMap<StreamId, Vec<Arc<MarksUpdate>>> = BTreeMap::new();
    for published in f.heard.all() {
        match published {
            Published::Event { event, .. } => events.entry(event.stream).or_default().push(event),
            Published::Marks(update) => marks.entry(update.stream).or_default().push(update),
        }
    }
    let (mut numbers, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for (stream, published) in events {
        let stored = f.events(stream).await?;
        log_is_dense(&stored);
        people_act_as_members(&stored);
        rooms_come_and_go(&stored);
        assert_eq!(
            published.len(),
            stored.len(),
            "each event is published once: {published:#?}"
        );
        shown.extend(stored.iter().flat_map(|event| media(event)).map(|media| media.id));
        for (published, stored) in published.iter().zip(&stored) {
            assert_eq!(
                header(published),
                header(stored),
                "events are published in the order of the log"
            );
            assert!(
                numbers.insert(stored.number),
                "an event's number is its own: {stored:?}"
            );
        }
    }
    for updates in marks.values() {
        marks_are_dense(updates);
    }
    for media in shown {
        let found = f.media.find_any(media).await?;
        assert!(found.is_some(), "what a message shows is there: {media}");
    }
    Ok(())
}

fn media(event: &Event) -> &[Media] {
    match &event.what {
        What::Message(message) => &message.media,
        _ => &[],
    }
}

fn log_is_dense(log: &[Arc<Event>]) {
    let (mut seq, mut messages) = (Seq::ZERO, MsgNo::ZERO);
    for event in log {
        seq = seq.next();
        if matches!(event.what, What::Message(_)) {
            messages = messages.next();
        }
        assert_eq!(event.seq, seq, "seqs are dense: {event:?}");
        assert_eq!(event.msg_no, messages, "messages are counted: {event:?}");
    }
    // What comes from an older server keeps its number, but not who has come into its rooms.
    let messages = log.iter().filter(|event| matches!(event.what, What::Message(_)));
    let numbers: Vec<i64> = messages.map(|event| event.number).collect();
    assert!(
        numbers.is_sorted(),
        "numbers of messages grow along a stream: {numbers:?}"
    );
}

/// Whether somebody has written the event with this seq.
fn wrote(log: &[Arc<Event>], target: Seq, actor: Option<UserRef>) -> bool {
    log.iter()
        .any(|event| event.seq == target && event.actor == actor)
}

/// In a room's log everybody acts between coming and going, and nothing follows the end. Of a channel's readers it tells nothing.
fn people_act_as_members(log: &[Arc<Event>]) {
    let (mut members, mut over) = (BTreeSet::new(), false);
    let seen = matches!(
        log.first().map(|event| &event.what),
        Some(What::MembersJoined { .. })
    );
    for event in log {
        assert!(!over, "nothing follows the end of a room: {event:?}");
        match &event.what {
            // Of somebody whose account is gone: nobody does it. And authors take back what is theirs when they have left, too.
            What::MessageDeleted { target } if event.actor.is_none() || wrote(log, *target, event.actor) => {}
            What::Message(_) | What::MessageEdited { .. } | What::MessageDeleted { .. } => {
                let actor = event.actor.expect("somebody says it");
                assert!(
                    !seen || members.contains(&actor.id),
                    "only members speak: {event:?}"
                );
            }
            What::MembersJoined { users } => {
                assert!(
                    (1..=100).contains(&users.len()),
                    "1 to 100 in one event: {event:?}"
                );
                for user in users {
                    assert!(members.insert(user.id), "nobody comes twice: {event:?}");
                }
            }
            What::MemberLeft { user, .. } => assert!(members.remove(&user.id), "only members go: {event:?}"),
            What::RoleChanged { user, .. } | What::OwnerChanged { owner: user, .. } => {
                assert!(
                    !seen || members.contains(&user.id),
                    "only members have roles: {event:?}"
                );
            }
            What::RoomDeleted => over = true,
            _ => {}
        }
    }
}

/// In a person's log each room is entered before it is left, and not twice.
fn rooms_come_and_go(log: &[Arc<Event>]) {
    let mut rooms = BTreeSet::new();
    for event in log {
        match event.what {
            What::RoomJoined { room, .. } => assert!(rooms.insert(room), "not entered twice: {event:?}"),
            What::RoomLeft { room, .. } => assert!(rooms.remove(&room), "not left twice: {event:?}"),
            _ => {}
        }
    }
}

fn marks_are_dense(updates: &[Arc<MarksUpdate>]) {
    let mut rev = Rev::ZERO;
    for update in updates {
        assert_eq!(
            (update.after, update.rev),
            (rev, rev.next()),
            "revs are dense: {update:?}"
        );
        assert!(
            !update.marks.is_empty() || !update.own.is_empty(),
            "a rev is for marks that moved: {update:?}"
        );
        let users: BTreeSet<_> = update.marks.iter().map(|mark| mark.user).collect();
        assert_eq!(users.len(), update.marks.len(), "a mark per member: {update:?}");
        rev = update.rev;
    }
}

/// What never changes of an event, whatever becomes of its message.
fn header(event: &Event) -> impl PartialEq + std::fmt::Debug {
    let kind = std::mem::discriminant(&event.what);
    (
        event.stream,
        event.seq,
        event.tag,
        event.number,
        event.msg_no,
        event.at,
        event.actor,
        kind,
    )
}
