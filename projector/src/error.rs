//! What keeps the read models from moving on.

use thiserror::Error;

/// A projector stands still until this is over.
#[derive(Debug, Error)]
pub enum Error {
    /// The read models' database failed.
    #[error("the read models' database failed")]
    Database(#[source] sqlx::Error),
    /// Another projector has moved the checkpoint on, or the tables were made anew: this one has to look where it is.
    #[error("the checkpoint is another one by now")]
    Overtaken,
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

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(told) if told.code().as_deref() == Some("TD003") => {
                Self::Overtaken
            }
            _ => Self::Database(error),
        }
    }
}
