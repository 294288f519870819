//! The server's log, on standard error.

use std::io::{IsTerminal, stderr};

use anyhow::anyhow;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::{Log, LogFormat};

/// Sends what the process traces to standard error from now on.
///
/// # Errors
/// If the process has a log already.
pub fn start(settings: &Log) -> anyhow::Result<()> {
    let lines = match settings.format {
        LogFormat::Text => fmt::layer()
            .with_writer(stderr)
            .with_ansi(stderr().is_terminal())
            .boxed(),
        LogFormat::Json => fmt::layer()
            .with_writer(stderr)
            .json()
            .flatten_event(true)
            .boxed(),
    };
    let log = tracing_subscriber::registry()
        .with(settings.level.filter())
        .with(lines);
    log.try_init()
        .map_err(|error| anyhow!("cannot start the log: {error}"))
}
