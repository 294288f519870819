//! Rooms and members.

use parlor_domain::{
    History, JoinPolicy, MediaId, Member, Notify, NotifyLevel, Position, Role, RoomKind, Rules, Seq, Who,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::names::names;
use crate::{EventView, PersonRef, Time};

names!(
    /// What sort of conversation a room is.
    RoomKindName = RoomKind {
        /// Two people.
        Direct,
        /// A group.
        Group,
        /// Many readers who do not see each other, and few writers.
        Channel
    }
);
names!(
    /// What a member may see of the time before he joined.
    HistoryPolicy = History {
        /// Everything.
        All,
        /// Nothing.
        FromJoin
    }
);
names!(
    /// Who may enter a room by himself.
    JoinRule = JoinPolicy {
        /// Nobody: only whom somebody brings in, and who has a link.
        Closed,
        /// Whoever asks and is let in by an admin.
        Approval,
        /// Anybody.
        Open
    }
);
names!(
    /// Which members may do something.
    WhoName = Who {
        /// All of them.
        Everyone,
        /// Admins and the owner.
        Admins
    }
);
names!(
    /// Of which messages of a room one wants to be notified.
    NotifyLevelName = NotifyLevel {
        /// Of all.
        All,
        /// Of those that name one, or all members.
        Mentions,
        /// Of none.
        Nothing
    }
);
names!(
    /// What a member may do.
    RoleName = Role {
        /// Reads and writes.
        Member,
        /// Also looks after members and settings.
        Admin,
        /// Also decides about admins and the room itself.
        Owner
    }
);

/// A group or a channel to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRoom {
    /// `group` or `channel`; a group if nothing is said.
    #[serde(default)]
    pub kind: Option<RoomKindName>,
    /// What it is called: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, example = "Lunch")]
    pub name: String,
    /// What it is about: up to 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub topic: Option<String>,
    /// What new members may see; `all` if nothing is said.
    #[serde(default)]
    pub history: Option<HistoryPolicy>,
    /// Who may enter; `closed` if nothing is said.
    #[serde(default)]
    pub join: Option<JoinRule>,
    /// Who may write; `everyone` in a group and `admins` in a channel if nothing is said.
    #[serde(default)]
    pub posting: Option<WhoName>,
    /// Who may bring people in; `admins` if nothing is said.
    #[serde(default)]
    pub adding: Option<WhoName>,
    /// The least time between two messages of a member who is no admin, in seconds; 0 if nothing is said.
    #[serde(default)]
    #[schema(maximum = 21_600)]
    pub slow_mode: Option<u32>,
    /// Whether anybody can find it: only for channels with `join: open`, of which any other `join` takes it away.
    #[serde(default)]
    pub listed: Option<bool>,
    /// How many members it may have; the server's limit if nothing is said.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub capacity: Option<u32>,
    /// Who is in it from the start, besides oneself: up to 100 user ids.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub members: Vec<Uuid>,
    /// A name for this request, so that a repeated one makes one room: at most 36 visible ASCII characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 36, pattern = "^[!-~]*$")]
    pub client_id: Option<String>,
}

/// New values for a group; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRoom {
    /// What it is called.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// What it is about.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub topic: Option<String>,
    /// What new members may see.
    #[serde(default)]
    pub history: Option<HistoryPolicy>,
    /// Who may enter.
    #[serde(default)]
    pub join: Option<JoinRule>,
    /// Who may write.
    #[serde(default)]
    pub posting: Option<WhoName>,
    /// Who may bring people in, by adding them or by a link.
    #[serde(default)]
    pub adding: Option<WhoName>,
    /// The least time between two messages of a member who is no admin, in seconds.
    #[serde(default)]
    #[schema(maximum = 21_600)]
    pub slow_mode: Option<u32>,
    /// Whether anybody can find it: only for channels with `join: open`, of which any other `join` takes it away.
    #[serde(default)]
    pub listed: Option<bool>,
    /// How many members it may have. Those who are in it stay.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub capacity: Option<u32>,
}

/// People to be brought into a group, all or none.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMembers {
    /// Their ids: 1 to 100.
    #[schema(min_items = 1, max_items = 100)]
    pub users: Vec<Uuid>,
}

/// Who was brought into a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MembersAdded {
    /// Those who were not in it before.
    pub added: Vec<PersonRef>,
}

/// A role to be given.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    /// `member` or `admin`; the owner changes by handing over.
    pub role: RoleName,
}

/// Who shall own a group.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// A member.
    pub owner: Uuid,
}

/// Where a stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct PositionView {
    /// The newest event.
    pub seq: u64,
    /// Its tag.
    pub tag: u32,
    /// The newest change of marks.
    pub rev: u64,
}

impl From<Position> for PositionView {
    fn from(position: Position) -> Self {
        Self {
            seq: position.seq.0,
            tag: position.tag.0,
            rev: position.rev.0,
        }
    }
}

impl From<PositionView> for Position {
    fn from(view: PositionView) -> Self {
        Self {
            seq: parlor_domain::Seq(view.seq),
            tag: parlor_domain::Tag(view.tag),
            rev: parlor_domain::Rev(view.rev),
        }
    }
}

/// Who may do what in a room, besides what roles decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RulesView {
    /// What new members may see.
    pub history: HistoryPolicy,
    /// Who may enter.
    pub join: JoinRule,
    /// Who may write.
    pub posting: WhoName,
    /// Who may bring people in.
    pub adding: WhoName,
    /// The least time between two messages of a member who is no admin, in seconds.
    pub slow_mode: u32,
    /// Whether anybody can find it; left out if not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
}

impl From<Rules> for RulesView {
    fn from(rules: Rules) -> Self {
        Self {
            history: rules.history.into(),
            join: rules.join.into(),
            posting: rules.posting.into(),
            adding: rules.adding.into(),
            slow_mode: rules.slow_mode.seconds(),
            listed: rules.listed,
        }
    }
}

/// How one wants to be notified of what is said in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotifyView {
    /// Of what.
    pub level: NotifyLevelName,
    /// Until when of nothing at all.
    pub muted_until: Option<Time>,
    /// The event of one's own stream that last changed this, or `muted_until` of a channel. Of two versions the one with the greater `rev` is newer.
    pub rev: u64,
}

impl NotifyView {
    /// As of this event of one's own stream.
    pub fn new(notify: Notify, rev: Seq) -> Self {
        Self {
            level: notify.level.into(),
            muted_until: notify.muted_until.map(Time),
            rev: rev.0,
        }
    }
}

/// How one wants to be notified from now on of what is said in a room.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeNotify {
    /// Of what.
    pub level: NotifyLevelName,
    /// For so many seconds of nothing at all, up to a year.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 31_536_000)]
    pub muted_seconds: Option<u32>,
}

/// A room as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomView {
    /// The room's id, which is also the id of its stream.
    pub id: Uuid,
    /// The room's number, for programs that need an integer.
    pub number: i64,
    /// Direct, group or channel.
    pub kind: RoomKindName,
    /// Whether it is the channel that all accounts are in for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everyones: bool,
    /// What it is called; `null` for direct rooms.
    pub name: Option<String>,
    /// What it is about.
    pub topic: String,
    /// The picture that stands for it, for `/v1/media/{media}`.
    pub avatar: Option<Uuid>,
    /// Whose it is; `null` for direct rooms.
    pub owner: Option<Uuid>,
    /// Who may do what in it.
    #[serde(flatten)]
    pub rules: RulesView,
    /// How many members it may have.
    pub capacity: u32,
    /// How many it has.
    pub members: u32,
    /// Since when.
    pub created_at: Time,
    /// When something last happened in it.
    pub active_at: Time,
    /// One's own role.
    pub role: RoleName,
    /// Until when one may not write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Time>,
    /// How one wants to be notified.
    pub notify: NotifyView,
    /// How far one has read.
    pub read: u64,
    /// How far one has received.
    pub delivered: u64,
    /// Messages not read yet.
    pub unread: u64,
    /// The first event that one may see.
    pub visible_from: u64,
    /// The other one of a direct room; nobody in one's notes to oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<MemberView>,
    /// The newest message that one may see, as an event of type `message`.
    pub last_message: Option<EventView>,
    /// Where the room's stream stands.
    pub as_of: PositionView,
}

/// Some of one's rooms, the one that changed last first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoomsPage {
    /// The rooms.
    pub rooms: Vec<RoomView>,
    /// The `cursor` of the next page; `null` at the end.
    pub next: Option<String>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// A person in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// The account's id.
    pub id: Uuid,
    /// The account's number.
    pub number: i64,
    /// The unique name.
    pub username: String,
    /// What the person is called.
    pub display_name: String,
    /// The picture that stands for the person, for `/v1/media/{media}`.
    pub avatar: Option<Uuid>,
    /// Until when the person may not write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Time>,
    /// Whether it is a program; left out for people.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
    /// What the person may do.
    pub role: RoleName,
    /// How far the person has read.
    pub read: u64,
    /// How far the person's devices have received.
    pub delivered: u64,
    /// Since when.
    pub joined_at: Time,
}

impl From<&Member> for MemberView {
    fn from(member: &Member) -> Self {
        Self {
            id: member.user.id.uuid(),
            number: member.user.number,
            username: member.username.to_string(),
            display_name: member.display_name.to_string(),
            avatar: member.avatar.map(MediaId::uuid),
            muted_until: member.muted_until.map(Time),
            bot: member.bot,
            role: member.role.into(),
            read: member.mark.read.0,
            delivered: member.mark.delivered.0,
            joined_at: member.joined_at.into(),
        }
    }
}

/// Some of a room's members.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MembersPage {
    /// The members, by id.
    pub members: Vec<MemberView>,
    /// The `after` of the next page; `null` at the end.
    pub next: Option<Uuid>,
    /// The position of the room's stream at that moment.
    pub as_of: PositionView,
}

/// A channel that anybody can find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelView {
    /// Its id: `PUT /v1/rooms/{room}/members/me` enters it.
    pub id: Uuid,
    /// What it is called.
    pub name: Option<String>,
    /// What it is about.
    pub topic: String,
    /// The picture that stands for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Uuid>,
    /// How many are in it.
    pub members: u32,
    /// Whether one is in it oneself.
    pub joined: bool,
}

/// Some of the channels that anybody can find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelsPage {
    /// The channels.
    pub channels: Vec<ChannelView>,
    /// What to give as `cursor` for the next page; `null` at the end.
    pub next: Option<String>,
}
