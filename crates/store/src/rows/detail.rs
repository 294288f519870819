//! What the rarer kinds of event say, as JSON, and the media of messages.

mod media;
mod notice;

use diesel::QueryResult;
use parlor_domain::{
    BroadcastId, BroadcastListId, BroadcastProgress, Capacity, Emoji, LeaveReason, Media, MediaId, Message,
    Notify, Reactions, Role, RoomId, Rules, Seq, SessionId, SlowMode, StatusId, Timestamp, UserId, UserRef,
    What, Who,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::media::Piece;
use self::notice::Noticed;
use crate::code::{Code, Kind};
use crate::error::{corrupt, parse};

/// One shape per kind that has more to say than its columns hold.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Detail {
    RoomUpdated {
        name: Option<String>,
        topic: String,
        #[serde(default)]
        avatar: Option<Uuid>,
        #[serde(flatten)]
        rules: Ruled,
        capacity: u32,
    },
    MembersJoined {
        users: Vec<Person>,
    },
    MemberLeft {
        user: Person,
        reason: Reason,
    },
    MemberMuted {
        user: Person,
        until: Option<i64>,
    },
    BanChanged {
        user: Person,
        banned: bool,
    },
    RoleChanged {
        user: Person,
        role: i16,
    },
    OwnerChanged {
        owner: Person,
        former: Option<Person>,
    },
    RoomJoined {
        room: Uuid,
        joined: u64,
        visible_from: u64,
    },
    RoomLeft {
        room: Uuid,
        #[serde(default)]
        left: Option<u64>,
        reason: Reason,
    },
    JoinRequested {
        room: Uuid,
        user: Person,
        note: Option<String>,
    },
    JoinRequestEnded {
        room: Uuid,
        user: Person,
        admitted: bool,
    },
    NotifyChanged {
        room: Uuid,
        level: i16,
        muted_until: Option<i64>,
    },
    OwnMute {
        room: Uuid,
        until: Option<i64>,
    },
    AttendanceChanged {
        room: Uuid,
        attending: bool,
        since: u64,
        visible_from: u64,
    },
    OwnReaction {
        room: Uuid,
        target: u64,
        emoji: String,
        on: bool,
        rev: u64,
    },
    Reacted {
        emoji: String,
        on: bool,
    },
    VoicePlayed {
        room: Uuid,
        target: u64,
    },
    SessionsRevoked {
        sessions: Vec<Uuid>,
    },
    ContactChanged {
        user: Person,
        name: Option<String>,
    },
    ContactRemoved {
        user: Person,
    },
    ContactRequested {
        from: Person,
        to: Person,
        note: Option<String>,
    },
    RequestEnded {
        from: Person,
        to: Person,
        accepted: bool,
    },
    BlockChanged {
        user: Person,
        blocked: bool,
    },
    Notified {
        notice: Noticed,
    },
    NotificationsRead {
        up_to: u64,
        until: i64,
    },
    PrivacyChanged {
        private: bool,
        presence: i16,
    },
    StatusPosted {
        status: Uuid,
        author: Person,
        expires_at: i64,
    },
    StatusRemoved {
        status: Uuid,
        author: Person,
    },
    StatusViewed {
        status: Uuid,
        author: Person,
    },
    BroadcastListChanged {
        list: Uuid,
        recipients: u32,
    },
    BroadcastListDeleted {
        list: Uuid,
    },
    BroadcastMoved {
        list: Uuid,
        broadcast: Uuid,
        waiting: u32,
        sent: u32,
        skipped: u32,
    },
}

/// What a message has besides its text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Extras {
    /// Most often what it shows.
    Media(Vec<Piece>),
    /// Or more than that.
    More {
        /// Whether it is forwarded. It stands first: see [`FORWARDED`].
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        forwarded: bool,
        /// The status that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        media: Vec<Piece>,
    },
}

/// Whether a message is forwarded, by how its extras begin: a `_` stands for any character, and here for a quote.
pub(super) const FORWARDED: &str = "coalesce(events.detail LIKE '{_forwarded_:true%', FALSE)";

/// A user's id and number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Person(Uuid, i64);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    Left,
    Removed,
    Banned,
}

/// The rules of a room. What older rows do not say was not so then.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Ruled {
    history: i16,
    join: i16,
    #[serde(default = "everyone")]
    posting: i16,
    #[serde(default = "admins")]
    adding: i16,
    #[serde(default)]
    slow_seconds: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    listed: bool,
}

fn everyone() -> i16 {
    Who::Everyone.code()
}

fn admins() -> i16 {
    Who::Admins.code()
}

/// Settings without a word in them: what is left of an update once its room was deleted.
pub(crate) fn blank_settings() -> String {
    Detail::RoomUpdated {
        name: None,
        topic: String::new(),
        avatar: None,
        rules: Rules::default().into(),
        capacity: 0,
    }
    .to_json()
}

/// Nobody in particular, and nothing said to him: what is left in the stream of a person who is gone of whom he called what, of
/// requests, and of what he was notified of.
pub(crate) fn blank_people() -> [(Kind, String); 4] {
    let nobody = Person(Uuid::nil(), 0);
    let contact = Detail::ContactChanged {
        user: nobody,
        name: None,
    };
    let request = Detail::ContactRequested {
        from: nobody,
        to: nobody,
        note: None,
    };
    let join = Detail::JoinRequested {
        room: Uuid::nil(),
        user: nobody,
        note: None,
    };
    [
        (Kind::ContactChanged, contact.to_json()),
        (Kind::ContactRequested, request.to_json()),
        (Kind::JoinRequested, join.to_json()),
        (Kind::Notified, blank_notice()),
    ]
}

/// What is left of a notification that is kept no more.
pub(crate) fn blank_notice() -> String {
    Detail::Notified {
        notice: Noticed::Over,
    }
    .to_json()
}

/// The room that a person came into, if that is what an event of his stream says.
pub(crate) fn joined_room(json: &str) -> QueryResult<Option<RoomId>> {
    Ok(match Detail::from_json(json)? {
        Detail::RoomJoined { room, .. } => Some(RoomId::new(room)),
        _ => None,
    })
}

/// What a message was stored with besides its text.
#[derive(Debug, Default)]
pub(crate) struct Besides {
    pub(crate) media: Box<[Media]>,
    pub(crate) status: Option<StatusId>,
    pub(crate) forwarded: bool,
}

/// What a message has besides its text; `None` if that is nothing.
pub(super) fn extras_to_json(message: &Message) -> Option<String> {
    let media: Vec<Piece> = message.media.iter().map(Piece::from).collect();
    let extras = match (message.forwarded, message.status) {
        (false, None) if media.is_empty() => return None,
        (false, None) => Extras::Media(media),
        (forwarded, status) => Extras::More {
            forwarded,
            status: status.map(StatusId::uuid),
            media,
        },
    };
    Some(serde_json::to_string(&extras).expect("maps with text keys are always JSON"))
}

/// What a message was stored with, given its extras.
pub(crate) fn besides(extras: Option<&str>) -> QueryResult<Besides> {
    let Some(json) = extras else {
        return Ok(Besides::default());
    };
    let extras: Extras = serde_json::from_str(json).map_err(|why| corrupt("event", why))?;
    let (media, status, forwarded) = match extras {
        Extras::Media(media) => (media, None, false),
        Extras::More {
            forwarded,
            status,
            media,
        } => (media, status, forwarded),
    };
    Ok(Besides {
        media: media.into_iter().map(Piece::media).collect::<QueryResult<_>>()?,
        status: status.map(StatusId::new),
        forwarded,
    })
}

impl Detail {
    /// What the event says beyond its columns; `None` if these hold all of it.
    pub(super) fn of(what: &What) -> Option<Self> {
        Some(match what {
            What::Message(_)
            | What::MessageEdited { .. }
            | What::MessageDeleted { .. }
            | What::MessagePinned { .. }
            | What::MessageUnpinned { .. }
            | What::ReactionsCounted { .. }
            | What::RoomDeleted => return None,
            What::RoomUpdated {
                name,
                topic,
                avatar,
                rules,
                capacity,
            } => Self::RoomUpdated {
                name: name.as_ref().map(|name| name.as_str().to_owned()),
                topic: topic.as_str().to_owned(),
                avatar: avatar.map(MediaId::uuid),
                rules: (*rules).into(),
                capacity: capacity.members(),
            },
            What::MembersJoined { users } => Self::MembersJoined {
                users: users.iter().map(|user| Person::from(*user)).collect(),
            },
            What::MemberLeft { user, reason } => Self::MemberLeft {
                user: (*user).into(),
                reason: (*reason).into(),
            },
            What::MemberMuted { user, until } => Self::MemberMuted {
                user: (*user).into(),
                until: until.map(Timestamp::micros),
            },
            What::BanChanged { user, banned } => Self::BanChanged {
                user: (*user).into(),
                banned: *banned,
            },
            What::RoleChanged { user, role } => Self::RoleChanged {
                user: (*user).into(),
                role: role.code(),
            },
            What::OwnerChanged { owner, former } => Self::OwnerChanged {
                owner: (*owner).into(),
                former: former.map(Into::into),
            },
            What::RoomJoined {
                room,
                joined,
                visible_from,
            } => Self::RoomJoined {
                room: room.uuid(),
                joined: joined.0,
                visible_from: visible_from.0,
            },
            What::RoomLeft { room, left, reason } => Self::RoomLeft {
                room: room.uuid(),
                left: left.map(|left| left.0),
                reason: (*reason).into(),
            },
            What::JoinRequested { room, user, note } => Self::JoinRequested {
                room: room.uuid(),
                user: (*user).into(),
                note: note.as_ref().map(ToString::to_string),
            },
            What::JoinRequestEnded { room, user, admitted } => Self::JoinRequestEnded {
                room: room.uuid(),
                user: (*user).into(),
                admitted: *admitted,
            },
            What::NotifyChanged { room, notify } => Self::NotifyChanged {
                room: room.uuid(),
                level: notify.level.code(),
                muted_until: notify.muted_until.map(Timestamp::micros),
            },
            What::OwnMute { room, until } => Self::OwnMute {
                room: room.uuid(),
                until: until.map(Timestamp::micros),
            },
            What::AttendanceChanged {
                room,
                attending,
                since,
                visible_from,
            } => Self::AttendanceChanged {
                room: room.uuid(),
                attending: *attending,
                since: since.0,
                visible_from: visible_from.0,
            },
            What::OwnReaction {
                room,
                target,
                emoji,
                on,
                rev,
            } => Self::OwnReaction {
                room: room.uuid(),
                target: target.0,
                emoji: emoji.as_str().to_owned(),
                on: *on,
                rev: rev.0,
            },
            What::Reacted { emoji, on, .. } => Self::Reacted {
                emoji: emoji.as_str().to_owned(),
                on: *on,
            },
            What::VoicePlayed { room, target } => Self::VoicePlayed {
                room: room.uuid(),
                target: target.0,
            },
            What::SessionsRevoked { sessions } => Self::SessionsRevoked {
                sessions: sessions.iter().map(|session| session.uuid()).collect(),
            },
            What::ContactChanged { user, name } => Self::ContactChanged {
                user: (*user).into(),
                name: name.as_ref().map(ToString::to_string),
            },
            What::ContactRemoved { user } => Self::ContactRemoved { user: (*user).into() },
            What::ContactRequested { from, to, note } => Self::ContactRequested {
                from: (*from).into(),
                to: (*to).into(),
                note: note.as_ref().map(ToString::to_string),
            },
            What::RequestEnded { from, to, accepted } => Self::RequestEnded {
                from: (*from).into(),
                to: (*to).into(),
                accepted: *accepted,
            },
            What::BlockChanged { user, blocked } => Self::BlockChanged {
                user: (*user).into(),
                blocked: *blocked,
            },
            What::Notified(notice) => Self::Notified {
                notice: notice.into(),
            },
            What::NotificationsRead { up_to, until } => Self::NotificationsRead {
                up_to: up_to.0,
                until: until.micros(),
            },
            What::PrivacyChanged { private, presence } => Self::PrivacyChanged {
                private: *private,
                presence: presence.code(),
            },
            What::StatusPosted {
                status,
                author,
                expires_at,
            } => Self::StatusPosted {
                status: status.uuid(),
                author: (*author).into(),
                expires_at: expires_at.micros(),
            },
            What::StatusRemoved { status, author } => Self::StatusRemoved {
                status: status.uuid(),
                author: (*author).into(),
            },
            What::StatusViewed { status, author } => Self::StatusViewed {
                status: status.uuid(),
                author: (*author).into(),
            },
            What::BroadcastListChanged { list, recipients } => Self::BroadcastListChanged {
                list: list.uuid(),
                recipients: *recipients,
            },
            What::BroadcastListDeleted { list } => Self::BroadcastListDeleted { list: list.uuid() },
            What::BroadcastMoved {
                list,
                broadcast,
                progress,
            } => Self::BroadcastMoved {
                list: list.uuid(),
                broadcast: broadcast.uuid(),
                waiting: progress.waiting,
                sent: progress.sent,
                skipped: progress.skipped,
            },
        })
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("maps with text keys are always JSON")
    }

    pub(super) fn from_json(json: &str) -> QueryResult<Self> {
        serde_json::from_str(json).map_err(|why| corrupt("event", why))
    }

    /// What an event about this message says. What the message's reactions are, is not known here.
    pub(super) fn reacted(self, target: Seq) -> QueryResult<What> {
        match self {
            Self::Reacted { emoji, on } => Ok(What::Reacted {
                target,
                emoji: Emoji::stored(emoji),
                on,
                reactions: Reactions::default(),
            }),
            other => Err(corrupt("event", format_args!("{other:?} at a reaction"))),
        }
    }

    pub(super) fn what(self) -> QueryResult<What> {
        Ok(match self {
            Self::Reacted { .. } => return Err(corrupt("event", "a reaction to nothing")),
            Self::RoomUpdated {
                name,
                topic,
                avatar,
                rules,
                capacity,
            } => What::RoomUpdated {
                name: name.map(|text| parse("room name", &text)).transpose()?,
                topic: parse("topic", &topic)?,
                avatar: avatar.map(MediaId::new),
                rules: rules.try_into()?,
                capacity: Capacity::stored(capacity),
            },
            Self::MembersJoined { users } => What::MembersJoined {
                users: users.into_iter().map(Into::into).collect(),
            },
            Self::MemberLeft { user, reason } => What::MemberLeft {
                user: user.into(),
                reason: reason.into(),
            },
            Self::MemberMuted { user, until } => What::MemberMuted {
                user: user.into(),
                until: until.map(Timestamp::from_micros),
            },
            Self::BanChanged { user, banned } => What::BanChanged {
                user: user.into(),
                banned,
            },
            Self::RoleChanged { user, role } => What::RoleChanged {
                user: user.into(),
                role: Role::decode(role)?,
            },
            Self::OwnerChanged { owner, former } => What::OwnerChanged {
                owner: owner.into(),
                former: former.map(Into::into),
            },
            Self::RoomJoined {
                room,
                joined,
                visible_from,
            } => What::RoomJoined {
                room: RoomId::new(room),
                joined: Seq(joined),
                visible_from: Seq(visible_from),
            },
            Self::RoomLeft { room, left, reason } => What::RoomLeft {
                room: RoomId::new(room),
                left: left.map(Seq),
                reason: reason.into(),
            },
            Self::JoinRequested { room, user, note } => What::JoinRequested {
                room: RoomId::new(room),
                user: user.into(),
                note: note.map(|text| parse("note", &text)).transpose()?,
            },
            Self::JoinRequestEnded { room, user, admitted } => What::JoinRequestEnded {
                room: RoomId::new(room),
                user: user.into(),
                admitted,
            },
            Self::NotifyChanged {
                room,
                level,
                muted_until,
            } => What::NotifyChanged {
                room: RoomId::new(room),
                notify: Notify {
                    level: Code::decode(level)?,
                    muted_until: muted_until.map(Timestamp::from_micros),
                },
            },
            Self::OwnMute { room, until } => What::OwnMute {
                room: RoomId::new(room),
                until: until.map(Timestamp::from_micros),
            },
            Self::AttendanceChanged {
                room,
                attending,
                since,
                visible_from,
            } => What::AttendanceChanged {
                room: RoomId::new(room),
                attending,
                since: Seq(since),
                visible_from: Seq(visible_from),
            },
            Self::OwnReaction {
                room,
                target,
                emoji,
                on,
                rev,
            } => What::OwnReaction {
                room: RoomId::new(room),
                target: Seq(target),
                emoji: Emoji::stored(emoji),
                on,
                rev: Seq(rev),
            },
            Self::VoicePlayed { room, target } => What::VoicePlayed {
                room: RoomId::new(room),
                target: Seq(target),
            },
            Self::SessionsRevoked { sessions } => What::SessionsRevoked {
                sessions: sessions.into_iter().map(SessionId::new).collect(),
            },
            Self::ContactChanged { user, name } => What::ContactChanged {
                user: user.into(),
                name: name.map(|text| parse("contact's name", &text)).transpose()?,
            },
            Self::ContactRemoved { user } => What::ContactRemoved { user: user.into() },
            Self::ContactRequested { from, to, note } => What::ContactRequested {
                from: from.into(),
                to: to.into(),
                note: note.map(|text| parse("note", &text)).transpose()?,
            },
            Self::RequestEnded { from, to, accepted } => What::RequestEnded {
                from: from.into(),
                to: to.into(),
                accepted,
            },
            Self::BlockChanged { user, blocked } => What::BlockChanged {
                user: user.into(),
                blocked,
            },
            Self::Notified { notice } => What::Notified(notice.notice()?),
            Self::NotificationsRead { up_to, until } => What::NotificationsRead {
                up_to: Seq(up_to),
                until: Timestamp::from_micros(until),
            },
            Self::PrivacyChanged { private, presence } => What::PrivacyChanged {
                private,
                presence: Code::decode(presence)?,
            },
            Self::StatusPosted {
                status,
                author,
                expires_at,
            } => What::StatusPosted {
                status: StatusId::new(status),
                author: author.into(),
                expires_at: Timestamp::from_micros(expires_at),
            },
            Self::StatusRemoved { status, author } => What::StatusRemoved {
                status: StatusId::new(status),
                author: author.into(),
            },
            Self::StatusViewed { status, author } => What::StatusViewed {
                status: StatusId::new(status),
                author: author.into(),
            },
            Self::BroadcastListChanged { list, recipients } => What::BroadcastListChanged {
                list: BroadcastListId::new(list),
                recipients,
            },
            Self::BroadcastListDeleted { list } => What::BroadcastListDeleted {
                list: BroadcastListId::new(list),
            },
            Self::BroadcastMoved {
                list,
                broadcast,
                waiting,
                sent,
                skipped,
            } => What::BroadcastMoved {
                list: BroadcastListId::new(list),
                broadcast: BroadcastId::new(broadcast),
                progress: BroadcastProgress {
                    waiting,
                    sent,
                    skipped,
                },
            },
        })
    }
}

impl From<UserRef> for Person {
    fn from(user: UserRef) -> Self {
        Self(user.id.uuid(), user.number)
    }
}

impl From<Person> for UserRef {
    fn from(Person(id, number): Person) -> Self {
        Self {
            id: UserId::new(id),
            number,
        }
    }
}

impl From<LeaveReason> for Reason {
    fn from(reason: LeaveReason) -> Self {
        match reason {
            LeaveReason::Left => Self::Left,
            LeaveReason::Removed => Self::Removed,
            LeaveReason::Banned => Self::Banned,
        }
    }
}

impl From<Reason> for LeaveReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Left => Self::Left,
            Reason::Removed => Self::Removed,
            Reason::Banned => Self::Banned,
        }
    }
}

impl From<Rules> for Ruled {
    fn from(rules: Rules) -> Self {
        Self {
            history: rules.history.code(),
            join: rules.join.code(),
            posting: rules.posting.code(),
            adding: rules.adding.code(),
            slow_seconds: rules.slow_mode.seconds(),
            listed: rules.listed,
        }
    }
}

impl TryFrom<Ruled> for Rules {
    type Error = diesel::result::Error;

    fn try_from(ruled: Ruled) -> QueryResult<Self> {
        Ok(Self {
            history: Code::decode(ruled.history)?,
            join: Code::decode(ruled.join)?,
            posting: Code::decode(ruled.posting)?,
            adding: Code::decode(ruled.adding)?,
            slow_mode: SlowMode::stored(ruled.slow_seconds),
            listed: ruled.listed,
        })
    }
}
