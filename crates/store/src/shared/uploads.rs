//! Uploads that come in parts. Whatever changes one is one statement that looks whether it may.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Timestamp, UserId};
use parlor_ports::{Part, Priority, StoreError, Upload, UploadStore};
use uuid::Uuid;

use super::super::{Backend, Conn};
use super::Tx;
use super::care::STEP;
use super::users::hold;
use crate::counter::stored_amount;
use crate::id::Id;
use crate::rows::UploadRow;
use crate::schema::{upload_parts, uploads};

/// What is claimed by whoever ends several uploads, so that two of them never wait in a circle.
const ENDS: &str = "ends of uploads";

#[async_trait]
impl UploadStore for Backend {
    async fn begin(&self, upload: Upload, most: u32) -> Result<bool, StoreError> {
        self.write(move |tx| begin(tx, upload, most).boxed()).await
    }

    async fn find(&self, upload: Uuid, owner: UserId, now: Timestamp) -> Result<Option<Upload>, StoreError> {
        self.read(move |conn| find(conn, upload, owner, now).boxed())
            .await
    }

    async fn next_part(&self, upload: Uuid) -> Result<Option<u32>, StoreError> {
        self.write(move |tx| next_part(tx, upload).boxed()).await
    }

    async fn add_part(&self, upload: Uuid, part: Part, expires_at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| add_part(tx, upload, part, expires_at).boxed())
            .await
    }

    async fn parts(&self, upload: Uuid) -> Result<Vec<u32>, StoreError> {
        self.read(move |conn| parts(conn, upload).boxed()).await
    }

    async fn end(&self, upload: Uuid, owner: UserId) -> Result<bool, StoreError> {
        self.write(move |tx| end(tx, upload, owner).boxed()).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| sweep(tx, now).boxed())
            .await
    }

    async fn ended(&self, most: usize) -> Result<Vec<(Uuid, u32)>, StoreError> {
        self.read(move |conn| ended(conn, most).boxed()).await
    }

    async fn gone(&self, upload: Uuid) -> Result<(), StoreError> {
        self.write_as(Priority::Bulk, move |tx| gone(tx, upload).boxed())
            .await
    }
}

async fn begin(tx: &mut Tx<'_>, upload: Upload, most: u32) -> QueryResult<bool> {
    if hold(tx, upload.owner).await?.is_none() {
        return Ok(false);
    }
    let begun: i64 = uploads::table
        .filter(uploads::owner_id.eq(Id::of(upload.owner)))
        .filter(diesel::dsl::not(uploads::ended))
        .count()
        .get_result(tx.conn)
        .await?;
    if begun >= i64::from(most) {
        return Ok(false);
    }
    diesel::insert_into(uploads::table)
        .values(UploadRow::new(&upload))
        .execute(tx.conn)
        .await?;
    Ok(true)
}

async fn find(conn: &mut Conn, upload: Uuid, owner: UserId, now: Timestamp) -> QueryResult<Option<Upload>> {
    let found: Option<UploadRow> = uploads::table
        .find(Id(upload))
        .filter(uploads::owner_id.eq(Id::of(owner)))
        .filter(uploads::ended.eq(false))
        .filter(uploads::expires_at.gt(now.micros()))
        .select(UploadRow::as_select())
        .first(conn)
        .await
        .optional()?;
    found.map(UploadRow::upload).transpose()
}

async fn next_part(tx: &mut Tx<'_>, upload: Uuid) -> QueryResult<Option<u32>> {
    let parts: Option<i64> = diesel::update(uploads::table.find(Id(upload)))
        .filter(uploads::ended.eq(false))
        .set(uploads::parts.eq(uploads::parts + 1))
        .returning(uploads::parts)
        .get_result(tx.conn)
        .await
        .optional()?;
    Ok(parts.map(|parts| number(parts - 1)))
}

async fn add_part(tx: &mut Tx<'_>, upload: Uuid, part: Part, expires_at: Timestamp) -> QueryResult<bool> {
    let (place, bytes) = (stored_amount(part.offset), stored_amount(part.bytes));
    if bytes == 0 {
        return Ok(false);
    }
    let end = place.saturating_add(bytes);
    let grown = diesel::update(uploads::table.find(Id(upload)))
        .filter(uploads::ended.eq(false))
        .filter(uploads::received.eq(place))
        .filter(uploads::bytes.ge(end))
        .set((
            uploads::received.eq(end),
            uploads::expires_at.eq(expires_at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    if grown == 0 {
        return Ok(false);
    }
    diesel::insert_into(upload_parts::table)
        .values((
            upload_parts::upload_id.eq(Id(upload)),
            upload_parts::place.eq(place),
            upload_parts::no.eq(i64::from(part.no)),
        ))
        .execute(tx.conn)
        .await?;
    Ok(true)
}

async fn parts(conn: &mut Conn, upload: Uuid) -> QueryResult<Vec<u32>> {
    let numbers: Vec<i64> = upload_parts::table
        .filter(upload_parts::upload_id.eq(Id(upload)))
        .order(upload_parts::place)
        .select(upload_parts::no)
        .load(conn)
        .await?;
    Ok(numbers.into_iter().map(number).collect())
}

async fn end(tx: &mut Tx<'_>, upload: Uuid, owner: UserId) -> QueryResult<bool> {
    let ended = diesel::update(uploads::table.find(Id(upload)))
        .filter(uploads::owner_id.eq(Id::of(owner)))
        .filter(uploads::ended.eq(false))
        .set(uploads::ended.eq(true))
        .execute(tx.conn)
        .await?;
    Ok(ended > 0)
}

/// Ends all uploads of somebody who is deleted. His stream must be locked, so that he begins no other.
pub(super) async fn end_all(tx: &mut Tx<'_>, owner: UserId) -> QueryResult<()> {
    tx.claim(ENDS).await?;
    diesel::update(uploads::table)
        .filter(uploads::owner_id.eq(Id::of(owner)))
        .filter(diesel::dsl::not(uploads::ended))
        .set(uploads::ended.eq(true))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    tx.claim(ENDS).await?;
    let over: Vec<Id> = uploads::table
        .filter(uploads::expires_at.le(now.micros()))
        .filter(diesel::dsl::not(uploads::ended))
        .order(uploads::expires_at)
        .limit(STEP)
        .select(uploads::id)
        .load(tx.conn)
        .await?;
    if over.is_empty() {
        return Ok(false);
    }
    // One of them may have gone on meanwhile.
    diesel::update(uploads::table.filter(uploads::id.eq_any(over)))
        .filter(uploads::expires_at.le(now.micros()))
        .set(uploads::ended.eq(true))
        .execute(tx.conn)
        .await?;
    Ok(true)
}

async fn ended(conn: &mut Conn, most: usize) -> QueryResult<Vec<(Uuid, u32)>> {
    let found: Vec<(Id, i64)> = uploads::table
        .filter(uploads::ended)
        .order(uploads::id)
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((uploads::id, uploads::parts))
        .load(conn)
        .await?;
    Ok(found
        .into_iter()
        .map(|(upload, parts)| (upload.0, number(parts)))
        .collect())
}

async fn gone(tx: &mut Tx<'_>, upload: Uuid) -> QueryResult<()> {
    diesel::delete(uploads::table.find(Id(upload)))
        .filter(uploads::ended)
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// A number of parts, of which there are never so many that it does not fit.
fn number(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}
