//! Whether an append may happen and what it becomes: the rules that both databases' append paths follow.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::query_builder::QueryId;
use diesel::{QueryResult, Queryable, Selectable};
use parlor_domain::{
    Action, Called, CalledAll, Draft, Event, Media, MediaId, Mentions, Message, MessageBody, MsgNo,
    Reactions, Revision, Role, Seq, StreamId, Tag, Timestamp, UserRef, Username, What, Who, allows,
};
use parlor_ports::{Append, AppendRefusal, Appended, DIRECT_PATIENCE};

use crate::code::Code;
use crate::counter::{Counter, stored_tag};
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::{EventRow, MediaRow, Place, StreamRow, Target, besides};
use crate::schema::members;

/// How often a message can be edited.
const MOST_REVISIONS: i64 = Revision::MOST.cast_signed();

/// What of a membership decides about an append.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = members)]
pub(crate) struct Standing {
    role: i16,
    pub(crate) visible_from: i64,
    barred: i16,
    muted_until: Option<i64>,
    /// When the member last wrote.
    posted_at: Option<i64>,
    /// In a direct room: the other one.
    pub(crate) peer_id: Option<Id>,
}

/// `members.barred` in a direct room: the other one has blocked this member.
pub(crate) const BARRED: i16 = 1;
/// `members.barred` in a direct room: this member has blocked the other one.
pub(crate) const BARRING: i16 = 2;

/// The message that a draft points to.
pub(crate) fn target(draft: &Draft) -> Option<i64> {
    match draft {
        Draft::Message { reply_to, .. } => reply_to.map(Seq::stored),
        Draft::Forward { .. } => None,
        Draft::Edit { target, .. } | Draft::Delete { target } => Some(target.stored()),
    }
}

/// The media that a draft names.
pub(crate) fn named(draft: &Draft) -> &[MediaId] {
    match draft {
        Draft::Message { media, .. } => media,
        Draft::Forward { .. } | Draft::Edit { .. } | Draft::Delete { .. } => &[],
    }
}

/// What a message says and shows that somebody repeats who may see it.
#[derive(Debug)]
pub(crate) struct Source {
    body: MessageBody,
    media: Box<[Media]>,
}

impl Source {
    /// The source with this text and these extras.
    pub(crate) fn new(body: String, extras: Option<&str>) -> QueryResult<Self> {
        Ok(Self {
            body: MessageBody::stored(body),
            media: besides(extras)?.media,
        })
    }

    /// What it shows.
    pub(crate) fn media(&self) -> impl Iterator<Item = Id> {
        ids(&self.media)
    }
}

/// The ids of media.
pub(crate) fn ids(media: &[Media]) -> impl Iterator<Item = Id> {
    media.iter().map(|media| Id::of(media.id))
}

/// Room and seq of the message that a draft repeats.
pub(crate) fn source(draft: &Draft) -> Option<(Id, i64)> {
    match draft {
        Draft::Forward { room, seq } => Some((Id::of(*room), seq.stored())),
        Draft::Message { .. } | Draft::Edit { .. } | Draft::Delete { .. } => None,
    }
}

/// Whom the text of a draft calls.
pub(crate) fn called(draft: &Draft) -> Option<&Called> {
    match draft {
        Draft::Message { called, .. } | Draft::Edit { called, .. } => Some(called),
        Draft::Forward { .. } | Draft::Delete { .. } => None,
    }
}

/// Whether the server itself has given the right to say this.
fn is_announced(draft: &Draft) -> bool {
    called(draft).is_some_and(|called| called.all == CalledAll::Announced)
}

/// The keys of the names that a draft calls.
pub(crate) fn called_names(draft: &Draft) -> Vec<String> {
    let names = called(draft).map_or(&[][..], |called| &*called.names);
    names.iter().map(Username::key).collect()
}

/// Whom a draft mentions, given which of its names are members, by their keys. Nobody calls all of two, and who is not to see who
/// reads a channel calls nobody there: all would see whom he has found.
pub(crate) fn mentions(
    draft: &Draft,
    (standing, place): (Standing, Place),
    target: Option<&Target>,
    members: Option<&HashMap<String, UserRef>>,
) -> QueryResult<Mentions> {
    let Some(called) = called(draft) else {
        return Ok(Mentions::default());
    };
    let role = Role::decode(standing.role)?;
    let may = match called.all {
        CalledAll::No => false,
        CalledAll::ByRight => allows(role, Action::MentionAll),
        CalledAll::Granted | CalledAll::Announced => true,
    };
    let before = draft.is_message() || target.is_some_and(|message| message.mentions_all);
    let seen = place.shows_members()? || allows(role, Action::Admit);
    let members = members.filter(|_| seen);
    let users = called.names.iter().filter_map(|name| members?.get(&name.key()));
    Ok(Mentions {
        users: users.copied().collect(),
        all: may && before && standing.peer_id.is_none(),
    })
}

/// A message of which somebody is still to be notified.
#[derive(Debug, Clone, Copy, QueryId)]
pub(crate) struct WaitingRow {
    pub(crate) room_id: Id,
    pub(crate) seq: i64,
    pub(crate) peer_id: Option<Id>,
    pub(crate) due_at: i64,
}

/// What waits once this event is stored: nothing, if it is no message to anybody by name.
pub(crate) fn waiting(event: &Event, standing: Standing) -> Option<WaitingRow> {
    let What::Message(message) = &event.what else {
        return None;
    };
    let is_named = |user: &UserRef| event.actor.is_none_or(|sender| sender.id != user.id);
    let due_at = match standing.peer_id {
        Some(_) => event.at + DIRECT_PATIENCE,
        None if message.mentions.users.iter().any(is_named) => event.at,
        None => return None,
    };
    Some(WaitingRow {
        room_id: event.stream.into(),
        seq: event.seq.stored(),
        peer_id: standing.peer_id,
        due_at: due_at.micros(),
    })
}

/// What an append says and shows.
#[derive(Debug, Default)]
pub(crate) struct Content {
    body: Option<MessageBody>,
    media: Box<[Media]>,
}

/// What an append says and shows, given what it repeats and the media that were found. Media are the sender's own, but for those
/// that he repeats.
pub(crate) fn content(
    append: &Append,
    source: Option<&Source>,
    found: &HashMap<Id, MediaRow>,
) -> QueryResult<Result<Content, AppendRefusal>> {
    Ok(match &append.draft {
        Draft::Message { body, .. } => match own_media(append, found)? {
            Some(media) => Ok(Content {
                body: Some(body.clone()),
                media,
            }),
            None => Err(AppendRefusal::NoMedia),
        },
        // Media that are not there any more were forgotten with the source.
        Draft::Forward { .. } => match source {
            Some(source) if source.media().all(|id| found.contains_key(&id)) => Ok(Content {
                body: Some(source.body.clone()),
                media: source.media.clone(),
            }),
            _ => Err(AppendRefusal::NoTarget),
        },
        Draft::Edit { body, .. } => Ok(Content {
            body: Some(body.clone()),
            media: Box::default(),
        }),
        Draft::Delete { .. } => Ok(Content::default()),
    })
}

/// The media that a draft names, in that order, of those that were found; `None` if one of them may not be used.
fn own_media(append: &Append, found: &HashMap<Id, MediaRow>) -> QueryResult<Option<Box<[Media]>>> {
    let wanted = named(&append.draft).iter().map(|id| {
        let row = found.get(&Id::of(*id));
        let row = row.filter(|row| row.serves(append.sender.id, append.at));
        row.map(MediaRow::media).transpose()
    });
    wanted.collect()
}

/// How a sender stands who may append this, but for its media, and in which room, given the sender's standing, the room's rules, and
/// the message pointed to.
pub(crate) fn judge(
    append: &Append,
    standing: Option<Standing>,
    place: Option<Place>,
    found: Option<&Target>,
) -> QueryResult<Result<(Standing, Place), AppendRefusal>> {
    let (Some(standing), Some(place)) = (standing, place) else {
        return Ok(Err(AppendRefusal::NoRoom));
    };
    let role = Role::decode(standing.role)?;
    if !allows(role, Action::Post) {
        return Ok(Err(AppendRefusal::Forbidden));
    }
    let spoken = match append.draft {
        Draft::Delete { .. } => Ok(()),
        Draft::Edit { .. } => standing
            .may_speak(append.at)
            .and(may_write(role, place.posting()?)),
        Draft::Message { .. } | Draft::Forward { .. } => standing
            .may_speak(append.at)
            .and(match &append.draft {
                draft if is_announced(draft) => Ok(()),
                _ => may_write(role, place.posting()?),
            })
            .and(standing.has_waited(role, place.slow_mode(), append.at)),
    };
    let pointed = spoken.and_then(|()| may_point(append, role, standing.visible_from, found));
    Ok(pointed.map(|()| (standing, place)))
}

/// Whether a member with this role may do to the message pointed to what the draft says.
fn may_point(
    append: &Append,
    role: Role,
    visible_from: i64,
    found: Option<&Target>,
) -> Result<(), AppendRefusal> {
    let draft = &append.draft;
    if target(draft).is_none() {
        return Ok(());
    }
    let message = found
        .filter(|message| message.seq >= visible_from)
        .ok_or(AppendRefusal::NoTarget)?;
    let own = message.sender_id == Some(Id::of(append.sender.id));
    let may = match draft {
        Draft::Message { .. } | Draft::Forward { .. } => return Ok(()),
        // Other people's words stay theirs.
        Draft::Edit { .. } => own && !message.forwarded,
        Draft::Delete { .. } => own || allows(role, Action::DeleteAny),
    };
    if !may {
        Err(AppendRefusal::Forbidden)
    } else if message.body.is_none() {
        Err(AppendRefusal::Deleted)
    } else if matches!(draft, Draft::Edit { .. }) && message.edits() >= MOST_REVISIONS {
        Err(AppendRefusal::TooManyEdits)
    } else {
        Ok(())
    }
}

/// Refuses what is to be written where only others write.
fn may_write(role: Role, posting: Who) -> Result<(), AppendRefusal> {
    if posting.includes(role) {
        Ok(())
    } else {
        Err(AppendRefusal::ReadOnly)
    }
}

impl Standing {
    /// The standing of a member who has just written.
    pub(crate) fn posted(self, at: Timestamp) -> Self {
        Self {
            posted_at: Some(at.micros()),
            ..self
        }
    }

    /// Refuses what concerns the other one where a block stands in the way. Whoever blocks is told what to do about it.
    pub(crate) fn may_reach(&self) -> Result<(), AppendRefusal> {
        if self.barred & BARRING != 0 {
            Err(AppendRefusal::Barring)
        } else if self.barred & BARRED != 0 {
            Err(AppendRefusal::Barred)
        } else {
            Ok(())
        }
    }

    /// Refuses what is to be said across a block, or by who is muted.
    pub(crate) fn may_speak(&self, at: Timestamp) -> Result<(), AppendRefusal> {
        self.may_reach()?;
        match self.muted_until.filter(|until| *until > at.micros()) {
            Some(until) => Err(AppendRefusal::Muted(Timestamp::from_micros(until))),
            None => Ok(()),
        }
    }

    /// Refuses a message that follows the one before too soon, but of admins.
    fn has_waited(&self, role: Role, slow_mode: i64, at: Timestamp) -> Result<(), AppendRefusal> {
        let next = self.posted_at.map(|before| before.saturating_add(slow_mode));
        match next.filter(|next| slow_mode > 0 && role < Role::Admin && *next > at.micros()) {
            Some(next) => Err(AppendRefusal::TooSoon(Timestamp::from_micros(next))),
            None => Ok(()),
        }
    }
}

/// The event that an append becomes at the end of its stream, and the stream with it at its end. The event's number is
/// still to be given. An edit says what its target says from then on.
pub(crate) fn next(
    append: &Append,
    content: Content,
    mentions: Mentions,
    target: Option<&Target>,
    stream: &StreamRow,
    tag: Tag,
) -> QueryResult<(Event, StreamRow)> {
    let seq = Seq::loaded(stream.seq).next();
    let what = match &append.draft {
        Draft::Message { reply_to, status, .. } => What::Message(Message {
            reply_to: *reply_to,
            mentions,
            status: *status,
            ..plain(append, content, seq)
        }),
        Draft::Forward { .. } => What::Message(Message {
            forwarded: true,
            ..plain(append, content, seq)
        }),
        Draft::Edit { .. } => {
            let target = target.ok_or_else(|| corrupt("event", "an edit of nothing"))?;
            target.edited(content.body, mentions, Some(append.at), seq)?
        }
        Draft::Delete { target } => What::MessageDeleted { target: *target },
    };
    let msg_no = stream.msg_no + i64::from(matches!(what, What::Message(_)));
    let event = Event {
        stream: StreamId::from(append.room),
        seq,
        tag,
        number: 0,
        msg_no: MsgNo::loaded(msg_no),
        at: append.at,
        actor: Some(append.sender),
        what,
    };
    let grown = StreamRow {
        seq: seq.stored(),
        tag: stored_tag(tag),
        msg_no,
        active_at: append.at.micros(),
        ..*stream
    };
    Ok((event, grown))
}

/// A new message that does nothing but say and show something.
fn plain(append: &Append, content: Content, seq: Seq) -> Message {
    let Content { body, media } = content;
    Message {
        client_id: append.client_id.clone(),
        body,
        media,
        reply_to: None,
        mentions: Mentions::default(),
        status: None,
        forwarded: false,
        edited_at: None,
        rev: seq,
        reactions: Reactions::default(),
    }
}

/// The media that a new message shows.
pub(crate) fn shown(event: &Event) -> impl Iterator<Item = Id> {
    let media = match &event.what {
        What::Message(message) => &*message.media,
        _ => &[],
    };
    ids(media)
}

/// What is answered to a client id that was used before, given the message that the event changed if it is an edit.
pub(crate) fn known(row: EventRow, digest: i64, target: Option<&Target>) -> QueryResult<Appended> {
    if row.digest == Some(digest) {
        Ok(Appended::Known(Arc::new(row.event(target)?)))
    } else {
        Ok(Appended::Refused(AppendRefusal::Conflict))
    }
}
