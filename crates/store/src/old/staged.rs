//! A dump of a database, in a file of our own that has its rows in order.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use parlor_ports::{Extent, OldRows, StoreError};
use url::Url;

use super::sqlite::{ask, lines};
use super::{OldDatabase, Sizes, Tables, literal};
use crate::error::store_error;

mod rows {
    //! The file's one table.
    diesel::table! {
        staged (name, sort, number, key) {
            name -> Text,
            sort -> BigInt,
            number -> BigInt,
            key -> Text,
            line -> Text,
        }
    }
}

use self::rows::staged;

/// The file's form. Nobody needs it once the import is over, however that comes about.
const FORM: &str = "\
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
    CREATE TABLE staged (name TEXT NOT NULL, sort INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, \
                         line TEXT NOT NULL) STRICT; \
    BEGIN";

/// A row of a dump.
#[derive(Debug, Clone, Copy)]
pub struct Staged<'a> {
    /// Of which table.
    pub table: &'a str,
    /// Where it stands in its table, before its key.
    pub sort: i64,
    /// Its key, if that is a whole number; else 0.
    pub number: i64,
    /// Its key as text.
    pub key: &'a str,
    /// All of it, as a JSON object.
    pub line: &'a str,
}

/// A file that is being filled. Blocks the thread on which it is used.
pub struct Staging {
    url: Url,
    conn: SqliteConnection,
}

impl Staging {
    /// Makes a file, which is somebody else's to take away.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let url = Url::from_file_path(path);
        let url = url.map_err(|()| StoreError::Other("the path cannot be used".into()))?;
        let conn = SqliteConnection::establish(url.as_str());
        let mut conn = conn.map_err(|error| StoreError::Unavailable(error.into()))?;
        conn.batch_execute(FORM).map_err(|error| store_error(&error))?;
        Ok(Self { url, conn })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, row: Staged<'_>) -> Result<(), StoreError> {
        diesel::insert_into(staged::table)
            .values((
                staged::name.eq(row.table),
                staged::sort.eq(row.sort),
                staged::number.eq(row.number),
                staged::key.eq(row.key),
                staged::line.eq(row.line),
            ))
            .execute(&mut self.conn)
            .map_err(|error| store_error(&error))?;
        Ok(())
    }

    /// Reads from it what was added.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<OldDatabase, StoreError> {
        self.conn
            .batch_execute("COMMIT; CREATE INDEX staged_order ON staged (name, sort, number, key)")
            .map_err(|error| store_error(&error))?;
        Ok(OldDatabase(Tables::Staged(StagedTables { url: self.url })))
    }
}

/// A file that is filled.
pub(super) struct StagedTables {
    url: Url,
}

impl StagedTables {
    pub(super) async fn has(&self, table: &str) -> Result<bool, StoreError> {
        Ok(self.extent(table).await?.rows > 0)
    }

    pub(super) async fn extent(&self, table: &str) -> Result<Extent, StoreError> {
        let sql = format!(
            "SELECT count(*) AS \"rows\", coalesce(max(number), 0) AS greatest FROM staged WHERE name = {}",
            literal(table)
        );
        let sizes = ask(&self.url, move |conn| {
            diesel::sql_query(sql).get_result::<Sizes>(conn)
        });
        Ok(sizes.await?.into())
    }

    pub(super) fn rows(&self, table: &str) -> OldRows {
        let sql = format!(
            "SELECT line FROM staged WHERE name = {} ORDER BY sort, number, key",
            literal(table)
        );
        lines(self.url.clone(), sql)
    }
}
