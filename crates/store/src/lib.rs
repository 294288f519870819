//! Parlor's data on SQLite and PostgreSQL, with group commit.
//!
//! [`open`] a database, hand its [`Ports`] to whoever reads, and [`Opened::start`] it with the sink that hears of every
//! commit. An answer means: committed, on disk, and published.
//!
//! - `shared/` holds the ports' methods as async functions on diesel. It is compiled twice, inside `sqlite` and inside
//!   `postgres`, each of which has its own `Conn` and `Backend` (how a read or a write gets its connection).
//! - `sqlite`: one thread writes. What waits becomes one transaction; appends, which are nearly all of it, run on sync
//!   diesel (`sqlite/append.rs`), the rest as savepoints of it.
//! - `postgres`: lanes commit batches of appends, each its share of the streams (`postgres/append.rs`); all other writes
//!   are transactions of their own; `turns` publishes in the order of commit.
//! - `old` reads databases of older servers, whose people come here (`shared/imports.rs`).
//! - `appending.rs` has the rules of an append without a database, `changing.rs` what edits and deletions do, `rows/` the tables' rows and their way to the domain.
//!
//! **To add a query**: an async function in the file of `shared/` that it belongs to, on `&mut Conn`, and a line in the
//! port's `impl` that passes it to `read` (one statement), `snapshot` (several that must agree) or `write`. A write takes
//! a `Tx`: it begins with `tx.lock` of the streams that it appends to or decides by, and refuses before it changes
//! anything. What only one can have, such as an address, is claimed after that with `tx.claim`. If SQL is needed that
//! differs, both modules get a function of the same name, like `tags_at`. Call it in
//! `tests/it/plans.rs`, which sees to it that no table is scanned.
//!
//! **To add a migration**: a folder of the same name in `migrations/sqlite` and in `migrations/postgres` with an `up.sql`
//! (there is no way down), and the columns in `schema.rs`; a test compares the three. What was released is never changed.

#![expect(
    clippy::duplicate_mod,
    reason = "`shared` is written once and compiled for each database"
)]

mod appending;
mod budget;
mod changing;
mod code;
mod counter;
mod end;
mod error;
mod id;
mod migrations;
mod old;
mod open;
mod postgres;
mod queue;
mod rows;
mod schema;
mod settings;
mod sqlite;

pub use old::{OldDatabase, Staged, Staging};
pub use open::{OpenError, Opened, Ports, Store, migrate, open, pending_migrations};
pub use settings::{Database, ParseDatabaseError, Settings, Sharing};
