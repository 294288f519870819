//! Uploads that come in parts. Whatever changes one is one statement that looks whether it may.

use std::time::Duration;

use async_trait::async_trait;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Timestamp, UserId};
use parlor_ports::{Allowance, NextPart, Part, Priority, StoreError, Upload, UploadBegun, UploadStore};
use uuid::Uuid;

use super::super::{Backend, Conn};
use super::Tx;
use super::care::STEP;
use super::media::used;
use super::users::hold;
use crate::counter::{rows, stored_amount};
use crate::id::Id;
use crate::rows::{Ending, UploadRow};
use crate::schema::{upload_parts, uploads};

/// What is claimed by whoever ends several uploads, so that two of them never wait in a circle.
const ENDS: &str = "ends of uploads";
/// Most uploads of a person that are remembered, those included that have ended.
const REMEMBERED: i64 = 2_000;
/// For how long a part of an upload may be on its way to where it is stored.
const ON_ITS_WAY: Duration = Duration::from_secs(60 * 60);

#[async_trait]
impl UploadStore for Backend {
    async fn begin(&self, upload: Upload, allowance: Allowance) -> Result<UploadBegun, StoreError> {
        self.write(move |tx| begin(tx, upload, allowance).boxed()).await
    }

    async fn find(&self, upload: Uuid, owner: UserId, now: Timestamp) -> Result<Option<Upload>, StoreError> {
        self.read(move |conn| find(conn, upload, owner, now).boxed())
            .await
    }

    async fn next_part(&self, upload: Uuid, most: u32) -> Result<NextPart, StoreError> {
        self.write(move |tx| next_part(tx, upload, most).boxed()).await
    }

    async fn add_part(&self, upload: Uuid, part: Part, expires_at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| add_part(tx, upload, part, expires_at).boxed())
            .await
    }

    async fn parts(&self, upload: Uuid) -> Result<Vec<u32>, StoreError> {
        self.read(move |conn| parts(conn, upload).boxed()).await
    }

    async fn end(
        &self,
        upload: Uuid,
        owner: UserId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| end(tx, upload, owner, now, until).boxed())
            .await
    }

    async fn sweep(&self, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| sweep(tx, now, until).boxed())
            .await
    }

    async fn ended(
        &self,
        now: Timestamp,
        passed_over: usize,
        most: usize,
    ) -> Result<Vec<(Uuid, u32)>, StoreError> {
        self.read(move |conn| ended(conn, now, passed_over, most).boxed())
            .await
    }

    async fn gone(&self, upload: Uuid, now: Timestamp) -> Result<(), StoreError> {
        self.write_as(Priority::Bulk, move |tx| gone(tx, upload, now).boxed())
            .await
    }
}

async fn begin(tx: &mut Tx<'_>, upload: Upload, allowance: Allowance) -> QueryResult<UploadBegun> {
    if hold(tx, upload.owner).await?.is_none() {
        return Ok(UploadBegun::NoOwner);
    }
    let owner = Id::of(upload.owner);
    let remembered: Vec<(i64, bool)> = uploads::table
        .filter(uploads::owner_id.eq(owner))
        .select((uploads::bytes, uploads::ended))
        .limit(REMEMBERED)
        .load(tx.conn)
        .await?;
    let is_full = rows(remembered.len()) >= REMEMBERED;
    let begun = remembered.into_iter().filter(|(_, ended)| !ended);
    let begun: Vec<i64> = begun.map(|(bytes, _)| bytes).collect();
    if is_full || begun.len() >= usize::try_from(allowance.uploads).unwrap_or(usize::MAX) {
        return Ok(UploadBegun::TooMany);
    }
    let kept = used(tx.conn, owner).await?;
    let wanted = begun.into_iter().fold(kept, i64::saturating_add);
    if wanted.saturating_add(stored_amount(upload.bytes)) > stored_amount(allowance.bytes) {
        return Ok(UploadBegun::OwnerFull);
    }
    diesel::insert_into(uploads::table)
        .values(UploadRow::new(&upload))
        .execute(tx.conn)
        .await?;
    Ok(UploadBegun::Done)
}

async fn find(conn: &mut Conn, upload: Uuid, owner: UserId, now: Timestamp) -> QueryResult<Option<Upload>> {
    let found: Option<UploadRow> = uploads::table
        .find(Id(upload))
        .filter(uploads::owner_id.eq(Id::of(owner)))
        .filter(uploads::expires_at.gt(now.micros()))
        .select(UploadRow::as_select())
        .first(conn)
        .await
        .optional()?;
    found.map(UploadRow::upload).transpose()
}

async fn next_part(tx: &mut Tx<'_>, upload: Uuid, most: u32) -> QueryResult<NextPart> {
    let open = uploads::table.find(Id(upload)).filter(uploads::ended.eq(false));
    let given: Option<i64> = diesel::update(open)
        .filter(uploads::parts.lt(i64::from(most)))
        .set(uploads::parts.eq(uploads::parts + 1))
        .returning(uploads::parts)
        .get_result(tx.conn)
        .await
        .optional()?;
    if let Some(parts) = given {
        return Ok(NextPart::No(number(parts - 1)));
    }
    let is_open: bool = diesel::select(exists(open)).get_result(tx.conn).await?;
    Ok(if is_open {
        NextPart::TooMany
    } else {
        NextPart::NoUpload
    })
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

async fn end(
    tx: &mut Tx<'_>,
    upload: Uuid,
    owner: UserId,
    now: Timestamp,
    until: Timestamp,
) -> QueryResult<bool> {
    let ended = diesel::update(uploads::table.find(Id(upload)))
        .filter(uploads::owner_id.eq(Id::of(owner)))
        .filter(uploads::ended.eq(false))
        .set(Ending::new(now, until))
        .execute(tx.conn)
        .await?;
    Ok(ended > 0)
}

/// Ends all uploads of somebody who is deleted. His stream must be locked, so that he begins no other.
pub(super) async fn end_all(tx: &mut Tx<'_>, owner: UserId, now: Timestamp) -> QueryResult<()> {
    tx.claim(ENDS).await?;
    diesel::update(uploads::table)
        .filter(uploads::owner_id.eq(Id::of(owner)))
        .filter(diesel::dsl::not(uploads::ended))
        .set(Ending::new(now, now + ON_ITS_WAY))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn sweep(tx: &mut Tx<'_>, now: Timestamp, until: Timestamp) -> QueryResult<bool> {
    tx.claim(ENDS).await?;
    let expired: Vec<Id> = uploads::table
        .filter(uploads::expires_at.le(now.micros()))
        .filter(diesel::dsl::not(uploads::ended))
        .order(uploads::expires_at)
        .limit(STEP)
        .select(uploads::id)
        .load(tx.conn)
        .await?;
    if expired.is_empty() {
        return Ok(false);
    }
    // One of them may have gone on meanwhile.
    diesel::update(uploads::table.filter(uploads::id.eq_any(expired)))
        .filter(uploads::expires_at.le(now.micros()))
        .filter(diesel::dsl::not(uploads::ended))
        .set(Ending::new(now, until))
        .execute(tx.conn)
        .await?;
    Ok(true)
}

async fn ended(
    conn: &mut Conn,
    now: Timestamp,
    passed_over: usize,
    most: usize,
) -> QueryResult<Vec<(Uuid, u32)>> {
    let found: Vec<(Id, i64)> = uploads::table
        .filter(uploads::care_at.le(now.micros()))
        .order((uploads::care_at, uploads::id))
        .offset(rows(passed_over))
        .limit(rows(most))
        .select((uploads::id, uploads::parts))
        .load(conn)
        .await?;
    Ok(found
        .into_iter()
        .map(|(upload, parts)| (upload.0, number(parts)))
        .collect())
}

async fn gone(tx: &mut Tx<'_>, upload: Uuid, now: Timestamp) -> QueryResult<()> {
    let ended = diesel::update(uploads::table.find(Id(upload)))
        .filter(uploads::ended)
        .set(uploads::care_at.eq(uploads::expires_at.nullable()))
        .execute(tx.conn)
        .await?;
    if ended == 0 {
        return Ok(());
    }
    diesel::delete(upload_parts::table.filter(upload_parts::upload_id.eq(Id(upload))))
        .execute(tx.conn)
        .await?;
    diesel::delete(uploads::table.find(Id(upload)))
        .filter(uploads::expires_at.le(now.micros()))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// A number of parts, of which there are never so many that it does not fit.
fn number(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}
