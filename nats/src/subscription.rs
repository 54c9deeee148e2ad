//! Step 4, the other end: events from the stream, in order, from a place.

use std::{collections::VecDeque, time::Duration};

use async_nats::jetstream::{
    self,
    consumer::{DeliverPolicy, pull},
};
use eventlog::Recorded;
use futures::{FutureExt, StreamExt};

use crate::{Envelope, Error, Stream};

/// An ordered reader of the stream. It holds no place on the server: who reads it knows where it is.
pub struct Subscription {
    messages: pull::Ordered,
    envelope: Envelope,
    waiting: VecDeque<jetstream::Message>,
}

/// Something is not in the stream that should be, or is not to be believed. The log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed;

impl Subscription {
    /// Everything behind a position. The stream must not begin later.
    pub async fn open(stream: &Stream, envelope: Envelope, after: i64) -> Result<Self, Error> {
        let consumer = stream
            .inner()
            .create_consumer(pull::OrderedConfig {
                deliver_policy: DeliverPolicy::ByStartSequence {
                    start_sequence: (after + 1).unsigned_abs(),
                },
                max_expires: Duration::from_secs(5),
                ..pull::OrderedConfig::default()
            })
            .await
            .map_err(Error::away)?;
        let messages = consumer.messages().await.map_err(Error::away)?;
        Ok(Self {
            messages,
            envelope,
            waiting: VecDeque::new(),
        })
    }

    /// Waits for the events behind `position`: at least one, at most `limit`, without a gap. What lies before is passed
    /// over. Nothing is lost when the future is dropped.
    pub async fn next(
        &mut self,
        position: i64,
        limit: usize,
    ) -> Result<Result<Vec<Recorded>, Missed>, Error> {
        while self.waiting.is_empty() {
            let message = self
                .messages
                .next()
                .await
                .ok_or_else(|| Error::away("the subscription ended"))?;
            self.waiting.push_back(message.map_err(Error::away)?);
        }
        while self.waiting.len() < limit {
            let Some(Some(message)) = self.messages.next().now_or_never() else {
                break;
            };
            self.waiting.push_back(message.map_err(Error::away)?);
        }
        Ok(self.take(position))
    }

    fn take(&mut self, position: i64) -> Result<Vec<Recorded>, Missed> {
        let mut events: Vec<Recorded> = Vec::with_capacity(self.waiting.len());
        while let Some(message) = self.waiting.pop_front() {
            let expected = position + 1 + i64::try_from(events.len()).unwrap_or(0);
            let sequence = message
                .info()
                .map_or(0, |info| i64::try_from(info.stream_sequence).unwrap_or(0));
            if sequence < expected {
                continue;
            }
            let event = if sequence == expected {
                self.read(sequence, &message)
            } else {
                None
            };
            match event {
                Some(event) => events.push(event),
                None if events.is_empty() => return Err(Missed),
                None => {
                    self.waiting.push_front(message);
                    break;
                }
            }
        }
        Ok(events)
    }

    fn read(&self, position: i64, message: &jetstream::Message) -> Option<Recorded> {
        let headers = message.headers.as_ref()?;
        let mac = headers.get("Tidings-Mac")?.as_str();
        let mut event = self.envelope.read(position, &message.payload, mac).ok()?;
        event.traceparent = headers
            .get("traceparent")
            .map(|value| value.as_str().to_owned());
        Some(event)
    }
}
