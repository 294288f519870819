//! What it costs when everybody comes back.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use parlor_client::{Positions, Rest, client_id};
use parlor_wire::{Command, EventView, Hello, Notice, Push, StreamKind, Verdict, Welcome};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::bench::{Bench, HELLO};
use crate::cli::Resume;
use crate::crowd::Crowd;
use crate::process::Process;
use crate::report::Report;
use crate::tag;
use crate::town::Plan;

/// What one device has, and what it still waits for.
#[derive(Default)]
struct Device {
    positions: Positions,
    /// For each stream that is replayed, its head.
    awaited: HashMap<Uuid, u64>,
}

/// Connects everybody, disconnects, lets messages pass, and measures how all come back.
pub(crate) async fn run(options: Resume) -> Result<Report> {
    let plan = Plan::separate(options.rooms, options.members);
    let bench = Bench::ready(options.common.clone(), plan).await?;
    let devices = Rc::new(RefCell::new(Vec::new()));
    let crowd = bench.connect(|_| HELLO.to_owned()).await?;
    for welcome in &crowd.welcomes {
        let mut device = Device::default();
        device.welcome(&read(welcome)?);
        devices.borrow_mut().push(device);
    }
    let mut report = bench.report("resume");
    report.add("restart", options.restart);
    let began = if options.restart {
        wait_for_restart(&bench, crowd).await?
    } else {
        crowd.leave().await;
        send(&bench, &options).await?;
        Instant::now()
    };
    let missed = if options.restart {
        0
    } else {
        options.messages * options.members
    };
    come_back(&bench, &devices, missed, began, &mut report).await?;
    Ok(report)
}

/// Everybody connects with his positions; it is over when all have what they missed.
async fn come_back(
    bench: &Bench,
    devices: &Rc<RefCell<Vec<Device>>>,
    missed: usize,
    began: Instant,
    report: &mut Report,
) -> Result<()> {
    let server = bench.server();
    // A process that was just started has used hardly any time, and all of it for this.
    let before = server.map(Process::cpu).transpose()?;
    let hello = |n: usize| devices.borrow()[n].hello();
    let crowd = bench.connect(hello).await?;
    let welcomed = began.elapsed();
    let mut verdicts = [0_usize; 3];
    for (n, welcome) in crowd.welcomes.iter().enumerate() {
        let welcome = read(welcome)?;
        for head in welcome
            .streams
            .iter()
            .filter(|head| head.kind != StreamKind::User)
        {
            verdicts[head.verdict as usize] += 1;
        }
        devices.borrow_mut()[n].welcome(&welcome);
    }
    let last = Rc::new(Cell::new((0_usize, Instant::now())));
    for (n, socket) in crowd.sockets.iter().enumerate() {
        let (socket, devices, last) = (socket.clone(), devices.clone(), last.clone());
        tokio::task::spawn_local(async move {
            socket
                .run(|frame| {
                    if devices.borrow_mut()[n].event(frame) {
                        last.set((last.get().0 + 1, Instant::now()));
                    }
                })
                .await
        });
    }
    let patience = Duration::from_secs(10);
    while devices.borrow().iter().any(|device| !device.awaited.is_empty())
        && last.get().1.elapsed() < patience
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (events, last) = last.get();
    let count = crowd.sockets.len() as f64;
    report.add_rounded("welcomed_seconds", welcomed.as_secs_f64());
    report.add_rounded(
        "resumed_seconds",
        last.saturating_duration_since(began).max(welcomed).as_secs_f64(),
    );
    report.add_rounded("resumes_per_second", count / crowd.took.as_secs_f64());
    report.add("events_replayed", events);
    report.add("lost", missed.saturating_sub(events));
    let behind = devices
        .borrow()
        .iter()
        .filter(|device| !device.awaited.is_empty())
        .count();
    report.add("behind", behind);
    for (name, verdict) in [
        ("verdict_current", Verdict::Current),
        ("verdict_replay", Verdict::Replay),
        ("verdict_reset", Verdict::Reset),
    ] {
        report.add(name, verdicts[verdict as usize]);
    }
    if let (Some(server), Some(before)) = (server, before) {
        let cpu = server.cpu()?.saturating_sub(before);
        report.add_rounded("server_cpu_us_per_resume", cpu.as_secs_f64() * 1e6 / count);
    }
    Ok(())
}

impl Device {
    fn hello(&self) -> String {
        let hello = Hello {
            positions: self.positions.iter().collect(),
            ..Hello::default()
        };
        serde_json::to_string(&Command::Hello(hello)).expect("a command is JSON")
    }

    fn welcome(&mut self, welcome: &Welcome) {
        self.positions.welcome(welcome);
        for head in &welcome.streams {
            if head.verdict == Verdict::Replay {
                self.awaited.insert(head.stream, head.head.seq);
            }
        }
    }

    /// Takes a frame; whether it was an event that this device did not have.
    fn event(&mut self, frame: &[u8]) -> bool {
        let Ok(Push::Event(EventView { stream, seq, tag, .. })) = serde_json::from_slice(frame) else {
            return false;
        };
        if self.awaited.get(&stream).is_some_and(|head| seq >= *head) {
            self.awaited.remove(&stream);
        }
        self.positions.pass(stream, seq, tag)
    }
}

fn read(welcome: &str) -> Result<Welcome> {
    match serde_json::from_str(welcome)? {
        Push::Notice(Notice::Welcome(welcome)) => Ok(welcome),
        _ => anyhow::bail!("no welcome: {welcome}"),
    }
}

/// Sends messages over HTTP, while nobody is connected.
async fn send(bench: &Bench, options: &Resume) -> Result<()> {
    let rest = Rest::new(bench.common.url.clone());
    let bar = crate::town::progress("messages", options.messages);
    let one = |n: usize| {
        let room = n % bench.town.rooms.len();
        let sender = bench.town.plan.rooms[room][0];
        let rest = rest.with_token(bench.town.tokens[sender].as_str());
        let (room, bar) = (bench.town.rooms[room], bar.clone());
        async move {
            let body = tag::filling(options.bytes);
            rest.send(room, &body, &client_id()).await?;
            bar.inc(1);
            anyhow::Ok(())
        }
    };
    let sends = stream::iter(0..options.messages).map(one).buffer_unordered(32);
    sends.try_collect::<Vec<()>>().await.context("sending")?;
    bar.finish_and_clear();
    Ok(())
}

/// Waits until all connections are gone and the server listens again; says since when.
async fn wait_for_restart(bench: &Bench, crowd: Crowd) -> Result<Instant> {
    let bar = ProgressBar::new_spinner().with_message("all are connected: restart the server now");
    bar.enable_steady_tick(Duration::from_millis(200));
    for task in crowd.idle() {
        let _ = task.await;
    }
    drop(crowd);
    bar.set_message("waiting for the server");
    let address = bench.common.url.host_and_port();
    while TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bar.finish_and_clear();
    Ok(Instant::now())
}
