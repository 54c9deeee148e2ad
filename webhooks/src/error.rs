//! What can go wrong on this side. What goes wrong at a receiver is no error: it is noted, and tried again.

use thiserror::Error;

/// The log failed, or this process cannot call anybody.
#[derive(Debug, Error)]
pub enum Error {
    /// The log or its tables cannot be read or written.
    #[error(transparent)]
    Log(#[from] eventlog::Error),
    /// TLS cannot be set up.
    #[error("no client for deliveries can be made")]
    Client(#[source] reqwest::Error),
    /// The connection that keeps other couriers away is gone, so another one may be at work.
    #[error("the courier's own connection is lost")]
    Lost,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Log(error.into())
    }
}
