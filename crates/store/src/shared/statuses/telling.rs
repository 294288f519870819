//! Telling people that a status was posted or removed, some at a time: what was told, and how far that has come, is committed
//! together, so that a crash neither leaves anybody out nor tells anybody twice.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, StatusAudienceKind, Timestamp, UserRef, What};

use super::super::super::Conn;
use super::super::Tx;
use super::{held, parting};
use crate::code::Code;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::StatusRow;
use crate::schema::{blocks, contacts, status_people, status_views, statuses, users};

/// So many people are told in one transaction, so that nobody waits long for it.
const BATCH: usize = 50;

/// Tells the next people, of the status that waits longest; false if nobody is to be told anything.
pub(super) async fn tell(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    let next: Option<StatusRow> = statuses::table
        .filter(statuses::telling)
        .filter(statuses::expires_at.gt(now.micros()))
        .order(statuses::number)
        .select(StatusRow::as_select())
        .first(tx.conn)
        .await
        .optional()?;
    let Some(status) = next else {
        return Ok(false);
    };
    if status.removed {
        tell_removed(tx, &status, now).await?;
    } else {
        tell_posted(tx, &status, now).await?;
    }
    Ok(true)
}

async fn tell_posted(tx: &mut Tx<'_>, seen: &StatusRow, now: Timestamp) -> QueryResult<()> {
    let wanted = audience(tx.conn, seen, None).await?;
    let wanted: Vec<Id> = wanted.iter().map(|user| Id::of(user.id)).collect();
    tx.lock(wanted.iter().copied().chain([seen.author_id])).await?;
    let held = held(tx, seen.id).await?;
    // Somebody else may have gone on with it, or it was taken back.
    let Some(status) = held.filter(|row| row.telling && row.is_live(now) && row.told_to == seen.told_to)
    else {
        return Ok(());
    };
    let last = wanted.last().copied().filter(|_| wanted.len() == BATCH);
    for user in audience(tx.conn, &status, Some(wanted)).await? {
        show(tx, &status, user, now).await?;
    }
    match last {
        Some(last) => go_on_after(tx, &status, last).await,
        None => finish(tx, &status).await,
    }
}

/// Of those who are still to be told, or of these people, the next who are in the audience of a status, in the order of their ids.
async fn audience(conn: &mut Conn, status: &StatusRow, among: Option<Vec<Id>>) -> QueryResult<Vec<UserRef>> {
    let named = status_people::table
        .filter(status_people::status_id.eq(status.id))
        .filter(status_people::user_id.eq(contacts::contact_id));
    let blocked = blocks::table
        .filter(blocks::user_id.eq(contacts::contact_id))
        .filter(blocks::blocked_id.eq(status.author_id));
    let barred = blocks::table
        .filter(blocks::user_id.eq(status.author_id))
        .filter(blocks::blocked_id.eq(contacts::contact_id));
    let mut query = contacts::table
        .inner_join(users::table.on(users::id.eq(contacts::contact_id)))
        .filter(contacts::user_id.eq(status.author_id))
        .filter(contacts::contact_id.gt(status.told_to))
        .filter(contacts::created_at.le(status.created_at))
        .filter(users::status.ne(AccountStatus::Deleted.code()))
        .filter(not(exists(blocked)))
        .filter(not(exists(barred)))
        .order(contacts::contact_id)
        .limit(rows(BATCH))
        .select((users::id, users::number))
        .into_boxed();
    query = match StatusAudienceKind::decode(status.audience)? {
        StatusAudienceKind::Contacts => query,
        StatusAudienceKind::Except => query.filter(not(exists(named))),
        StatusAudienceKind::Only => query.filter(exists(named)),
    };
    if let Some(among) = among {
        query = query.filter(contacts::contact_id.eq_any(among));
    }
    let found: Vec<(Id, i64)> = query.load(conn).await?;
    let people = found.into_iter().map(|(id, number)| UserRef {
        id: id.into(),
        number,
    });
    Ok(people.collect())
}

/// Lets somebody see a status, and tells him.
async fn show(tx: &mut Tx<'_>, status: &StatusRow, user: UserRef, now: Timestamp) -> QueryResult<()> {
    diesel::insert_into(status_views::table)
        .values((
            status_views::user_id.eq(Id::of(user.id)),
            status_views::author_id.eq(status.author_id),
            status_views::status_id.eq(status.id),
            status_views::user_number.eq(user.number),
        ))
        .execute(tx.conn)
        .await?;
    let posted = What::StatusPosted {
        status: status.id.into(),
        author: status.author(),
        expires_at: Timestamp::from_micros(status.expires_at),
    };
    tx.append(user.id, Some(status.author()), posted, now).await?;
    Ok(())
}

async fn go_on_after(tx: &mut Tx<'_>, status: &StatusRow, last: Id) -> QueryResult<()> {
    diesel::update(statuses::table.find(status.id))
        .set(statuses::told_to.eq(last))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// All were told, so whom the author has named is of no more use.
async fn finish(tx: &mut Tx<'_>, status: &StatusRow) -> QueryResult<()> {
    diesel::delete(status_people::table.filter(status_people::status_id.eq(status.id)))
        .execute(tx.conn)
        .await?;
    diesel::update(statuses::table.find(status.id))
        .set(statuses::telling.eq(false))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn tell_removed(tx: &mut Tx<'_>, seen: &StatusRow, now: Timestamp) -> QueryResult<()> {
    let told: Vec<Id> = status_views::table
        .filter(status_views::status_id.eq(seen.id))
        .order(status_views::user_id)
        .limit(rows(BATCH))
        .select(status_views::user_id)
        .load(tx.conn)
        .await?;
    tx.lock(told.iter().copied().chain([seen.author_id])).await?;
    let Some(status) = held(tx, seen.id).await? else {
        return Ok(());
    };
    let is_last = told.len() < BATCH;
    let told: Vec<Id> = diesel::delete(status_views::table)
        .filter(status_views::status_id.eq(status.id))
        .filter(status_views::user_id.eq_any(told))
        .returning(status_views::user_id)
        .get_results(tx.conn)
        .await?;
    for user in told {
        parting::tell(tx, user.into(), status.id, status.author(), now).await?;
    }
    if is_last {
        // From now on it is to be erased, like one whose time has come.
        diesel::update(statuses::table.find(status.id))
            .set((
                statuses::telling.eq(false),
                statuses::expires_at.eq(status.expires_at.min(now.micros())),
            ))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
