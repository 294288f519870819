//! What a client holds of one room.

use std::collections::BTreeMap;

use parlor_domain::{
    Emoji, Event, Head, Mark, MarksUpdate, Member, MemberMark, Notify, Position, Role, Room, RoomKind, Seq,
    Timestamp, UserId, What,
};
use parlor_ports::{HistoryPage, MembersPage, PinsPage, RoomView};

use super::Gap;
use super::messages::Messages;
use super::roster::Roster;
use super::shown::{Facts, Shown, ShownMember};
use super::toggles::Toggles;

/// What a client holds of one room.
///
/// Pages and events come in any order: a page may be older or newer than the events read. So every single thing held
/// remembers as of which seq it is, and only something newer replaces it.
#[derive(Debug, Clone)]
pub struct RoomReplica {
    me: UserId,
    visible_from: Seq,
    /// How far the stream was read.
    pub position: Position,
    messages: Messages,
    roster: Roster,
    /// Kept for people who went away: a mark may be known before the event that brings its owner in (again).
    marks: BTreeMap<UserId, Mark>,
    /// Who may not write until when.
    muted: BTreeMap<UserId, (Seq, Option<Timestamp>)>,
    /// Until when the user himself may not write, where his own stream tells of it: in a channel.
    own_mute: (Seq, Option<Timestamp>),
    notify: (Seq, Notify),
    kind: Option<RoomKind>,
    facts: Option<(Seq, Facts)>,
    owner: (Seq, Option<UserId>),
    pins: Toggles<Seq>,
    /// The emoji that the user himself has put to messages.
    reacted: Toggles<(Seq, Emoji)>,
}

impl RoomReplica {
    /// Nothing yet of a room whose stream is read up to `position`.
    pub(super) fn new(me: UserId, visible_from: Seq, position: Position) -> Self {
        Self {
            me,
            visible_from,
            position,
            messages: Messages::default(),
            roster: Roster::default(),
            marks: BTreeMap::new(),
            muted: BTreeMap::new(),
            own_mute: (Seq::ZERO, None),
            notify: (Seq::ZERO, Notify::default()),
            kind: None,
            facts: None,
            owner: (Seq::ZERO, None),
            pins: Toggles::default(),
            reacted: Toggles::default(),
        }
    }

    /// Takes an event of the room's stream.
    ///
    /// # Errors
    /// [`Gap`] if it is not the next one; older ones are passed over.
    pub(super) fn event(&mut self, event: &Event) -> Result<(), Gap> {
        if event.seq <= self.position.seq {
            return Ok(());
        }
        if event.seq != self.position.seq.next() {
            return Err(Gap);
        }
        self.position = Position {
            seq: event.seq,
            tag: event.tag,
            ..self.position
        };
        match &event.what {
            What::Message(_) => {
                if let Some(sender) = event.actor {
                    self.merge_mark(sender.id, Mark::read(event.seq));
                }
                self.messages.hold(event);
            }
            What::MessageEdited { target, .. } | What::MessageDeleted { target } => {
                self.messages.change(*target, event)
            }
            What::Reacted {
                target,
                emoji,
                on,
                reactions,
            } => {
                self.messages.react(*target, reactions);
                if event.actor.is_some_and(|actor| actor.id == self.me) {
                    self.set_reacted(event.seq, *target, emoji, *on);
                }
            }
            What::ReactionsCounted { target, reactions } => self.messages.react(*target, reactions),
            What::MessagePinned { target } => self.pins.set(event.seq, *target, true),
            What::MessageUnpinned { target } => self.pins.set(event.seq, *target, false),
            What::RoomUpdated {
                name,
                topic,
                avatar,
                rules,
                capacity,
            } => {
                let (name, topic) = (name.clone(), topic.clone());
                let facts = Facts {
                    name,
                    topic,
                    avatar: *avatar,
                    rules: *rules,
                    capacity: *capacity,
                };
                self.set_facts(event.seq, facts);
            }
            What::MembersJoined { users } => {
                for user in users {
                    self.roster.happened(event.seq, user.id, Some(Role::Member));
                    self.set_muted(event.seq, user.id, None);
                    self.merge_mark(user.id, Mark::read(event.seq));
                }
            }
            What::MemberMuted { user, until } => self.set_muted(event.seq, user.id, *until),
            What::MemberLeft { user, .. } => self.roster.happened(event.seq, user.id, None),
            What::RoleChanged { user, role } => self.roster.happened(event.seq, user.id, Some(*role)),
            What::OwnerChanged { owner, former } => {
                if let Some(former) = former
                    && !self.roster.went_away(former.id)
                {
                    self.roster.happened(event.seq, former.id, Some(Role::Admin));
                }
                self.roster.happened(event.seq, owner.id, Some(Role::Owner));
                self.set_owner(event.seq, Some(owner.id));
            }
            What::RoomDeleted
            | What::RoomJoined { .. }
            | What::RoomLeft { .. }
            | What::VoicePlayed { .. }
            | What::ContactChanged { .. }
            | What::ContactRemoved { .. }
            | What::ContactRequested { .. }
            | What::RequestEnded { .. }
            | What::BlockChanged { .. }
            | What::BanChanged { .. }
            | What::JoinRequested { .. }
            | What::JoinRequestEnded { .. }
            | What::NotifyChanged { .. }
            | What::OwnReaction { .. }
            | What::OwnMute { .. }
            | What::AttendanceChanged { .. }
            | What::Notified(_)
            | What::NotificationsRead { .. }
            | What::PrivacyChanged { .. }
            | What::StatusPosted { .. }
            | What::StatusRemoved { .. }
            | What::StatusViewed { .. }
            | What::BroadcastListChanged { .. }
            | What::BroadcastListDeleted { .. }
            | What::BroadcastMoved { .. }
            | What::SessionsRevoked { .. } => {}
        }
        Ok(())
    }

    /// Takes marks that moved.
    ///
    /// # Errors
    /// [`Gap`] if others between are missing; older ones are passed over.
    pub fn marks(&mut self, update: &MarksUpdate) -> Result<(), Gap> {
        if update.after > self.position.rev {
            return Err(Gap);
        }
        for MemberMark { user, mark } in &update.marks {
            self.merge_mark(*user, *mark);
        }
        self.position.rev = self.position.rev.max(update.rev);
        Ok(())
    }

    /// Takes the list of pins.
    pub fn pins_page(&mut self, page: &PinsPage) {
        let pinned: Vec<Seq> = page.messages.iter().map(|message| message.seq).collect();
        self.pins.list(page.as_of.seq, |_| true, &pinned);
    }

    /// Takes a page of history.
    pub fn history_page(&mut self, page: &HistoryPage) {
        for message in &page.messages {
            self.messages.hold(message);
        }
        let shown = |(seq, _): &(Seq, Emoji)| page.messages.iter().any(|message| message.seq == *seq);
        self.reacted.list(page.as_of.seq, shown, &page.reacted);
    }

    /// Takes what the list of rooms, or the room itself, says of it.
    pub fn view(&mut self, view: &RoomView) {
        let RoomView {
            room,
            head: Head { position, .. },
            ..
        } = view;
        self.kind = Some(room.kind);
        if room.kind == RoomKind::Channel {
            // Only those who look after it see who else is there.
            self.roster.listed(position.seq, self.me, view.role);
            // Who comes in unseen is told of no event of the room whose tag he could know.
            if position.seq == self.position.seq {
                self.position.tag = position.tag;
            }
        }
        let Room {
            name,
            topic,
            avatar,
            rules,
            capacity,
            owner,
            ..
        } = room.clone();
        self.set_facts(
            position.seq,
            Facts {
                name,
                topic,
                avatar,
                rules,
                capacity,
            },
        );
        self.set_owner(position.seq, owner);
        self.set_notify(view.notify_rev, view.notify);
        self.set_own_mute(view.notify_rev, view.muted_until);
        self.merge_mark(self.me, view.mark);
    }

    /// Takes all pages of the room's members.
    pub fn members_pages(&mut self, pages: &[MembersPage]) {
        let Some(oldest) = pages.iter().map(|page| page.as_of.seq).min() else {
            return;
        };
        for page in pages {
            for Member {
                user,
                role,
                mark,
                muted_until,
                ..
            } in &page.members
            {
                self.roster.listed(page.as_of.seq, user.id, *role);
                self.set_muted(page.as_of.seq, user.id, *muted_until);
                self.merge_mark(user.id, *mark);
            }
        }
        self.roster.complete(oldest);
    }

    /// What the user is shown of the room. A channel tells of its readers only who asks: of them only he himself is shown.
    pub fn shown(&self) -> Shown {
        let tells_all = self.kind != Some(RoomKind::Channel);
        let mark = |user: UserId| self.marks.get(&user).copied().unwrap_or_default();
        let member = |(user, role): (UserId, Role)| {
            let muted_until = if tells_all {
                self.muted.get(&user).and_then(|(_, until)| *until)
            } else {
                self.own_mute.1
            };
            (
                user,
                ShownMember {
                    role,
                    mark: mark(user),
                    muted_until,
                },
            )
        };
        let members = self.roster.members();
        let members = members.filter(|(user, _)| tells_all || *user == self.me);
        let messages = self.messages.from(self.visible_from);
        let read = mark(self.me).read;
        let unread = messages
            .iter()
            .filter(|message| message.seq > read && has_body(message))
            .count();
        // What was deleted is neither pinned nor reacted to.
        let said = |seq: Seq| {
            messages
                .iter()
                .any(|message| message.seq == seq && has_body(message))
        };
        let pins = self.pins.on().copied().filter(|seq| said(*seq)).collect();
        let reacted = self.reacted.on().filter(|(seq, _)| said(*seq)).cloned().collect();
        Shown {
            pins,
            reacted,
            position: self.position,
            notify: self.notify.1,
            kind: self.kind,
            facts: self.facts.as_ref().map(|(_, facts)| facts.clone()),
            owner: self.owner.1,
            members: members.map(member).collect(),
            messages,
            unread: u64::try_from(unread).expect("a count fits"),
        }
    }

    fn set_facts(&mut self, as_of: Seq, facts: Facts) {
        if self.facts.as_ref().is_none_or(|(held, _)| *held <= as_of) {
            self.facts = Some((as_of, facts));
        }
    }

    /// Takes that the user came in, by an event of his own stream.
    pub(super) fn come_in(&mut self, as_of: Seq) {
        self.set_notify(as_of, Notify::default());
        self.set_own_mute(as_of, None);
    }

    /// Takes how the user wants to be notified, as of an event of his own stream.
    pub(super) fn set_notify(&mut self, as_of: Seq, notify: Notify) {
        if self.notify.0 <= as_of {
            self.notify = (as_of, notify);
        }
    }

    /// Takes until when the user may not write in a channel, as of an event of his own stream.
    pub(super) fn set_own_mute(&mut self, as_of: Seq, until: Option<Timestamp>) {
        if self.own_mute.0 <= as_of {
            self.own_mute = (as_of, until);
        }
    }

    /// Takes what the user himself has put to a message, as of an event of the room.
    pub(super) fn set_reacted(&mut self, as_of: Seq, target: Seq, emoji: &Emoji, on: bool) {
        self.reacted.set(as_of, (target, emoji.clone()), on);
    }

    fn set_muted(&mut self, as_of: Seq, user: UserId, until: Option<Timestamp>) {
        if self.muted.get(&user).is_none_or(|(held, _)| *held <= as_of) {
            self.muted.insert(user, (as_of, until));
        }
    }

    fn set_owner(&mut self, as_of: Seq, owner: Option<UserId>) {
        if self.owner.0 <= as_of {
            self.owner = (as_of, owner);
        }
    }

    pub(super) fn merge_mark(&mut self, user: UserId, mark: Mark) {
        let held = self.marks.entry(user).or_default();
        *held = held.merge(mark);
    }
}

/// Whether this message still says something.
fn has_body(message: &Event) -> bool {
    matches!(&message.what, What::Message(message) if message.body.is_some())
}
