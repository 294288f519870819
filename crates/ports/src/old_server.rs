//! The database of an older server, from which people and rooms come.

use std::pin::Pin;

use async_trait::async_trait;
use futures_util::Stream;

use crate::StoreError;

/// The tables of another program, which are only read. Rows are JSON objects, with a column's name for each key.
///
/// Tables and columns are named by the program that asks, never by what was read.
#[async_trait]
pub trait OldServer: Send + Sync {
    /// Whether there is such a table.
    async fn has(&self, table: &str) -> Result<bool, StoreError>;

    /// How many rows a table has, and the greatest number in a column of whole numbers; nothing of a table that is not there.
    async fn extent(&self, table: &str, column: Option<&'static str>) -> Result<Extent, StoreError>;

    /// All rows of a table, in the order of these columns. Of a table that is not there, none.
    async fn rows(&self, table: &str, order: &'static [&'static str]) -> Result<OldRows, StoreError>;

    /// What stands in one column of the rows that have this value in another, each value once, as text. The value is the text or the
    /// number that was read from a row.
    async fn linked(&self, link: OldLink, value: &str) -> Result<Vec<String>, StoreError>;
}

/// Rows as they are read, in pages of bounded size.
pub type OldRows = Pin<Box<dyn Stream<Item = Result<Vec<String>, StoreError>> + Send>>;

/// How large a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// How many rows it has.
    pub rows: u64,
    /// The greatest number in a column; 0 if there is none above that.
    pub greatest: i64,
}

/// Where it stands which things belong to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldLink {
    /// The table.
    pub table: &'static str,
    /// The column that names the other thing.
    pub of: &'static str,
    /// The column that names what belongs to it.
    pub wanted: &'static str,
}
