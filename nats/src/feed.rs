//! Step 4: events for a reader with a checkpoint of its own: from the stream, and from the log whenever the stream falls short.

use std::time::Duration;

use eventlog::{Reader, Recorded, Tail};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use crate::{Error, Missed, Stream, Subscription, Wire};

/// How long the stream may be silent about an event that is in the log.
const SILENCE: Duration = Duration::from_millis(500);
/// How long to go without a stream before looking for it again.
const RETRY: Duration = Duration::from_secs(1);

/// The log's events in order. Working while NATS is down, only later.
pub struct Feed {
    reader: Reader,
    wire: Option<Wire>,
    hot: Option<Tail>,
    subscription: Option<Subscription>,
    tried: Option<Instant>,
    head: watch::Receiver<i64>,
}

impl Feed {
    /// From a wire, if there is one, and the log behind it. `tail` knows how far the log has come.
    #[must_use]
    pub fn new(reader: Reader, wire: Option<Wire>, tail: &Tail) -> Self {
        Self {
            reader,
            wire,
            hot: None,
            subscription: None,
            tried: None,
            head: tail.head(),
        }
    }

    /// From what this process appends itself, and the log behind it: where most is appended here, the way over the wire
    /// would only bring back what is here already (docs/decisions/0007-a-projector-beside-the-writer.md).
    #[must_use]
    pub fn beside_the_writer(reader: Reader, tail: &Tail) -> Self {
        Self {
            hot: Some(tail.clone()),
            ..Self::new(reader, None, tail)
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
        read(&self.reader, position, limit).await
    }

    /// Opens a subscription when there is none and NATS is there.
    async fn subscribe(&mut self, position: i64) {
        let Some(wire) = &self.wire else { return };
        let recently = self.tried.is_some_and(|tried| tried.elapsed() < RETRY);
        if self.subscription.is_some() || recently || !wire.is_connected() {
            return;
        }
        self.tried = Some(Instant::now());
        let opened = async {
            let stream = Stream::open(wire, &self.reader).await?;
            if stream.place.first > position + 1 {
                // Older than the stream: the log first.
                return Ok(None);
            }
            Subscription::open(&stream, wire.envelope.clone(), position)
                .await
                .map(Some)
        };
        match opened.await {
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
            _ => read(&self.reader, position, limit).await,
        }
    }
}

async fn read(reader: &Reader, position: i64, limit: usize) -> Result<Vec<Recorded>, Error> {
    Ok(reader
        .after(position, i64::try_from(limit).unwrap_or(i64::MAX))
        .await?)
}
