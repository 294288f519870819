//! The messages of a room, as far as they are known.

use std::collections::BTreeMap;

use parlor_wire::{EventBody, MessageView, MessagesPage, PersonRef, ReactionsView, Time};

/// Messages by seq, each in its newest version. Two are equal if they hold the same messages.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    known: BTreeMap<u64, MessageView>,
    /// Changes of messages that are not loaded. A page that was read before the change may still be on its way.
    changes: BTreeMap<u64, Change>,
    /// How messages were reacted to that are not loaded.
    reactions: BTreeMap<u64, ReactionsView>,
    has_page: bool,
    /// Whether nothing is left to be loaded.
    complete: bool,
}

/// What a message says from the event `rev` on.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    pub(super) body: Option<String>,
    pub(super) mentions: Vec<PersonRef>,
    pub(super) mentions_all: bool,
    /// `None` leaves it as it is, as a deletion does.
    pub(super) edited_at: Option<Time>,
    pub(super) rev: u64,
}

impl Change {
    fn apply(&self, message: &mut MessageView) {
        if self.rev > message.rev {
            message.body.clone_from(&self.body);
            message.mentions.clone_from(&self.mentions);
            message.mentions_all = self.mentions_all;
            if self.body.is_none() {
                message.media.clear();
                message.forwarded = false;
                message.reactions = ReactionsView::default();
            }
            message.edited_at = self.edited_at.or(message.edited_at);
            message.rev = self.rev;
        }
    }
}

impl Messages {
    /// The messages in order, deleted ones included.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &MessageView)> {
        self.known.iter().map(|(seq, message)| (*seq, message))
    }

    /// One message.
    pub fn at(&self, seq: u64) -> Option<&MessageView> {
        self.known.get(&seq)
    }

    /// The oldest that is known; pages before it are loaded next.
    pub fn oldest(&self) -> Option<u64> {
        self.known.first_key_value().map(|(seq, _)| *seq)
    }

    /// Whether every message that one may see is here.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn has_page(&self) -> bool {
        self.has_page
    }

    /// Messages after `mark` that were not deleted, if all of them are loaded.
    pub(super) fn count_after(&self, mark: u64) -> Option<u64> {
        let reaches_back = self.oldest().is_some_and(|oldest| oldest <= mark + 1);
        (self.complete || self.has_page && reaches_back).then(|| self.count_loaded_after(mark))
    }

    pub(super) fn count_loaded_after(&self, mark: u64) -> u64 {
        let after = self.known.range(mark + 1..);
        after.filter(|(_, message)| message.body.is_some()).count() as u64
    }

    pub(super) fn page(&mut self, page: &MessagesPage) {
        for event in &page.messages {
            if let EventBody::Message(message) = &event.body {
                self.insert(event.seq, message);
            }
        }
        self.has_page = true;
        self.complete |= !page.more;
    }

    pub(super) fn insert(&mut self, seq: u64, message: &MessageView) {
        let known = self.known.entry(seq).or_insert_with(|| message.clone());
        let before = known.reactions.clone();
        if message.rev > known.rev {
            known.clone_from(message);
        }
        let told = self.reactions.remove(&seq);
        for reactions in [before, message.reactions.clone()].into_iter().chain(told) {
            newer(known, reactions);
        }
        if let Some(change) = self.changes.remove(&seq) {
            change.apply(known);
        }
    }

    pub(super) fn edit(&mut self, target: u64, change: Change) {
        self.change(target, change);
    }

    pub(super) fn delete(&mut self, target: u64, rev: u64) {
        let change = Change {
            rev,
            ..Change::default()
        };
        self.change(target, change);
    }

    pub(super) fn react(&mut self, target: u64, reactions: &ReactionsView) {
        if let Some(message) = self.known.get_mut(&target) {
            return newer(message, reactions.clone());
        }
        let waiting = self.reactions.entry(target).or_default();
        if waiting.rev < reactions.rev {
            waiting.clone_from(reactions);
        }
    }

    fn change(&mut self, target: u64, change: Change) {
        if let Some(message) = self.known.get_mut(&target) {
            change.apply(message);
            return;
        }
        let waiting = self.changes.entry(target).or_insert_with(|| change.clone());
        if change.rev > waiting.rev {
            *waiting = Change {
                edited_at: change.edited_at.or(waiting.edited_at),
                ..change
            };
        }
    }
}

/// Keeps the later of two sums of reactions; a deleted message has none.
fn newer(message: &mut MessageView, reactions: ReactionsView) {
    if message.body.is_some() && message.reactions.rev < reactions.rev {
        message.reactions = reactions;
    }
}

impl PartialEq for Messages {
    fn eq(&self, other: &Self) -> bool {
        self.known == other.known
    }
}
