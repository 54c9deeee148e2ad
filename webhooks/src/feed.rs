//! The events behind a position.
//!
//! From the log, since what lies back may have been erased meanwhile; from the hot tail only what was appended while the
//! webhook had nothing else to wait for. Nothing is kept for long: it may be erased at any moment.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use eventlog::{Reader, Recorded, Tail};
use tokio::sync::watch;

use crate::Error;

/// How many events are looked at in one step.
const BATCH: usize = 64;
/// How old a text may be when it is handed over.
const FRESH: Duration = Duration::from_secs(2);

/// One webhook's reader of the log.
pub(crate) struct Feed {
    reader: Reader,
    tail: Tail,
    head: watch::Receiver<i64>,
    /// It had come to the log's head, and the log has just gone on.
    is_hot: bool,
}

/// Some events in order, for a moment.
pub(crate) struct Batch {
    pub events: Vec<Arc<Recorded>>,
    read: Instant,
}

impl Feed {
    pub(crate) fn new(reader: Reader, tail: Tail) -> Self {
        Self {
            head: tail.head(),
            reader,
            tail,
            is_hot: false,
        }
    }

    /// How far the log has come.
    pub(crate) fn head(&self) -> i64 {
        *self.head.borrow()
    }

    /// What lies behind a position, up to a number of events: one, when it is not the first time that it is tried.
    pub(crate) async fn after(&mut self, position: i64, is_retry: bool) -> Result<Batch, Error> {
        let read = Instant::now();
        let limit = if is_retry { 1 } else { BATCH };
        if std::mem::take(&mut self.is_hot) {
            let events = self.tail.after(position, limit);
            if !events.is_empty() {
                return Ok(Batch { events, read });
            }
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let events = self.reader.after(position, limit).await?;
        Ok(Batch {
            events: events.into_iter().map(Arc::new).collect(),
            read,
        })
    }

    /// Waits until the log goes on behind a position, which was its end.
    pub(crate) async fn go_on(&mut self, position: i64) {
        // The tail lives as long as this does.
        let _ = self.head.wait_for(|head| *head > position).await;
        self.is_hot = true;
    }
}

impl Batch {
    /// It may still be handed over.
    pub(crate) fn is_fresh(&self) -> bool {
        self.read.elapsed() < FRESH
    }
}
