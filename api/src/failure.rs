//! Failures beneath, as problems: what is down is a 503, what is broken a 500, what the domain rejects is each verb's own.

use std::time::Duration;

use eventlog::AppendError;

use crate::{
    execute::Failure,
    http::{Problem, problem::kind},
};

/// When to come again after a 503.
const SOON: Duration = Duration::from_secs(1);
/// When to come again after one that an operator has to end.
const LATER: Duration = Duration::from_secs(30);

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            error if eventlog::is_wrapped_too_early(error) => rotating(),
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Tls(_) => down(error),
            // 57: it is shutting down or starting; 53: out of something; 08: the connection.
            sqlx::Error::Database(database) => match database.code().as_deref().unwrap_or_default()
            {
                code if code.starts_with("57")
                    || code.starts_with("53")
                    || code.starts_with("08") =>
                {
                    down(error)
                }
                _ => Self::internal(error),
            },
            _ => Self::internal(error),
        }
    }
}

/// The master key was followed by another between the wrapping of a key and its arrival.
fn rotating() -> Problem {
    Problem::unavailable("A key of the service was just changed. Try again.", SOON)
}

impl From<eventlog::Error> for Problem {
    fn from(error: eventlog::Error) -> Self {
        match error {
            eventlog::Error::Database(error) => error.into(),
            // cqrs-es hides its cause; what it loads fails with the connection, hardly otherwise.
            eventlog::Error::Load(cause) => {
                Self::unavailable("The service cannot read right now.", SOON).because(cause)
            }
            error @ eventlog::Error::Unopened { .. } => {
                let detail = "What was written here is damaged and cannot be read. Nothing else is affected.";
                Self::new(&kind::INTERNAL, detail).because(error)
            }
            error => Self::internal(error),
        }
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Busy => {
                Self::unavailable("Too much is being written right now. Try again.", SOON)
            }
            AppendError::Full => Self::unavailable(
                "The service's disk is full, so nothing new is taken until there is room. Reading goes on.",
                LATER,
            ),
            AppendError::Unavailable => Self::unavailable(
                "The service cannot write right now. Try again with the same id or Idempotency-Key.",
                SOON,
            ),
            AppendError::TooLarge { .. } => {
                Self::unprocessable("This is longer than a message can be.")
            }
            AppendError::Refused(cause) if eventlog::is_wrapped_too_early(&cause) => rotating(),
            AppendError::Refused(_) => Self::internal(error),
        }
    }
}

impl<R> Failure<R> {
    /// As a problem; `rejected` says what the domain's refusal means for this verb.
    pub(crate) fn problem(self, rejected: impl FnOnce(R) -> Problem) -> Problem {
        match self {
            Self::Rejected(rejection) => rejected(rejection),
            Self::Claimed => Problem::conflict("This name is taken."),
            Self::Conflict => {
                Problem::conflict("Somebody else changed this at the same time. Try again.")
            }
            Self::Append(error) => error.into(),
            Self::Log(error) => error.into(),
        }
    }
}

fn down(error: sqlx::Error) -> Problem {
    Problem::unavailable(
        "The service cannot read right now: its database is away, or catching up.",
        SOON,
    )
    .because(error)
}
