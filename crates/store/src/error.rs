//! From what the databases say to what the core understands.

use std::fmt::Display;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use parlor_ports::StoreError;

/// Something in the database that no version of Parlor wrote.
#[derive(Debug, thiserror::Error)]
#[error("the database holds a broken {what}: {why}")]
struct Corrupt {
    what: &'static str,
    why: String,
}

pub(crate) fn corrupt(what: &'static str, why: impl Display) -> Error {
    Error::DeserializationError(Box::new(Corrupt {
        what,
        why: why.to_string(),
    }))
}

/// Reads a stored text as the type that it had before it was stored.
pub(crate) fn parse<T>(what: &'static str, text: &str) -> QueryResult<T>
where
    T: std::str::FromStr<Err: Display>,
{
    text.parse().map_err(|why| corrupt(what, why))
}

/// Words by which SQLite says that it cannot write now, for which diesel has no kind.
const SQLITE_IS_OUT: [&str; 8] = [
    "database or disk is full",
    "disk I/O error",
    "database is locked",
    "database table is locked",
    "unable to open database file",
    "attempt to write a readonly database",
    "out of memory",
    "database disk image is malformed",
];

/// Whether the database is out of order, as against the statement being wrong.
pub(crate) fn is_outage(error: &Error) -> bool {
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ReadOnlyTransaction,
            _,
        )
        | Error::BrokenTransactionManager => true,
        Error::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            let message = info.message();
            SQLITE_IS_OUT.iter().any(|words| message.contains(words))
                || message.contains("No space left on device")
                || message.contains("the database system is")
                || message.contains("terminating connection")
        }
        _ => false,
    }
}

/// The error as one of many callers of a failed batch gets it.
pub(crate) fn store_error(error: &Error) -> StoreError {
    let text = error.to_string().into();
    if is_outage(error) {
        StoreError::Unavailable(text)
    } else {
        StoreError::Other(text)
    }
}

/// The store was closed, or its writer died.
pub(crate) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}
