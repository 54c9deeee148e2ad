//! JSON bodies: `Strict` for `/api/v1`, `Lenient` for the classic API.
//!
//! Both refuse what would hurt later on: nesting that exhausts a stack, arrays without an end, and the character U+0000,
//! which `json` columns take and every function over them refuses. Strict refuses ambiguity as well.

mod refusal;
mod scan;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// Deepest nesting.
const DEEPEST: usize = 32;
/// Longest array.
const LONGEST_ARRAY: usize = 1000;

/// A JSON body taken at its word: a duplicate key is refused, and so is an unknown field if `T` says
/// `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone, Copy)]
pub struct Strict<T>(pub T);

/// A JSON body as the original service took it: unknown fields are ignored, of duplicate keys the last one counts.
#[derive(Debug, Clone, Copy)]
pub struct Lenient<T>(pub T);

/// A strict body all of whose fields are optional, so that it may be absent.
#[derive(Debug, Clone, Copy)]
pub struct Optional<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Strict<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = read(request, state).await?;
        strict(some_text(&body)?).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Optional<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = read(request, state).await?;
        let text = if body.is_empty() {
            "{}"
        } else {
            some_text(&body)?
        };
        strict(text).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Lenient<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = read(request, state).await?;
        lenient(some_text(&body)?).map(Self)
    }
}

/// Reads `text` as [`Strict`] does; for JSON that does not come as a body, such as a WebSocket's frame.
pub fn strict<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    scan::check(text, scan::Duplicates::Refused)?;
    let mut parser = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut parser).map_err(|error| refusal::of(&error))
}

/// Reads `text` as [`Lenient`] does.
pub fn lenient<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    scan::check(text, scan::Duplicates::LastCounts)?;
    // By way of a map: a derived `Deserialize` refuses duplicates, a map takes the last one.
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| refusal::syntax(&error))?;
    serde_path_to_error::deserialize(value).map_err(|error| refusal::of(&error))
}

/// The whole body, if its media type and size are right. The limit is the route's `DefaultBodyLimit`.
async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let declared = declares_json(request.headers());
    if declared == Some(false) {
        return Err(not_json());
    }
    let body = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::plain(&super::problem::kind::PAYLOAD_TOO_LARGE)
            }
            _ => Problem::bad_request("The body ended before its announced length."),
        })?;
    if declared.is_none() && !body.is_empty() {
        return Err(not_json());
    }
    Ok(body)
}

fn not_json() -> Problem {
    Problem::unsupported_media_type("Send JSON, with Content-Type: application/json.")
}

/// Whether the headers say JSON; `None` if they say nothing.
fn declares_json(headers: &HeaderMap) -> Option<bool> {
    let value = headers
        .get(header::CONTENT_TYPE)?
        .to_str()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let essence = value.split(';').next().unwrap_or_default().trim();
    let is_suffixed = essence.starts_with("application/") && essence.ends_with("+json");
    Some(essence == "application/json" || is_suffixed)
}

fn some_text(body: &[u8]) -> Result<&str, Problem> {
    if body.is_empty() {
        return Err(Problem::bad_request("This call needs a JSON body."));
    }
    let text = std::str::from_utf8(body)
        .map_err(|_| Problem::bad_request("The body is not valid UTF-8."))?;
    // serde would take an array for an object, its elements for the fields in their order.
    if text.trim_start().starts_with('[') {
        return Err(Problem::bad_request(
            "The body has to be a JSON object, not an array.",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
