//! The store's tests: the suite that every store passes, on each database, and what is each database's own.

mod fixtures;

mod on_sqlite {
    //! The suite on SQLite.
    parlor_testkit::conformance!(crate::fixtures::sqlite);
}

mod on_postgres {
    //! The suite on PostgreSQL.
    parlor_testkit::conformance!(crate::fixtures::postgres);
}
