//! The load itself: who sends when, and what became of each message.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use memchr::memmem;
use parlor_client::client_id;

use crate::lane::{Flight, Lane};
use crate::process::{Process, load_average};
use crate::report::Report;
use crate::socket::Socket;
use crate::tag::{self, Tag};
use crate::tally::Tally;

/// How much, and for how long.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadOptions {
    /// Seconds that are measured.
    #[arg(long, default_value_t = 10.0)]
    pub(crate) seconds: f64,
    /// Seconds of the same before, which are not.
    #[arg(long, default_value_t = 2.0)]
    pub(crate) warm_up: f64,
    /// Bytes of a message's text, at least 38.
    #[arg(long, short, default_value_t = 128)]
    pub(crate) bytes: usize,
    /// Messages on their way at once: per sender (fanout, durable) or per room (chat).
    #[arg(long, short, default_value_t = 1)]
    pub(crate) window: usize,
    /// Messages a second in all, at fixed moments, instead of a window.
    #[arg(long)]
    pub(crate) rate: Option<f64>,
    /// Every listener also marks each message as read.
    #[arg(long)]
    pub(crate) mark_read: bool,
    /// So many people log in meanwhile, again and again.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) log_ins: usize,
    /// Seconds without a sign of a message after which it is given up.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) patience: f64,
}

/// When a message makes room for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Complete {
    /// When it is acknowledged and everybody has it.
    Delivered,
    /// When it is acknowledged.
    Acknowledged,
}

/// Everything that a running load knows.
pub(crate) struct Load {
    options: LoadOptions,
    complete: Complete,
    sockets: Vec<Rc<Socket>>,
    lanes: Vec<Lane>,
    /// For each connection, the last number of each sender whom it hears.
    seen: Vec<RefCell<Vec<Option<u32>>>>,
    tally: RefCell<Tally>,
    epoch: Instant,
    sending: Cell<bool>,
    complaints: Cell<usize>,
}

/// An id with this bit belongs to a mark; the others are lane and number.
const MARK: u64 = 1 << 52;

impl Load {
    /// A load on these connections; `slots` says how many senders one connection hears at most.
    pub(crate) fn new(
        options: LoadOptions,
        complete: Complete,
        sockets: Vec<Rc<Socket>>,
        lanes: Vec<Lane>,
        slots: usize,
    ) -> Rc<Self> {
        let seen = sockets.iter().map(|_| RefCell::new(vec![None; slots])).collect();
        Rc::new(Self {
            options,
            complete,
            sockets,
            lanes,
            seen,
            tally: RefCell::new(Tally::new()),
            epoch: Instant::now(),
            sending: Cell::new(false),
            complaints: Cell::new(0),
        })
    }

    /// Warms up, measures, and adds what was found to the report.
    pub(crate) async fn run(self: &Rc<Self>, server: Option<Process>, report: &mut Report) -> Result<()> {
        for (n, socket) in self.sockets.iter().enumerate() {
            let (load, socket) = (self.clone(), socket.clone());
            tokio::task::spawn_local(async move {
                if let Err(error) = socket.run(|frame| load.heard(n, frame)).await {
                    load.complain(&format!("connection {n} ended: {error:#}"));
                }
            });
        }
        self.phase(self.options.warm_up).await;
        let own = Process(std::process::id());
        let before = (server.map(Process::cpu).transpose()?, own.cpu()?);
        report.add_rounded("load_average", load_average());
        self.phase(self.options.seconds).await;
        let server_cpu = match (server, before.0) {
            (Some(server), Some(before)) => Some(server.cpu()?.saturating_sub(before)),
            _ => None,
        };
        let own_cpu = own.cpu()?.saturating_sub(before.1);
        self.tally.borrow().report(server_cpu, own_cpu, report);
        Ok(())
    }

    /// Sends for so many seconds, then waits for what is still due.
    async fn phase(&self, seconds: f64) {
        let patience = Duration::from_secs_f64(self.options.patience);
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        *self.tally.borrow_mut() = Tally::new();
        self.sending.set(true);
        match self.options.rate {
            Some(rate) => self.send_at(rate, end).await,
            None => self.keep_windows_full(patience, end).await,
        }
        self.sending.set(false);
        loop {
            let (complete, last) = {
                let tally = self.tally.borrow();
                (tally.is_complete(), tally.last)
            };
            if complete || last.max(end).elapsed() > patience {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // What is lost must not fill the windows of the next phase.
        let later = Instant::now() + patience;
        for lane in &self.lanes {
            lane.give_up(later);
        }
    }

    async fn keep_windows_full(&self, patience: Duration, end: Instant) {
        self.lanes.iter().enumerate().for_each(|(n, _)| self.fill(n));
        while Instant::now() < end {
            let pause = end.saturating_duration_since(Instant::now());
            tokio::time::sleep(pause.min(Duration::from_millis(500))).await;
            // An answer fills a window; where none comes any more, time does.
            for (n, lane) in self.lanes.iter().enumerate() {
                if let Some(long_ago) = Instant::now().checked_sub(patience) {
                    let given_up = lane.give_up(long_ago);
                    self.tally.borrow_mut().given_up += given_up as u64;
                    self.fill(n);
                }
            }
        }
    }

    async fn send_at(&self, rate: f64, end: Instant) {
        let began = Instant::now();
        for n in 0_u32.. {
            let at = began + Duration::from_secs_f64(f64::from(n) / rate);
            if at >= end {
                return;
            }
            if at > Instant::now() {
                tokio::time::sleep_until(at.into()).await;
            } else {
                tokio::task::yield_now().await;
            }
            self.send(n as usize % self.lanes.len());
        }
    }

    fn fill(&self, lane: usize) {
        if self.options.rate.is_none() {
            while self.sending.get() && self.lanes[lane].in_flight() < self.options.window {
                self.send(lane);
            }
        }
    }

    fn send(&self, n: usize) {
        let lane = &self.lanes[n];
        let missing = match self.complete {
            Complete::Delivered => lane.listeners,
            Complete::Acknowledged => 0,
        };
        let now = Instant::now();
        let number = lane.begin(Flight {
            missing,
            unacknowledged: true,
            sent: now,
        });
        let sent_at = u64::try_from((now - self.epoch).as_nanos()).unwrap_or(u64::MAX);
        let lane_number = u32::try_from(n).expect("there are fewer lanes");
        let body = Tag {
            lane: lane_number,
            number,
            sent_at,
        }
        .text(self.options.bytes);
        let id = u64::from(lane_number) << 32 | u64::from(number);
        let (room, client_id) = (lane.room, client_id());
        {
            let mut tally = self.tally.borrow_mut();
            tally.sent += 1;
            tally.due += u64::from(lane.listeners);
        }
        self.sockets[lane.senders[lane.turn(number)]].send(&format!(
            r#"{{"type":"send","id":{id},"room":"{room}","client_id":"{client_id}","body":"{body}"}}"#
        ));
    }

    /// Takes a frame that connection `n` heard.
    fn heard(&self, n: usize, frame: &[u8]) {
        if let Some(tag) = Tag::find(frame) {
            self.delivered(n, tag, frame);
        } else if has(frame, "\"type\":\"ok\"") {
            self.answered(tag::number(frame, "\"id\":").unwrap_or(0));
        } else if has(frame, "\"type\":\"error\"") {
            self.tally.borrow_mut().errors += 1;
            self.complain(&String::from_utf8_lossy(frame));
        }
    }

    fn delivered(&self, n: usize, tag: Tag, frame: &[u8]) {
        let Some(lane) = self.lanes.get(tag.lane as usize) else {
            return;
        };
        let turn = lane.turn(tag.number);
        {
            let mut tally = self.tally.borrow_mut();
            let last = &mut self.seen[n].borrow_mut()[lane.slot + turn];
            // One sender's messages come in the order sent.
            if last.is_some_and(|last| tag.number <= last) {
                tally.repeated += 1;
                return;
            }
            *last = Some(tag.number);
            let sent = self.epoch + Duration::from_nanos(tag.sent_at);
            tally.delivery(sent.elapsed(), frame.len());
        }
        if self.options.mark_read && lane.senders[turn] != n {
            self.mark(n, lane, frame);
        }
        if self.complete == Complete::Delivered {
            lane.settle(tag.number, |message| {
                message.missing = message.missing.saturating_sub(1)
            });
            self.fill(tag.lane as usize);
        }
    }

    fn mark(&self, n: usize, lane: &Lane, frame: &[u8]) {
        if let Some(seq) = tag::number(frame, "\"seq\":") {
            let (id, room) = (MARK | seq, lane.room);
            self.tally.borrow_mut().marks_sent += 1;
            self.sockets[n].send(&format!(
                r#"{{"type":"read","id":{id},"room":"{room}","seq":{seq}}}"#
            ));
        }
    }

    fn answered(&self, id: u64) {
        if id & MARK != 0 {
            let mut tally = self.tally.borrow_mut();
            tally.marks_answered += 1;
            tally.last = Instant::now();
            return;
        }
        let (n, number) = ((id >> 32) as usize, id as u32);
        let Some(lane) = self.lanes.get(n) else {
            return;
        };
        if let Some(sent) = lane.settle(number, |message| message.unacknowledged = false) {
            self.tally.borrow_mut().acknowledgement(sent.elapsed());
            self.fill(n);
        }
    }

    /// Says what went wrong, but not a thousand times.
    #[expect(
        clippy::print_stderr,
        reason = "a load that goes wrong must not look like a slow server"
    )]
    fn complain(&self, what: &str) {
        self.complaints.set(self.complaints.get() + 1);
        if self.complaints.get() <= 5 {
            eprintln!("{what}");
        }
    }
}

fn has(frame: &[u8], text: &str) -> bool {
    memmem::find(frame, text.as_bytes()).is_some()
}
