//! Step 1: somebody takes a received message out of sight, for themselves.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::boxes::Which;
use uuid::Uuid;

use super::act::{delete, letter_in, nothing};
use crate::{
    Api,
    fresh_read::written,
    http::{InPath, Problem},
    identity,
};

/// Delete a received message from the own inbox. The other side keeps it.
#[utoipa::path(
    delete, path = "/inbox/{id}", tag = "inbox", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is out of this box; again: 204"),
        (status = 404, description = "There is no such message in this box"),
    )
)]
pub(crate) async fn delete_received(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let letter = letter_in(&api, &caller, id, Which::Inbox).await?;
    Ok(match delete(&api, &caller, &letter, Which::Inbox).await? {
        Some(position) => written(&api, StatusCode::NO_CONTENT, position, None::<&()>),
        None => nothing(),
    })
}
