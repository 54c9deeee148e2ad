//! What can go wrong with files that nobody asked for just now.

use thiserror::Error;

use super::SOON;
use crate::http::Problem;

/// A failure of the store or of what stands beside it.
#[derive(Debug, Error)]
pub enum Error {
    /// The setting names no store.
    #[error("{0}")]
    Location(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The objects' store.
    #[error("the attachments' store")]
    Store(#[from] object_store::Error),
    /// A file on its way there.
    #[error("a file on its way to the attachments' store")]
    File(#[from] std::io::Error),
    /// Looking at a file ended in a panic.
    #[error("looking at a file")]
    Panic(#[from] tokio::task::JoinError),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(error) => error.into(),
            Error::Panic(error) => Self::internal(error),
            error => {
                Self::unavailable("Files cannot be kept or read right now.", SOON).because(error)
            }
        }
    }
}
