//! Step 4, the other end: events from the stream, in order, from a place.

use std::collections::VecDeque;

use async_nats::jetstream::consumer::pull;
use eventlog::{Bug, Recorded, planted};
use futures::FutureExt;

use crate::{Bus, Envelope, Error, Message, Messages};

/// An ordered reader of the stream. It holds no place on the server: who reads it knows where it is.
pub struct Subscription<M = pull::Ordered> {
    messages: M,
    envelope: Envelope,
    waiting: VecDeque<Message>,
}

/// Something is not in the stream that should be, or is not to be believed. The log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed;

impl<M: Messages> Subscription<M> {
    /// Everything behind a position. The stream must not begin later.
    pub async fn open(bus: &impl Bus<Messages = M>, after: i64) -> Result<Self, Error> {
        Ok(Self {
            messages: bus.messages(after).await?,
            envelope: bus.envelope().clone(),
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
            self.waiting.push_back(self.messages.next().await?);
        }
        while self.waiting.len() < limit {
            let Some(message) = self.messages.next().now_or_never() else {
                break;
            };
            self.waiting.push_back(message?);
        }
        Ok(self.take(position))
    }

    fn take(&mut self, position: i64) -> Result<Vec<Recorded>, Missed> {
        let mut events: Vec<Recorded> = Vec::with_capacity(self.waiting.len());
        while let Some(message) = self.waiting.pop_front() {
            let expected = position + 1 + i64::try_from(events.len()).unwrap_or(0);
            let again = message.sequence < expected;
            if again && !planted(Bug::TakeTwice) {
                continue;
            }
            let event = if again || message.sequence == expected {
                self.read(&message)
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

    fn read(&self, message: &Message) -> Option<Recorded> {
        let Message {
            sequence,
            payload,
            mac,
            traceparent,
        } = message;
        let mut event = self.envelope.read(*sequence, payload, mac).ok()?;
        event.traceparent.clone_from(traceparent);
        Some(event)
    }
}
