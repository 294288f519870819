//! Parlor's data on SQLite and PostgreSQL, with group commit.

mod appending;
mod code;
mod counter;
mod error;
mod id;
mod migrations;
mod open;
mod postgres;
mod queue;
mod rows;
mod schema;
mod settings;
mod sqlite;

pub use open::{OpenError, Opened, Ports, Store, migrate, open, pending_migrations};
pub use settings::{Database, ParseDatabaseError, Settings};
