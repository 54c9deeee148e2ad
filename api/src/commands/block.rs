//! Step 1: somebody no longer wants another one's direct messages.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use super::blocking::set;
use crate::{
    Api,
    http::{InPath, Problem},
    identity,
};

/// Block somebody: their direct messages no longer come in. They are not told; groups are unchanged.
#[utoipa::path(
    put, path = "/blocks/{username}", tag = "people", params(("username" = String, Path)),
    responses(
        (status = 204, description = "They are blocked; again: 204"),
        (status = 404, description = "Nobody is called so"),
        (status = 422, description = "Nobody blocks themselves"),
    )
)]
pub(crate) async fn block(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(username): InPath<String>,
) -> Result<Response, Problem> {
    set(&api, &caller, &username, true).await
}
