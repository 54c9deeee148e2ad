//! What the metrics tell of the wire.

use metrics::{Counter, Histogram, Unit, counter, describe_counter, describe_histogram, histogram};

/// Handles, looked up once: the recorder must be installed before.
pub(crate) struct Meters {
    /// Events that the stream has acknowledged.
    pub published: Counter,
    /// From a batch's first event to its last acknowledgement.
    pub duration: Histogram,
    /// Batches that were not acknowledged whole.
    pub failures: Counter,
}

impl Meters {
    pub(crate) fn new() -> Self {
        describe_counter!(
            "tidings_relay_published_events_total",
            "Events that the stream has acknowledged to this relay."
        );
        describe_histogram!(
            "tidings_relay_publish_duration_seconds",
            Unit::Seconds,
            "How long the stream took to acknowledge a batch."
        );
        describe_counter!(
            "tidings_relay_failures_total",
            "Steps of the relay that failed and were tried again."
        );
        Self {
            published: counter!("tidings_relay_published_events_total"),
            duration: histogram!("tidings_relay_publish_duration_seconds"),
            failures: counter!("tidings_relay_failures_total"),
        }
    }
}
