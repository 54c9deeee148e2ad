//! Somebody has begun to write. Said to nobody, so it is no event.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use eventlog::fresh;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Api,
    http::{InPath, Problem, Strict, text},
    identity,
};

/// What is written so far.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDraft {
    /// 1 to 20,000 characters.
    body: String,
}

/// Keep a draft, to be gone on with on any own device.
#[utoipa::path(
    put, path = "/conversations/{id}/draft", tag = "conversations", params(("id" = Uuid, Path)), request_body = NewDraft,
    responses(
        (status = 204, description = "It is kept"),
        (status = 404, description = "There is no such conversation"),
    )
)]
pub(crate) async fn keep_draft(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
    Strict(NewDraft { body }): Strict<NewDraft>,
) -> Result<StatusCode, Problem> {
    text::all([text::body("/body", &body)])?;
    api.identity.throttle().command(caller.account.0)?;
    api.assert_own_conversation(&caller, id).await?;
    sqlx::query!(
        "insert into log.drafts (owner_id, conversation_id, body, updated_at) values ($1, $2, $3, $4)
         on conflict (owner_id, conversation_id) do update set body = excluded.body, updated_at = excluded.updated_at",
        caller.account.0,
        id,
        body,
        fresh::now()
    )
    .execute(&api.pool)
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
