//! Events.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::{BigInt, Bool, Nullable};
use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{
    ClientId, Event, Mentions, Message, MessageBody, MsgNo, Reactions, Seq, Timestamp, UserRef, What,
};

use super::detail::{Besides, Detail, FORWARDED, besides, extras_to_json};
use super::mentions::{mentions, mentions_to_json};
use crate::code::{Code, Kind};
use crate::counter::{Counter, loaded_tag, stored_tag};
use crate::error::{corrupt, parse};
use crate::id::Id;
use crate::schema::events;

/// An event as it was stored. The sender's number stands beside the id, so that reading events joins nothing.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    number: i64,
    stream_id: Id,
    seq: i64,
    tag: i32,
    kind: i16,
    msg_no: i64,
    sender_id: Option<Id>,
    sender_number: Option<i64>,
    client_id: Option<String>,
    pub(crate) digest: Option<i64>,
    target: Option<i64>,
    body: Option<String>,
    reply_to: Option<i64>,
    edited_at: Option<i64>,
    rev: Option<i64>,
    detail: Option<String>,
    created_at: i64,
    /// Of messages: the event that last changed their reactions.
    reacted: Option<i64>,
    mentions: Option<String>,
    mentions_all: bool,
}

/// A message that an event points back to, as it stands now.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events)]
pub(crate) struct Target {
    number: i64,
    pub(crate) stream_id: Id,
    pub(crate) seq: i64,
    pub(crate) sender_id: Option<Id>,
    pub(crate) body: Option<String>,
    pub(crate) edited_at: Option<i64>,
    pub(crate) rev: Option<i64>,
    /// The event that last changed its reactions.
    reacted: Option<i64>,
    mentions: Option<String>,
    /// Whether it mentions all members.
    pub(crate) mentions_all: bool,
    /// What it has besides its text.
    detail: Option<String>,
    created_at: i64,
    /// Whether it repeats what stands elsewhere.
    #[diesel(select_expression = sql(FORWARDED), select_expression_type = SqlLiteral<Bool>)]
    pub(crate) forwarded: bool,
    /// The number of the newest revision: the last row of its key, whatever its length.
    #[diesel(select_expression = sql(LAST_REVISION), select_expression_type = SqlLiteral<Nullable<BigInt>>)]
    last_revision: Option<i64>,
}

const LAST_REVISION: &str = "(SELECT max(revisions.no) FROM revisions \
                             WHERE revisions.stream_id = events.stream_id AND revisions.seq = events.seq)";

impl Target {
    /// Whether it shows media.
    pub(crate) fn shows_media(&self) -> bool {
        self.detail.is_some()
    }

    /// What an edit of it says that left it like this.
    pub(crate) fn edited(
        &self,
        body: Option<MessageBody>,
        mentions: Mentions,
        edited_at: Option<Timestamp>,
        rev: Seq,
    ) -> QueryResult<What> {
        Ok(What::MessageEdited {
            target: Seq::loaded(self.seq),
            number: self.number,
            at: Timestamp::from_micros(self.created_at),
            body,
            media: besides(self.detail.as_deref())?.media,
            mentions,
            edited_at,
            rev,
        })
    }

    /// The event that last changed the reactions to it, if there can be any.
    pub(crate) fn reacted(&self) -> Option<Seq> {
        self.reacted.filter(|_| self.body.is_some()).map(Seq::loaded)
    }

    /// How often the message was edited.
    pub(crate) fn edits(&self) -> i64 {
        self.last_revision.unwrap_or(0)
    }
}

/// An event to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(crate) struct NewEvent {
    pub(crate) stream_id: Id,
    pub(crate) seq: i64,
    pub(crate) tag: i32,
    pub(crate) kind: i16,
    pub(crate) msg_no: i64,
    pub(crate) sender_id: Option<Id>,
    pub(crate) sender_number: Option<i64>,
    pub(crate) client_id: Option<String>,
    pub(crate) digest: Option<i64>,
    pub(crate) target: Option<i64>,
    pub(crate) body: Option<String>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) rev: Option<i64>,
    pub(crate) detail: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) mentions: Option<String>,
    pub(crate) mentions_all: bool,
}

impl NewEvent {
    /// The row of an event that nobody's client named.
    pub(crate) fn of(event: &Event) -> Self {
        let message = match &event.what {
            What::Message(message) => Some(message),
            _ => None,
        };
        Self {
            stream_id: event.stream.into(),
            seq: event.seq.stored(),
            tag: stored_tag(event.tag),
            kind: kind(&event.what).code(),
            msg_no: event.msg_no.stored(),
            sender_id: event.actor.map(|user| user.id.into()),
            sender_number: event.actor.map(|user| user.number),
            client_id: None,
            digest: None,
            target: event.target().map(Seq::stored),
            body: message.and_then(|m| Some(m.body.as_ref()?.as_str().to_owned())),
            reply_to: message.and_then(|m| m.reply_to).map(Seq::stored),
            rev: message.map(|m| m.rev.stored()),
            detail: match message {
                Some(message) => extras_to_json(message),
                None => Detail::of(&event.what).map(|detail| detail.to_json()),
            },
            created_at: event.at.micros(),
            mentions: message.and_then(|message| mentions_to_json(&message.mentions)),
            mentions_all: message.is_some_and(|message| message.mentions.all),
        }
    }

    /// The row of an event that a client named.
    pub(crate) fn named(event: &Event, client_id: &ClientId, digest: i64) -> Self {
        Self {
            client_id: Some(client_id.as_str().to_owned()),
            digest: Some(digest),
            ..Self::of(event)
        }
    }
}

fn kind(what: &What) -> Kind {
    match what {
        What::Message(_) => Kind::Message,
        What::MessageEdited { .. } => Kind::MessageEdited,
        What::MessageDeleted { .. } => Kind::MessageDeleted,
        What::Reacted { .. } => Kind::Reacted,
        What::ReactionsCounted { .. } => Kind::ReactionsCounted,
        What::MessagePinned { .. } => Kind::MessagePinned,
        What::MessageUnpinned { .. } => Kind::MessageUnpinned,
        What::RoomUpdated { .. } => Kind::RoomUpdated,
        What::MembersJoined { .. } => Kind::MembersJoined,
        What::MemberLeft { .. } => Kind::MemberLeft,
        What::RoleChanged { .. } => Kind::RoleChanged,
        What::OwnerChanged { .. } => Kind::OwnerChanged,
        What::RoomDeleted => Kind::RoomDeleted,
        What::RoomJoined { .. } => Kind::RoomJoined,
        What::RoomLeft { .. } => Kind::RoomLeft,
        What::VoicePlayed { .. } => Kind::VoicePlayed,
        What::SessionsRevoked { .. } => Kind::SessionsRevoked,
        What::ContactChanged { .. } => Kind::ContactChanged,
        What::ContactRemoved { .. } => Kind::ContactRemoved,
        What::ContactRequested { .. } => Kind::ContactRequested,
        What::RequestEnded { .. } => Kind::RequestEnded,
        What::BlockChanged { .. } => Kind::BlockChanged,
        What::MemberMuted { .. } => Kind::MemberMuted,
        What::BanChanged { .. } => Kind::BanChanged,
        What::JoinRequested { .. } => Kind::JoinRequested,
        What::JoinRequestEnded { .. } => Kind::JoinRequestEnded,
        What::NotifyChanged { .. } => Kind::NotifyChanged,
        What::OwnReaction { .. } => Kind::OwnReaction,
        What::OwnMute { .. } => Kind::OwnMute,
        What::AttendanceChanged { .. } => Kind::AttendanceChanged,
        What::Notified(_) => Kind::Notified,
        What::NotificationsRead { .. } => Kind::NotificationsRead,
        What::PrivacyChanged { .. } => Kind::PrivacyChanged,
        What::StatusPosted { .. } => Kind::StatusPosted,
        What::StatusRemoved { .. } => Kind::StatusRemoved,
        What::StatusViewed { .. } => Kind::StatusViewed,
        What::BroadcastListChanged { .. } => Kind::BroadcastListChanged,
        What::BroadcastListDeleted { .. } => Kind::BroadcastListDeleted,
        What::BroadcastMoved { .. } => Kind::BroadcastMoved,
    }
}

impl EventRow {
    /// Stream and seq of the message that this event changed, if it is an edit: what [`Self::event`] cannot do without.
    pub(crate) fn edited(&self) -> Option<(Id, i64)> {
        let target = self.target.filter(|_| self.kind == Kind::MessageEdited.code())?;
        Some((self.stream_id, target))
    }

    /// Whether it is a message.
    pub(crate) fn is_message(&self) -> bool {
        self.rev.is_some()
    }

    /// Stream and seq of the message that this event is, or that it points to if it shows what that says now.
    pub(crate) fn subject(&self) -> Option<(Id, i64)> {
        let points = [Kind::MessageEdited, Kind::Reacted, Kind::ReactionsCounted]
            .map(Code::code)
            .contains(&self.kind);
        let seq = if self.is_message() {
            self.seq
        } else {
            self.target.filter(|_| points)?
        };
        Some((self.stream_id, seq))
    }

    /// The event that last changed the reactions to this message, if there can be any.
    pub(crate) fn reacted(&self) -> Option<Seq> {
        self.reacted.filter(|_| self.body.is_some()).map(Seq::loaded)
    }

    /// Stream, sender and client id of an event that a client named.
    pub(crate) fn key(&self) -> Option<(Id, Id, String)> {
        Some((self.stream_id, self.sender_id?, self.client_id.clone()?))
    }

    /// The event, given the message that it changed if it is an edit.
    pub(crate) fn event(self, target: Option<&Target>) -> QueryResult<Event> {
        let actor = self.sender_id.zip(self.sender_number);
        Ok(Event {
            stream: self.stream_id.into(),
            seq: Seq::loaded(self.seq),
            tag: loaded_tag(self.tag),
            number: self.number,
            msg_no: MsgNo::loaded(self.msg_no),
            at: Timestamp::from_micros(self.created_at),
            actor: actor.map(|(id, number)| UserRef {
                id: id.into(),
                number,
            }),
            what: self.what(target)?,
        })
    }

    fn what(self, target: Option<&Target>) -> QueryResult<What> {
        let missing = |what| corrupt("event", format_args!("no {what} at {}", self.seq));
        match Kind::decode(self.kind)? {
            Kind::Message => {
                let Besides {
                    media,
                    status,
                    forwarded,
                } = besides(self.detail.as_deref())?;
                Ok(What::Message(Message {
                    client_id: parse(
                        "client id",
                        self.client_id.as_deref().ok_or_else(|| missing("client id"))?,
                    )?,
                    body: self.body.map(MessageBody::stored),
                    media,
                    reply_to: self.reply_to.map(Seq::loaded),
                    status,
                    forwarded,
                    mentions: mentions(self.mentions.as_deref(), self.mentions_all)?,
                    edited_at: self.edited_at.map(Timestamp::from_micros),
                    rev: Seq::loaded(self.rev.unwrap_or(self.seq)),
                    reactions: Reactions::default(),
                }))
            }
            Kind::MessageEdited => {
                let target = target.ok_or_else(|| missing("edited message"))?;
                target.edited(
                    target.body.clone().map(MessageBody::stored),
                    mentions(target.mentions.as_deref(), target.mentions_all)?,
                    target.edited_at.map(Timestamp::from_micros),
                    Seq::loaded(target.rev.unwrap_or(target.seq)),
                )
            }
            Kind::MessageDeleted => Ok(What::MessageDeleted {
                target: Seq::loaded(self.target.ok_or_else(|| missing("target"))?),
            }),
            Kind::MessagePinned => Ok(What::MessagePinned {
                target: Seq::loaded(self.target.ok_or_else(|| missing("target"))?),
            }),
            Kind::MessageUnpinned => Ok(What::MessageUnpinned {
                target: Seq::loaded(self.target.ok_or_else(|| missing("target"))?),
            }),
            Kind::Reacted => {
                let target = self.target.ok_or_else(|| missing("target"))?;
                let detail = Detail::from_json(self.detail.as_deref().ok_or_else(|| missing("detail"))?)?;
                detail.reacted(Seq::loaded(target))
            }
            Kind::ReactionsCounted => Ok(What::ReactionsCounted {
                target: Seq::loaded(self.target.ok_or_else(|| missing("target"))?),
                reactions: Reactions::default(),
            }),
            Kind::RoomDeleted => Ok(What::RoomDeleted),
            _ => Detail::from_json(self.detail.as_deref().ok_or_else(|| missing("detail"))?)?.what(),
        }
    }
}
