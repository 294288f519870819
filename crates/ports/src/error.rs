//! What can go wrong with any port.

/// A failure that the caller did not ask about and can do nothing about but say so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More work waits than may wait. Nothing was changed; trying again in a moment is right.
    #[error("too much work is waiting")]
    Busy,
    /// The database cannot be reached or cannot write (disk full, connection lost). It may be back by itself.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A bug or a broken database.
    #[error("the database failed: {0}")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}
