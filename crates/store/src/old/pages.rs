//! Rows on their way from a database to who reads them.

use futures_util::stream::unfold;
use parlor_ports::{OldRows, StoreError};
use tokio::sync::mpsc;

/// Most rows of a page.
const ROWS: usize = 500;
/// After so much text a page is full.
const BYTES: usize = 1 << 20;
/// So many pages may wait to be read.
const WAITING: usize = 2;

/// Where pages are put.
pub(super) type Sender = mpsc::Sender<Result<Vec<String>, StoreError>>;

/// A way for rows.
pub(super) fn pages() -> (Sender, OldRows) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let rows = unfold(receiver, |mut receiver| async move {
        let page = receiver.recv().await?;
        Some((page, receiver))
    });
    (sender, Box::pin(rows))
}

/// A page that is being filled.
#[derive(Default)]
pub(super) struct Page {
    rows: Vec<String>,
    bytes: usize,
}

impl Page {
    /// Adds a row; gives all of them if the page is full, which is empty then.
    pub(super) fn add(&mut self, row: String) -> Option<Vec<String>> {
        self.bytes += row.len();
        self.rows.push(row);
        (self.rows.len() >= ROWS || self.bytes >= BYTES).then(|| self.take())
    }

    /// What is in it.
    pub(super) fn take(&mut self) -> Vec<String> {
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_full_by_its_rows_or_by_its_text() {
        let mut page = Page::default();
        assert_eq!((1..ROWS).find_map(|_| page.add("x".into())), None);
        assert_eq!(page.add("x".into()).map(|rows| rows.len()), Some(ROWS));
        assert_eq!(page.add("x".repeat(BYTES)).map(|rows| rows.len()), Some(1));
        assert!(page.take().is_empty());
    }
}
