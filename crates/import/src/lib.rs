//! Brings people, rooms and messages over from older chat servers, whose APIs Parlor speaks as dialects (`parlor-compat`).
//!
//! An older server is read table by table, as a stream, from its database or from a [dump](dump::read) of it, and what its rows say is
//! given to [`Imports`](parlor_services::Imports), which sees to it that each thing comes once. So memory does not grow with what
//! is brought, and an import that is interrupted goes on where it was when it is begun again. A rehearsal alone remembers keys and
//! names, since nothing else does.
//!
//! To add one more kind of older server: a file in `dialects` that says what its tables are and reads their rows.

mod dialects;
mod error;
mod folder;
mod import;
mod report;
mod row;

pub mod dump;

pub use dialects::reads;
pub use error::Error;
pub use folder::MediaFolder;
pub use import::{Files, Relay, Wish, Wording, run};
pub use report::Report;
