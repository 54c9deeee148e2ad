//! Step 3: what is appended, and what became of it.

use chrono::{DateTime, Utc};
use domain::{AccountId, MessageId, Metadata, StoredForm};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{AppendError, fresh};

/// What one event may hold, payload and metadata together: well below what the wire carries, also when opened.
const EVENT_BYTES: usize = 192 * 1024;

/// All of it is appended, or nothing of it.
#[derive(Debug, Default)]
pub struct Command {
    /// What happened, in order.
    pub events: Vec<NewEvent>,
    /// The keys of what is sealed in it.
    pub keys: Vec<KeyRow>,
    /// Names that are taken with it.
    pub claims: Vec<Claim>,
    /// Streams that must not have moved on.
    pub expects: Vec<Expect>,
    /// How to answer when it comes again.
    pub idempotency: Option<Idempotency>,
}

/// An event on its way into the log.
#[derive(Debug)]
pub struct NewEvent {
    /// With [`NewEvent::aggregate_id`], the stream.
    pub aggregate_type: &'static str,
    /// With [`NewEvent::aggregate_type`], the stream.
    pub aggregate_id: String,
    /// Its place in the stream, from 1; 0 for the next one, when the stream's events do not depend on each other.
    pub sequence: i64,
    /// Its stored name.
    pub name: &'static str,
    /// The version of its form.
    pub version: &'static str,
    /// Its own id.
    pub event_id: Uuid,
    /// Its fields, personal data sealed.
    pub payload: String,
    /// Who caused it.
    pub metadata: String,
    /// Its fields with the personal data opened, for the hot tail; the payload when nothing is sealed.
    pub opened: Option<Box<RawValue>>,
}

impl NewEvent {
    /// An event for a stream, in its stored form.
    pub fn new(
        aggregate_type: &'static str,
        aggregate_id: String,
        sequence: i64,
        event: &impl StoredForm,
        metadata: &Metadata,
    ) -> serde_json::Result<Self> {
        Ok(Self {
            aggregate_type,
            aggregate_id,
            sequence,
            name: event.name(),
            version: event.version(),
            event_id: fresh::id(),
            payload: event.payload()?,
            metadata: serde_json::to_string(metadata)?,
            opened: None,
        })
    }

    /// The same event, with what the hot tail may show.
    pub fn opened_as(mut self, opened: &impl StoredForm) -> serde_json::Result<Self> {
        self.opened = Some(RawValue::from_string(opened.payload()?)?);
        Ok(self)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.payload.len() + self.metadata.len()
    }
}

impl Command {
    pub(crate) fn bytes(&self) -> usize {
        self.events.iter().map(NewEvent::bytes).sum()
    }

    pub(crate) fn check(&self) -> Result<(), AppendError> {
        match self.events.iter().map(NewEvent::bytes).max() {
            Some(bytes) if bytes > EVENT_BYTES => Err(AppendError::TooLarge { bytes }),
            _ => Ok(()),
        }
    }
}

/// The key of a sealed text, wrapped.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its own id.
    pub key_id: Uuid,
    /// Whose text it is.
    pub account: AccountId,
    /// Of which message, if of one.
    pub message: Option<MessageId>,
    /// Nonce, wrapped key and tag, behind the number of the master key where that wrapped it.
    pub wrapped: Vec<u8>,
}

/// A name that can be taken once.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What sort of name.
    pub kind: &'static str,
    /// The name, folded.
    pub key: String,
    /// Who takes it.
    pub account: AccountId,
    /// The name as its owner spells it.
    pub label: Option<String>,
}

/// A stream which must still be at a sequence.
#[derive(Clone, Debug)]
pub struct Expect {
    /// With [`Expect::aggregate_id`], the stream.
    pub aggregate_type: &'static str,
    /// With [`Expect::aggregate_type`], the stream.
    pub aggregate_id: String,
    /// Its last sequence; 0 when there must be no such stream.
    pub sequence: i64,
}

/// What is kept of a request, so that the same one gets the first answer again.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Who asked.
    pub account: AccountId,
    /// HMAC of the key.
    pub key_hash: Vec<u8>,
    /// HMAC of the request.
    pub fingerprint: Vec<u8>,
    /// The answer's HTTP status.
    pub status: i16,
    /// The ids in the answer, as JSON. Never a body.
    pub result: String,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is in the log, for good.
    Appended(Appended),
    /// It, or another one under its idempotency key, was appended before. This time nothing was.
    Replayed(Replayed),
    /// A name is taken. Nothing was appended.
    Claimed,
    /// A stream had moved on. Nothing was appended: load again, decide again.
    Conflict,
}

/// A command's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The position of its first event; the others follow without a gap.
    pub first_position: i64,
    /// When, by the log's clock.
    pub recorded_at: DateTime<Utc>,
}

/// A command that came before.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// Where the first one is.
    pub appended: Appended,
    /// What it was.
    pub fingerprint: Vec<u8>,
    /// How it was answered.
    pub status: i16,
    /// The ids in the answer, as JSON.
    pub result: String,
}
