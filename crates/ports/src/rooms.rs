//! Rooms and memberships.

use std::sync::Arc;

use async_trait::async_trait;
use parlor_domain::{
    Capacity, ClientId, Event, Head, LeaveReason, Mark, MediaId, Member, MemberMark, Notify, PageSize,
    Position, RequestNote, Role, Room, RoomChange, RoomId, RoomKind, RoomName, Rules, Seq, Timestamp, Topic,
    UserId, UserRef,
};

use crate::StoreError;

/// Rooms, who is in them, and how far they have read. Every method that changes something appends the events that
/// tell of it in the same transaction, and checks the actor's rights inside it.
#[async_trait]
pub trait RoomStore: Send + Sync {
    /// Makes a group or a channel with its creator as owner and first member. A group's stream begins with the
    /// [`What::MembersJoined`] that bring everybody in; a channel's tells nothing of its readers.
    ///
    /// Whoever comes into a room, here and below, may see it from 1 ([`History::All`]) or from the event that brought
    /// him in ([`History::FromJoin`]), and has a mark at that event: what was said before is not unread. His own
    /// stream gets [`What::RoomJoined`]. The mark takes no `rev` and is not published: the event tells of it.
    ///
    /// [`History::All`]: parlor_domain::History::All
    /// [`History::FromJoin`]: parlor_domain::History::FromJoin
    /// [`What::MembersJoined`]: parlor_domain::What::MembersJoined
    /// [`What::RoomJoined`]: parlor_domain::What::RoomJoined
    async fn create(&self, new: NewRoom) -> Result<RoomCreated, StoreError>;

    /// The direct room of two people, or of one for notes, made now (with this id) if it is not there. They are plain
    /// members, for good. One that is there is answered also where a block or [`Reach`] would not let it be made.
    ///
    /// [`Reach`]: parlor_domain::Reach
    async fn open_direct(
        &self,
        actor: UserRef,
        peer: UserId,
        new_id: RoomId,
        at: Timestamp,
    ) -> Result<DirectOpened, StoreError>;

    /// The direct room of two people, if it is there.
    async fn find_direct(&self, one: UserId, other: UserId) -> Result<Option<RoomId>, StoreError>;

    /// A room as one of its members sees it; `None` if the viewer is no member.
    async fn find(&self, room: RoomId, viewer: UserId) -> Result<Option<RoomView>, StoreError>;

    /// The rooms of a user, the one that changed last first. A page ends early after about 256 KiB of last messages. A room in
    /// which something happens between two pages moves to the top: it comes at most once, and every other one exactly once.
    async fn list(
        &self,
        user: UserId,
        after: Option<RoomCursor>,
        size: PageSize,
    ) -> Result<RoomsPage, StoreError>;

    /// Channels that anybody can find, but for those that the viewer is kept out of: the one that was listed last first, or
    /// those of which the name or a word in it begins like this, in the order of what begins so.
    async fn directory(
        &self,
        viewer: UserId,
        beginning: Option<String>,
        after: Option<ChannelCursor>,
        size: PageSize,
    ) -> Result<ChannelsPage, StoreError>;

    /// Members in the order of their user ids; those of a channel for its admins.
    async fn members(
        &self,
        room: RoomId,
        viewer: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Result<MembersPage, RoomRefusal>, StoreError>;

    /// Enters an open room, or asks to be let into one where an admin decides. A direct room of others is no room.
    async fn join(
        &self,
        room: RoomId,
        user: UserRef,
        note: Option<RequestNote>,
        at: Timestamp,
    ) -> Result<Joined, StoreError>;

    /// Brings people in, all or none: 1 to 100, each once. Those who are in already are left out of the event.
    async fn add(
        &self,
        room: RoomId,
        actor: UserRef,
        users: Vec<UserId>,
        at: Timestamp,
    ) -> Result<Added, StoreError>;

    /// Ends a membership, and appends [`What::RoomLeft`] to that person's stream. An owner who leaves is followed by
    /// the admin, else the member, who is longest in the room; the room ends with its last member. The event answered
    /// is [`What::MemberLeft`].
    ///
    /// [`What::RoomLeft`]: parlor_domain::What::RoomLeft
    /// [`What::MemberLeft`]: parlor_domain::What::MemberLeft
    async fn remove(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        reason: LeaveReason,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Gives a member another role.
    async fn change_role(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        role: Role,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Makes another member the owner.
    async fn hand_over(
        &self,
        room: RoomId,
        actor: UserRef,
        to: UserId,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Changes name, topic or settings. A change that changes nothing appends nothing.
    async fn update(
        &self,
        room: RoomId,
        actor: UserRef,
        change: RoomChange,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Gives a room another picture, which must be the actor's, or none.
    async fn set_avatar(
        &self,
        room: RoomId,
        actor: UserRef,
        avatar: Option<MediaId>,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Notes how a member wants to be notified of what is said in a room, and tells his own stream.
    async fn set_notify(
        &self,
        room: RoomId,
        actor: UserRef,
        notify: Notify,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Notes whether a member takes part in a group or a channel where it is shown through the dialect `rooms`, and tells his own
    /// stream by [`What::AttendanceChanged`]. The room's capacity is one more for each who is absent, so that he stays a member
    /// without taking anybody's place, and the room is told what it is now. When he leaves for good, it is one less again.
    ///
    /// [`What::AttendanceChanged`]: parlor_domain::What::AttendanceChanged
    async fn attend(
        &self,
        room: RoomId,
        user: UserRef,
        attending: bool,
        at: Timestamp,
    ) -> Result<Attended, StoreError>;

    /// The rooms in which a user takes part, the one that changed last first (then by number, the greater first): groups, channels
    /// and direct rooms with somebody else. After so many of them, and so many at most.
    async fn attended(&self, user: UserId, skip: u64, most: usize) -> Result<AttendedPage, StoreError>;

    /// The ids and numbers of all rooms of [`RoomStore::attended`], in the order of their ids.
    async fn attended_numbers(&self, user: UserId) -> Result<Vec<(RoomId, i64)>, StoreError>;

    /// The room with this number, whoever asks, and whether this user is a member who takes part in it; `None` if there is none, or it
    /// was deleted.
    async fn attendance(&self, number: i64, user: UserId) -> Result<Option<(RoomId, bool)>, StoreError>;

    /// A room as [`RoomStore::attended`] shows it, whoever asks, without who is in it if it is a channel; `None` if there is none, or
    /// it was deleted.
    async fn attended_room(&self, room: RoomId) -> Result<Option<AttendedRoom>, StoreError>;

    /// Whether a group or a channel has exactly this name.
    async fn is_named(&self, name: &RoomName) -> Result<bool, StoreError>;

    /// Whether somebody owns a group or a channel.
    async fn owns_any(&self, user: UserId) -> Result<bool, StoreError>;

    /// Ends a room for everyone: no memberships, no content. Its log keeps its events without what was said, so that
    /// whoever follows it reaches its end; nothing is written to the streams of its members.
    async fn delete(&self, room: RoomId, actor: UserRef, at: Timestamp) -> Result<RoomAct, StoreError>;

    /// Moves marks forward, all marks of a room under one new `rev`, never back and never beyond the head: a mark
    /// beyond it becomes the head. Marks of people who are not in the room are passed over. What moved is published,
    /// with the whole mark; where nothing moves, there is no new `rev`.
    async fn advance_marks(&self, marks: Vec<(RoomId, Vec<MemberMark>)>) -> Result<(), StoreError>;

    /// The room with this number, whoever asks; `None` if there is none, or it was deleted.
    async fn id_of(&self, number: i64) -> Result<Option<RoomId>, StoreError>;

    /// The numbers of these rooms, in the order of their ids. Unknown rooms are passed over.
    async fn numbers(&self, rooms: Vec<RoomId>) -> Result<Vec<(RoomId, i64)>, StoreError>;

    /// Whether two people are in some room together.
    async fn share_a_room(&self, one: UserId, other: UserId) -> Result<bool, StoreError>;

    /// Those of these people with whom somebody is in some room together, in the order of their ids.
    async fn sharing(&self, one: UserId, others: Vec<UserId>) -> Result<Vec<UserId>, StoreError>;

    /// Up to which event all members of a room but the viewer have read it, as far as they let him know: bots, which read nothing,
    /// count for nothing. `None` if there are no others, or he is in private mode. That he is in the room, and that it is no channel, is
    /// for the caller to check.
    async fn read_by_others(&self, room: RoomId, viewer: UserId) -> Result<Option<Seq>, StoreError>;
}

/// A group or a channel to be made.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// Its id.
    pub id: RoomId,
    /// Which of the two.
    pub kind: RoomKind,
    /// Its owner and first member.
    pub creator: UserRef,
    /// Whether he takes no part in it at first, as by [`RoomStore::attend`]. He counts for the capacity all the same.
    pub creator_absent: bool,
    /// What the creator's client calls it, so that a repeated request makes one room.
    pub client_id: Option<ClientId>,
    /// What it is called.
    pub name: RoomName,
    /// Whether no other group or channel may be called so. Only those who ask for it keep out of each other's way: without it,
    /// rooms are called as people like.
    pub unique_name: bool,
    /// What it is about.
    pub topic: Topic,
    /// Who may do what in it.
    pub rules: Rules,
    /// How many members it may have.
    pub capacity: Capacity,
    /// Who else is in it from the start: at most 100, each once.
    pub members: Vec<UserId>,
    /// When.
    pub at: Timestamp,
}

/// What became of a wish for a group.
#[derive(Debug, Clone)]
pub enum RoomCreated {
    /// Made now.
    New(RoomView),
    /// Made earlier by the same person under the same client id. If the room is gone, or the person is not in it any
    /// more, the answer is [`RoomRefusal::NoRoom`]: it is not made again.
    Known(RoomView),
    /// The client id was used before for a group that was to be another one.
    Conflict,
    /// Not made.
    Refused(RoomRefusal),
}

/// What became of a wish for a direct room.
#[derive(Debug, Clone)]
pub enum DirectOpened {
    /// Made now.
    New(RoomView),
    /// It was there.
    Existing(RoomView),
    /// Not made.
    Refused(RoomRefusal),
}

/// What became of a wish to enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// In now.
    New,
    /// Was in before.
    Already,
    /// Waits for an admin, since now or before.
    Waiting,
    /// Not in.
    Refused(RoomRefusal),
}

/// What became of a wish to bring people in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// These were not in before and are now; possibly none.
    Done(Vec<UserRef>),
    /// Nobody was brought in.
    Refused(RoomRefusal),
}

/// What became of a wish to take part, or no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attended {
    /// Done; this event of the user's own stream tells of it. `None` if it was so already.
    Done(Option<Arc<Event>>),
    /// The room has no place left for him who was absent.
    Full,
    /// No such group or channel, or he is not in it, or everybody is.
    NotMember,
}

/// What became of another act on a room.
#[derive(Debug, Clone)]
pub enum RoomAct {
    /// Done; this event tells of it. `None` if there was nothing to change.
    Done(Option<Arc<Event>>),
    /// Not done.
    Refused(RoomRefusal),
}

/// Why an act on a room was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomRefusal {
    /// No such room, or the actor is not in it: the same to him.
    NoRoom,
    /// The actor's role does not allow it.
    Forbidden,
    /// Direct rooms have no such thing.
    Direct,
    /// All accounts are in the room, and nobody changes it.
    Everyones,
    /// The room is not open.
    Closed,
    /// The actor is kept out of the room.
    Out,
    /// This person is kept out of the room.
    Banned(UserId),
    /// There are as many of these in the room as may be.
    TooMany(RoomThing),
    /// No such link, or it leads nowhere any more.
    NoLink,
    /// There is no such request.
    NoRequest,
    /// No such media of the actor's.
    NoMedia,
    /// The media is no image.
    NoImage,
    /// Only channels that anybody may enter are listed.
    NotListable,
    /// The room has no place left, for anybody or for as many.
    Full,
    /// Another group or channel is called so.
    NameTaken,
    /// This person has as many rooms as one may have.
    TooManyRooms(UserId),
    /// No such account, or it is disabled.
    NoUser(UserId),
    /// The actor has blocked this person.
    Blocked(UserId),
    /// This person has blocked the actor, or is reached by contacts only, of whom the actor is none.
    NotAContact(UserId),
    /// That person is not in the room.
    NotMember(UserId),
}

/// Something of which a room has only so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomThing {
    /// [`Role::ADMINS`]
    Admins,
    /// [`Ban::MOST`](crate::Ban::MOST)
    Bans,
    /// [`RoomLink::MOST`](parlor_domain::RoomLink::MOST)
    Links,
    /// [`JoinRequest::MOST`](parlor_domain::JoinRequest::MOST), of one person or in a room.
    Requests,
}

/// A room as one of its members sees it.
#[derive(Debug, Clone)]
pub struct RoomView {
    /// The room.
    pub room: Room,
    /// How far its stream has grown.
    pub head: Head,
    /// The viewer's role.
    pub role: Role,
    /// The viewer's mark.
    pub mark: Mark,
    /// How the viewer wants to be notified.
    pub notify: Notify,
    /// The event of the viewer's stream that last changed that, or muted him in a channel, or by which he joined.
    pub notify_rev: Seq,
    /// Until when the viewer may not write.
    pub muted_until: Option<Timestamp>,
    /// Whether the viewer takes no part in it where it is shown through the dialect `rooms`.
    pub absent: bool,
    /// The first event that the viewer may see.
    pub visible_from: Seq,
    /// Messages after the viewer's mark that were not deleted.
    pub unread: u64,
    /// The other one of a direct room.
    pub peer: Option<Member>,
    /// The newest message that the viewer may see; without its body if it was deleted.
    pub last_message: Option<Arc<Event>>,
    /// When something was last appended.
    pub active_at: Timestamp,
}

/// Where a list of rooms goes on: after the room that was active then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomCursor {
    /// When the last room of the page before was last active.
    pub active_at: Timestamp,
    /// That room.
    pub room: RoomId,
}

/// Some of a user's rooms as they were at one moment.
#[derive(Debug, Clone)]
pub struct RoomsPage {
    /// The rooms.
    pub rooms: Vec<RoomView>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<RoomCursor>,
    /// The position of the user's own stream at that moment.
    pub as_of: Position,
}

/// Some of the rooms in which a user takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendedPage {
    /// The rooms.
    pub rooms: Vec<AttendedRoom>,
    /// How many there are in all.
    pub count: u64,
}

/// A room as the dialect `rooms` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendedRoom {
    /// The room.
    pub room: Room,
    /// The members who take part, by their numbers. Of a channel at most the viewer, since its readers do not see each other.
    pub attending: Vec<UserRef>,
    /// How many members take no part.
    pub absent: u32,
    /// Whom it belongs to: a direct room to who opened it, or if he is not there any more to the other one.
    pub owner: Option<UserRef>,
}

/// A channel that anybody can find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedChannel {
    /// The channel.
    pub room: Room,
    /// Whether the viewer is in it.
    pub joined: bool,
}

/// Where a list of channels goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelCursor {
    /// After the channel that was listed then.
    Listed(Timestamp, RoomId),
    /// After the channel that was found by this.
    Found(String, RoomId),
}

/// Some of the channels that anybody can find.
#[derive(Debug, Clone)]
pub struct ChannelsPage {
    /// The channels.
    pub channels: Vec<ListedChannel>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<ChannelCursor>,
}

/// Some of a room's members as they were at one moment.
#[derive(Debug, Clone)]
pub struct MembersPage {
    /// The members.
    pub members: Vec<Member>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
    /// The position of the room's stream at that moment.
    pub as_of: Position,
}
