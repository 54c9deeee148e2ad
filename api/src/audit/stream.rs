//! Long answers, page by page: nothing is read before the client has taken what was before it.

use std::io;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures::{TryStreamExt, stream};
use http::header;

use crate::http::Problem;

/// One JSON object a line.
pub(super) const NDJSON: &str = "application/x-ndjson";

/// An answer of pages, each made behind the one before it; `None` ends it. What fails breaks the answer off, so that nobody
/// takes a part for the whole.
pub(super) fn pages<S: Send + 'static, F>(
    media_type: &'static str,
    place: S,
    step: impl FnMut(S) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Result<Option<(Bytes, S)>, Problem>> + Send + 'static,
{
    let pages = stream::try_unfold(place, step).map_err(|problem: Problem| {
        tracing::warn!(?problem, "an auditor's answer broke off");
        io::Error::other("the answer broke off")
    });
    let body = Body::from_stream(pages);
    (
        [(header::CONTENT_TYPE, media_type), (header::VARY, "accept")],
        body,
    )
        .into_response()
}
