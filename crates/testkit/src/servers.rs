//! Servers of other makers that a test process starts for itself and throws away.

mod guarded;
mod postgres;

pub use postgres::Postgres;
