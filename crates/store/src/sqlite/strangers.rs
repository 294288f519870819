//! What other processes write into the file, such as an administrator's command beside a running server.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use parlor_ports::Published;

use super::connection::Conn;
use super::stores::log::decode;
use crate::rows::EventRow;
use crate::schema::events;

/// So many are read at a time.
const PAGE: i64 = 1_000;

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

/// A number that changes when another connection than this one has written.
pub(super) async fn version(conn: &mut Conn) -> QueryResult<i64> {
    let row: Version = diesel::sql_query("PRAGMA data_version").get_result(conn).await?;
    Ok(row.data_version)
}

/// The number of the last event of all.
pub(super) async fn last_number(conn: &mut Conn) -> QueryResult<i64> {
    let last: Option<i64> = events::table
        .select(diesel::dsl::max(events::number))
        .first(conn)
        .await?;
    Ok(last.unwrap_or(0))
}

/// The events after this number, in the order in which they were added.
pub(super) async fn after(conn: &mut Conn, mut number: i64) -> QueryResult<Vec<Published>> {
    let mut published = Vec::new();
    if last_number(conn).await? == number {
        return Ok(published);
    }
    loop {
        let rows: Vec<EventRow> = events::table
            .filter(events::number.gt(number))
            .order(events::number)
            .limit(PAGE)
            .select(EventRow::as_select())
            .load(conn)
            .await?;
        let page = decode(conn, rows).await?;
        let Some(last) = page.last() else {
            return Ok(published);
        };
        number = last.number;
        published.extend(page.into_iter().map(|event| Published::Event {
            event: Arc::new(event),
            origin: None,
        }));
    }
}
