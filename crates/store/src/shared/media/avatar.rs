//! The pictures that stand for people and rooms.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{MediaId, Timestamp, UserId};
use parlor_ports::AvatarSet;

use super::super::Tx;
use super::super::users::hold;
use crate::id::Id;
use crate::schema::{media, released_media, users};

pub(in super::super) async fn set(
    tx: &mut Tx<'_>,
    user: UserId,
    wanted: Option<MediaId>,
    now: Timestamp,
) -> QueryResult<AvatarSet> {
    let Some(account) = hold(tx, user).await? else {
        return Ok(AvatarSet::NoMedia);
    };
    let before = account.profile.avatar;
    if wanted == before {
        return Ok(AvatarSet::Done);
    }
    if let Some(id) = wanted {
        match show(tx, id, user, now).await? {
            AvatarSet::Done => {}
            refused => return Ok(refused),
        }
    }
    diesel::update(users::table.find(Id::of(user)))
        .set(users::avatar.eq(wanted.map(Id::of)))
        .execute(tx.conn)
        .await?;
    release(tx, before).await?;
    Ok(AvatarSet::Done)
}

/// Keeps a picture of somebody's, which is about to stand for him or for a room.
pub(in super::super) async fn show(
    tx: &mut Tx<'_>,
    avatar: MediaId,
    owner: UserId,
    now: Timestamp,
) -> QueryResult<AvatarSet> {
    let found = tx.hold_media(vec![Id::of(avatar)]).await?.pop();
    let Some(found) = found.filter(|row| row.serves(owner, now)) else {
        return Ok(AvatarSet::NoMedia);
    };
    if !found.is_image() {
        return Ok(AvatarSet::NoImage);
    }
    diesel::update(media::table.find(found.id))
        .set(media::expires_at.eq(None::<i64>))
        .execute(tx.conn)
        .await?;
    Ok(AvatarSet::Done)
}

/// Notes that what was an avatar, or shown by a status, may be used by nothing any more.
pub(in super::super) async fn release(tx: &mut Tx<'_>, media: Option<MediaId>) -> QueryResult<()> {
    if let Some(media) = media {
        diesel::insert_into(released_media::table)
            .values(released_media::media_id.eq(Id::of(media)))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
