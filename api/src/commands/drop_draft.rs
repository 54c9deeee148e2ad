//! Somebody no longer wants what they had begun to write.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use uuid::Uuid;

use crate::{
    Api,
    http::{InPath, Problem},
    identity,
};

/// Throw a draft away.
#[utoipa::path(
    delete, path = "/conversations/{id}/draft", tag = "conversations", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "There is none; again: 204"),
        (status = 404, description = "There is no such conversation"),
    )
)]
pub(crate) async fn drop_draft(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<StatusCode, Problem> {
    api.assert_own_conversation(&caller, id).await?;
    sqlx::query!(
        "delete from log.drafts where owner_id = $1 and conversation_id = $2",
        caller.account.0,
        id
    )
    .execute(&api.pool)
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
