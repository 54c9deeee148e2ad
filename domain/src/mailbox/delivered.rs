//! What the notifier tells the room that keeps the marks, within one process.

use chrono::{DateTime, Utc};

use crate::AccountId;

/// A received message was written to an open stream of its owner. Told once a stream, so possibly several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Who received it.
    pub owner: AccountId,
    /// Its `message.sent`.
    pub position: i64,
    /// Who wrote it.
    pub sender: AccountId,
    /// When it was written there.
    pub at: DateTime<Utc>,
}
