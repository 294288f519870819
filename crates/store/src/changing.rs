//! What edits and deletions do to a message: statements for both databases, which run them on connections of different
//! kinds.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use parlor_domain::{Event, MessageBody, What};

use crate::counter::Counter;
use crate::rows::{Target, mentions_to_json};
use crate::schema::{events, media_uses, pins, plays, reaction_counts, reactions, released_media, revisions};

/// A statement that runs on either database.
pub(crate) trait Statement:
    QueryFragment<Sqlite> + QueryFragment<Pg> + QueryId + RunQueryDsl<SqliteConnection> + Send
{
}

impl<S> Statement for S where
    S: QueryFragment<Sqlite> + QueryFragment<Pg> + QueryId + RunQueryDsl<SqliteConnection> + Send
{
}

/// Keeps what a message says, before an edit replaces it.
pub(crate) fn keep<'a>(edit: &Event, target: &'a Target) -> impl Statement + use<'a> {
    diesel::insert_into(revisions::table).values((
        revisions::stream_id.eq(target.stream_id),
        revisions::seq.eq(target.seq),
        revisions::no.eq(target.edits() + 1),
        revisions::body.eq(target.body.as_deref().unwrap_or_default()),
        revisions::replaced_at.eq(edit.at.micros()),
    ))
}

/// Gives a message another text.
pub(crate) fn rewrite<'a>(edit: &Event, target: &Target, body: &'a MessageBody) -> impl Statement + use<'a> {
    let (mentions, mentions_all) = match &edit.what {
        What::MessageEdited { mentions, .. } => (mentions_to_json(mentions), mentions.all),
        _ => (None, false),
    };
    diesel::update(events::table.find((target.stream_id, target.seq))).set((
        events::body.eq(body.as_str()),
        events::edited_at.eq(edit.at.micros()),
        events::rev.eq(edit.seq.stored()),
        events::mentions.eq(mentions),
        events::mentions_all.eq(mentions_all),
    ))
}

/// Takes a message's text and media away, and whom it mentioned.
pub(crate) fn blank(deletion: &Event, target: &Target) -> impl Statement + use<> {
    diesel::update(events::table.find((target.stream_id, target.seq))).set((
        events::body.eq(None::<String>),
        events::detail.eq(None::<String>),
        events::mentions.eq(None::<String>),
        events::mentions_all.eq(false),
        events::rev.eq(deletion.seq.stored()),
    ))
}

/// Forgets what a message said before it was edited.
pub(crate) fn forget(target: &Target) -> impl Statement + use<> {
    diesel::delete(
        revisions::table
            .filter(revisions::stream_id.eq(target.stream_id))
            .filter(revisions::seq.eq(target.seq)),
    )
}

/// Notes that what a message shows may be used by nothing any more. Nothing else is done here: whoever wants to know that
/// holds the media, and appends hold others.
pub(crate) fn release(target: &Target) -> impl Statement + use<> {
    media_uses::table
        .filter(media_uses::stream_id.eq(target.stream_id))
        .filter(media_uses::seq.eq(target.seq))
        .select(media_uses::media_id)
        .insert_into(released_media::table)
        .into_columns(released_media::media_id)
}

/// Forgets what a message showed.
pub(crate) fn unuse(target: &Target) -> impl Statement + use<> {
    diesel::delete(
        media_uses::table
            .filter(media_uses::stream_id.eq(target.stream_id))
            .filter(media_uses::seq.eq(target.seq)),
    )
}

/// Forgets who has played a voice message.
pub(crate) fn unplay(target: &Target) -> impl Statement + use<> {
    diesel::delete(
        plays::table
            .filter(plays::stream_id.eq(target.stream_id))
            .filter(plays::seq.eq(target.seq)),
    )
}

/// Takes a message down if it is pinned.
pub(crate) fn unpin(target: &Target) -> impl Statement + use<> {
    diesel::delete(pins::table.find((target.stream_id, target.seq)))
}

/// Forgets who has reacted to a message.
pub(crate) fn unreact(target: &Target) -> impl Statement + use<> {
    diesel::delete(
        reactions::table
            .filter(reactions::stream_id.eq(target.stream_id))
            .filter(reactions::seq.eq(target.seq)),
    )
}

/// Forgets how a message was reacted to.
pub(crate) fn uncount(target: &Target) -> impl Statement + use<> {
    diesel::delete(
        reaction_counts::table
            .filter(reaction_counts::stream_id.eq(target.stream_id))
            .filter(reaction_counts::seq.eq(target.seq)),
    )
}
