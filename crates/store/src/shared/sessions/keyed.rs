//! Sessions for which stable keys stand. They have no refresh token.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Session, SessionId};
use parlor_ports::{HostedSession, NewKeySession};

use super::super::Tx;
use super::{hosted, make_place, places};
use crate::id::Id;
use crate::rows::SessionRow;
use crate::schema::sessions;

/// Opens a session. The user's stream must be locked.
pub(in super::super) async fn open(
    tx: &mut Tx<'_>,
    new: &NewKeySession,
    most: usize,
) -> QueryResult<Session> {
    make_place(tx, new.user.id, most, new.at).await?;
    let row = diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(Id::of(new.session)),
            sessions::user_id.eq(Id::of(new.user.id)),
            sessions::device.eq(new.device.as_str()),
            sessions::address.eq(new.address.as_deref()),
            sessions::created_at.eq(new.at.micros()),
            sessions::used_at.eq(new.at.micros()),
            sessions::expires_at.eq(new.expires_at.micros()),
        ))
        .returning(SessionRow::as_returning())
        .get_result(tx.conn)
        .await?;
    places::note(tx, Id::of(new.user.id), new.address.as_deref(), new.at).await?;
    row.of(new.user)
}

/// Notes that this session was used, and keeps it alive; `None` if it is over. The user's stream must be locked.
pub(in super::super) async fn keep_alive(
    tx: &mut Tx<'_>,
    session: SessionId,
    new: &NewKeySession,
) -> QueryResult<Option<Session>> {
    let live: Option<i64> = sessions::table
        .find(Id::of(session))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(new.at.micros()))
        .select(sessions::expires_at)
        .first(tx.conn)
        .await
        .optional()?;
    let Some(expires_at) = live else {
        return Ok(None);
    };
    let used = HostedSession {
        id: session,
        user: new.user,
        device: new.device.clone(),
        address: new.address.clone(),
        at: new.at,
        expires_at: new.expires_at,
    };
    let row = hosted::keep_alive(tx, &used, expires_at).await?;
    places::note(tx, Id::of(new.user.id), new.address.as_deref(), new.at).await?;
    row.of(new.user).map(Some)
}
