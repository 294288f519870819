//! Rooms in which people talk: fanout, chat, durable.

use std::rc::Rc;

use anyhow::Result;

use crate::bench::{Bench, HELLO};
use crate::cli::{Chat, Durable, Fanout};
use crate::lane::Lane;
use crate::load::{Complete, Load, LoadOptions};
use crate::log_ins::LogIns;
use crate::report::Report;
use crate::town::Plan;

/// One room, whose first members send, each at his own pace.
pub(crate) async fn fanout(options: Fanout) -> Result<Report> {
    let people = options.listeners + options.senders.max(1);
    let bench = Rc::new(Bench::ready(options.common, Plan::separate(1, people)).await?);
    let room = bench.town.rooms[0];
    let lane = |sender| Lane::new(room, vec![sender], people as u32, sender);
    let lanes = (0..options.senders.max(1)).map(lane).collect();
    talk(&bench, "fanout", options.load, Complete::Delivered, lanes).await
}

/// Rooms whose members send in turn.
pub(crate) async fn chat(options: Chat) -> Result<Report> {
    let people = options.rooms * options.members;
    let plan = Plan::mixed(people, options.rooms_each, options.members);
    let bench = Rc::new(Bench::ready(options.common, plan).await?);
    let rooms = bench.town.rooms.iter().zip(&bench.town.plan.rooms);
    let lanes = rooms
        .take(options.rooms)
        .map(|(room, members)| Lane::new(*room, members.clone(), members.len() as u32, 0))
        .collect();
    talk(&bench, "chat", options.load, Complete::Delivered, lanes).await
}

/// Rooms in each of which one sends, and goes on when the acknowledgement is there.
pub(crate) async fn durable(options: Durable) -> Result<Report> {
    let size = options.listeners + 1;
    let bench = Rc::new(Bench::ready(options.common, Plan::separate(options.senders, size)).await?);
    let rooms = bench.town.rooms.iter().zip(&bench.town.plan.rooms);
    let lanes = rooms
        .map(|(room, members)| Lane::new(*room, vec![members[0]], members.len() as u32, 0))
        .collect();
    talk(&bench, "durable", options.load, Complete::Acknowledged, lanes).await
}

async fn talk(
    bench: &Rc<Bench>,
    mode: &'static str,
    options: LoadOptions,
    complete: Complete,
    lanes: Vec<Lane>,
) -> Result<Report> {
    let crowd = bench.connect(|_| HELLO.to_owned()).await?;
    let mut report = bench.report(mode);
    report.add("window", options.window);
    report.add("rate", options.rate);
    report.add("body_bytes", options.bytes);
    report.add("mark_read", options.mark_read);
    let slots = lanes
        .iter()
        .map(|lane| lane.slot + lane.senders.len())
        .max()
        .unwrap_or(0);
    let log_ins = LogIns::begin(bench, options.log_ins);
    let load = Load::new(options, complete, crowd.sockets, lanes, slots);
    load.run(bench.server(), &mut report).await?;
    log_ins.end(&mut report).await?;
    Ok(report)
}
