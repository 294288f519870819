//! Parlor's data on SQLite and PostgreSQL, with group commit.
