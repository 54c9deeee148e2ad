//! Step 6: `GET /api/v1/events`: opens a stream.

use axum::{
    body::Body,
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
};
use domain::Caller;
use http::{HeaderMap, HeaderName, Uri, header};
use serde::Deserialize;

use crate::{Hangup, Notifier, Tables, meters::Kind, refusal::Refusal, stream::Stream};

#[derive(Default, Deserialize)]
struct Parameters {
    last_event_id: Option<String>,
}

pub(crate) async fn get_events<T: Tables>(
    State(notifier): State<Notifier<T>>,
    request: Request,
) -> Result<Response, Refusal> {
    let extensions = request.extensions();
    let caller = extensions.get::<Caller>().ok_or(Refusal::STRANGER)?;
    let hangup = extensions.get::<Hangup>().cloned();
    let last_event_id = last_event_id(request.headers(), request.uri());
    let stream = Stream::open(
        &notifier,
        Kind::Sse,
        caller,
        hangup,
        last_event_id.as_deref(),
    )
    .await?;
    Ok((HEADERS, Body::new(stream)).into_response())
}

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/event-stream"),
    (header::CACHE_CONTROL, "no-cache, no-transform"),
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

/// The header is the newer of the two: a browser that reconnects repeats the address it was given.
fn last_event_id(headers: &HeaderMap, uri: &Uri) -> Option<Vec<u8>> {
    let of_header = headers
        .get("last-event-id")
        .map(|value| value.as_bytes().to_vec());
    let of_query = || {
        Query::<Parameters>::try_from_uri(uri)
            .ok()?
            .0
            .last_event_id
            .map(String::into_bytes)
    };
    of_header.or_else(of_query).filter(|id| !id.is_empty())
}
