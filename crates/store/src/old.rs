//! Databases of older servers, which are only read.

mod pages;
mod postgres;
mod sqlite;
mod staged;

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use futures_util::stream::empty;
use parlor_ports::{Extent, OldLink, OldPair, OldRows, OldServer, StoreError};

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

    /// Whether there is such a table.
    async fn has(&self, table: &str) -> Result<bool, StoreError> {
        match &self.0 {
            Tables::Sqlite(tables) => tables.has(table).await,
            Tables::Postgres(tables) => tables.has(table).await,
            Tables::Staged(tables) => tables.has(table).await,
        }
    }
}

#[async_trait]
impl OldServer for OldDatabase {
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

    async fn linked(&self, link: OldLink, things: &[String]) -> Result<Vec<OldPair>, StoreError> {
        if things.is_empty() {
            return Ok(Vec::new());
        }
        let sql = linked(link, things);
        let pairs = match &self.0 {
            Tables::Sqlite(tables) => tables.pairs(sql).await?,
            Tables::Postgres(tables) => tables.pairs(sql).await?,
            // A dump has it in the rows themselves.
            Tables::Staged(_) => Vec::new(),
        };
        let pairs = pairs
            .into_iter()
            .map(|Pair { of, wanted }| OldPair { of, wanted });
        Ok(pairs.collect())
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    wanted: String,
}

#[derive(QueryableByName)]
struct Sizes {
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

/// Asks what belongs to some things.
fn linked(link: OldLink, things: &[String]) -> String {
    let things: Vec<String> = things.iter().map(|thing| literal(thing)).collect();
    format!(
        "SELECT DISTINCT CAST({of} AS TEXT) AS \"of\", CAST({wanted} AS TEXT) AS wanted FROM {table} \
         WHERE {of} IN ({things}) AND {wanted} IS NOT NULL",
        of = quoted(link.of),
        wanted = quoted(link.wanted),
        table = quoted(link.table),
        things = things.join(", "),
    )
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

/// A value in a statement, of the type of the column that it is compared with.
fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_stays_a_value_in_a_statement() {
        for (value, expected) in [
            ("7", "'7'"),
            ("it's", "'it''s'"),
            ("7 OR 1", "'7 OR 1'"),
            ("", "''"),
        ] {
            assert_eq!(literal(value), expected);
        }
        assert_eq!(list(&["id", "a\"b"]), "\"id\", \"a\"\"b\"");
    }
}
