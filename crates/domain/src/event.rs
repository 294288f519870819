//! What streams are made of.

use crate::{
    Audience, BroadcastId, BroadcastListId, BroadcastProgress, Capacity, DisplayName, Emoji, Media, MediaId,
    Mentions, Message, MessageBody, MsgNo, Notice, Notify, Reactions, RequestNote, Role, RoomId, RoomName,
    Rules, Seq, SessionId, StatusId, StreamId, Tag, Timestamp, Topic, UserId, UserRef,
};

/// One entry of a stream's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// In which log.
    pub stream: StreamId,
    /// Where in it.
    pub seq: Seq,
    /// The random number by which a replaced log is recognised.
    pub tag: Tag,
    /// The event's number over all streams, for dialects that show integer ids.
    pub number: i64,
    /// How many messages the room has, this one included.
    pub msg_no: MsgNo,
    /// When it was appended.
    pub at: Timestamp,
    /// Who did it; `None` for the server itself.
    pub actor: Option<UserRef>,
    /// What happened.
    pub what: What,
}

/// What happened. The first group stands in streams of rooms, the second in streams of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Somebody said something.
    Message(Message),
    /// A message says something else now. Like every event that points back it carries what the target says at the
    /// time of reading, not at the time of the event.
    MessageEdited {
        /// The message.
        target: Seq,
        /// The message's own number.
        number: i64,
        /// When it was said.
        at: Timestamp,
        /// What it says now; `None` if it was deleted since.
        body: Option<MessageBody>,
        /// What it shows; nothing if it was deleted since.
        media: Box<[Media]>,
        /// Whom it mentions now.
        mentions: Mentions,
        /// When it was last edited.
        edited_at: Option<Timestamp>,
        /// The event that last changed it.
        rev: Seq,
    },
    /// A message was deleted for everyone.
    MessageDeleted {
        /// The message.
        target: Seq,
    },
    /// Somebody has put an emoji to a message, or taken it away again. Of channels there are [`What::ReactionsCounted`].
    Reacted {
        /// The message.
        target: Seq,
        /// Which emoji.
        emoji: Emoji,
        /// Whether it is there now.
        on: bool,
        /// How the message was reacted to, at the time of reading.
        reactions: Reactions,
    },
    /// People have put emoji to a message of a channel or taken them away; who and how many is not told.
    ReactionsCounted {
        /// The message.
        target: Seq,
        /// How the message was reacted to, at the time of reading.
        reactions: Reactions,
    },
    /// A message is pinned from now on.
    MessagePinned {
        /// The message.
        target: Seq,
    },
    /// A message is not pinned any more. One that was deleted is not either, without this.
    MessageUnpinned {
        /// The message.
        target: Seq,
    },
    /// The room's name, topic, picture or rules are these from now on.
    RoomUpdated {
        /// What it is called.
        name: Option<RoomName>,
        /// What it is about.
        topic: Topic,
        /// The picture that stands for it.
        avatar: Option<MediaId>,
        /// Who may do what in it.
        rules: Rules,
        /// How many may be in it.
        capacity: Capacity,
    },
    /// People came in, by themselves or brought by the actor: 1 to 100.
    MembersJoined {
        /// Who.
        users: Vec<UserRef>,
    },
    /// Somebody is no longer in the room.
    MemberLeft {
        /// Who.
        user: UserRef,
        /// Why.
        reason: LeaveReason,
    },
    /// A member may not write for a time, or may write again.
    MemberMuted {
        /// Who.
        user: UserRef,
        /// Until when; `None` if he may.
        until: Option<Timestamp>,
    },
    /// Somebody who is no member is kept out from now on, or no more. A member who is banned leaves with
    /// [`LeaveReason::Banned`].
    BanChanged {
        /// Who.
        user: UserRef,
        /// Whether he is kept out.
        banned: bool,
    },
    /// A member has another role. Owners change by [`What::OwnerChanged`] only.
    RoleChanged {
        /// Who.
        user: UserRef,
        /// The role from now on.
        role: Role,
    },
    /// The room belongs to somebody else; the former owner, if still a member, is an admin.
    OwnerChanged {
        /// The owner from now on.
        owner: UserRef,
        /// The owner before.
        former: Option<UserRef>,
    },
    /// The room is no more. Nothing follows in its stream.
    RoomDeleted,

    /// This user is in a room now and hears its stream.
    RoomJoined {
        /// The room.
        room: RoomId,
        /// The event in the room's stream that tells of it: from here on the user hears the stream. In a channel, whose stream
        /// does not tell of it, the event that comes next.
        joined: Seq,
        /// The first event of it that the user may see.
        visible_from: Seq,
    },
    /// This user is no longer in a room.
    RoomLeft {
        /// The room.
        room: RoomId,
        /// The event in the room's stream that tells of it, up to which the user hears the stream. `None` for a channel, whose
        /// stream does not tell of it: the user hears no more of it.
        left: Option<Seq>,
        /// Why.
        reason: LeaveReason,
    },
    /// Somebody wants to be in a room: this user, or somebody else in a room that this user looks after.
    JoinRequested {
        /// The room.
        room: RoomId,
        /// Who.
        user: UserRef,
        /// What is said to it.
        note: Option<RequestNote>,
    },
    /// Such a request does not wait any more.
    JoinRequestEnded {
        /// The room.
        room: RoomId,
        /// Who had asked.
        user: UserRef,
        /// Whether he was let in.
        admitted: bool,
    },
    /// This user wants to be notified like this of what is said in a room.
    NotifyChanged {
        /// The room.
        room: RoomId,
        /// How.
        notify: Notify,
    },
    /// This user takes part in a room from now on where it is shown through the dialect `rooms`, or no more. Everywhere else he is
    /// a member as before.
    AttendanceChanged {
        /// The room.
        room: RoomId,
        /// Whether he takes part. Who comes into a room does.
        attending: bool,
        /// The event in the room's stream from which on it is so: up to there or from there on the user hears the stream there.
        since: Seq,
        /// The first event of it that the user may see.
        visible_from: Seq,
    },
    /// The actor, who is this user or somebody else, has played a voice message: one of this user's if it was somebody else.
    VoicePlayed {
        /// Where.
        room: RoomId,
        /// The message.
        target: Seq,
    },
    /// This user has put an emoji to a message of a channel, or taken it away: the channel does not know by whom.
    OwnReaction {
        /// The channel.
        room: RoomId,
        /// The message.
        target: Seq,
        /// Which emoji.
        emoji: Emoji,
        /// Whether it is there now.
        on: bool,
        /// The event of the channel that comes next: what is read of the channel as of that one or later tells of this.
        rev: Seq,
    },
    /// This user may not write in a channel, which does not know, until some time; or with `None` may again.
    OwnMute {
        /// The channel.
        room: RoomId,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// This user is notified of something.
    Notified(Notice),
    /// This user has seen what he was notified of, by all events of his stream up to one and in all rooms up to a time.
    NotificationsRead {
        /// Up to this event of his own stream.
        up_to: Seq,
        /// Up to this time where all members of a room were mentioned.
        until: Timestamp,
    },
    /// This user has added somebody to his contacts, or calls a contact something else.
    ContactChanged {
        /// Whom.
        user: UserRef,
        /// What this user calls him.
        name: Option<DisplayName>,
    },
    /// This user has taken somebody off his contacts.
    ContactRemoved {
        /// Whom.
        user: UserRef,
    },
    /// This user wants to be somebody's contact, or somebody wants to be his.
    ContactRequested {
        /// Who asks.
        from: UserRef,
        /// Who is asked.
        to: UserRef,
        /// What is said to it.
        note: Option<RequestNote>,
    },
    /// Such a request does not wait any more. Who has asked is told only that it was accepted, not that it was declined.
    RequestEnded {
        /// Who has asked.
        from: UserRef,
        /// Who was asked.
        to: UserRef,
        /// Whether they are contacts of each other now.
        accepted: bool,
    },
    /// This user has blocked somebody, or does no more.
    BlockChanged {
        /// Whom.
        user: UserRef,
        /// Whether he is blocked from now on.
        blocked: bool,
    },
    /// Somebody has posted a status that this user may see; or this user himself has.
    StatusPosted {
        /// The status.
        status: StatusId,
        /// Whose.
        author: UserRef,
        /// When it ends, which nothing else tells.
        expires_at: Timestamp,
    },
    /// Before it ended, a status has gone that this user could see, or one of his own.
    StatusRemoved {
        /// The status.
        status: StatusId,
        /// Whose.
        author: UserRef,
    },
    /// This user has looked at a status of somebody else.
    StatusViewed {
        /// The status.
        status: StatusId,
        /// Whose.
        author: UserRef,
    },
    /// This user has decided anew what others learn of what he does.
    PrivacyChanged {
        /// Whether nobody learns what he has read, nor he of others.
        private: bool,
        /// Who may see whether he is there.
        presence: Audience,
    },
    /// A list of recipients of this user is there from now on, or is called something else, or somebody else is in it.
    BroadcastListChanged {
        /// The list.
        list: BroadcastListId,
        /// How many are in it.
        recipients: u32,
    },
    /// A list of recipients of this user is no more, nor is what he sent to it.
    BroadcastListDeleted {
        /// The list.
        list: BroadcastListId,
    },
    /// What this user sends to a list has begun or gone on. It has ended when nobody waits for it any more.
    BroadcastMoved {
        /// The list.
        list: BroadcastListId,
        /// What is sent to it.
        broadcast: BroadcastId,
        /// How far it has come.
        progress: BroadcastProgress,
    },
    /// These sessions of the user are over.
    SessionsRevoked {
        /// Which: at least one.
        sessions: Vec<SessionId>,
    },
}

/// How a membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeaveReason {
    /// The member went.
    Left,
    /// Somebody put the member out.
    Removed,
    /// Somebody put the member out, who is kept out.
    Banned,
}

impl Event {
    /// The earlier event that this one is about. A reader who may not see that one sees only that something happened.
    pub fn target(&self) -> Option<Seq> {
        match self.what {
            What::MessageEdited { target, .. }
            | What::MessageDeleted { target }
            | What::Reacted { target, .. }
            | What::ReactionsCounted { target, .. }
            | What::MessagePinned { target }
            | What::MessageUnpinned { target } => Some(target),
            _ => None,
        }
    }

    /// Whether this is the last event of the stream that the user hears.
    pub fn is_last_for(&self, user: UserId) -> bool {
        match &self.what {
            What::MemberLeft { user: gone, .. } => gone.id == user,
            What::RoomDeleted => true,
            _ => false,
        }
    }

    /// What another event of the same stream looks like once this one is known: a message that this one changed, or an
    /// edit of that message. `None` if this one does not change it, or is older than what it shows.
    pub fn changed(&self, other: &Self) -> Option<Self> {
        let (of, now) = match &self.what {
            What::MessageEdited {
                target,
                body,
                mentions,
                edited_at,
                rev,
                ..
            } => (*target, (body.clone(), mentions.clone(), *edited_at, *rev)),
            What::MessageDeleted { target } => (*target, (None, Mentions::default(), None, self.seq)),
            _ => return None,
        };
        let (body, mentions, edited_at, rev) = now;
        let what = match &other.what {
            What::Message(message) if other.seq == of && message.rev < rev => What::Message(Message {
                media: if body.is_some() {
                    message.media.clone()
                } else {
                    Box::default()
                },
                reactions: if body.is_some() {
                    message.reactions.clone()
                } else {
                    Reactions::default()
                },
                status: message.status.filter(|_| body.is_some()),
                forwarded: message.forwarded && body.is_some(),
                body,
                mentions,
                edited_at: edited_at.or(message.edited_at),
                rev,
                ..message.clone()
            }),
            What::MessageEdited {
                target,
                number,
                at,
                media,
                edited_at: before,
                rev: shown,
                ..
            } if *target == of && *shown < rev => What::MessageEdited {
                target: of,
                number: *number,
                at: *at,
                media: if body.is_some() {
                    media.clone()
                } else {
                    Box::default()
                },
                body,
                mentions,
                edited_at: edited_at.or(*before),
                rev,
            },
            _ => return None,
        };
        Some(Self {
            what,
            ..other.clone()
        })
    }
}
