//! Step 3: the hot tail: what this process just committed, opened, by position.
//!
//! A shortcut, never a source of truth: who does not find a position here reads the log.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use tokio::sync::watch;

use crate::Recorded;

const EVENTS: usize = 8_192;
const BYTES: usize = 16 * 1024 * 1024;

/// A bounded ring of recent events, and the highest position known to be in the log.
#[derive(Clone)]
pub struct Tail {
    ring: Arc<Mutex<Ring>>,
    head: watch::Sender<i64>,
    /// The backend that appends for this process.
    writer: Arc<AtomicU32>,
}

#[derive(Default)]
struct Ring {
    events: VecDeque<Arc<Recorded>>,
    bytes: usize,
}

impl Default for Tail {
    fn default() -> Self {
        Self {
            ring: Arc::default(),
            head: watch::Sender::new(0),
            writer: Arc::default(),
        }
    }
}

impl Tail {
    /// Adds what was committed, in order.
    pub fn push(&self, committed: Vec<Recorded>) {
        let Some(last) = committed.last().map(|event| event.position) else {
            return;
        };
        {
            let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
            for event in committed {
                ring.push(event);
            }
        }
        self.reach(last);
    }

    /// Notes that the log has come this far.
    pub fn reach(&self, position: i64) {
        self.head.send_if_modified(|head| {
            let further = *head < position;
            *head = (*head).max(position);
            further
        });
    }

    /// Notes which backend appends for this process: its bell is not needed, since what it appends is pushed here.
    pub(crate) fn is_written_by(&self, backend: u32) {
        self.writer.store(backend, Relaxed);
    }

    /// Whether it is this one.
    pub(crate) fn is_own(&self, backend: u32) -> bool {
        self.writer.load(Relaxed) == backend
    }

    /// The unbroken run of events behind a position which is here: empty when the next one is not.
    #[must_use]
    pub fn after(&self, position: i64, limit: usize) -> Vec<Arc<Recorded>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let start = ring
            .events
            .partition_point(|event| event.position <= position);
        let run = ring.events.iter().skip(start).zip(position + 1..);
        run.take_while(|(event, expected)| event.position == *expected)
            .take(limit)
            .map(|(event, _)| Arc::clone(event))
            .collect()
    }

    /// The highest position known to be in the log, and a way to wait for a higher one.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }
}

impl Ring {
    fn push(&mut self, event: Recorded) {
        self.bytes += event.data.get().len();
        self.events.push_back(Arc::new(event));
        while self.events.len() > EVENTS || self.bytes > BYTES {
            let Some(oldest) = self.events.pop_front() else {
                return;
            };
            self.bytes -= oldest.data.get().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::value::RawValue;
    use uuid::Uuid;

    use super::*;

    fn event(position: i64) -> Recorded {
        Recorded {
            position,
            aggregate_type: "message".into(),
            aggregate_id: String::new(),
            name: "message.sent".into(),
            version: "1".into(),
            event_id: Uuid::nil(),
            recorded_at: DateTime::UNIX_EPOCH,
            traceparent: None,
            data: RawValue::from_string("null".into()).unwrap(),
            missing: None,
        }
    }

    fn positions(run: &[Arc<Recorded>]) -> Vec<i64> {
        run.iter().map(|event| event.position).collect()
    }

    #[test]
    fn a_run_ends_where_another_process_appended() {
        let tail = Tail::default();
        tail.push([1, 2, 5, 6].map(event).into());
        assert_eq!(positions(&tail.after(0, 10)), [1, 2]);
        assert_eq!(positions(&tail.after(2, 10)), [0; 0]);
        assert_eq!(positions(&tail.after(4, 1)), [5]);
        assert_eq!(*tail.head().borrow(), 6);
    }

    #[test]
    fn it_does_not_grow_for_ever() {
        let tail = Tail::default();
        tail.push((1..=20_000).map(event).collect());
        assert_eq!(positions(&tail.after(0, 1)), [0; 0]);
        assert_eq!(tail.after(20_000 - 8_192, usize::MAX).len(), EVENTS);
    }
}
