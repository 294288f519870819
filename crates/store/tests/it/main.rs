//! The store's tests: the suite that every store passes, on each database, and what is each database's own.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod batches;
mod departing;
mod dying;
mod fixtures;
mod losing;
mod old;
mod opening;
mod plans;

mod on_sqlite {
    //! The suite on SQLite.
    parlor_testkit::conformance!(crate::fixtures::sqlite);
}

mod on_postgres {
    //! The suite on PostgreSQL.
    parlor_testkit::conformance!(crate::fixtures::postgres);
}
