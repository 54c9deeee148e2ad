//! Step 4: events for a reader with a checkpoint of its own: from the stream, and from the log whenever the stream falls short.

use std::time::Duration;

use eventlog::{Reader, Recorded, Source, Tail};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout},
};

use crate::{Bus, Error, Missed, Subscription, Wire};

/// How long the stream may be silent about an event that is in the log.
const SILENCE: Duration = Duration::from_millis(500);
/// How long to go without a stream before looking for it again.
const RETRY: Duration = Duration::from_secs(1);
/// How long to wait for a stream that is being looked for. After that the log is read, until it is found.
const PATIENCE: Duration = Duration::from_millis(200);

/// The log's events in order. Working while NATS is down, only later.
pub struct Feed<B: Bus = Wire, S = Reader> {
    log: S,
    bus: Option<B>,
    hot: Option<Tail>,
    subscription: Option<Subscription<B::Messages>>,
    /// On a task: a NATS that does not answer holds nobody up.
    opening: Option<JoinHandle<Opened<B>>>,
    /// When a stream was not found.
    tried: Option<Instant>,
    head: watch::Receiver<i64>,
}

/// Nothing where the stream begins later.
type Opened<B> = Result<Option<Subscription<<B as Bus>::Messages>>, Error>;

impl Feed {
    /// From a wire, if there is one, and the log behind it. `tail` knows how far the log has come.
    #[must_use]
    pub fn new(reader: Reader, wire: Option<Wire>, tail: &Tail) -> Self {
        Self::over(reader, wire, None, tail)
    }

    /// From what this process appends itself, and the log behind it: where most is appended here, the way over the wire
    /// would only bring back what is here already (docs/decisions/0007-a-projector-beside-the-writer.md).
    #[must_use]
    pub fn beside_the_writer(reader: Reader, tail: &Tail) -> Self {
        Self::over(reader, None, Some(tail.clone()), tail)
    }
}

impl<B: Bus, S: Source> Feed<B, S> {
    /// From a bus, if there is one, or else from what is `hot`, and the log behind them.
    #[must_use]
    pub fn over(log: S, bus: Option<B>, hot: Option<Tail>, tail: &Tail) -> Self {
        Self {
            log,
            bus,
            hot,
            subscription: None,
            opening: None,
            tried: None,
            head: tail.head(),
        }
    }

    /// The events behind a position: at most `limit`, without a gap; none when nothing came for a moment. Nothing is lost
    /// when the future is dropped.
    pub async fn next(&mut self, position: i64, limit: usize) -> Result<Vec<Recorded>, Error> {
        self.subscribe(position).await;
        let Some(subscription) = &mut self.subscription else {
            return self.read_log(position, limit).await;
        };
        match timeout(SILENCE, subscription.next(position, limit)).await {
            Ok(Ok(Ok(events))) => return Ok(events),
            Ok(Ok(Err(Missed))) => {
                tracing::warn!(position, "the stream misses an event: reading the log");
            }
            Ok(Err(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "reading the log instead of the stream"
                );
                self.subscription = None;
            }
            Err(_) if *self.head.borrow() <= position => return Ok(Vec::new()),
            Err(_) => tracing::info!(position, "the stream is silent: reading the log"),
        }
        read(&self.log, position, limit).await
    }

    /// Looks for a subscription when there is none and the bus is there.
    async fn subscribe(&mut self, position: i64) {
        let Some(bus) = self.bus.as_ref().filter(|bus| bus.is_connected()) else {
            return;
        };
        let recently = self.tried.is_some_and(|tried| tried.elapsed() < RETRY);
        if self.subscription.is_some() || recently {
            return;
        }
        let is_new = self.opening.is_none();
        let opening = self
            .opening
            .get_or_insert_with(|| tokio::spawn(open(bus.clone(), self.log.clone(), position)));
        if !is_new && !opening.is_finished() {
            return;
        }
        let Ok(opened) = timeout(PATIENCE, opening).await else {
            return;
        };
        self.opening = None;
        self.tried = Some(Instant::now());
        match opened.map_err(Error::away).flatten() {
            Ok(subscription) => self.subscription = subscription,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "no stream: reading the log"
                );
            }
        }
    }

    /// Without a stream: waits until the log goes on, or for a moment.
    async fn read_log(&mut self, position: i64, limit: usize) -> Result<Vec<Recorded>, Error> {
        let further = async {
            // The tail lives as long as this does.
            let _ = self.head.wait_for(|head| *head > position).await;
        };
        let _ = timeout(SILENCE, further).await;
        let hot = self.hot.as_ref().map(|tail| tail.after(position, limit));
        match hot {
            Some(hot) if !hot.is_empty() => {
                Ok(hot.iter().map(|event| event.as_ref().clone()).collect())
            }
            _ => read(&self.log, position, limit).await,
        }
    }
}

async fn open<B: Bus>(bus: B, log: impl Source, position: i64) -> Opened<B> {
    if bus.place(&log).await?.first > position + 1 {
        // Older than the stream: the log first.
        return Ok(None);
    }
    Subscription::open(&bus, position).await.map(Some)
}

async fn read(log: &impl Source, position: i64, limit: usize) -> Result<Vec<Recorded>, Error> {
    Ok(log
        .after(position, i64::try_from(limit).unwrap_or(i64::MAX))
        .await?)
}

/// A stream that nobody waits for any more is not looked for.
impl<B: Bus, S> Drop for Feed<B, S> {
    fn drop(&mut self) {
        if let Some(opening) = &self.opening {
            opening.abort();
        }
    }
}
