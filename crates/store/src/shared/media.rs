//! What was uploaded, and who may have it.
//!
//! Whoever adds media or takes them away has claimed [`STOCK`] before, so that bytes, their count and what needs them agree.
//! Appends do not: they hold the media that they use, as does whoever takes media away.

mod avatar;
mod forget;
mod keep;

use async_trait::async_trait;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{MediaId, Timestamp, UserId};
use parlor_ports::{
    AvatarSet, Blob, BlobKey, Claimed, MediaKept, MediaStore, NewMedia, Priority, Quotas, StoreError,
    StoredMedia,
};
use uuid::Uuid;

use super::super::{Backend, Conn};
use super::Tx;
use crate::counter::{loaded_amount, rows};
use crate::id::Id;
use crate::rows::{BlobRow, FileRow, MediaRow, blob_key};
use crate::schema::{
    blobs, media, media_files, media_usage, media_uses, members, rooms, status_views, statuses,
    unneeded_blobs, users,
};

pub(super) use self::avatar::{release, set as set_avatar, show};

/// What is claimed by whoever adds media or takes them away.
const STOCK: &str = "media";
/// Under which all blobs that are stored are counted.
const ALL: Id = Id(Uuid::nil());

#[async_trait]
impl MediaStore for Backend {
    async fn claim(&self, blob: Blob, until: Timestamp) -> Result<Claimed, StoreError> {
        self.write(move |tx| keep::claim(tx, blob, until).boxed()).await
    }

    async fn insert(&self, new: NewMedia, quotas: Quotas) -> Result<MediaKept, StoreError> {
        self.write(move |tx| keep::insert(tx, new, quotas).boxed()).await
    }

    async fn release(&self, keys: Vec<BlobKey>) -> Result<(), StoreError> {
        self.write(move |tx| keep::release(tx, keys).boxed()).await
    }

    async fn find(
        &self,
        media: MediaId,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Option<StoredMedia>, StoreError> {
        self.snapshot(move |conn| find(conn, media, viewer, now).boxed())
            .await
    }

    async fn find_any(&self, media: MediaId) -> Result<Option<StoredMedia>, StoreError> {
        self.snapshot(move |conn| find_any(conn, media).boxed()).await
    }

    async fn find_shown(&self, media: MediaId, now: Timestamp) -> Result<Option<StoredMedia>, StoreError> {
        self.snapshot(move |conn| find_shown(conn, media, now).boxed())
            .await
    }

    async fn forget(&self, media: MediaId, owner: UserId) -> Result<bool, StoreError> {
        self.write(move |tx| forget::forget(tx, media, owner).boxed())
            .await
    }

    async fn set_avatar(
        &self,
        user: UserId,
        media: Option<MediaId>,
        now: Timestamp,
    ) -> Result<AvatarSet, StoreError> {
        self.write(move |tx| avatar::set(tx, user, media, now).boxed())
            .await
    }

    async fn used(&self, user: UserId) -> Result<u64, StoreError> {
        let used = self.read(move |conn| used(conn, Id::of(user)).boxed()).await?;
        Ok(loaded_amount(used))
    }

    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| forget::sweep(tx, now).boxed())
            .await
    }

    async fn unneeded(&self, passed_over: usize, most: usize) -> Result<Vec<BlobKey>, StoreError> {
        self.read(move |conn| unneeded(conn, passed_over, most).boxed())
            .await
    }

    async fn gone(&self, keys: Vec<BlobKey>) -> Result<(), StoreError> {
        self.write_as(Priority::Bulk, move |tx| gone(tx, keys).boxed())
            .await
    }
}

async fn find(
    conn: &mut Conn,
    media: MediaId,
    viewer: UserId,
    now: Timestamp,
) -> QueryResult<Option<StoredMedia>> {
    let (id, viewer) = (Id::of(media), Id::of(viewer));
    let shown = media_uses::table
        .inner_join(members::table.on(members::room_id.eq(media_uses::stream_id)))
        .filter(media_uses::media_id.eq(id))
        .filter(members::user_id.eq(viewer))
        .filter(members::visible_from.le(media_uses::seq));
    let avatar = users::table.filter(users::avatar.eq(id));
    let told = media_uses::table
        .filter(media_uses::media_id.eq(id))
        .filter(media_uses::stream_id.eq(viewer));
    let sign = rooms::table.filter(rooms::avatar.eq(id));
    let posted = statuses::table
        .inner_join(status_views::table.on(status_views::status_id.eq(statuses::id)))
        .filter(statuses::media_id.eq(id))
        .filter(statuses::expires_at.gt(now.micros()))
        .filter(not(statuses::removed))
        .filter(status_views::user_id.eq(viewer))
        .filter(status_views::author_id.eq(statuses::author_id));
    let visible = media::owner_id.eq(viewer);
    let visible = visible.or(exists(shown)).or(exists(told)).or(exists(posted));
    let visible = visible.or(exists(avatar)).or(exists(sign));
    let row = media::table
        .find(id)
        .filter(visible)
        .select(MediaRow::as_select())
        .first(conn)
        .await
        .optional()?;
    with_files(conn, row).await
}

async fn find_any(conn: &mut Conn, media: MediaId) -> QueryResult<Option<StoredMedia>> {
    let row = media::table
        .find(Id::of(media))
        .select(MediaRow::as_select())
        .first(conn)
        .await
        .optional()?;
    with_files(conn, row).await
}

async fn find_shown(conn: &mut Conn, media: MediaId, now: Timestamp) -> QueryResult<Option<StoredMedia>> {
    let id = Id::of(media);
    let said = media_uses::table.filter(media_uses::media_id.eq(id));
    let avatar = users::table.filter(users::avatar.eq(id));
    let sign = rooms::table.filter(rooms::avatar.eq(id));
    let posted = statuses::table
        .filter(statuses::media_id.eq(id))
        .filter(statuses::expires_at.gt(now.micros()))
        .filter(not(statuses::removed));
    let shown = exists(said).or(exists(avatar));
    let row = media::table
        .find(id)
        .filter(shown.or(exists(sign)).or(exists(posted)))
        .select(MediaRow::as_select())
        .first(conn)
        .await
        .optional()?;
    with_files(conn, row).await
}

/// Media with the places of their bytes.
async fn with_files(conn: &mut Conn, row: Option<MediaRow>) -> QueryResult<Option<StoredMedia>> {
    let Some(row) = row else {
        return Ok(None);
    };
    let files: Vec<(FileRow, BlobRow)> = media_files::table
        .inner_join(blobs::table.on(blobs::digest.eq(media_files::digest)))
        .filter(media_files::media_id.eq(row.id))
        .order(media_files::file)
        .select((FileRow::as_select(), BlobRow::as_select()))
        .load(conn)
        .await?;
    Ok(Some(StoredMedia {
        media: row.media()?,
        owner: row.owner_id.into(),
        at: Timestamp::from_micros(row.created_at),
        files: files
            .into_iter()
            .map(|(file, blob)| file.stored(&blob))
            .collect::<QueryResult<_>>()?,
    }))
}

/// How many bytes are kept of somebody, or of all together.
pub(super) async fn used(conn: &mut Conn, owner: Id) -> QueryResult<i64> {
    let used = media_usage::table
        .find(owner)
        .select(media_usage::bytes)
        .first(conn)
        .await
        .optional()?;
    Ok(used.unwrap_or(0))
}

/// Counts bytes that are kept from now on, or if they are negative, that are kept no more.
async fn count(tx: &mut Tx<'_>, owner: Id, bytes: i64) -> QueryResult<()> {
    diesel::insert_into(media_usage::table)
        .values((media_usage::owner_id.eq(owner), media_usage::bytes.eq(bytes)))
        .on_conflict(media_usage::owner_id)
        .do_update()
        .set(media_usage::bytes.eq(media_usage::bytes + bytes))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn unneeded(conn: &mut Conn, passed_over: usize, most: usize) -> QueryResult<Vec<BlobKey>> {
    let found: Vec<(Vec<u8>, i64)> = unneeded_blobs::table
        .order((unneeded_blobs::digest, unneeded_blobs::generation))
        .offset(rows(passed_over))
        .limit(rows(most))
        .load(conn)
        .await?;
    found
        .into_iter()
        .map(|(digest, generation)| blob_key(&digest, generation))
        .collect()
}

async fn gone(tx: &mut Tx<'_>, keys: Vec<BlobKey>) -> QueryResult<()> {
    for (digest, generation) in keys.iter().filter_map(BlobKey::as_content) {
        diesel::delete(unneeded_blobs::table.find((digest.to_vec(), i64::from(generation))))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
