//! The request id: taken over from the caller when it is harmless, else made, and answered in `X-Request-Id`.

use std::{convert::Infallible, sync::Arc};

use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use uuid::Uuid;

/// The header, both ways.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where new ids come from; handed in, since it takes time and randomness.
pub type NewRequestId = Arc<dyn Fn() -> Uuid + Send + Sync>;

/// What to quote when something went wrong. An extractor.
#[derive(Debug, Clone)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The caller's own id if it is 1–64 characters of `A-Z a-z 0-9 _ . -` (it goes into the log), else a new one.
    pub(super) fn of(headers: &HeaderMap, new: &NewRequestId) -> Self {
        let theirs = headers
            .get(X_REQUEST_ID)
            .filter(|value| is_harmless(value.as_bytes()))
            .cloned();
        Self(theirs.unwrap_or_else(|| {
            let mut text = Uuid::encode_buffer();
            HeaderValue::from_str(new().hyphenated().encode_lower(&mut text))
                .expect("hex digits and hyphens")
        }))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(super) fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get()
            .cloned()
            .unwrap_or(Self(HeaderValue::from_static("-"))))
    }
}

fn is_harmless(id: &[u8]) -> bool {
    (1..=64).contains(&id.len())
        && id
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(header: &'static str) -> String {
        let headers = HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_static(header))]);
        let new: NewRequestId = Arc::new(|| Uuid::from_u128(7));
        RequestId::of(&headers, &new).as_str().to_owned()
    }

    #[test]
    fn a_harmless_id_is_taken_over() {
        assert_eq!(id_for("checkout-1.2_a"), "checkout-1.2_a");
    }

    #[test]
    fn an_id_that_could_forge_a_log_line_is_replaced() {
        for id in ["", "a b", "a\tb", "\"}", "x=1", "a".repeat(65).leak()] {
            assert_eq!(id_for(id), "00000000-0000-0000-0000-000000000007");
        }
    }
}
