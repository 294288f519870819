//! Load for any Parlor server: idle, fanout, chat, durable, resume, media.

mod bench;
mod cli;
mod content;
mod crowd;
mod frame;
mod get;
mod idle;
mod lane;
mod lines;
mod load;
mod log_ins;
mod media;
mod meter;
mod process;
mod report;
mod resume;
mod rooms;
mod socket;
mod tag;
mod tally;
mod town;

use anyhow::Result;
use clap::Parser;
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::cli::{Cli, Mode};
use crate::report::Report;

fn main() -> Result<()> {
    raise_open_files();
    // One thread: the tool must leave the machine to the server.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mode = Cli::parse().mode;
    let report = tokio::task::LocalSet::new().block_on(&runtime, run(mode))?;
    print(&report);
    Ok(())
}

async fn run(mode: Mode) -> Result<Report> {
    match mode {
        Mode::Idle(options) => idle::run(options).await,
        Mode::Fanout(options) => rooms::fanout(options).await,
        Mode::Chat(options) => rooms::chat(options).await,
        Mode::Durable(options) => rooms::durable(options).await,
        Mode::Resume(options) => resume::run(options).await,
        Mode::Media(options) => media::run(options).await,
        Mode::Lines(options) => lines::run(options).await,
    }
}

#[expect(clippy::print_stdout, reason = "the report is what the tool is for")]
fn print(report: &Report) {
    println!("{}\n{}", report.table(), report.json());
}

/// A connection is an open file: takes as many as the system lets this process have.
fn raise_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // If it may not, opening too many says so.
    let _ = setrlimit(Resource::Nofile, limit);
}
