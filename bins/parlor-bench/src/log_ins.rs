//! People who log in while others talk.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use anyhow::Result;
use parlor_client::Rest;
use tokio::task::JoinHandle;

use crate::bench::Bench;
use crate::report::Report;

/// So many people log in at the same time, each again as soon as it is done.
pub(crate) struct LogIns {
    tasks: Vec<JoinHandle<()>>,
    stop: Rc<Cell<bool>>,
    counts: Rc<Counts>,
    began: Instant,
}

#[derive(Debug, Default)]
struct Counts {
    done: Cell<usize>,
    refused: Cell<usize>,
}

impl LogIns {
    pub(crate) fn begin(bench: &Rc<Bench>, at_once: usize) -> Self {
        let (counts, stop) = (Rc::new(Counts::default()), Rc::new(Cell::new(false)));
        let begin = |person: usize| {
            let (bench, counts, stop) = (bench.clone(), counts.clone(), stop.clone());
            tokio::task::spawn_local(async move {
                let rest = Rest::new(bench.common.url.clone());
                while !stop.get() {
                    match bench.town.log_in_again(&rest, person).await {
                        Ok(()) => counts.done.set(counts.done.get() + 1),
                        Err(_) => counts.refused.set(counts.refused.get() + 1),
                    }
                }
            })
        };
        Self {
            tasks: (0..at_once).map(begin).collect(),
            stop,
            counts,
            began: Instant::now(),
        }
    }

    /// Lets those on their way end, so that the server is free again, and adds how many there were to the report.
    pub(crate) async fn end(self, report: &mut Report) -> Result<()> {
        if self.tasks.is_empty() {
            return Ok(());
        }
        let seconds = self.began.elapsed().as_secs_f64();
        report.add("log_ins_at_once", self.tasks.len());
        report.add_rounded("log_ins_per_second", self.counts.done.get() as f64 / seconds);
        report.add("log_ins_refused", self.counts.refused.get());
        self.stop.set(true);
        for task in self.tasks {
            task.await?;
        }
        Ok(())
    }
}
