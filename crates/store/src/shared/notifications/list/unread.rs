//! How much is unread.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::NotifyLevel;

use super::super::super::super::Conn;
use super::Viewer;
use crate::code::{Code, Notifies};
use crate::counter::rows;
use crate::schema::{blocks, contact_requests, events, members, notifications};

/// How many are unread, of so many at most: one statement that reads no more than what is not seen yet.
pub(super) async fn count(conn: &mut Conn, viewer: &Viewer, most: usize) -> QueryResult<u64> {
    let to_all = to_all!(viewer).filter(unseen_to_all!(viewer)).select(events::seq);
    let unread: Vec<i64> = own!(viewer)
        .filter(unseen!(viewer))
        .select(notifications::seq)
        .union_all(to_all)
        .limit(rows(most))
        .load(conn)
        .await?;
    Ok(u64::try_from(unread.len()).unwrap_or(u64::MAX))
}
