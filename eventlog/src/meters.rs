//! What the metrics tell of appending.

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use crate::{AppendError, Command};

/// Handles, looked up once: the recorder must be installed before.
#[derive(Clone)]
pub(crate) struct Meters {
    /// Commands that wait or are being appended.
    queued: Gauge,
    /// Events appended.
    pub events: Counter,
    /// Events in a batch.
    batch: Histogram,
    /// From a batch's call to its outcomes.
    pub duration: Histogram,
    busy: Counter,
    too_large: Counter,
    full: Counter,
    refused: Counter,
    unavailable: Counter,
}

/// Counted as waiting until it is dropped.
pub(crate) struct Queued(Gauge);

impl Meters {
    pub(crate) fn new() -> Self {
        describe_gauge!(
            "tidings_append_queue_commands",
            "Commands that wait to be appended, the batch in flight included."
        );
        describe_counter!(
            "tidings_appended_events_total",
            "Events that this process has appended to the log."
        );
        describe_histogram!(
            "tidings_append_batch_events",
            "Events in one batch, which is one COMMIT."
        );
        describe_histogram!(
            "tidings_append_duration_seconds",
            Unit::Seconds,
            "How long Postgres took to append a batch, tries included."
        );
        describe_counter!(
            "tidings_append_refusals_total",
            "Commands that were not appended, by reason; busy, full and unavailable are answered with 503."
        );
        let refusals = |reason| counter!("tidings_append_refusals_total", "reason" => reason);
        Self {
            queued: gauge!("tidings_append_queue_commands"),
            events: counter!("tidings_appended_events_total"),
            batch: histogram!("tidings_append_batch_events"),
            duration: histogram!("tidings_append_duration_seconds"),
            busy: refusals("busy"),
            full: refusals("full"),
            too_large: refusals("too_large"),
            refused: refusals("refused"),
            unavailable: refusals("unavailable"),
        }
    }

    /// A command begins to wait.
    pub(crate) fn queue(&self) -> Queued {
        self.queued.increment(1);
        Queued(self.queued.clone())
    }

    /// A batch is about to be appended.
    #[expect(clippy::cast_precision_loss, reason = "a metric")]
    pub(crate) fn taken(&self, commands: &[&Command]) {
        let events: usize = commands.iter().map(|command| command.events.len()).sum();
        self.batch.record(events as f64);
    }

    /// A command's sender is told that it was not appended.
    pub(crate) fn refuse(&self, error: &AppendError) {
        let refusals = match error {
            AppendError::Busy => &self.busy,
            AppendError::Full => &self.full,
            AppendError::TooLarge { .. } => &self.too_large,
            AppendError::Refused(_) => &self.refused,
            AppendError::Unavailable => &self.unavailable,
        };
        refusals.increment(1);
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
