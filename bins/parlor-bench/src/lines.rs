//! Accounts and rooms for other load tools.

use std::fs;

use anyhow::Result;

use crate::bench::Bench;
use crate::cli::Lines;
use crate::report::Report;
use crate::town::Plan;

/// Writes tokens, room by room, and ids of rooms.
pub(crate) async fn run(options: Lines) -> Result<Report> {
    let bench = Bench::ready(options.common, Plan::separate(options.rooms, options.members)).await?;
    fs::write(&options.tokens, bench.town.tokens.join("\n") + "\n")?;
    let rooms: Vec<String> = bench.town.rooms.iter().map(ToString::to_string).collect();
    fs::write(&options.room_ids, rooms.join("\n") + "\n")?;
    let mut report = bench.report("lines");
    report.add("tokens_file", options.tokens.display().to_string());
    report.add("rooms_file", options.room_ids.display().to_string());
    Ok(report)
}
