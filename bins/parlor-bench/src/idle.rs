//! What idle connections cost the server.

use std::time::Duration;

use anyhow::Result;

use crate::bench::{Bench, HELLO};
use crate::cli::Idle;
use crate::process::{Memory, Process};
use crate::report::Report;
use crate::town::Plan;

/// Everybody connects once beforehand, in so many parts.
const PARTS: usize = 100;

/// Connects everybody in turn and lets them go, so that the database's caches are warm; then connects everybody at once
/// and measures what grows.
///
/// In small parts: an allocator keeps what is freed, so what one part took does not count for as many later.
pub(crate) async fn run(options: Idle) -> Result<Report> {
    let plan = Plan::mixed(options.connections, options.rooms, options.members);
    let bench = Bench::ready(options.common, plan).await?;
    let server = bench.local_server()?;
    let hold = Duration::from_secs_f64(options.hold);

    let part = options.connections.div_ceil(PARTS);
    for first in (0..options.connections).step_by(part) {
        let people = first..options.connections.min(first + part);
        let crowd = bench.connect_some(people, |_| HELLO.to_owned()).await?;
        crowd.leave().await;
    }
    tokio::time::sleep(hold).await;

    let base = Reading::now(server)?;
    let crowd = bench.connect(|_| HELLO.to_owned()).await?;
    let connected = Reading::now(server)?;
    let tasks = crowd.idle();
    tokio::time::sleep(hold).await;
    let held = Reading::now(server)?;
    let lost = tasks.iter().filter(|task| task.is_finished()).count();

    let connections = crowd.sockets.len() as f64;
    let each = |more: u64, less: u64| (more as f64 - less as f64) / connections;
    let mut report = bench.report("idle");
    report.add("rooms_each", options.rooms);
    report.add("members_each", options.members);
    report.add("lost", lost);
    report.add_rounded("connects_per_second", connections / crowd.took.as_secs_f64());
    let cpu = connected.cpu.saturating_sub(base.cpu);
    report.add_rounded("server_cpu_us_per_connect", cpu.as_secs_f64() * 1e6 / connections);
    let cpu = held.cpu.saturating_sub(connected.cpu).as_secs_f64();
    report.add_rounded("server_cores_while_idle", cpu / hold.as_secs_f64().max(1e-9));
    report.add("rss_before_bytes", base.memory.rss);
    report.add("rss_bytes", held.memory.rss);
    report.add_rounded("rss_bytes_per_connection", each(held.memory.rss, base.memory.rss));
    report.add_rounded("pss_bytes_per_connection", each(held.memory.pss, base.memory.pss));
    Ok(report)
}

struct Reading {
    memory: Memory,
    cpu: Duration,
}

impl Reading {
    fn now(server: Process) -> Result<Self> {
        Ok(Self {
            memory: server.memory()?,
            cpu: server.cpu()?,
        })
    }
}
