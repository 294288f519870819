//! Events as clients see them, live and replayed.

use parlor_domain::{Event, LeaveReason as Reason, MediaId, What};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::message::persons;
use crate::{
    AudienceName, MessageView, NoticeView, NotifyView, PersonRef, ProgressView, ReactionsView, RoleName,
    RulesView, Time,
};

/// One event of a stream. After it, the reader's position in the stream is (`seq`, `tag`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    /// The room's id, or one's own user id.
    pub stream: Uuid,
    /// Where in the stream: one more than the event before.
    pub seq: u64,
    /// A random number by which a replaced log is recognised.
    pub tag: u32,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type")]
pub enum EventBody {
    /// Somebody said something. It is also its sender's read mark.
    #[serde(rename = "message")]
    Message(MessageView),
    /// A message says something else now.
    #[serde(rename = "message.edited")]
    MessageEdited {
        /// Who edited it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The message.
        target: u64,
        /// What it says now, at the time of this frame; `null` if it was deleted since.
        body: Option<String>,
        /// Whom it names with `@` now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<PersonRef>,
        /// Whether it mentions everybody in the room; left out if not.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        mentions_all: bool,
        /// When it was last edited.
        edited_at: Option<Time>,
        /// The event that last changed it.
        rev: u64,
    },
    /// A message was deleted for everyone.
    #[serde(rename = "message.deleted")]
    MessageDeleted {
        /// Who deleted it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The message.
        target: u64,
    },
    /// Somebody has put an emoji to a message, or taken it away again.
    #[serde(rename = "message.reacted")]
    Reacted {
        /// Who.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The message.
        target: u64,
        /// Which emoji.
        emoji: String,
        /// Whether it is there now.
        on: bool,
        /// How the message was reacted to, at the time of this frame.
        reactions: ReactionsView,
    },
    /// People have put emoji to a message of a channel, or taken them away: told once in a while, and not of whom.
    #[serde(rename = "reactions.counted")]
    ReactionsCounted {
        /// When.
        at: Time,
        /// The message.
        target: u64,
        /// How the message was reacted to, at the time of this frame.
        reactions: ReactionsView,
    },
    /// A message is pinned from now on.
    #[serde(rename = "message.pinned")]
    MessagePinned {
        /// Who pinned it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The message.
        target: u64,
    },
    /// A message is not pinned any more. One that is deleted is not either, without this.
    #[serde(rename = "message.unpinned")]
    MessageUnpinned {
        /// Who took it down.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The message.
        target: u64,
    },
    /// An event about something from before one joined. Only the position moves.
    #[serde(rename = "hidden")]
    Hidden {},
    /// The room's name, topic, picture or rules are these from now on.
    #[serde(rename = "room.updated")]
    RoomUpdated {
        /// Who changed it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// What it is called.
        name: Option<String>,
        /// What it is about.
        topic: String,
        /// The picture that stands for it.
        avatar: Option<Uuid>,
        /// Who may do what in it.
        #[serde(flatten)]
        rules: RulesView,
        /// How many members it may have.
        capacity: u32,
    },
    /// People came in, by themselves or brought by the actor.
    #[serde(rename = "members.joined")]
    MembersJoined {
        /// Who brought them, or the one who joined.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// Who.
        users: Vec<PersonRef>,
    },
    /// Somebody is no longer in the room.
    #[serde(rename = "member.left")]
    MemberLeft {
        /// Who did it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// Who left.
        user: PersonRef,
        /// Why.
        reason: LeaveReason,
    },
    /// A member may not write for a time, or may write again.
    #[serde(rename = "member.muted")]
    MemberMuted {
        /// Who did it; `null` if it goes on from before he left.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// Who may not write.
        user: PersonRef,
        /// Until when; `null` if he may.
        until: Option<Time>,
    },
    /// Somebody who is no member is kept out from now on, or no more.
    #[serde(rename = "ban.changed")]
    BanChanged {
        /// Who did it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// Who.
        user: PersonRef,
        /// Whether he is kept out.
        banned: bool,
    },
    /// A member has another role.
    #[serde(rename = "role.changed")]
    RoleChanged {
        /// Who changed it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// Whose role.
        user: PersonRef,
        /// The role from now on.
        role: RoleName,
    },
    /// The room belongs to somebody else. The former owner, if still a member, is an admin.
    #[serde(rename = "owner.changed")]
    OwnerChanged {
        /// Who did it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The owner from now on.
        owner: PersonRef,
        /// The owner before.
        former: Option<PersonRef>,
    },
    /// The room is no more.
    #[serde(rename = "room.deleted")]
    RoomDeleted {
        /// Who deleted it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
    },
    /// In one's own stream: one is in a room now, and its events follow.
    #[serde(rename = "room.joined")]
    RoomJoined {
        /// Who did it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The room.
        room: Uuid,
        /// The event of it that tells of one's joining; it follows, and what comes after it.
        joined: u64,
        /// The first event of it that one may see, in pages.
        visible_from: u64,
    },
    /// In one's own stream: one is no longer in a room.
    #[serde(rename = "room.left")]
    RoomLeft {
        /// Who did it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The room.
        room: Uuid,
        /// The event of it that tells of it, up to which its events come; `null` for a channel, of which no more come.
        left: Option<u64>,
        /// Why.
        reason: LeaveReason,
    },
    /// In one's own stream: somebody asks to be let into a room that one looks after, or one asks oneself.
    #[serde(rename = "join.requested")]
    JoinRequested {
        /// When.
        at: Time,
        /// The room.
        room: Uuid,
        /// Who.
        user: PersonRef,
        /// What is said to it.
        note: Option<String>,
    },
    /// In one's own stream: such a request waits no more.
    #[serde(rename = "join.ended")]
    JoinRequestEnded {
        /// Who has ended it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The room.
        room: Uuid,
        /// Who had asked.
        user: PersonRef,
        /// Whether he was let in.
        admitted: bool,
    },
    /// In one's own stream: one wants to be notified like this of what is said in a room.
    #[serde(rename = "notify.changed")]
    NotifyChanged {
        /// When.
        at: Time,
        /// The room.
        room: Uuid,
        /// How.
        notify: NotifyView,
    },
    /// In one's own stream: one may not write in a channel until then, or with `null` may again.
    #[serde(rename = "mute.changed")]
    MuteChanged {
        /// Who did it; `null` if it goes on from before one left.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// The channel.
        room: Uuid,
        /// Until when.
        until: Option<Time>,
        /// Of this and of `notify`, of which pages give the `rev`, the one with the greater `rev` is newer.
        rev: u64,
    },
    /// In one's own stream: one takes part in a room from now on where the dialect `rooms` shows it, or no more; one is a member as
    /// before.
    #[serde(rename = "attendance.changed")]
    AttendanceChanged {
        /// When.
        at: Time,
        /// The room.
        room: Uuid,
        /// Whether one takes part.
        attending: bool,
    },
    /// In one's own stream: one has put an emoji to a message of a channel, or taken it away.
    #[serde(rename = "reaction.changed")]
    OwnReaction {
        /// When.
        at: Time,
        /// The channel.
        room: Uuid,
        /// The message.
        target: u64,
        /// Which emoji.
        emoji: String,
        /// Whether it is there now.
        on: bool,
        /// The event of the channel that comes next: pages as of that one or later tell of this.
        rev: u64,
    },
    /// In one's own stream: a voice message was played, one's own by somebody else, or somebody else's by oneself.
    #[serde(rename = "voice.played")]
    VoicePlayed {
        /// Who has played it.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// Where.
        room: Uuid,
        /// The message.
        target: u64,
    },
    /// In one's own stream: one is notified of something.
    #[serde(rename = "notified")]
    Notified {
        /// Who has caused it; `null` for the server, or a backend without a bot.
        actor: Option<PersonRef>,
        /// When.
        at: Time,
        /// What it is about.
        about: NoticeView,
    },
    /// In one's own stream: one has seen what one was notified of.
    #[serde(rename = "notifications.read")]
    NotificationsRead {
        /// When.
        at: Time,
        /// By the events of this stream up to this one.
        up_to: u64,
        /// Where everybody in a room was mentioned, up to this time.
        until: Time,
    },
    /// In one's own stream: one has decided anew what others learn of what one does.
    #[serde(rename = "privacy.changed")]
    PrivacyChanged {
        /// When.
        at: Time,
        /// Whether nobody learns what one has read, nor one of others.
        private: bool,
        /// Who may see whether one is there.
        presence: AudienceName,
    },
    /// In one's own stream: one has added a contact, or calls one something else.
    #[serde(rename = "contact.changed")]
    ContactChanged {
        /// When.
        at: Time,
        /// Whom.
        user: PersonRef,
        /// What one calls him.
        name: Option<String>,
    },
    /// In one's own stream: one has removed a contact, or he is gone.
    #[serde(rename = "contact.removed")]
    ContactRemoved {
        /// When.
        at: Time,
        /// Whom.
        user: PersonRef,
    },
    /// In one's own stream: somebody asks to become one's contact, or one asks somebody.
    #[serde(rename = "contact.requested")]
    ContactRequested {
        /// When.
        at: Time,
        /// Who asks.
        from: PersonRef,
        /// Who is asked.
        to: PersonRef,
        /// What is said to it.
        note: Option<String>,
    },
    /// In one's own stream: such a request waits no more.
    #[serde(rename = "request.ended")]
    RequestEnded {
        /// When.
        at: Time,
        /// Who has asked.
        from: PersonRef,
        /// Who was asked.
        to: PersonRef,
        /// Whether both are contacts of each other now.
        accepted: bool,
    },
    /// In one's own stream: one has blocked somebody, or does no more.
    #[serde(rename = "block.changed")]
    BlockChanged {
        /// When.
        at: Time,
        /// Whom.
        user: PersonRef,
        /// Whether he is blocked from now on.
        blocked: bool,
    },
    /// In one's own stream: somebody has posted a status that one may see, or one has posted one.
    #[serde(rename = "status.posted")]
    StatusPosted {
        /// When one was told.
        at: Time,
        /// The status.
        status: Uuid,
        /// Whose.
        author: PersonRef,
        /// When it ends, which nothing else tells.
        expires_at: Time,
    },
    /// In one's own stream: a status that one could see, or one of one's own, has gone before it ended.
    #[serde(rename = "status.removed")]
    StatusRemoved {
        /// When.
        at: Time,
        /// The status.
        status: Uuid,
        /// Whose.
        author: PersonRef,
    },
    /// In one's own stream: one has looked at a status of somebody else.
    #[serde(rename = "status.viewed")]
    StatusViewed {
        /// When.
        at: Time,
        /// The status.
        status: Uuid,
        /// Whose.
        author: PersonRef,
    },
    /// In one's own stream: a broadcast list is there, is called something else, or somebody else is in it.
    #[serde(rename = "broadcast_list.changed")]
    BroadcastListChanged {
        /// When.
        at: Time,
        /// The list.
        list: Uuid,
        /// How many are in it.
        recipients: u32,
    },
    /// In one's own stream: a broadcast list is no more, nor is what was sent to it.
    #[serde(rename = "broadcast_list.deleted")]
    BroadcastListDeleted {
        /// When.
        at: Time,
        /// The list.
        list: Uuid,
    },
    /// In one's own stream: what one sends to a list has begun or gone on. It has ended when nobody waits any more.
    #[serde(rename = "broadcast.moved")]
    BroadcastMoved {
        /// When.
        at: Time,
        /// The list.
        list: Uuid,
        /// What is sent to it.
        broadcast: Uuid,
        /// How far it has come.
        #[serde(flatten)]
        progress: ProgressView,
    },
    /// In one's own stream: sessions are over, and their sockets are closed.
    #[serde(rename = "sessions.revoked")]
    SessionsRevoked {
        /// When.
        at: Time,
        /// Which.
        sessions: Vec<Uuid>,
    },
}

/// How a membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// The member went.
    Left,
    /// Somebody put the member out.
    Removed,
    /// Somebody put the member out, who is kept out.
    Banned,
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

impl From<&Event> for EventView {
    fn from(event: &Event) -> Self {
        Self {
            stream: event.stream.uuid(),
            seq: event.seq.0,
            tag: event.tag.0,
            body: body(event),
        }
    }
}

impl EventView {
    /// The event as somebody sees it who may not see what it is about.
    pub fn hidden(event: &Event) -> Self {
        Self {
            stream: event.stream.uuid(),
            seq: event.seq.0,
            tag: event.tag.0,
            body: EventBody::Hidden {},
        }
    }
}

fn body(event: &Event) -> EventBody {
    let at = Time(event.at);
    let actor = event.actor.map(PersonRef::from);
    match &event.what {
        What::Message(message) => EventBody::Message(MessageView::new(event, message)),
        What::MessageEdited {
            target,
            body,
            mentions,
            edited_at,
            rev,
            ..
        } => EventBody::MessageEdited {
            actor,
            at,
            target: target.0,
            body: body.as_ref().map(|body| body.as_str().to_owned()),
            mentions: persons(mentions),
            mentions_all: mentions.all,
            edited_at: edited_at.map(Time),
            rev: rev.0,
        },
        What::MessageDeleted { target } => EventBody::MessageDeleted {
            actor,
            at,
            target: target.0,
        },
        What::Reacted {
            target,
            emoji,
            on,
            reactions,
        } => EventBody::Reacted {
            actor,
            at,
            target: target.0,
            emoji: emoji.to_string(),
            on: *on,
            reactions: reactions.into(),
        },
        What::ReactionsCounted { target, reactions } => EventBody::ReactionsCounted {
            at,
            target: target.0,
            reactions: reactions.into(),
        },
        What::MessagePinned { target } => EventBody::MessagePinned {
            actor,
            at,
            target: target.0,
        },
        What::MessageUnpinned { target } => EventBody::MessageUnpinned {
            actor,
            at,
            target: target.0,
        },
        What::RoomUpdated {
            name,
            topic,
            avatar,
            rules,
            capacity,
        } => EventBody::RoomUpdated {
            actor,
            at,
            name: name.as_ref().map(ToString::to_string),
            topic: topic.to_string(),
            avatar: avatar.map(MediaId::uuid),
            rules: (*rules).into(),
            capacity: capacity.members(),
        },
        What::MembersJoined { users } => EventBody::MembersJoined {
            actor,
            at,
            users: users.iter().copied().map(PersonRef::from).collect(),
        },
        What::MemberLeft { user, reason } => EventBody::MemberLeft {
            actor,
            at,
            user: (*user).into(),
            reason: (*reason).into(),
        },
        What::MemberMuted { user, until } => EventBody::MemberMuted {
            actor,
            at,
            user: (*user).into(),
            until: until.map(Time),
        },
        What::BanChanged { user, banned } => EventBody::BanChanged {
            actor,
            at,
            user: (*user).into(),
            banned: *banned,
        },
        What::RoleChanged { user, role } => EventBody::RoleChanged {
            actor,
            at,
            user: (*user).into(),
            role: (*role).into(),
        },
        What::OwnerChanged { owner, former } => EventBody::OwnerChanged {
            actor,
            at,
            owner: (*owner).into(),
            former: former.map(PersonRef::from),
        },
        What::RoomDeleted => EventBody::RoomDeleted { actor, at },
        What::RoomJoined {
            room,
            joined,
            visible_from,
        } => EventBody::RoomJoined {
            actor,
            at,
            room: room.uuid(),
            joined: joined.0,
            visible_from: visible_from.0,
        },
        What::RoomLeft { room, left, reason } => EventBody::RoomLeft {
            actor,
            at,
            room: room.uuid(),
            left: left.map(|left| left.0),
            reason: (*reason).into(),
        },
        What::JoinRequested { room, user, note } => EventBody::JoinRequested {
            at,
            room: room.uuid(),
            user: (*user).into(),
            note: note.as_ref().map(ToString::to_string),
        },
        What::JoinRequestEnded { room, user, admitted } => EventBody::JoinRequestEnded {
            actor,
            at,
            room: room.uuid(),
            user: (*user).into(),
            admitted: *admitted,
        },
        What::NotifyChanged { room, notify } => EventBody::NotifyChanged {
            at,
            room: room.uuid(),
            notify: NotifyView::new(*notify, event.seq),
        },
        What::OwnMute { room, until } => EventBody::MuteChanged {
            actor,
            at,
            room: room.uuid(),
            until: until.map(Time),
            rev: event.seq.0,
        },
        What::AttendanceChanged { room, attending, .. } => EventBody::AttendanceChanged {
            at,
            room: room.uuid(),
            attending: *attending,
        },
        What::OwnReaction {
            room,
            target,
            emoji,
            on,
            rev,
        } => EventBody::OwnReaction {
            at,
            room: room.uuid(),
            target: target.0,
            emoji: emoji.to_string(),
            on: *on,
            rev: rev.0,
        },
        What::VoicePlayed { room, target } => EventBody::VoicePlayed {
            actor,
            at,
            room: room.uuid(),
            target: target.0,
        },
        What::Notified(notice) => EventBody::Notified {
            actor,
            at,
            about: notice.into(),
        },
        What::NotificationsRead { up_to, until } => EventBody::NotificationsRead {
            at,
            up_to: up_to.0,
            until: Time(*until),
        },
        What::PrivacyChanged { private, presence } => EventBody::PrivacyChanged {
            at,
            private: *private,
            presence: (*presence).into(),
        },
        What::ContactChanged { user, name } => EventBody::ContactChanged {
            at,
            user: (*user).into(),
            name: name.as_ref().map(ToString::to_string),
        },
        What::ContactRemoved { user } => EventBody::ContactRemoved {
            at,
            user: (*user).into(),
        },
        What::ContactRequested { from, to, note } => EventBody::ContactRequested {
            at,
            from: (*from).into(),
            to: (*to).into(),
            note: note.as_ref().map(ToString::to_string),
        },
        What::RequestEnded { from, to, accepted } => EventBody::RequestEnded {
            at,
            from: (*from).into(),
            to: (*to).into(),
            accepted: *accepted,
        },
        What::BlockChanged { user, blocked } => EventBody::BlockChanged {
            at,
            user: (*user).into(),
            blocked: *blocked,
        },
        What::StatusPosted {
            status,
            author,
            expires_at,
        } => EventBody::StatusPosted {
            at,
            status: status.uuid(),
            author: (*author).into(),
            expires_at: Time(*expires_at),
        },
        What::StatusRemoved { status, author } => EventBody::StatusRemoved {
            at,
            status: status.uuid(),
            author: (*author).into(),
        },
        What::StatusViewed { status, author } => EventBody::StatusViewed {
            at,
            status: status.uuid(),
            author: (*author).into(),
        },
        What::BroadcastListChanged { list, recipients } => EventBody::BroadcastListChanged {
            at,
            list: list.uuid(),
            recipients: *recipients,
        },
        What::BroadcastListDeleted { list } => EventBody::BroadcastListDeleted {
            at,
            list: list.uuid(),
        },
        What::BroadcastMoved {
            list,
            broadcast,
            progress,
        } => EventBody::BroadcastMoved {
            at,
            list: list.uuid(),
            broadcast: broadcast.uuid(),
            progress: (*progress).into(),
        },
        What::SessionsRevoked { sessions } => EventBody::SessionsRevoked {
            at,
            sessions: sessions.iter().map(|session| session.uuid()).collect(),
        },
    }
}
