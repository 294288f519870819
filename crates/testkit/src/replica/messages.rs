//! The messages that a client holds of a room.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use parlor_domain::{Event, Message, Reactions, Seq, What};

/// Messages, and the changes of messages that are not held.
#[derive(Debug, Clone, Default)]
pub(super) struct Messages {
    held: BTreeMap<Seq, Event>,
    /// The last change of each message that is not held: a page read before that change may yet bring it.
    changes: BTreeMap<Seq, Event>,
    /// How messages were reacted to that are not held, as far as events told.
    reactions: BTreeMap<Seq, Reactions>,
}

impl Messages {
    /// All that are held from this seq on, ascending.
    pub(super) fn from(&self, seq: Seq) -> Vec<Event> {
        self.held
            .range(seq..)
            .map(|(_, message)| message.clone())
            .collect()
    }

    /// Keeps a message, if nothing newer of it is held.
    pub(super) fn hold(&mut self, message: &Event) {
        let mut message = message.clone();
        if let Some(change) = self.changes.remove(&message.seq)
            && rev(&message) < change_rev(&change)
        {
            message = change.changed(&message).expect("a change changes its target");
        }
        let told = self.reactions.remove(&message.seq);
        let held = self.held.get(&message.seq);
        let known = held.and_then(said).map(|held| held.reactions.clone());
        for reactions in told.into_iter().chain(known) {
            newer(&mut message, reactions);
        }
        match self.held.entry(message.seq) {
            Entry::Vacant(place) => {
                place.insert(message);
            }
            Entry::Occupied(mut held) if rev(held.get()) < rev(&message) => {
                held.insert(message);
            }
            Entry::Occupied(mut held) => {
                if let Some(message) = said(&message) {
                    newer(held.get_mut(), message.reactions.clone());
                }
            }
        }
    }

    /// Takes what an event tells of how a message was reacted to.
    pub(super) fn react(&mut self, target: Seq, reactions: &Reactions) {
        if let Some(held) = self.held.get_mut(&target) {
            newer(held, reactions.clone());
            return;
        }
        let kept = self.reactions.entry(target).or_default();
        if kept.rev < reactions.rev {
            kept.clone_from(reactions);
        }
    }

    /// Takes an edit or a deletion, if it is newer than what is held of its target.
    pub(super) fn change(&mut self, target: Seq, change: &Event) {
        if let Some(held) = self.held.get_mut(&target) {
            if rev(held) < change_rev(change) {
                *held = change.changed(held).expect("a change changes its target");
            }
            return;
        }
        let kept = self.changes.entry(target).or_insert_with(|| change.clone());
        if change_rev(kept) < change_rev(change) {
            *kept = change.clone();
        }
    }
}

/// Keeps the later of two sums of reactions; of a deleted message there are none.
fn newer(message: &mut Event, reactions: Reactions) {
    if let What::Message(message) = &mut message.what
        && message.body.is_some()
        && message.reactions.rev < reactions.rev
    {
        message.reactions = reactions;
    }
}

fn said(event: &Event) -> Option<&Message> {
    match &event.what {
        What::Message(message) => Some(message),
        _ => None,
    }
}

/// The event that last changed this message.
fn rev(message: &Event) -> Seq {
    match &message.what {
        What::Message(message) => message.rev,
        _ => message.seq,
    }
}

/// As of which event an edit or a deletion says what its target is.
fn change_rev(change: &Event) -> Seq {
    match change.what {
        What::MessageEdited { rev, .. } => rev,
        _ => change.seq,
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{ClientId, Mentions, MessageBody, MsgNo, RoomId, Tag, Timestamp};

    use super::*;

    fn event(seq: u64, what: What) -> Event {
        let room: RoomId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let (msg_no, at) = (MsgNo(1), Timestamp::from_micros(0));
        Event {
            stream: room.into(),
            seq: Seq(seq),
            tag: Tag(0),
            number: 1,
            msg_no,
            at,
            actor: None,
            what,
        }
    }

    fn message(body: Option<&str>, rev: u64) -> Event {
        let client_id: ClientId = "1".parse().unwrap();
        let body = body.map(MessageBody::stored);
        event(
            1,
            What::Message(Message {
                client_id,
                body,
                media: Box::default(),
                reply_to: None,
                mentions: Mentions::default(),
                status: None,
                forwarded: false,
                edited_at: None,
                rev: Seq(rev),
                reactions: Reactions::default(),
            }),
        )
    }

    fn edit(body: &str, rev: u64) -> Event {
        let (body, rev) = (Some(MessageBody::stored(body)), Seq(rev));
        event(
            rev.0,
            What::MessageEdited {
                target: Seq(1),
                number: 1,
                at: Timestamp::from_micros(0),
                body,
                media: Box::default(),
                mentions: Mentions::default(),
                edited_at: None,
                rev,
            },
        )
    }

    #[test]
    fn an_old_page_never_hides_a_newer_change() {
        let deletion = event(4, What::MessageDeleted { target: Seq(1) });
        let mut after = Messages::default();
        after.hold(&message(Some("one"), 1));
        let mut before = Messages::default();
        for messages in [&mut before, &mut after] {
            messages.change(Seq(1), &edit("two", 2));
            messages.change(Seq(1), &deletion);
            messages.change(Seq(1), &edit("three", 3));
            messages.hold(&message(Some("two"), 2));
            messages.hold(&message(Some("one"), 1));
            assert_eq!(messages.from(Seq(1)), [message(None, 4)]);
        }
    }

    #[test]
    fn a_newer_page_is_not_hidden_by_older_events() {
        let mut messages = Messages::default();
        messages.hold(&message(Some("three"), 3));
        messages.hold(&message(Some("one"), 1));
        messages.change(Seq(1), &edit("two", 2));
        assert_eq!(messages.from(Seq(1)), [message(Some("three"), 3)]);
    }
}
