//! One room as a client knows it.

use std::collections::BTreeMap;

use parlor_wire::{
    EventBody, EventView, MembersPage, MessagesPage, PersonRef, RoleName, RoomKindName, RoomView, RulesView,
};
use uuid::Uuid;

use super::messages::{Change, Messages};

/// A room. Two are equal if a person would see the same in both.
#[derive(Debug, Clone, Default)]
pub struct RoomState {
    kind: Option<RoomKindName>,
    settings: Known<Option<RoomSettings>>,
    owner: Known<Option<Uuid>>,
    /// Those who left stay in it, so that an older page does not bring them back.
    members: BTreeMap<Uuid, Person>,
    all_members: bool,
    messages: Messages,
    /// What the server counted, carried on with each event.
    counted: Known<u64>,
}

/// What can be changed about a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSettings {
    /// What it is called; `None` for direct rooms.
    pub name: Option<String>,
    /// What it is about.
    pub topic: String,
    /// The picture that stands for it.
    pub avatar: Option<Uuid>,
    /// Who may do what in it.
    pub rules: RulesView,
    /// How many members it may have.
    pub capacity: u32,
}

/// How far somebody has received and read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemberMark {
    /// Read up to here.
    pub read: u64,
    /// Received up to here.
    pub delivered: u64,
}

impl MemberMark {
    fn advance(&mut self, read: u64, delivered: u64) {
        self.read = self.read.max(read);
        self.delivered = self.delivered.max(delivered).max(read);
    }
}

/// What is known of somebody who is, or was, in the room.
#[derive(Debug, Clone, Copy, Default)]
struct Person {
    /// `None` for somebody who left.
    role: Known<Option<RoleName>>,
    /// Only ever grows, also if he leaves and comes back: who joins has read what was before.
    mark: MemberMark,
}

impl Person {
    /// Of somebody whom no page has shown yet this is not known.
    fn is_known_to_have_left(&self) -> bool {
        self.role.value.is_none() && self.role.as_of > 0
    }
}

/// A value and the seq as of which it is known.
#[derive(Debug, Clone, Copy, Default)]
struct Known<T> {
    value: T,
    as_of: u64,
}

impl<T> Known<T> {
    /// Takes a value unless the one that is there is newer, or of the same moment.
    fn update(&mut self, value: T, as_of: u64) {
        if as_of > self.as_of {
            *self = Self { value, as_of };
        }
    }

    /// Takes a value from a page unless the one that is there is newer. Of the same moment the page knows better: that
    /// who came in first owns the room is in no event.
    fn read(&mut self, value: T, as_of: u64) {
        if as_of >= self.as_of {
            *self = Self { value, as_of };
        }
    }
}

impl RoomState {
    /// Direct or group, once that is loaded.
    pub fn kind(&self) -> Option<RoomKindName> {
        self.kind
    }

    /// Name and settings, once they are loaded.
    pub fn settings(&self) -> Option<&RoomSettings> {
        self.settings.value.as_ref()
    }

    /// Whose the room is.
    pub fn owner(&self) -> Option<Uuid> {
        self.owner.value
    }

    /// Members and their roles, by user id.
    pub fn members(&self) -> impl Iterator<Item = (Uuid, RoleName)> {
        self.members
            .iter()
            .filter_map(|(user, person)| Some((*user, person.role.value?)))
    }

    /// How far a member has received and read.
    pub fn mark(&self, user: Uuid) -> MemberMark {
        self.members
            .get(&user)
            .map(|person| person.mark)
            .unwrap_or_default()
    }

    /// The messages that are known.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// Messages that `me` has not read: counted, where all after the mark are loaded, else what the server said.
    pub fn unread(&self, me: Uuid) -> u64 {
        self.messages
            .count_after(self.mark(me).read)
            .unwrap_or(self.counted.value)
    }

    /// Whether the room itself, its members or messages were not loaded yet.
    pub(super) fn is_stale(&self) -> bool {
        self.kind.is_none() || !self.all_members || !self.messages.has_page()
    }

    pub(super) fn view(&mut self, view: &RoomView, me: Uuid) {
        let as_of = view.as_of.seq;
        self.kind = Some(view.kind);
        let settings = RoomSettings {
            name: view.name.clone(),
            topic: view.topic.clone(),
            avatar: view.avatar,
            rules: view.rules,
            capacity: view.capacity,
        };
        self.settings.update(Some(settings), as_of);
        self.owner.update(view.owner, as_of);
        self.counted.update(view.unread, as_of);
        self.person(me).mark.advance(view.read, view.delivered);
    }

    pub(super) fn members_page(&mut self, page: &MembersPage) {
        for member in &page.members {
            let person = self.members.entry(member.id).or_default();
            person.role.read(Some(member.role), page.as_of.seq);
            person.mark.advance(member.read, member.delivered);
        }
        self.all_members |= page.next.is_none();
    }

    pub(super) fn messages_page(&mut self, page: &MessagesPage) {
        self.messages.page(page);
    }

    /// Moves one's own mark. What the server counted is of no more use then, but for what is loaded.
    pub(super) fn marked_by(&mut self, user: Uuid, read: u64, delivered: u64, me: Uuid) {
        let moved = user == me && read > self.mark(me).read;
        self.person(user).mark.advance(read, delivered);
        if moved {
            self.counted.value = self.messages.count_loaded_after(read);
        }
    }

    pub(super) fn event(&mut self, event: &EventView, me: Uuid) {
        let seq = event.seq;
        match &event.body {
            EventBody::Message(message) => {
                self.messages.insert(seq, message);
                if let Some(sender) = message.sender {
                    self.person(sender.id).mark.advance(seq, seq);
                    let unread = if sender.id == me {
                        0
                    } else {
                        self.counted.value + 1
                    };
                    self.counted.update(unread, seq);
                }
            }
            EventBody::MessageEdited {
                target,
                body,
                mentions,
                mentions_all,
                edited_at,
                rev,
                ..
            } => {
                let change = Change {
                    body: body.clone(),
                    mentions: mentions.clone(),
                    mentions_all: *mentions_all,
                    edited_at: *edited_at,
                    rev: *rev,
                };
                self.messages.edit(*target, change);
            }
            EventBody::Reacted {
                target, reactions, ..
            }
            | EventBody::ReactionsCounted {
                target, reactions, ..
            } => self.messages.react(*target, reactions),
            EventBody::MessageDeleted { target, .. } => {
                let was_unread = u64::from(*target > self.mark(me).read);
                self.counted
                    .update(self.counted.value.saturating_sub(was_unread), seq);
                self.messages.delete(*target, seq);
            }
            EventBody::RoomUpdated {
                name,
                topic,
                avatar,
                rules,
                capacity,
                ..
            } => {
                let settings = RoomSettings {
                    name: name.clone(),
                    topic: topic.clone(),
                    avatar: *avatar,
                    rules: *rules,
                    capacity: *capacity,
                };
                self.settings.update(Some(settings), seq);
            }
            EventBody::MembersJoined { users, .. } => {
                for user in users {
                    self.role(user, Some(RoleName::Member), seq);
                    self.person(user.id).mark.advance(seq, seq);
                    if user.id == me {
                        self.counted.update(0, seq);
                    }
                }
            }
            EventBody::MemberLeft { user, .. } => self.role(user, None, seq),
            EventBody::RoleChanged { user, role, .. } => self.role(user, Some(*role), seq),
            EventBody::OwnerChanged { owner, former, .. } => {
                self.owner.update(Some(owner.id), seq);
                self.role(owner, Some(RoleName::Owner), seq);
                if let Some(former) = former
                    && !self.person(former.id).is_known_to_have_left()
                {
                    self.role(former, Some(RoleName::Admin), seq);
                }
            }
            EventBody::RoomDeleted { .. }
            | EventBody::Hidden {}
            | EventBody::RoomJoined { .. }
            | EventBody::RoomLeft { .. }
            | EventBody::VoicePlayed { .. }
            | EventBody::MessagePinned { .. }
            | EventBody::MessageUnpinned { .. }
            | EventBody::ContactChanged { .. }
            | EventBody::ContactRemoved { .. }
            | EventBody::ContactRequested { .. }
            | EventBody::RequestEnded { .. }
            | EventBody::BlockChanged { .. }
            | EventBody::MemberMuted { .. }
            | EventBody::BanChanged { .. }
            | EventBody::JoinRequested { .. }
            | EventBody::JoinRequestEnded { .. }
            | EventBody::NotifyChanged { .. }
            | EventBody::OwnReaction { .. }
            | EventBody::MuteChanged { .. }
            | EventBody::AttendanceChanged { .. }
            | EventBody::Notified { .. }
            | EventBody::NotificationsRead { .. }
            | EventBody::PrivacyChanged { .. }
            | EventBody::StatusPosted { .. }
            | EventBody::StatusRemoved { .. }
            | EventBody::StatusViewed { .. }
            | EventBody::BroadcastListChanged { .. }
            | EventBody::BroadcastListDeleted { .. }
            | EventBody::BroadcastMoved { .. }
            | EventBody::SessionsRevoked { .. } => {}
        }
    }

    fn role(&mut self, user: &PersonRef, role: Option<RoleName>, seq: u64) {
        self.person(user.id).role.update(role, seq);
    }

    fn person(&mut self, user: Uuid) -> &mut Person {
        self.members.entry(user).or_default()
    }
}

impl PartialEq for RoomState {
    fn eq(&self, other: &Self) -> bool {
        let members = || self.members();
        // What is unread follows from marks and messages.
        self.kind == other.kind
            && self.settings() == other.settings()
            && self.owner() == other.owner()
            && members().eq(other.members())
            && members().all(|(user, _)| self.mark(user) == other.mark(user))
            && self.messages == other.messages
    }
}
