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
    /// How many rows a table has, and the greatest number in a column of whole numbers; nothing of a table that is not there.
    async fn extent(&self, table: &str, column: Option<&'static str>) -> Result<Extent, StoreError>;

    /// All rows of a table, in the order of these columns; those of a dump in that in which it has put them. Of a table that is not
    /// there, none.
    async fn rows(&self, table: &str, order: &'static [&'static str]) -> Result<OldRows, StoreError>;

    /// What belongs to these things, each pair once. The things are named as in the rows in which they were read.
    async fn linked(&self, link: OldLink, things: &[String]) -> Result<Vec<OldPair>, StoreError>;
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

/// A thing and one that belongs to it, as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OldPair {
    /// The thing.
    pub of: String,
    /// What belongs to it.
    pub wanted: String,
}
