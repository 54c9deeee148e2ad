//! What the metrics tell of projecting.

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

/// Handles, looked up once: the recorder must be installed before.
pub(crate) struct Meters {
    /// Events whose rows are committed.
    pub events: Counter,
    /// Events taken in one step.
    batch: Histogram,
    /// From the events to the last commit of their rows.
    pub duration: Histogram,
    /// 1 while it cannot go on.
    pub halted: Gauge,
}

impl Meters {
    pub(crate) fn new() -> Self {
        describe_counter!(
            "tidings_projected_events_total",
            "Events whose rows this projector has committed."
        );
        describe_histogram!(
            "tidings_projector_batch_events",
            "Events that the projector took in one step."
        );
        describe_histogram!(
            "tidings_projector_batch_duration_seconds",
            Unit::Seconds,
            "How long the rows of one step took, commits included."
        );
        describe_gauge!(
            "tidings_projector_halted",
            "1 while the projector cannot go on: it tries again, and skips nothing."
        );
        describe_gauge!(
            "tidings_drift",
            "Unread counts that differ from a recount, of the conversations looked at in the last minute. The target is 0."
        );
        Self {
            events: counter!("tidings_projected_events_total"),
            batch: histogram!("tidings_projector_batch_events"),
            duration: histogram!("tidings_projector_batch_duration_seconds"),
            halted: gauge!("tidings_projector_halted"),
        }
    }

    /// So many events are about to be projected.
    #[expect(clippy::cast_precision_loss, reason = "a metric")]
    pub(crate) fn taken(&self, events: usize) {
        self.batch.record(events as f64);
    }
}
