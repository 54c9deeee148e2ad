//! What keeps the read models from moving on.

use thiserror::Error;

/// A projector stands still until this is over.
#[derive(Debug, Error)]
pub enum Error {
    /// The read models' database failed.
    #[error("the read models' database failed")]
    Database(#[from] sqlx::Error),
    /// Neither the stream nor the log could be read.
    #[error(transparent)]
    Wire(#[from] nats::Error),
    /// An event cannot be read. It is not skipped: a newer version has to take over.
    #[error("the event at position {position} cannot be read")]
    Unreadable {
        /// Where it is.
        position: i64,
        /// What is wrong with it.
        #[source]
        source: domain::UnknownEvent,
    },
    /// An event has no owner where it should have one.
    #[error("the event at position {0} belongs to nobody")]
    Nobody(i64),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] eventlog::Error),
    /// Two would fill the same tables.
    #[error("another rebuild is at work on this database")]
    Busy,
    /// The two versions could not be brought to the same position.
    #[error("the read models move too fast to be met: try again when there is less to do")]
    TooFast,
}

impl Error {
    /// Whether another projector has moved the checkpoint on: this one has to look where it is.
    pub(crate) fn is_overtaken(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.code().as_deref() == Some("TD003"))
    }
}
