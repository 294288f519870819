//! Tables in a PostgreSQL database.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use parlor_ports::{Extent, OldLink, OldRows, StoreError};
use secrecy::SecretString;

use super::pages::{Page, ROWS, Sender, pages};
use super::{list, literal, quoted};
use crate::error::store_error;
use crate::postgres::Connector;

/// A database, connected to anew for each question.
pub(super) struct PostgresTables {
    connector: Connector,
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

#[derive(QueryableByName)]
struct Sizes {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    greatest: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
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
        let sizes = sizes.map_err(|error| store_error(&error))?;
        Ok(Extent {
            rows: u64::try_from(sizes.rows).unwrap_or(0),
            greatest: sizes.greatest.max(0),
        })
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

    pub(super) async fn linked(&self, link: OldLink, value: &str) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "SELECT DISTINCT {wanted}::text AS line FROM {table} WHERE {of} = {value} AND {wanted} IS NOT NULL",
            wanted = quoted(link.wanted),
            table = quoted(link.table),
            of = quoted(link.of),
            value = literal(value),
        );
        let mut conn = self.connect().await?;
        let found: QueryResult<Vec<Line>> = diesel::sql_query(sql).load(&mut conn).await;
        let found = found.map_err(|error| store_error(&error))?;
        Ok(found.into_iter().map(|line| line.line).collect())
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
