//! Servers of other makers that a test process starts for itself and throws away.

mod guarded;
mod moto;
mod postgres;

pub use moto::Moto;
pub use postgres::Postgres;
