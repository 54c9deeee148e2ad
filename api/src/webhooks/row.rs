//! A webhook, in its table and on the wire.

use chrono::{DateTime, Utc};
use domain::times::{micros, micros_option};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An address that is told of what happens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Webhook {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Where deliveries go.
    #[schema(example = "https://example.com/events")]
    pub url: String,
    /// Which events, as `message.sent`; `null`: all of them.
    pub types: Option<Vec<String>>,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    #[serde(serialize_with = "micros")]
    pub created_at: DateTime<Utc>,
    /// How it is.
    pub state: State,
    /// The place in the log up to which everything was delivered, or is not wanted.
    pub position: i64,
    /// When an event was taken last.
    #[serde(serialize_with = "micros_option")]
    pub delivered_at: Option<DateTime<Utc>>,
    /// Since when the next event is not taken.
    #[serde(serialize_with = "micros_option")]
    pub failing_since: Option<DateTime<Utc>>,
    /// Why not, last time. A sentence for people.
    pub last_error: Option<String>,
    /// When it is tried again.
    #[serde(serialize_with = "micros_option")]
    pub retry_at: Option<DateTime<Utc>>,
}

/// How a webhook is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// Events are delivered as they happen.
    Active,
    /// The next event is not taken, and is tried again at `retry_at`.
    Failing,
    /// Nothing is delivered until it is replayed: it has failed for too long, or has answered 410.
    Paused,
}

/// A webhook as it is kept.
pub(super) struct Row {
    pub id: Uuid,
    pub url: String,
    pub types: Option<Vec<String>>,
    pub description: Option<String>,
    pub created_at: DateTime<Utc>,
    pub position: i64,
    pub paused: bool,
    pub delivered_at: Option<DateTime<Utc>>,
    pub failing_since: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub retry_at: Option<DateTime<Utc>>,
}

impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        let state = match (row.paused, row.failing_since) {
            (true, _) => State::Paused,
            (false, Some(_)) => State::Failing,
            (false, None) => State::Active,
        };
        Self {
            id: row.id,
            url: row.url,
            types: row.types,
            description: row.description,
            created_at: row.created_at,
            state,
            position: row.position,
            delivered_at: row.delivered_at,
            failing_since: row.failing_since,
            last_error: row.last_error,
            retry_at: row.retry_at.filter(|_| state == State::Failing),
        }
    }
}
