//! Whether an append may happen and what it becomes: the rules that both databases' append paths follow.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::{QueryResult, Queryable, Selectable};
use parlor_domain::{
    Action, Draft, Event, Media, MediaId, Message, MsgNo, Reactions, Revision, Role, Seq, StreamId, Tag,
    Timestamp, What, Who, allows,
};
use parlor_ports::{Append, AppendRefusal, Appended};

use crate::code::Code;
use crate::counter::{Counter, stored_tag};
use crate::id::Id;
use crate::rows::{EventRow, MediaRow, Place, StreamRow, Target};
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
}

/// `members.barred` in a direct room: the other one has blocked this member.
pub(crate) const BARRED: i16 = 1;
/// `members.barred` in a direct room: this member has blocked the other one.
pub(crate) const BARRING: i16 = 2;

/// The message that a draft points to.
pub(crate) fn target(draft: &Draft) -> Option<i64> {
    match draft {
        Draft::Message { reply_to, .. } => reply_to.map(Seq::stored),
        Draft::Edit { target, .. } | Draft::Delete { target } => Some(target.stored()),
    }
}

/// The media that a draft names.
pub(crate) fn named(draft: &Draft) -> &[MediaId] {
    match draft {
        Draft::Message { media, .. } => media,
        Draft::Edit { .. } | Draft::Delete { .. } => &[],
    }
}

/// The media that a draft names, in that order, of those that were found; `None` if one of them may not be used.
pub(crate) fn media(append: &Append, found: &HashMap<Id, MediaRow>) -> QueryResult<Option<Box<[Media]>>> {
    let wanted = named(&append.draft).iter().map(|id| {
        let row = found.get(&Id::of(*id));
        let row = row.filter(|row| row.serves(append.sender.id, append.at));
        row.map(MediaRow::media).transpose()
    });
    wanted.collect()
}

/// Whether this may be appended, but for its media, given the sender's standing in the room, the room's rules, and the message
/// pointed to.
pub(crate) fn judge(
    append: &Append,
    standing: Option<Standing>,
    place: Option<&Place>,
    found: Option<&Target>,
) -> QueryResult<Result<(), AppendRefusal>> {
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
        Draft::Message { .. } => standing
            .may_speak(append.at)
            .and(may_write(role, place.posting()?))
            .and(standing.has_waited(role, place.slow_mode(), append.at)),
    };
    Ok(spoken.and_then(|()| may_point(append, role, standing.visible_from, found)))
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
        Draft::Message { .. } => return Ok(()),
        Draft::Edit { .. } => own,
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
/// still to be given.
pub(crate) fn next(append: &Append, media: Box<[Media]>, stream: &StreamRow, tag: Tag) -> (Event, StreamRow) {
    let seq = Seq::loaded(stream.seq).next();
    let what = match &append.draft {
        Draft::Message { body, reply_to, .. } => What::Message(Message {
            client_id: append.client_id.clone(),
            body: Some(body.clone()),
            media,
            reply_to: *reply_to,
            edited_at: None,
            rev: seq,
            reactions: Reactions::default(),
        }),
        Draft::Edit { target, body } => What::MessageEdited {
            target: *target,
            body: Some(body.clone()),
            edited_at: Some(append.at),
            rev: seq,
        },
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
    (event, grown)
}

/// What is answered to a client id that was used before, given the message that the event changed if it is an edit.
pub(crate) fn known(row: EventRow, digest: i64, target: Option<&Target>) -> QueryResult<Appended> {
    if row.digest == Some(digest) {
        Ok(Appended::Known(Arc::new(row.event(target)?)))
    } else {
        Ok(Appended::Refused(AppendRefusal::Conflict))
    }
}
