//! Step 1: somebody takes a sent message out of sight, for themselves.

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

/// Delete a sent message from the own sent box. The other side keeps it.
#[utoipa::path(
    delete, path = "/sent/{id}", tag = "sent", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is out of this box; again: 204"),
        (status = 404, description = "There is no such message in this box"),
    )
)]
pub(crate) async fn delete_sent(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let letter = letter_in(&api, &caller, id, Which::Sent).await?;
    Ok(match delete(&api, &caller, &letter, Which::Sent).await? {
        Some(position) => written(&api, StatusCode::NO_CONTENT, position, None::<&()>),
        None => nothing(),
    })
}
