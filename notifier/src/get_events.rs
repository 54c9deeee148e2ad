//! Step 6: `GET /api/v1/events`: opens a stream.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::Caller;
use http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use serde::Deserialize;

use crate::{Hangup, Notifier, line::Line, opening, registry::Refused, stream::Stream};

/// The push stream's one route. A layer around it says who calls ([`Caller`] in the request's extensions), refuses tokens
/// in the query and makes problem documents of the refusals' sentences.
pub fn router(notifier: Notifier) -> Router {
    Router::new()
        .route("/api/v1/events", get(get_events))
        .with_state(notifier)
}

#[derive(Default, Deserialize)]
struct Parameters {
    last_event_id: Option<String>,
}

async fn get_events(State(notifier): State<Notifier>, request: Request) -> Response {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return (
            StatusCode::UNAUTHORIZED,
            "Log in and send the token in the Authorization header.",
        )
            .into_response();
    };
    let shared = notifier.shared;
    let line = Line::new(
        caller.account,
        caller.session,
        request.extensions().get::<Hangup>().cloned(),
    );
    // First it hears of everything, then it looks where it stands: nothing can fall between.
    let line = match shared.registry.join(line, &shared.settings) {
        Ok(line) => line,
        Err(refused) => return refused.into_response(),
    };
    let mut stream = Stream::new(Arc::clone(&shared), line);
    let last_event_id = last_event_id(request.headers(), request.uri());
    match opening::read(&shared, caller.session, last_event_id.as_deref()).await {
        Ok(opening) => stream.open(opening.hello, opening.cursor, opening.checkpoint),
        Err(error) => {
            tracing::warn!(%error, "a stream cannot be opened");
            return unavailable("The database does not answer. Try again shortly.");
        }
    }
    (HEADERS, Body::new(stream)).into_response()
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

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Account => {
                let sentence =
                    "This account has as many streams open as it may. Close one of them.";
                (
                    StatusCode::TOO_MANY_REQUESTS,
                    [(header::RETRY_AFTER, "30")],
                    sentence,
                )
                    .into_response()
            }
            Self::Node => unavailable("No more streams can be opened here. Try again shortly."),
        }
    }
}

fn unavailable(sentence: &'static str) -> Response {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "5")],
        sentence,
    )
        .into_response()
}
