//! The one error that a client meets: a problem document (RFC 9457).
//!
//! A handler returns `Result<_, Problem>`. The request id is written in by `errors.rs`, which also turns every
//! error that did not start as a `Problem` into one.

pub mod kind;
mod wire;

use std::{borrow::Cow, error::Error, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

pub use kind::Kind;

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer into the request's body, such as `/to/0`.
    pub pointer: Cow<'static, str>,
    /// A sentence that a person can act on.
    pub detail: Cow<'static, str>,
}

impl FieldError {
    /// Says what is wrong with the field at `pointer`.
    pub fn new(
        pointer: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }
}

/// A refusal or failure, on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: &'static Kind,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem of any kind, for the cases that have no constructor of their own.
    pub fn new(kind: &'static Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// A problem of any kind with the kind's own sentence.
    #[must_use]
    pub fn plain(kind: &'static Kind) -> Self {
        Self::new(kind, kind.advice)
    }

    /// 400: syntax, type, missing or unknown field, bad cursor or limit.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&kind::BAD_REQUEST, detail)
    }

    /// 401 with `WWW-Authenticate`: no token or a bad one.
    pub fn unauthorized(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&kind::UNAUTHORIZED, detail)
    }

    /// 403: refused by a role or rule.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&kind::FORBIDDEN, detail)
    }

    /// 404: not there, or not the caller's to see. It takes no sentence because the two must not differ in a byte.
    #[must_use]
    pub fn not_found() -> Self {
        Self::plain(&kind::NOT_FOUND)
    }

    /// 409: contradicts what is there.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&kind::CONFLICT, detail)
    }

    /// 410: it was there, and was erased for good.
    pub fn gone(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&kind::GONE, detail)
    }

    /// 413: the body is over `limit` bytes.
    #[must_use]
    pub fn payload_too_large(limit: usize) -> Self {
        Self::new(
            &kind::PAYLOAD_TOO_LARGE,
            format!("The body may have at most {limit} bytes."),
        )
    }

    /// 415: not a media type that this call takes.
    pub fn unsupported_media_type(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&kind::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    /// 422: well-formed, but refused by a rule that is not about one field.
    pub fn unprocessable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&kind::VALIDATION, detail)
    }

    /// 422: one row per wrong field.
    #[must_use]
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            _ => kind::VALIDATION.advice.into(),
        };
        Self::new(&kind::VALIDATION, detail).with_errors(errors)
    }

    /// 429: come back after `wait`.
    #[must_use]
    pub fn too_many_requests(wait: Duration) -> Self {
        Self::plain(&kind::TOO_MANY_REQUESTS).retry_after(wait)
    }

    /// 503: a dependency is down, a queue is full, or read models are behind.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>, wait: Duration) -> Self {
        Self::new(&kind::UNAVAILABLE, detail).retry_after(wait)
    }

    /// 500: our mistake. The cause is logged once, where it is answered, and never shown.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::plain(&kind::INTERNAL).because(cause)
    }

    /// Names the wrong fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Sets `Retry-After`, in whole seconds and never under one.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(Arc::from(cause.into()));
        self
    }

    /// The status it will be answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.kind.status
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// The sentence for the client.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The wrong fields.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// What only the log may say.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.cause.as_deref()
    }

    /// Writes status, body and headers over those of `response`, whose other headers (`Allow`, `Set-Cookie`) stay.
    pub(super) fn write(&self, response: &mut Response, request_id: Option<&str>) {
        *response.status_mut() = self.status();
        *response.body_mut() = self.to_json(request_id).into();
        let headers = response.headers_mut();
        for stale in [
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
            header::ETAG,
            header::LAST_MODIFIED,
        ] {
            headers.remove(stale);
        }
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status() == StatusCode::UNAUTHORIZED {
            headers
                .entry(header::WWW_AUTHENTICATE)
                .or_insert(HeaderValue::from_static(r#"Bearer realm="tidings""#));
        }
        if let Some(wait) = self.wait() {
            headers.entry(header::RETRY_AFTER).or_insert(wait.into());
        }
    }

    /// Seconds for `Retry-After`; 429 and 503 always have one.
    fn wait(&self) -> Option<u64> {
        let needed = [
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::SERVICE_UNAVAILABLE,
        ]
        .contains(&self.status());
        let wait = self
            .retry_after
            .or(needed.then_some(Duration::from_secs(1)))?;
        Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).map(|seconds| seconds.max(1))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        self.write(&mut response, None);
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_and_never_zero() {
        for (wait, seconds) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2")] {
            let response = Problem::too_many_requests(Duration::from_millis(wait)).into_response();
            assert_eq!(response.headers()[header::RETRY_AFTER], seconds);
        }
    }

    #[test]
    fn unavailable_always_says_when_to_come_back() {
        let response = Problem::plain(&kind::UNAVAILABLE).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }

    #[test]
    fn unauthorized_names_the_scheme() {
        let response = Problem::unauthorized("Log in.").into_response();
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            r#"Bearer realm="tidings""#
        );
    }

    #[test]
    fn every_kind_has_its_own_uri_and_status() {
        let mut uris: Vec<_> = kind::ALL.iter().map(|kind| kind.uri).collect();
        uris.sort_unstable();
        uris.dedup();
        assert_eq!(uris.len(), kind::ALL.len());
        for kind in kind::ALL {
            assert_eq!(Kind::of(kind.status), *kind);
        }
    }

    #[test]
    fn a_status_without_a_kind_becomes_the_general_one_of_its_class() {
        assert_eq!(Kind::of(StatusCode::IM_A_TEAPOT), &kind::BAD_REQUEST);
        assert_eq!(Kind::of(StatusCode::BAD_GATEWAY), &kind::INTERNAL);
    }
}
