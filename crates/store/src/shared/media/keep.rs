//! Keeping media: their bytes are claimed, then stored, then written down with what they are for.

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::Timestamp;
use parlor_ports::{Blob, BlobKey, Claimed, MediaKept, NewFile, NewMedia, Quotas};

use super::super::Tx;
use super::super::users::hold;
use super::forget::{give_up, note_unneeded};
use super::{ALL, STOCK, count, used};
use crate::counter::stored_amount;
use crate::id::Id;
use crate::rows::{BlobRow, FileRow, MediaRow};
use crate::schema::{blobs, media, media_files};

pub(super) async fn claim(tx: &mut Tx<'_>, blob: Blob, until: Timestamp) -> QueryResult<Claimed> {
    let until = until.micros();
    let longer = case_when(blobs::claimed_until.gt(until), blobs::claimed_until).otherwise(until);
    let row: BlobRow = diesel::insert_into(blobs::table)
        .values((
            blobs::digest.eq(blob.digest.to_vec()),
            blobs::generation.eq(i64::from(tx.generation())),
            blobs::bytes.eq(stored_amount(blob.bytes)),
            blobs::stored.eq(false),
            blobs::claims.eq(1),
            blobs::claimed_until.eq(until),
        ))
        .on_conflict(blobs::digest)
        .do_update()
        .set((
            blobs::claims.eq(blobs::claims + 1),
            blobs::claimed_until.eq(longer),
        ))
        .returning(BlobRow::as_returning())
        .get_result(tx.conn)
        .await?;
    Ok(if row.stored {
        Claimed::Stored(row.key()?)
    } else {
        Claimed::Store(row.key()?)
    })
}

pub(super) async fn insert(tx: &mut Tx<'_>, new: NewMedia, quotas: Quotas) -> QueryResult<MediaKept> {
    let owner = hold(tx, new.owner).await?;
    tx.claim(STOCK).await?;
    let kept = match owner {
        Some(_) => keep(tx, &new, quotas).await?,
        None => MediaKept::NoOwner,
    };
    if kept != MediaKept::Done {
        give_back(tx, new.files.iter().map(|file| &file.key)).await?;
    }
    Ok(kept)
}

/// Gives claims back that come to nothing.
pub(super) async fn release(tx: &mut Tx<'_>, keys: Vec<BlobKey>) -> QueryResult<()> {
    tx.claim(STOCK).await?;
    give_back(tx, keys.iter()).await
}

async fn keep(tx: &mut Tx<'_>, new: &NewMedia, quotas: Quotas) -> QueryResult<MediaKept> {
    let Some(blobs) = claimed(tx, &new.files).await? else {
        return Ok(MediaKept::Unclaimed);
    };
    let owner = Id::of(new.owner);
    let weight = sum(new.files.iter().map(|file| stored_amount(file.blob.bytes)));
    if used(tx.conn, owner).await?.saturating_add(weight) > stored_amount(quotas.person) {
        return Ok(MediaKept::OwnerFull);
    }
    let added = sum(blobs.iter().filter(|blob| !blob.stored).map(|blob| blob.bytes));
    if used(tx.conn, ALL).await?.saturating_add(added) > stored_amount(quotas.total) {
        return Ok(MediaKept::ServerFull);
    }
    count(tx, owner, weight).await?;
    count(tx, ALL, added).await?;
    let row = MediaRow::new(new, weight);
    let id = row.id;
    diesel::insert_into(media::table)
        .values(row)
        .execute(tx.conn)
        .await?;
    for file in &new.files {
        redeem(tx, file).await?;
        diesel::insert_into(media_files::table)
            .values(FileRow::new(id, file))
            .execute(tx.conn)
            .await?;
    }
    Ok(MediaKept::Done)
}

/// Gives claims back, and gives up the bytes that nobody else needs.
async fn give_back(tx: &mut Tx<'_>, keys: impl Iterator<Item = &BlobKey>) -> QueryResult<()> {
    let mut digests = Vec::new();
    for (digest, generation) in keys.filter_map(BlobKey::as_content) {
        let (digest, generation) = (digest.to_vec(), i64::from(generation));
        let others = case_when(blobs::claims.gt(0), blobs::claims - 1).otherwise(0);
        let still_there = diesel::update(blobs::table.find(&digest))
            .filter(blobs::generation.eq(generation))
            .set(blobs::claims.eq(others))
            .execute(tx.conn)
            .await?;
        if still_there > 0 {
            digests.push(digest);
        } else {
            // The claim passed before the bytes were stored under its key, where nobody would look for them any more.
            note_unneeded(tx, digest, generation).await?;
        }
    }
    give_up(tx, digests).await
}

/// The blobs of these files, each once; `None` if one of them does not lie any more where its claim said.
async fn claimed(tx: &mut Tx<'_>, files: &[NewFile]) -> QueryResult<Option<Vec<BlobRow>>> {
    let found: Vec<BlobRow> = blobs::table
        .filter(blobs::digest.eq_any(digests(files)))
        .select(BlobRow::as_select())
        .load(tx.conn)
        .await?;
    let keys: Vec<_> = found.iter().map(BlobRow::key).collect::<QueryResult<_>>()?;
    let all = files.iter().all(|file| keys.contains(&file.key));
    Ok(all.then_some(found))
}

/// Puts a file in the place of the claim on its bytes.
async fn redeem(tx: &mut Tx<'_>, file: &NewFile) -> QueryResult<()> {
    let others = case_when(blobs::claims.gt(0), blobs::claims - 1).otherwise(0);
    diesel::update(blobs::table.find(file.blob.digest.to_vec()))
        .set((blobs::stored.eq(true), blobs::claims.eq(others)))
        .execute(tx.conn)
        .await?;
    Ok(())
}

fn digests(files: &[NewFile]) -> Vec<Vec<u8>> {
    files.iter().map(|file| file.blob.digest.to_vec()).collect()
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}
