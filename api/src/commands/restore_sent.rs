//! Step 1: somebody puts a sent message back.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::boxes::Which;
use uuid::Uuid;

use super::act::{letter_in, restore};
use crate::{
    Api,
    http::{InPath, Problem},
    idempotency::Key,
    identity,
};

/// Put a deleted message back into the own sent box.
#[utoipa::path(
    post, path = "/sent/{id}/restore", tag = "sent", params(("id" = Uuid, Path), Key),
    responses(
        (status = 204, description = "It is back in this box; again: 204"),
        (status = 404, description = "There is no such message of this box"),
    )
)]
pub(crate) async fn restore_sent(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    key: Key,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let letter = letter_in(&api, &caller, id, Which::Sent).await?;
    let kept = key.keep(&api, &caller, &id, StatusCode::NO_CONTENT, "{}".to_owned())?;
    restore(&api, &caller, &letter, Which::Sent, kept).await
}
