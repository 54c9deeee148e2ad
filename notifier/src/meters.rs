//! What the metrics tell of push streams.

use chrono::{DateTime, Utc};
use domain::mailbox::{MessageRow, Row};
use eventlog::trace::{self, Stage};
use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

/// Handles, looked up once: the recorder must be installed before.
pub(crate) struct Meters {
    sse: Gauge,
    websocket: Gauge,
    /// Events written, without heartbeats.
    pub frames: Counter,
    /// Readers that stood still for too long.
    pub cut_off: Counter,
    push: Histogram,
}

/// How a stream reaches its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sse,
    WebSocket,
}

impl Meters {
    pub(crate) fn new() -> Self {
        describe_gauge!("tidings_streams", "Open push streams, by kind.");
        describe_counter!(
            "tidings_stream_frames_total",
            "Events written to push streams, without heartbeats."
        );
        describe_counter!(
            "tidings_streams_cut_off_total",
            "Push streams closed because their reader stood still."
        );
        describe_histogram!(
            "tidings_push_duration_seconds",
            Unit::Seconds,
            "From a message's COMMIT, by the log's clock, to its first byte on a stream of its reader."
        );
        Self {
            sse: gauge!("tidings_streams", "kind" => "sse"),
            websocket: gauge!("tidings_streams", "kind" => "websocket"),
            frames: counter!("tidings_stream_frames_total"),
            cut_off: counter!("tidings_streams_cut_off_total"),
            push: histogram!("tidings_push_duration_seconds"),
        }
    }

    /// Open streams of a kind.
    pub(crate) fn streams(&self, kind: Kind) -> &Gauge {
        match kind {
            Kind::Sse => &self.sse,
            Kind::WebSocket => &self.websocket,
        }
    }

    /// A message goes out to somebody who has not seen it.
    pub(crate) fn pushed(&self, news: Fresh) {
        let took = eventlog::fresh::now() - news.sent_at;
        self.push.record(took.to_std().unwrap_or_default());
        trace::tell(Stage::Push, news.position, None, news.queued);
    }
}

/// A message that its reader sees for the first time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fresh {
    position: i64,
    sent_at: DateTime<Utc>,
    /// When it was put before its stream, while somebody wants to know.
    queued: Option<DateTime<Utc>>,
}

impl Fresh {
    /// Where a row is one, for a stream that has seen everything up to a position.
    pub(crate) fn of(row: &Row, seen: i64) -> Option<Self> {
        let Row::Inbox(row) = row else { return None };
        let MessageRow {
            position, sent_at, ..
        } = *row.message;
        (position > seen).then(|| Self {
            position,
            sent_at,
            queued: trace::now(),
        })
    }
}
