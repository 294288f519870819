//! Tables in a PostgreSQL database.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use parlor_ports::{Extent, OldRows, StoreError};
use secrecy::SecretString;

use super::pages::{Page, Sender, pages};
use super::{Line, Pair, Sizes, list, quoted};
use crate::error::store_error;
use crate::postgres::Connector;

/// So many rows come at once, however long they are.
const ROWS: usize = 20;

/// A database, connected to anew for each question.
pub(super) struct PostgresTables {
    connector: Connector,
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

impl PostgresTables {
    pub(super) async fn open(url: SecretString) -> Result<Self, StoreError> {
        let tables = Self {
            connector: Connector::new(url),
        };
        tables.connect().await?;
        Ok(tables)
    }

    /// A connection in a transaction that only reads, and is never committed.
    async fn connect(&self) -> Result<AsyncPgConnection, StoreError> {
        let connected = self.connector.connect().await;
        let mut conn = connected.map_err(|error| StoreError::Unavailable(error.into()))?;
        for statement in [
            "SET timezone = 'UTC'",
            // A backslash in a value is one.
            "SET standard_conforming_strings = on",
            // Between two pages files may be examined for long.
            "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('statement_timeout', \
             'transaction_timeout', 'idle_in_transaction_session_timeout')",
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ] {
            conn.batch_execute(statement)
                .await
                .map_err(|error| store_error(&error))?;
        }
        Ok(conn)
    }

    pub(super) async fn has(&self, table: &str) -> Result<bool, StoreError> {
        let mut conn = self.connect().await?;
        let found: QueryResult<There> = diesel::sql_query("SELECT to_regclass($1) IS NOT NULL AS there")
            .bind::<Text, _>(quoted(table))
            .get_result(&mut conn)
            .await;
        Ok(found.map_err(|error| store_error(&error))?.there)
    }

    pub(super) async fn extent(
        &self,
        table: &str,
        column: Option<&'static str>,
    ) -> Result<Extent, StoreError> {
        let greatest = column.map_or_else(|| "0".to_owned(), |column| format!("max({})", quoted(column)));
        let sql = format!(
            "SELECT count(*) AS rows, coalesce({greatest}, 0)::bigint AS greatest FROM {}",
            quoted(table)
        );
        let mut conn = self.connect().await?;
        let sizes: QueryResult<Sizes> = diesel::sql_query(sql).get_result(&mut conn).await;
        sizes.map(Extent::from).map_err(|error| store_error(&error))
    }

    pub(super) async fn rows(
        &self,
        table: &str,
        order: &'static [&'static str],
    ) -> Result<OldRows, StoreError> {
        let sql = format!(
            "DECLARE old_rows NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS line FROM {} AS t ORDER BY {}",
            quoted(table),
            list(order)
        );
        let mut conn = self.connect().await?;
        let (sender, rows) = pages();
        tokio::spawn(async move {
            if let Err(error) = read(&mut conn, &sql, &sender).await {
                // Whoever has gone needs not know.
                let _ = sender.send(Err(store_error(&error))).await;
            }
        });
        Ok(rows)
    }

    pub(super) async fn pairs(&self, sql: String) -> Result<Vec<Pair>, StoreError> {
        let mut conn = self.connect().await?;
        let found: QueryResult<Vec<Pair>> = diesel::sql_query(sql).load(&mut conn).await;
        found.map_err(|error| store_error(&error))
    }
}

/// Reads rows page by page, as long as somebody wants them.
async fn read(conn: &mut AsyncPgConnection, cursor: &str, sender: &Sender) -> QueryResult<()> {
    conn.batch_execute(cursor).await?;
    let mut page = Page::default();
    loop {
        let fetch = format!("FETCH FORWARD {ROWS} FROM old_rows");
        let lines: Vec<Line> = diesel::sql_query(fetch).load(conn).await?;
        let last = lines.len() < ROWS;
        for line in lines {
            if let Some(full) = page.add(line.line)
                && sender.send(Ok(full)).await.is_err()
            {
                return Ok(());
            }
        }
        if last {
            let _ = sender.send(Ok(page.take())).await;
            return Ok(());
        }
    }
}
