//! People who log in while others talk.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use parlor_client::Rest;
use tokio::task::JoinHandle;

use crate::bench::Bench;
use crate::report::Report;

/// So many people log in at the same time, each again as soon as it is done.
pub(crate) struct LogIns {
    tasks: Vec<JoinHandle<()>>,
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
        let counts = Rc::new(Counts::default());
        let begin = |person: usize| {
            let (bench, counts) = (bench.clone(), counts.clone());
            tokio::task::spawn_local(async move {
                let rest = Rest::new(bench.common.url.clone());
                loop {
                    match bench.town.log_in_again(&rest, person).await {
                        Ok(()) => counts.done.set(counts.done.get() + 1),
                        Err(_) => counts.refused.set(counts.refused.get() + 1),
                    }
                }
            })
        };
        Self {
            tasks: (0..at_once).map(begin).collect(),
            counts,
            began: Instant::now(),
        }
    }

    /// Stops, and adds how many there were to the report.
    pub(crate) fn end(self, report: &mut Report) {
        self.tasks.iter().for_each(JoinHandle::abort);
        if self.tasks.is_empty() {
            return;
        }
        let seconds = self.began.elapsed().as_secs_f64();
        report.add("log_ins_at_once", self.tasks.len());
        report.add_rounded("log_ins_per_second", self.counts.done.get() as f64 / seconds);
        report.add("log_ins_refused", self.counts.refused.get());
    }
}
