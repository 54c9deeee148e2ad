//! What can go wrong at the log.

use thiserror::Error;

/// Reading the log or its tables failed.
#[derive(Debug, Error)]
pub enum Error {
    /// Postgres did not answer, or refused.
    #[error("the log's database failed")]
    Database(#[from] sqlx::Error),
    /// An event in the log cannot be read.
    #[error("an event in the log cannot be read")]
    Unreadable(#[from] domain::UnknownEvent),
    /// An aggregate could not be loaded.
    #[error("an aggregate could not be loaded")]
    Load(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// JSON that we wrote ourselves cannot be read, or cannot be written.
    #[error("stored JSON is broken")]
    Json(#[from] serde_json::Error),
    /// A key is there and does not fit what it should open, or the master key does not fit the key.
    #[error("a sealed text does not open with its key")]
    DoesNotOpen,
    /// What is sealed in an event does not open: its key is there, and damaged, or wrapped by a master key that is not there.
    #[error("the event at position {position} does not open with its key")]
    Unopened {
        /// Where.
        position: i64,
    },
    /// An event is not what its leaf hash was made of, or is not there.
    #[error("the event at position {position} is not what was appended")]
    Altered {
        /// Where.
        position: i64,
    },
    /// The events do not give the root that was signed.
    #[error("the first {size} events are not those that were signed")]
    Rewritten {
        /// How many.
        size: u64,
    },
    /// What is to be erased could not be written down. It is not erased before it is.
    #[error("the erasure ledger cannot be written")]
    Ledger(#[source] std::io::Error),
}

/// A command was not appended.
#[derive(Debug, Error)]
pub enum AppendError {
    /// The queue is full. Nothing was stored.
    #[error("too many commands are waiting")]
    Busy,
    /// The disk has no room. Nothing was stored.
    #[error("the disk has no room for more")]
    Full,
    /// An event is larger than the log takes. Nothing was stored.
    #[error("an event of {bytes} bytes is larger than the log takes")]
    TooLarge {
        /// Payload and metadata together.
        bytes: usize,
    },
    /// Postgres refuses this command itself. Nothing was stored.
    #[error("the log refuses this command")]
    Refused(#[source] sqlx::Error),
    /// Postgres cannot be reached. Whether the command was stored is not known: asking again with the same ids tells.
    #[error("the log cannot be reached")]
    Unavailable,
}
