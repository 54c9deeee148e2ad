//! Reading one's own writes, and answers that can be asked for again cheaply.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use eventlog::Token;
use serde::Serialize;
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{Api, description, http::Problem};

/// The header of a place in the log, on requests and on answers.
pub(crate) static TIDINGS_TOKEN: HeaderName = HeaderName::from_static("tidings-token");

/// A read whose `Tidings-Token`, if it has one, the read models have reached; with what its client has already.
pub(crate) struct FreshRead {
    known: HeaderMap,
}

impl FromRequestParts<Arc<Api>> for FreshRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        if let Some(token) = parts.headers.get(&TIDINGS_TOKEN) {
            api.await_token(token).await?;
        }
        let mut known = HeaderMap::new();
        for value in parts.headers.get_all(header::IF_NONE_MATCH) {
            known.append(header::IF_NONE_MATCH, value.clone());
        }
        Ok(Self { known })
    }
}

/// `params(FreshRead)` in `#[utoipa::path]`.
impl IntoParams for FreshRead {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![
            description::header(
                "Tidings-Token",
                "Answer from read models at least this new; 503 when they are not in time",
            ),
            description::header(
                "If-None-Match",
                "The ETag of what the client has; 304 when it is the same",
            ),
        ]
    }
}

impl Api {
    async fn await_token(&self, token: &HeaderValue) -> Result<(), Problem> {
        let unreadable = || Problem::bad_request("Tidings-Token is not a token of this service.");
        let token = token.to_str().map_err(|_| unreadable())?;
        let Token { position, .. } = self.tokens.read(token).map_err(|_| unreadable())?;
        self.await_position(position).await
    }

    /// Waits until the read models show a position; 503 when they do not in time.
    pub(crate) async fn await_position(&self, position: i64) -> Result<(), Problem> {
        if self.freshness.wait_for(position).await? {
            return Ok(());
        }
        Err(Problem::unavailable(
            "The mailbox has not caught up yet.",
            Duration::from_secs(1),
        ))
    }

    /// The header that names a place.
    pub(crate) fn token_header(&self, position: i64) -> HeaderValue {
        // Tokens are base64url.
        HeaderValue::from_str(&self.tokens.write(Token::after(position)))
            .unwrap_or(HeaderValue::from_static(""))
    }
}

impl FreshRead {
    /// Answers with what a read found at a position: the whole of it, or that it is what the client has already.
    pub(crate) fn answer(
        &self,
        api: &Api,
        position: i64,
        found: &impl Serialize,
    ) -> Result<Response, Problem> {
        let body = serde_json::to_vec(found).map_err(Problem::internal)?;
        let etag = etag_of(&body);
        let token = (TIDINGS_TOKEN.clone(), api.token_header(position));
        // Kept by this browser alone, and asked about each time: the ETag makes that cheap.
        let cache = (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        );
        if is_known(&self.known, &etag) {
            return Ok((
                StatusCode::NOT_MODIFIED,
                [token, cache, (header::ETAG, etag)],
            )
                .into_response());
        }
        let json = HeaderValue::from_static("application/json");
        Ok((
            [
                token,
                cache,
                (header::ETAG, etag),
                (header::CONTENT_TYPE, json),
            ],
            body,
        )
            .into_response())
    }
}

/// Whether a request says by `If-None-Match` that its client has what an `ETag` stands for.
pub fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    known
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| {
            known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == etag.as_bytes()
        })
}

fn etag_of(body: &[u8]) -> HeaderValue {
    let hash = URL_SAFE_NO_PAD.encode(&digest(&SHA256, body).as_ref()[..15]);
    HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Answers a command which is in the log.
pub(crate) fn written(
    api: &Api,
    status: StatusCode,
    position: i64,
    body: Option<&impl Serialize>,
) -> Response {
    let mut response = match body {
        Some(body) => (status, Json(body)).into_response(),
        None => status.into_response(),
    };
    response
        .headers_mut()
        .insert(TIDINGS_TOKEN.clone(), api.token_header(position));
    response
}
