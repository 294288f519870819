//! Posting statuses, and taking them back.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, StatusId, Timestamp, UserId, UserRef, What};
use parlor_ports::{NewStatus, StatusPut, StatusRefusal};

use super::super::super::Conn;
use super::super::Tx;
use super::super::users::is_private;
use crate::code::Code;
use crate::id::Id;
use crate::rows::{MediaRow, NewStatusRow, StatusRow, status_digest};
use crate::schema::{media, status_people, statuses, users};

pub(in super::super) async fn post(tx: &mut Tx<'_>, new: NewStatus) -> QueryResult<StatusPut> {
    tx.lock([Id::of(new.author.id)]).await?;
    if !is_usable(tx, new.author).await? {
        return Ok(StatusPut::Refused(StatusRefusal::NoAuthor));
    }
    if let Some(put) = known(tx.conn, &new).await? {
        return Ok(put);
    }
    let replaced = replaced(tx, &new).await?;
    let others = count(tx, new.author, new.at).await? - i64::from(replaced.is_some());
    if others >= i64::from(new.most) {
        return Ok(StatusPut::Refused(StatusRefusal::TooMany));
    }
    let shown = match picture(tx, &new).await? {
        Ok(shown) => shown,
        Err(refusal) => return Ok(StatusPut::Refused(refusal)),
    };
    free_client_id(tx, &new).await?;
    if let Some(replaced) = replaced {
        remove(tx, replaced, new.author, new.at).await?;
    }
    let row: StatusRow = diesel::insert_into(statuses::table)
        .values(NewStatusRow::from(&new))
        .returning(StatusRow::as_returning())
        .get_result(tx.conn)
        .await?;
    for person in new.audience.named() {
        diesel::insert_into(status_people::table)
            .values((
                status_people::status_id.eq(row.id),
                status_people::user_id.eq(Id::of(*person)),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn)
            .await?;
    }
    let posted = What::StatusPosted {
        status: new.id,
        author: new.author,
        expires_at: new.expires_at,
    };
    tx.append(new.author.id, Some(new.author), posted, new.at).await?;
    Ok(StatusPut::New(row.own(shown, false)?))
}

/// The status whose place a new one takes, if there is one.
async fn replaced(tx: &mut Tx<'_>, new: &NewStatus) -> QueryResult<Option<StatusId>> {
    if !new.lasting {
        return Ok(None);
    }
    let lasting: Option<Id> = statuses::table
        .filter(statuses::author_id.eq(Id::of(new.author.id)))
        .filter(statuses::lasting)
        .filter(not(statuses::removed))
        .select(statuses::id)
        .first(tx.conn)
        .await
        .optional()?;
    Ok(lasting.map(StatusId::from))
}

/// When somebody has posted the status of his that lasts, if there is one.
pub(in super::super) async fn lasting_since(
    conn: &mut Conn,
    author: UserId,
) -> QueryResult<Option<Timestamp>> {
    let since: Option<i64> = statuses::table
        .filter(statuses::author_id.eq(Id::of(author)))
        .filter(statuses::lasting)
        .filter(not(statuses::removed))
        .select(statuses::created_at)
        .first(conn)
        .await
        .optional()?;
    Ok(since.map(Timestamp::from_micros))
}

async fn is_usable(tx: &mut Tx<'_>, author: UserRef) -> QueryResult<bool> {
    let usable = users::table
        .filter(users::id.eq(Id::of(author.id)))
        .filter(users::status.eq(AccountStatus::Active.code()));
    diesel::select(diesel::dsl::exists(usable))
        .get_result(tx.conn)
        .await
}

/// The answer to a client id that the author used before, for a status that is still there.
pub(super) async fn known(conn: &mut Conn, new: &NewStatus) -> QueryResult<Option<StatusPut>> {
    let Some(client_id) = &new.client_id else {
        return Ok(None);
    };
    let used = statuses::table
        .filter(statuses::author_id.eq(Id::of(new.author.id)))
        .filter(statuses::client_id.eq(client_id.as_str()));
    let found: Option<(StatusRow, Option<MediaRow>)> = used
        .left_join(media::table.on(statuses::media_id.eq(media::id.nullable())))
        .select((StatusRow::as_select(), Option::<MediaRow>::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((row, shown)) = found.filter(|(row, _)| row.is_live(new.at)) else {
        return Ok(None);
    };
    Ok(Some(if row.digest == Some(status_digest(client_id, new)) {
        StatusPut::Known(row.own(shown, is_private(conn, new.author.id).await?)?)
    } else {
        StatusPut::Refused(StatusRefusal::Conflict)
    }))
}

/// Takes the client id from a status that is not there any more, if one has it still.
async fn free_client_id(tx: &mut Tx<'_>, new: &NewStatus) -> QueryResult<()> {
    let Some(client_id) = &new.client_id else {
        return Ok(());
    };
    diesel::update(statuses::table)
        .filter(statuses::author_id.eq(Id::of(new.author.id)))
        .filter(statuses::client_id.eq(client_id.as_str()))
        .set(statuses::client_id.eq(None::<String>))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// How many statuses of the author there are to be seen.
async fn count(tx: &mut Tx<'_>, author: UserRef, now: Timestamp) -> QueryResult<i64> {
    statuses::table
        .filter(statuses::author_id.eq(Id::of(author.id)))
        .filter(statuses::expires_at.gt(now.micros()))
        .filter(not(statuses::removed))
        .count()
        .get_result(tx.conn)
        .await
}

/// What the new status shall show, which is kept from now on.
async fn picture(tx: &mut Tx<'_>, new: &NewStatus) -> QueryResult<Result<Option<MediaRow>, StatusRefusal>> {
    let Some(id) = new.media else {
        return Ok(Ok(None));
    };
    let found = tx.hold_media(vec![Id::of(id)]).await?.pop();
    let Some(found) = found.filter(|row| row.serves(new.author.id, new.at)) else {
        return Ok(Err(StatusRefusal::NoMedia));
    };
    if !found.is_image() && !found.is_video() {
        return Ok(Err(StatusRefusal::NoPicture));
    }
    diesel::update(media::table.find(found.id))
        .set(media::expires_at.eq(None::<i64>))
        .execute(tx.conn)
        .await?;
    Ok(Ok(Some(found)))
}

pub(super) async fn remove(
    tx: &mut Tx<'_>,
    status: StatusId,
    author: UserRef,
    at: Timestamp,
) -> QueryResult<bool> {
    tx.lock([Id::of(author.id)]).await?;
    let removed = diesel::update(statuses::table.find(Id::of(status)))
        .filter(statuses::author_id.eq(Id::of(author.id)))
        .filter(statuses::expires_at.gt(at.micros()))
        .filter(not(statuses::removed))
        .set((statuses::removed.eq(true), statuses::telling.eq(true)))
        .execute(tx.conn)
        .await?;
    if removed == 0 {
        return Ok(false);
    }
    let removed = What::StatusRemoved { status, author };
    tx.append(author.id, Some(author), removed, at).await?;
    Ok(true)
}

/// Takes back all statuses of somebody whose account ends. His stream must be locked.
pub(in super::super) async fn remove_all(tx: &mut Tx<'_>, author: UserId) -> QueryResult<()> {
    diesel::update(statuses::table)
        .filter(statuses::author_id.eq(Id::of(author)))
        .set((statuses::removed.eq(true), statuses::telling.eq(true)))
        .execute(tx.conn)
        .await?;
    Ok(())
}
