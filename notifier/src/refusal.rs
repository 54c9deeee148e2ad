//! What is refused here, in a sentence. A layer around this room makes problem documents of them.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::registry::Refused;

/// A status, a sentence for the client, and when it may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub sentence: &'static str,
    pub retry_after: Option<&'static str>,
}

impl Refusal {
    pub(crate) const STRANGER: Self = Self::of(
        StatusCode::UNAUTHORIZED,
        "Log in and send the token in the Authorization header.",
    );
    pub(crate) const DATABASE: Self = Self::until(
        StatusCode::SERVICE_UNAVAILABLE,
        "The database does not answer. Try again shortly.",
        "5",
    );

    pub(crate) const fn of(status: StatusCode, sentence: &'static str) -> Self {
        Self {
            status,
            sentence,
            retry_after: None,
        }
    }

    const fn until(status: StatusCode, sentence: &'static str, seconds: &'static str) -> Self {
        Self {
            status,
            sentence,
            retry_after: Some(seconds),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Account => Self::until(
                StatusCode::TOO_MANY_REQUESTS,
                "This account has as many streams open as it may. Close one of them.",
                "30",
            ),
            Refused::Node => Self::until(
                StatusCode::SERVICE_UNAVAILABLE,
                "No more streams can be opened here. Try again shortly.",
                "5",
            ),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retry_after = self
            .retry_after
            .map(|seconds| [(header::RETRY_AFTER, seconds)]);
        (self.status, retry_after, self.sentence).into_response()
    }
}
