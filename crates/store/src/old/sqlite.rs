//! Tables in a SQLite file.

use std::path::{Path, absolute};

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use parlor_ports::{Extent, OldRows, StoreError};
use url::Url;

use super::pages::{Page, Sender, pages};
use super::{Line, Pair, Sizes, list, literal, quoted};
use crate::error::store_error;

/// A file, opened anew for each question.
pub(super) struct SqliteTables {
    url: Url,
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
        let found = ask(&self.url, move |conn| columns(conn, &table));
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
        let sizes = ask(&self.url, move |conn| {
            diesel::sql_query(sql).get_result::<Sizes>(conn)
        });
        Ok(sizes.await?.into())
    }

    pub(super) async fn rows(
        &self,
        table: &str,
        order: &'static [&'static str],
    ) -> Result<OldRows, StoreError> {
        let name = table.to_owned();
        let columns = ask(&self.url, move |conn| columns(conn, &name)).await?;
        let pairs: Vec<String> = columns
            .iter()
            .map(|column| {
                let value = quoted(column);
                // JSON has no bytes.
                format!(
                    "{}, CASE typeof({value}) WHEN 'blob' THEN NULL ELSE {value} END",
                    literal(column)
                )
            })
            .collect();
        let sql = format!(
            "SELECT json_object({}) AS line FROM {} ORDER BY {}",
            pairs.join(", "),
            quoted(table),
            list(order)
        );
        Ok(lines(self.url.clone(), sql))
    }

    pub(super) async fn pairs(&self, sql: String) -> Result<Vec<Pair>, StoreError> {
        ask(&self.url, move |conn| diesel::sql_query(sql).load(conn)).await
    }
}

/// Asks a file something, on a thread that may block.
pub(super) async fn ask<T: Send + 'static>(
    url: &Url,
    question: impl FnOnce(&mut SqliteConnection) -> QueryResult<T> + Send + 'static,
) -> Result<T, StoreError> {
    let url = url.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let mut conn = connect(&url)?;
        question(&mut conn).map_err(|error| store_error(&error))
    });
    asked.await.map_err(|error| StoreError::Other(error.into()))?
}

/// Opens a file as it is.
fn connect(url: &Url) -> Result<SqliteConnection, StoreError> {
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

/// The lines that a statement gives, on their way.
pub(super) fn lines(url: Url, sql: String) -> OldRows {
    let (sender, rows) = pages();
    tokio::task::spawn_blocking(move || {
        let read = connect(&url).and_then(|mut conn| read(&mut conn, sql, &sender));
        if let Err(error) = read {
            // Whoever has gone needs not know.
            let _ = sender.blocking_send(Err(error));
        }
    });
    rows
}

/// Reads rows page by page, as long as somebody wants them.
fn read(conn: &mut SqliteConnection, sql: String, sender: &Sender) -> Result<(), StoreError> {
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
