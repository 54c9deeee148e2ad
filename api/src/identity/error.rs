//! Why somebody does not come in, or an account does not change.

use std::time::Duration;

use domain::account::Rejection;
use eventlog::AppendError;
use thiserror::Error;

use crate::{
    execute::Failure,
    http::{FieldError, Problem},
};

/// When to come back after a failure of a dependency.
const SOON: Duration = Duration::from_secs(1);

/// What an operation on accounts, passwords or sessions fails with.
#[derive(Debug, Error)]
pub enum Error {
    /// Rules refuse what was given, field by field.
    #[error("{}", sentences(.0))]
    Refused(Vec<FieldError>),
    /// Somebody has the name.
    #[error("This username is taken.")]
    Taken,
    /// Nobody has the name.
    #[error("There is no account of this name.")]
    Nobody,
    /// The account was locked out.
    #[error("This account is disabled.")]
    Disabled,
    /// Somebody else changed the same thing at the same time.
    #[error("The account was changed by another request at the same time. Try again.")]
    Changed,
    /// More passwords wait to be hashed than can be in time.
    #[error("Too many passwords are being checked at the moment. Try again.")]
    Busy,
    /// A password could not be hashed.
    #[error("a password could not be hashed")]
    Hashing,
    /// An access token could not be signed.
    #[error("an access token could not be signed")]
    Signing,
    /// The log did not take the event.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The log or a table could not be read.
    #[error(transparent)]
    Log(#[from] eventlog::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Log(error.into())
    }
}

impl From<Failure<Rejection>> for Error {
    fn from(failure: Failure<Rejection>) -> Self {
        match failure {
            Failure::Rejected(Rejection::NotRegistered) => Self::Nobody,
            Failure::Rejected(Rejection::Disabled) => Self::Disabled,
            Failure::Claimed => Self::Taken,
            Failure::Rejected(Rejection::AlreadyRegistered) | Failure::Conflict => Self::Changed,
            Failure::Append(error) => Self::Append(error),
            Failure::Log(error) => Self::Log(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(errors) => Self::validation(errors),
            Error::Taken | Error::Changed => Self::conflict(error.to_string()),
            Error::Nobody => Self::not_found(),
            Error::Disabled => Self::forbidden(error.to_string()),
            Error::Busy => Self::unavailable(error.to_string(), SOON),
            Error::Append(error) => error.into(),
            Error::Log(error) => error.into(),
            Error::Hashing | Error::Signing => Self::internal(error),
        }
    }
}

fn sentences(errors: &[FieldError]) -> String {
    let sentences: Vec<String> = errors
        .iter()
        .map(|error| format!("{}: {}", &error.pointer[1..], error.detail))
        .collect();
    sentences.join(" ")
}
