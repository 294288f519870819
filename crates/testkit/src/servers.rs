//! Servers of other makers, and a browser, that a test process starts for itself and throws away.

mod browser;
mod guarded;
mod moto;
mod postgres;

pub use browser::Browser;
pub use moto::Moto;
pub use postgres::{Postgres, PostgresDatabase};
