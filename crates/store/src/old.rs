//! Databases of older servers, which are only read.

mod pages;
mod postgres;
mod sqlite;
mod staged;

use async_trait::async_trait;
use futures_util::stream::empty;
use parlor_ports::{Extent, OldLink, OldRows, OldServer, StoreError};

use self::postgres::PostgresTables;
use self::sqlite::SqliteTables;
use self::staged::StagedTables;
pub use self::staged::{Staged, Staging};
use crate::settings::Database;

/// The database of an older server, or a dump of it. Nothing is written to it.
pub struct OldDatabase(Tables);

enum Tables {
    Sqlite(SqliteTables),
    Postgres(PostgresTables),
    Staged(StagedTables),
}

impl OldDatabase {
    /// Opens a database, which must be there.
    ///
    /// # Errors
    /// If it cannot be opened or reached.
    pub async fn open(database: Database) -> Result<Self, StoreError> {
        Ok(Self(match database {
            Database::Sqlite(path) => Tables::Sqlite(SqliteTables::open(&path).await?),
            Database::Postgres(url) => Tables::Postgres(PostgresTables::open(url).await?),
        }))
    }
}

#[async_trait]
impl OldServer for OldDatabase {
    async fn has(&self, table: &str) -> Result<bool, StoreError> {
        match &self.0 {
            Tables::Sqlite(tables) => tables.has(table).await,
            Tables::Postgres(tables) => tables.has(table).await,
            Tables::Staged(tables) => tables.has(table).await,
        }
    }

    async fn extent(&self, table: &str, column: Option<&'static str>) -> Result<Extent, StoreError> {
        if !self.has(table).await? {
            return Ok(Extent::default());
        }
        match &self.0 {
            Tables::Sqlite(tables) => tables.extent(table, column).await,
            Tables::Postgres(tables) => tables.extent(table, column).await,
            Tables::Staged(tables) => tables.extent(table).await,
        }
    }

    async fn rows(&self, table: &str, order: &'static [&'static str]) -> Result<OldRows, StoreError> {
        if !self.has(table).await? {
            return Ok(Box::pin(empty::<Result<Vec<String>, StoreError>>()));
        }
        match &self.0 {
            Tables::Sqlite(tables) => tables.rows(table, order).await,
            Tables::Postgres(tables) => tables.rows(table, order).await,
            Tables::Staged(tables) => Ok(tables.rows(table)),
        }
    }

    async fn linked(&self, link: OldLink, value: &str) -> Result<Vec<String>, StoreError> {
        match &self.0 {
            Tables::Sqlite(tables) => tables.linked(link, value).await,
            Tables::Postgres(tables) => tables.linked(link, value).await,
            // A dump has it in the rows themselves.
            Tables::Staged(_) => Ok(Vec::new()),
        }
    }
}

/// A name in a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names in a statement, with commas between them.
fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    names.join(", ")
}

/// A value in a statement: a whole number, or a text.
fn literal(value: &str) -> String {
    match value.parse::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => format!("'{}'", value.replace('\'', "''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_stays_a_value_in_a_statement() {
        for (value, expected) in [
            ("7", "7"),
            ("-7", "-7"),
            ("it's", "'it''s'"),
            ("7 OR 1", "'7 OR 1'"),
            ("", "''"),
        ] {
            assert_eq!(literal(value), expected);
        }
        assert_eq!(list(&["id", "a\"b"]), "\"id\", \"a\"\"b\"");
    }
}
