//! A log that is read and never asked to wait for a turn: events that are there already, seen one after the other.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use chrono::{DateTime, Utc};
use eventlog::{Error, Recorded, Source};

/// Events, to be read as from a log that grows.
#[derive(Clone)]
pub struct Book {
    events: Arc<[Recorded]>,
    written: Arc<AtomicI64>,
}

impl Book {
    /// Of these events, none of which is to be seen yet.
    #[must_use]
    pub fn new(events: Vec<Recorded>) -> Self {
        Self {
            events: events.into(),
            written: Arc::default(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> i64 {
        i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }

    /// Shows some more.
    pub fn write(&self, more: i64) {
        let written = self.written.load(Relaxed) + more;
        self.written.store(written.min(self.all()), Relaxed);
    }
}

impl Source for Book {
    async fn head(&self) -> Result<i64, Error> {
        Ok(self.written.load(Relaxed))
    }

    async fn first_since(&self, _: DateTime<Utc>) -> Result<i64, Error> {
        Ok(1)
    }

    async fn after(&self, position: i64, limit: i64) -> Result<Vec<Recorded>, Error> {
        let last = self.written.load(Relaxed).min(position + limit);
        let events = self.events.iter();
        let behind = events.filter(|event| (position + 1..=last).contains(&event.position));
        Ok(behind.cloned().collect())
    }

    async fn copies_erased_until(&self) -> Result<i64, Error> {
        Ok(0)
    }

    async fn erased_between(&self, _: i64, _: i64) -> Result<Vec<i64>, Error> {
        Ok(Vec::new())
    }
}
