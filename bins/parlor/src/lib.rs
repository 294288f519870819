//! The Parlor server without its `main`: configuration, wiring, stopping, administration commands.
//!
//! [`app`] is the only place where traits meet their implementations. To add one more command: a variant of
//! [`cli::Command`] with its help, and a file in `command`.

pub mod app;
pub mod cli;
pub mod command;
pub mod config;
pub mod data;
pub mod keys;
mod lately;
pub mod log;
mod outside;
mod readiness;
mod settings;
mod signals;
