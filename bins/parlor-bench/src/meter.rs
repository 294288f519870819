//! What something costs a server.

use std::cell::Cell;
use std::ops::AddAssign;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinHandle;

use crate::process::Process;

/// How often memory is read.
const LOOK: Duration = Duration::from_millis(50);

/// Reads what processes use while something is done.
pub(crate) struct Meter {
    processes: Vec<Process>,
    before: Duration,
    own: Duration,
    began: Instant,
    peak: Rc<Cell<u64>>,
    watching: JoinHandle<()>,
}

/// What was done, and what it took.
#[derive(Debug, Default)]
pub(crate) struct Cost {
    pub(crate) bytes: u64,
    pub(crate) took: Duration,
    /// CPU time of the processes.
    pub(crate) cpu: Duration,
    /// CPU time of this tool.
    pub(crate) own: Duration,
    /// Most resident memory of the processes together, in bytes.
    pub(crate) peak: u64,
}

impl Meter {
    pub(crate) fn begin(processes: &[Process]) -> Result<Self> {
        let peak = Rc::new(Cell::new(resident(processes)));
        let watched = (processes.to_vec(), peak.clone());
        let watching = tokio::task::spawn_local(async move {
            let (processes, peak) = watched;
            loop {
                tokio::time::sleep(LOOK).await;
                peak.set(peak.get().max(resident(&processes)));
            }
        });
        Ok(Self {
            processes: processes.to_vec(),
            before: cpu(processes)?,
            own: own_cpu()?,
            began: Instant::now(),
            peak,
            watching,
        })
    }

    /// So many bytes have passed.
    pub(crate) fn end(self, bytes: u64) -> Result<Cost> {
        self.watching.abort();
        Ok(Cost {
            bytes,
            took: self.began.elapsed(),
            cpu: cpu(&self.processes)?.saturating_sub(self.before),
            own: own_cpu()?.saturating_sub(self.own),
            peak: self.peak.get().max(resident(&self.processes)),
        })
    }
}

impl Cost {
    /// Millions of bytes a second.
    pub(crate) fn speed(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.took.as_secs_f64().max(1e-9)
    }

    /// Seconds of CPU time for a thousand million bytes.
    pub(crate) fn cpu_per_gb(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e9 / self.bytes.max(1) as f64
    }

    /// How much of a core this tool took.
    pub(crate) fn own_cores(&self) -> f64 {
        self.own.as_secs_f64() / self.took.as_secs_f64().max(1e-9)
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.took += other.took;
        self.cpu += other.cpu;
        self.own += other.own;
        self.peak = self.peak.max(other.peak);
    }
}

fn cpu(processes: &[Process]) -> Result<Duration> {
    processes.iter().map(|process| process.cpu()).sum()
}

fn own_cpu() -> Result<Duration> {
    Process(std::process::id()).cpu()
}

/// Nothing, of one that is gone.
pub(crate) fn resident(processes: &[Process]) -> u64 {
    processes
        .iter()
        .map(|process| process.resident().unwrap_or(0))
        .sum()
}
