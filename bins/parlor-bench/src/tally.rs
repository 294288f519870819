//! What is counted while a load runs.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::report::Report;

/// Counts since a phase began.
pub(crate) struct Tally {
    pub(crate) began: Instant,
    /// When something last arrived.
    pub(crate) last: Instant,
    pub(crate) sent: u64,
    /// Deliveries that are due for what was sent.
    pub(crate) due: u64,
    pub(crate) delivered: u64,
    /// Deliveries that came twice, or behind later ones of the same sender.
    pub(crate) repeated: u64,
    pub(crate) acknowledged: u64,
    pub(crate) marks_sent: u64,
    pub(crate) marks_answered: u64,
    /// Messages that nothing was heard of for too long.
    pub(crate) given_up: u64,
    pub(crate) errors: u64,
    pub(crate) bytes: u64,
    delivery: Histogram<u64>,
    acknowledgement: Histogram<u64>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        // Microseconds up to two minutes, to three digits.
        let latencies = || Histogram::new_with_bounds(1, 120_000_000, 3).expect("the bounds are right");
        let now = Instant::now();
        Self {
            began: now,
            last: now,
            sent: 0,
            due: 0,
            delivered: 0,
            repeated: 0,
            acknowledged: 0,
            marks_sent: 0,
            marks_answered: 0,
            given_up: 0,
            errors: 0,
            bytes: 0,
            delivery: latencies(),
            acknowledgement: latencies(),
        }
    }

    /// A message of so many bytes arrived so long after it was sent.
    pub(crate) fn delivery(&mut self, after: Duration, bytes: usize) {
        self.delivered += 1;
        self.bytes += bytes as u64;
        self.delivery.saturating_record(micros(after));
        self.last = Instant::now();
    }

    /// A message was acknowledged so long after it was sent.
    pub(crate) fn acknowledgement(&mut self, after: Duration) {
        self.acknowledged += 1;
        self.acknowledgement.saturating_record(micros(after));
        self.last = Instant::now();
    }

    /// Whether everything that is due has come.
    pub(crate) fn is_complete(&self) -> bool {
        self.delivered >= self.due
            && self.acknowledged + self.errors >= self.sent
            && self.marks_answered >= self.marks_sent
    }

    /// From the beginning to the last arrival.
    pub(crate) fn took(&self) -> Duration {
        self.last.saturating_duration_since(self.began)
    }

    /// Adds what was counted; `cpu` is the server's, `own` this tool's.
    pub(crate) fn report(&self, cpu: Option<Duration>, own: Duration, report: &mut Report) {
        let seconds = self.took().as_secs_f64().max(1e-9);
        let per_delivery = |time: Duration| time.as_secs_f64() * 1e6 / self.delivered.max(1) as f64;
        report.add_rounded("seconds", seconds);
        report.add("messages", self.sent);
        report.add_rounded("messages_per_second", self.sent as f64 / seconds);
        report.add("deliveries", self.delivered);
        report.add_rounded("deliveries_per_second", self.delivered as f64 / seconds);
        report.add("lost", self.due.saturating_sub(self.delivered));
        report.add("repeated", self.repeated);
        report.add("given_up", self.given_up);
        report.add("acknowledged", self.acknowledged);
        report.add_rounded("acknowledged_per_second", self.acknowledged as f64 / seconds);
        report.add("errors", self.errors);
        if self.marks_sent > 0 {
            report.add("marks", self.marks_sent);
            report.add(
                "marks_unanswered",
                self.marks_sent.saturating_sub(self.marks_answered),
            );
        }
        report.add("frame_bytes", self.bytes / self.delivered.max(1));
        if let Some(cpu) = cpu {
            report.add_rounded("server_cpu_us_per_delivery", per_delivery(cpu));
            report.add_rounded(
                "server_cpu_us_per_message",
                cpu.as_secs_f64() * 1e6 / self.sent.max(1) as f64,
            );
            report.add_rounded("server_cores", cpu.as_secs_f64() / seconds);
        }
        report.add_rounded("tool_cpu_us_per_delivery", per_delivery(own));
        report.add_rounded("tool_cores", own.as_secs_f64() / seconds);
        percentiles(
            report,
            &self.delivery,
            ["delivery_p50_ms", "delivery_p99_ms", "delivery_max_ms"],
        );
        percentiles(
            report,
            &self.acknowledgement,
            ["ack_p50_ms", "ack_p99_ms", "ack_max_ms"],
        );
    }
}

fn percentiles(report: &mut Report, latencies: &Histogram<u64>, names: [&'static str; 3]) {
    let [p50, p99, max] = names;
    report.add_rounded(p50, latencies.value_at_quantile(0.5) as f64 / 1000.0);
    report.add_rounded(p99, latencies.value_at_quantile(0.99) as f64 / 1000.0);
    report.add_rounded(max, latencies.max() as f64 / 1000.0);
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1)
}
