//! Step 4: what a relay and a feed ask of the wire.

use bytes::Bytes;
use eventlog::Source;

use crate::{Envelope, Error, Place};

/// A stream that keeps messages under dense sequences.
pub trait Bus: Clone + Send + Sync + 'static {
    /// Waits for the sequence that a message got.
    type Ack: Future<Output = Result<i64, Error>> + Send;
    /// Messages as they come.
    type Messages: Messages + 'static;

    /// Writes and reads the messages.
    fn envelope(&self) -> &Envelope;

    /// Whether the bus answers just now.
    fn is_connected(&self) -> bool;

    /// What the stream holds; it is made where there is none. Refuses one that is not a copy of this log.
    fn place(&self, log: &impl Source) -> impl Future<Output = Result<Place, Error>> + Send;

    /// Sends a message, to be taken only where the stream's last sequence is the expected one.
    fn publish(
        &self,
        subject: String,
        message: Message,
        expected: Option<i64>,
    ) -> impl Future<Output = Result<Self::Ack, Error>> + Send;

    /// Deletes messages for good, bytes and all. Those which are not in the stream are gone already.
    fn erase(
        &self,
        log: &impl Source,
        positions: &[i64],
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Everything behind a position. The stream must not begin later.
    fn messages(&self, after: i64) -> impl Future<Output = Result<Self::Messages, Error>> + Send;
}

/// Messages from a place on.
pub trait Messages: Send {
    /// The next one. None is lost when the future is dropped.
    fn next(&mut self) -> impl Future<Output = Result<Message, Error>> + Send;
}

/// An event as it travels.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its place in the stream.
    pub sequence: i64,
    /// A `CloudEvent`.
    pub payload: Bytes,
    /// The service's signature of it, in this place.
    pub mac: String,
    /// W3C trace context of its command.
    pub traceparent: Option<String>,
}
