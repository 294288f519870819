//! Forgetting media that nothing uses, and giving up bytes that nobody needs.

use std::collections::BTreeMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{MediaId, Timestamp, UserId};

use super::super::Tx;
use super::super::care::STEP;
use super::{ALL, STOCK, count};
use crate::id::Id;
use crate::rows::MediaRow;
use crate::schema::{
    blobs, broadcast_media, media, media_files, media_uses, released_media, rooms, statuses, unneeded_blobs,
    users,
};

pub(super) async fn forget(tx: &mut Tx<'_>, media: MediaId, owner: UserId) -> QueryResult<bool> {
    tx.claim(STOCK).await?;
    let mut unused = unused(tx, vec![Id::of(media)]).await?;
    unused.retain(|row| row.owner_id == Id::of(owner));
    let found = !unused.is_empty();
    forget_all(tx, unused).await?;
    Ok(found)
}

/// Does a step of what there is to do; false if there is nothing.
pub(super) async fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    tx.claim(STOCK).await?;
    Ok(sweep_released(tx).await? || sweep_expired(tx, now).await? || sweep_claims(tx, now).await?)
}

/// Forgets media of which the last use has ended.
async fn sweep_released(tx: &mut Tx<'_>) -> QueryResult<bool> {
    let released: Vec<(i64, Id)> = released_media::table
        .order(released_media::number)
        .limit(STEP)
        .load(tx.conn)
        .await?;
    if released.is_empty() {
        return Ok(false);
    }
    let (numbers, ids): (Vec<i64>, Vec<Id>) = released.into_iter().unzip();
    let unused = unused(tx, ids).await?;
    forget_all(tx, unused).await?;
    diesel::delete(released_media::table.filter(released_media::number.eq_any(numbers)))
        .execute(tx.conn)
        .await?;
    Ok(true)
}

/// Forgets media that nothing has used in time.
async fn sweep_expired(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    let expired: Vec<Id> = media::table
        .filter(media::expires_at.le(now.micros()))
        .order(media::expires_at)
        .limit(STEP)
        .select(media::id)
        .load(tx.conn)
        .await?;
    if expired.is_empty() {
        return Ok(false);
    }
    let unused = unused(tx, expired).await?;
    forget_all(tx, unused).await?;
    Ok(true)
}

/// Gives up claims that came to nothing.
async fn sweep_claims(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    let over: Vec<Vec<u8>> = blobs::table
        .filter(blobs::claimed_until.le(now.micros()))
        .order(blobs::claimed_until)
        .limit(STEP)
        .select(blobs::digest)
        .load(tx.conn)
        .await?;
    if over.is_empty() {
        return Ok(false);
    }
    // Somebody may have claimed one of them anew meanwhile.
    diesel::update(blobs::table.filter(blobs::digest.eq_any(&over)))
        .filter(blobs::claimed_until.le(now.micros()))
        .set((blobs::claims.eq(0), blobs::claimed_until.eq(None::<i64>)))
        .execute(tx.conn)
        .await?;
    give_up(tx, over).await?;
    Ok(true)
}

/// Of these media, those that nothing uses, nor will until the end of the transaction.
async fn unused(tx: &mut Tx<'_>, mut ids: Vec<Id>) -> QueryResult<Vec<MediaRow>> {
    ids.sort_unstable();
    ids.dedup();
    let mut held = tx.hold_media(ids.clone()).await?;
    let shown = media_uses::table.filter(media_uses::media_id.eq(media::id));
    let avatar = users::table.filter(users::avatar.eq(media::id.nullable()));
    let sign = rooms::table.filter(rooms::avatar.eq(media::id.nullable()));
    let posted = statuses::table.filter(statuses::media_id.eq(media::id.nullable()));
    let broadcast = broadcast_media::table.filter(broadcast_media::media_id.eq(media::id));
    let used: Vec<Id> = media::table
        .filter(media::id.eq_any(ids))
        .filter(
            exists(shown)
                .or(exists(avatar))
                .or(exists(sign))
                .or(exists(posted))
                .or(exists(broadcast)),
        )
        .select(media::id)
        .load(tx.conn)
        .await?;
    held.retain(|row| !used.contains(&row.id));
    Ok(held)
}

/// Forgets media that are held, and gives up their bytes if nobody else needs them.
async fn forget_all(tx: &mut Tx<'_>, unused: Vec<MediaRow>) -> QueryResult<()> {
    if unused.is_empty() {
        return Ok(());
    }
    let mut owners: BTreeMap<Id, i64> = BTreeMap::new();
    for row in &unused {
        *owners.entry(row.owner_id).or_default() += row.weight;
    }
    let ids: Vec<Id> = unused.into_iter().map(|row| row.id).collect();
    let freed = diesel::delete(media_files::table.filter(media_files::media_id.eq_any(&ids)))
        .returning(media_files::digest)
        .get_results(tx.conn)
        .await?;
    diesel::delete(media::table.filter(media::id.eq_any(&ids)))
        .execute(tx.conn)
        .await?;
    for (owner, weight) in owners {
        count(tx, owner, -weight).await?;
    }
    give_up(tx, freed).await
}

/// Gives up those of these bytes that no media has and nobody has claimed: they are to be deleted from now on.
pub(super) async fn give_up(tx: &mut Tx<'_>, digests: Vec<Vec<u8>>) -> QueryResult<()> {
    if digests.is_empty() {
        return Ok(());
    }
    let needed = media_files::table.filter(media_files::digest.eq(blobs::digest));
    let given_up: Vec<(Vec<u8>, i64, i64, bool)> = diesel::delete(blobs::table)
        .filter(blobs::digest.eq_any(digests))
        .filter(blobs::claims.eq(0))
        .filter(not(exists(needed)))
        .returning((blobs::digest, blobs::generation, blobs::bytes, blobs::stored))
        .get_results(tx.conn)
        .await?;
    let mut stored = 0;
    for (digest, generation, bytes, was_stored) in given_up {
        stored += if was_stored { bytes } else { 0 };
        note_unneeded(tx, digest, generation).await?;
    }
    if stored > 0 {
        count(tx, ALL, -stored).await?;
    }
    Ok(())
}

/// Notes that bytes are to be deleted.
pub(super) async fn note_unneeded(tx: &mut Tx<'_>, digest: Vec<u8>, generation: i64) -> QueryResult<()> {
    diesel::insert_into(unneeded_blobs::table)
        .values((
            unneeded_blobs::digest.eq(digest),
            unneeded_blobs::generation.eq(generation),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    Ok(())
}
