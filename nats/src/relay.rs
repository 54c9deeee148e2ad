//! Step 4: from the log to the stream.
//!
//! A relay keeps no place of its own: it is the stream's last sequence. Each event is published with the sequence before
//! it as a condition, so the stream's sequence is the log's position, two relays at once do no harm, and a tail that NATS
//! lost is published again under the same numbers.

use std::{sync::Arc, time::Duration};

use eventlog::{
    Bug, Reader, Recorded, Source, Tail, planted,
    trace::{self, Stage},
};
use futures::future;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{Bus, Error, Message, Wire, backoff::Backoff, meters::Meters, subject, sweep::sweep};

/// How many events are on their way at once.
const IN_FLIGHT: usize = 256;
/// How long an idle relay believes that the stream is what it was.
const DOUBT: Duration = Duration::from_secs(5);
/// How late the relay can be when nobody tells it of new events.
const POLL: Duration = Duration::from_millis(500);

/// Publishes the log.
pub struct Relay<B = Wire, S = Reader> {
    bus: B,
    log: S,
    tail: Tail,
    head: watch::Receiver<i64>,
    /// The stream's last sequence, while it is known.
    last: Option<i64>,
    /// Up to here the log is read, not the tail: what the stream lacks may have been erased since it was committed.
    cold_until: i64,
    /// When the stream's place was looked up.
    found: Instant,
    /// When the log itself was looked at.
    looked: Option<Instant>,
    reached: watch::Sender<i64>,
    meters: Meters,
}

impl<B: Bus, S: Source> Relay<B, S> {
    /// From a log to a bus. `tail` saves reading what this process just committed; `reached` is told how far the stream
    /// has come.
    #[must_use]
    pub fn new(bus: B, log: S, tail: Tail, reached: watch::Sender<i64>) -> Self {
        let head = tail.head();
        Self {
            bus,
            log,
            tail,
            head,
            last: None,
            cold_until: 0,
            found: Instant::now(),
            looked: None,
            reached,
            meters: Meters::new(),
        }
    }

    /// Relays until shutdown. Returns early when the stream is not a copy of this log.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), Error> {
        let mut backoff = Backoff::new();
        while !shutdown.is_cancelled() {
            let step = tokio::select! {
                step = self.step() => step,
                () = shutdown.cancelled() => return Ok(()),
            };
            match step {
                Ok(0) => {
                    self.doubt();
                    tokio::select! {
                        () = self.wait() => {}
                        () = shutdown.cancelled() => {}
                    }
                }
                Ok(_) => backoff.reset(),
                Err(error @ (Error::Foreign { .. } | Error::TooOld(_))) => return Err(error),
                Err(error) => {
                    self.meters.failures.increment(1);
                    backoff.after(&error, "the relay").await;
                }
            }
        }
        Ok(())
    }

    /// Publishes what the stream lacks, up to a number of events; says how many.
    pub async fn step(&mut self) -> Result<usize, Error> {
        let last = match self.last {
            Some(last) => last,
            None => self.find_place().await?,
        };
        // Unknown until all of this went well.
        self.last = planted(Bug::LostTail).then_some(last);
        let events = self.next(last).await?;
        self.publish(last, &events).await?;
        eventlog::failpoint("relay.acknowledged");
        let now = last + i64::try_from(events.len()).unwrap_or(0);
        self.last = Some(now);
        self.reached.send_replace(now);
        Ok(events.len())
    }

    /// An idle relay looks now and then whether the stream is still what it was: a wiped one is filled again.
    fn doubt(&mut self) {
        if self.found.elapsed() > DOUBT && !planted(Bug::LostTail) {
            self.last = None;
        }
    }

    async fn find_place(&mut self) -> Result<i64, Error> {
        let place = self.bus.place(&self.log).await?;
        let known = self.log.copies_erased_until().await?;
        if place.last < known.max(*self.reached.borrow()) {
            // Before anything is published, so that whoever comes after a crash in the middle of this sees it as well.
            sweep(&self.bus, &self.log, place).await?;
        }
        let last = place.last;
        (self.cold_until, self.found) = (self.log.head().await?, Instant::now());
        tracing::debug!(last, "the relay found its place");
        Ok(last)
    }

    async fn next(&mut self, last: i64) -> Result<Vec<Arc<Recorded>>, Error> {
        let hot = if last < self.cold_until {
            Vec::new()
        } else {
            self.tail.after(last, IN_FLIGHT)
        };
        let nothing_new = last >= self.cold_until
            && *self.head.borrow() <= last
            && self.looked.is_some_and(|looked| looked.elapsed() < POLL);
        if !hot.is_empty() || nothing_new {
            return Ok(hot);
        }
        self.looked = Some(Instant::now());
        let cold = self
            .log
            .after(last, i64::try_from(IN_FLIGHT).unwrap_or(i64::MAX))
            .await?;
        Ok(cold.into_iter().map(Arc::new).collect())
    }

    async fn publish(&self, last: i64, events: &[Arc<Recorded>]) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(());
        }
        let (began, traced) = (Instant::now(), trace::now());
        let mut acks = Vec::with_capacity(events.len());
        for (event, expected) in events.iter().zip(last..) {
            acks.push(self.send(event, expected).await?);
        }
        eventlog::failpoint("relay.sent");
        let acks = future::join_all(acks).await;
        for (sequence, event) in acks.into_iter().zip(events) {
            let (sequence, position) = (sequence?, event.position);
            if sequence != position {
                return Err(Error::away(format!(
                    "position {position} became sequence {sequence}"
                )));
            }
        }
        self.meters.duration.record(began.elapsed());
        self.meters.published.increment(events.len() as u64);
        trace::tell_of(Stage::Publish, events.iter().map(Arc::as_ref), traced);
        Ok(())
    }

    async fn send(&self, event: &Recorded, expected: i64) -> Result<B::Ack, Error> {
        let envelope = self.bus.envelope();
        if let Err(error) = event.assert_opened() {
            tracing::warn!(%error, "it is published without what is in it");
        }
        let (payload, mac) = envelope.write(event).map_err(eventlog::Error::from)?;
        let message = Message {
            sequence: event.position,
            payload,
            mac,
            traceparent: event.traceparent.clone(),
        };
        let epoch = envelope.identity().epoch;
        let subject = subject(epoch, &event.name, &event.aggregate_id);
        let expected = (!planted(Bug::PublishUnconditionally)).then_some(expected);
        self.bus.publish(subject, message, expected).await
    }

    /// Waits until the log goes on, or for a moment.
    async fn wait(&mut self) {
        let last = self.last.unwrap_or(0);
        let further = async {
            // The tail lives as long as this does.
            let _ = self.head.wait_for(|head| *head > last).await;
        };
        let _ = timeout(POLL, further).await;
    }
}
