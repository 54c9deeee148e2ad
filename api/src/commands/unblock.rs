//! Step 1: somebody wants another one's direct messages again.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use super::blocking::set;
use crate::{
    Api,
    http::{InPath, Problem},
    identity,
};

/// Let somebody's direct messages come in again. What was sent meanwhile stays out.
#[utoipa::path(
    delete, path = "/blocks/{username}", tag = "people", params(("username" = String, Path)),
    responses(
        (status = 204, description = "They are not blocked; again: 204"),
        (status = 404, description = "Nobody is called so"),
        (status = 422, description = "Nobody blocks themselves"),
    )
)]
pub(crate) async fn unblock(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(username): InPath<String>,
) -> Result<Response, Problem> {
    set(&api, &caller, &username, false).await
}
