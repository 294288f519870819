//! Tables in a SQLite file.

use std::path::{Path, absolute};

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use parlor_ports::{Extent, OldLink, OldRows, StoreError};
use url::Url;

use super::pages::{Page, Sender, pages};
use super::{list, literal, quoted};
use crate::error::store_error;

/// A file, opened anew for each question.
pub(super) struct SqliteTables {
    url: Url,
}

#[derive(QueryableByName)]
pub(super) struct Line {
    #[diesel(sql_type = Text)]
    pub(super) line: String,
}

#[derive(QueryableByName)]
pub(super) struct Sizes {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    greatest: i64,
}

impl From<Sizes> for Extent {
    fn from(sizes: Sizes) -> Self {
        Self {
            rows: u64::try_from(sizes.rows).unwrap_or(0),
            greatest: sizes.greatest.max(0),
        }
    }
}

impl SqliteTables {
    pub(super) async fn open(path: &Path) -> Result<Self, StoreError> {
        let path = absolute(path).map_err(|error| StoreError::Other(error.into()))?;
        let url = Url::from_file_path(path);
        let mut url = url.map_err(|()| StoreError::Other("the path cannot be used".into()))?;
        url.set_query(Some("mode=ro"));
        let tables = Self { url };
        // A file that is no database says so when something is asked of it.
        tables.has("").await?;
        Ok(tables)
    }

    pub(super) async fn has(&self, table: &str) -> Result<bool, StoreError> {
        let table = table.to_owned();
        let found = self.ask(move |conn| columns(conn, &table));
        Ok(!found.await?.is_empty())
    }

    pub(super) async fn extent(
        &self,
        table: &str,
        column: Option<&'static str>,
    ) -> Result<Extent, StoreError> {
        let greatest = column.map_or_else(|| "0".to_owned(), |column| format!("max({})", quoted(column)));
        let sql = format!(
            "SELECT count(*) AS \"rows\", CAST(coalesce({greatest}, 0) AS INTEGER) AS greatest FROM {}",
            quoted(table)
        );
        let sizes: Sizes = self
            .ask(move |conn| diesel::sql_query(sql).get_result(conn))
            .await?;
        Ok(sizes.into())
    }

    pub(super) async fn rows(
        &self,
        table: &str,
        order: &'static [&'static str],
    ) -> Result<OldRows, StoreError> {
        let name = table.to_owned();
        let columns = self.ask(move |conn| columns(conn, &name)).await?;
        let pairs: Vec<String> = columns
            .iter()
            .map(|column| {
                let value = quoted(column);
                // JSON has no bytes.
                format!(
                    "{}, CASE typeof({value}) WHEN 'blob' THEN NULL ELSE {value} END",
                    literal_text(column)
                )
            })
            .collect();
        let sql = format!(
            "SELECT json_object({}) AS line FROM {} ORDER BY {}",
            pairs.join(", "),
            quoted(table),
            list(order)
        );
        let (sender, rows) = pages();
        let url = self.url.clone();
        tokio::task::spawn_blocking(move || {
            let read = connect(&url).and_then(|mut conn| read(&mut conn, sql, &sender));
            if let Err(error) = read {
                // Whoever has gone needs not know.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Ok(rows)
    }

    pub(super) async fn linked(&self, link: OldLink, value: &str) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "SELECT DISTINCT CAST({wanted} AS TEXT) AS line FROM {table} WHERE {of} = {value} AND {wanted} IS NOT NULL",
            wanted = quoted(link.wanted),
            table = quoted(link.table),
            of = quoted(link.of),
            value = literal(value),
        );
        let found: Vec<Line> = self.ask(move |conn| diesel::sql_query(sql).load(conn)).await?;
        Ok(found.into_iter().map(|line| line.line).collect())
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut SqliteConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let url = self.url.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let mut conn = connect(&url)?;
            question(&mut conn).map_err(|error| store_error(&error))
        });
        asked.await.map_err(|error| StoreError::Other(error.into()))?
    }
}

/// A text in a statement, also if it looks like a number.
fn literal_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Opens a file as it is.
pub(super) fn connect(url: &Url) -> Result<SqliteConnection, StoreError> {
    let mut conn =
        SqliteConnection::establish(url.as_str()).map_err(|error| StoreError::Unavailable(error.into()))?;
    // It may come from anywhere: what its views and indexes call is not run unless it is harmless.
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
        .map_err(|error| store_error(&error))?;
    Ok(conn)
}

/// The columns of a table; none if there is no such table.
fn columns(conn: &mut SqliteConnection, table: &str) -> QueryResult<Vec<String>> {
    let found: Vec<Line> = diesel::sql_query("SELECT name AS line FROM pragma_table_info(?) ORDER BY cid")
        .bind::<Text, _>(table)
        .load(conn)?;
    Ok(found.into_iter().map(|line| line.line).collect())
}

/// Reads rows page by page, as long as somebody wants them.
pub(super) fn read(conn: &mut SqliteConnection, sql: String, sender: &Sender) -> Result<(), StoreError> {
    let lines = diesel::sql_query(sql).load_iter::<Line, DefaultLoadingMode>(conn);
    let mut page = Page::default();
    for line in lines.map_err(|error| store_error(&error))? {
        let line = line.map_err(|error| store_error(&error))?;
        if let Some(full) = page.add(line.line)
            && sender.blocking_send(Ok(full)).is_err()
        {
            return Ok(());
        }
    }
    let _ = sender.blocking_send(Ok(page.take()));
    Ok(())
}
