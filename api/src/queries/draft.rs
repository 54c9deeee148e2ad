//! What the caller has begun to write in a conversation.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::times::micros;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Api,
    http::{InPath, Problem},
    identity,
};

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Draft {
    body: String,
    #[serde(serialize_with = "micros")]
    updated_at: DateTime<Utc>,
}

/// The own draft in a conversation.
#[utoipa::path(
    get, path = "/conversations/{id}/draft", tag = "conversations", params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = Draft),
        (status = 204, description = "There is none"),
        (status = 404, description = "There is no such conversation"),
    )
)]
pub(crate) async fn draft(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    api.assert_own_conversation(&caller, id).await?;
    let draft = sqlx::query_as!(
        Draft,
        "select body, updated_at from log.drafts where owner_id = $1 and conversation_id = $2",
        caller.account.0,
        id
    );
    let draft = draft.fetch_optional(&api.pool).await?;
    Ok(draft.map_or_else(
        || StatusCode::NO_CONTENT.into_response(),
        |draft| Json(draft).into_response(),
    ))
}
