//! What can go wrong on the wire.

use thiserror::Error;

/// NATS is away, is the wrong one, or the log failed beneath.
#[derive(Debug, Error)]
pub enum Error {
    /// It does not answer. Everything on the wire can wait.
    #[error("NATS does not answer")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Older servers ignore `first_seq` without a word.
    #[error("this nats-server is version {0}: tidings needs 2.10.23 or newer")]
    TooOld(String),
    /// The stream is not a copy of this log.
    #[error(
        "the stream {stream} {reason}: `tidings relay --rebuild-stream` makes it anew from the log"
    )]
    Foreign {
        /// The stream's name.
        stream: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The log beneath could not be read.
    #[error(transparent)]
    Log(#[from] eventlog::Error),
}

impl Error {
    /// Nothing was heard of the database for too long.
    pub(crate) fn vanished(error: sqlx::Error) -> Self {
        Self::Log(error.into())
    }

    pub(crate) fn away(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Away(error.into())
    }
}
