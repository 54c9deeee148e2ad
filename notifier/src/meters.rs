//! What the metrics tell.

use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge};

/// Handles, looked up once: the recorder must be installed before.
pub(crate) struct Meters {
    /// Open streams.
    pub streams: Gauge,
    /// Events written, without heartbeats.
    pub frames: Counter,
    /// Readers that stood still for too long.
    pub cut_off: Counter,
}

impl Meters {
    pub(crate) fn new() -> Self {
        describe_gauge!("tidings_streams", "Open push streams.");
        describe_counter!(
            "tidings_stream_frames_total",
            "Events written to push streams."
        );
        describe_counter!(
            "tidings_streams_cut_off_total",
            "Push streams closed because their reader stood still."
        );
        Self {
            streams: gauge!("tidings_streams"),
            frames: counter!("tidings_stream_frames_total"),
            cut_off: counter!("tidings_streams_cut_off_total"),
        }
    }
}
