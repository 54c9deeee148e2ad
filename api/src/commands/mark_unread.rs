//! Step 1: somebody wants messages to count as unread again. Takes no receipt back.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::marks::{self, Marks, Own};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    act::{act, nothing, settled},
    mark_read::received,
};
use crate::{
    Api,
    http::{Problem, Strict},
    idempotency::{self, Key},
    identity,
};

/// Which messages.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatIsUnread {
    /// Received messages.
    #[schema(max_items = 1000)]
    message_ids: Vec<Uuid>,
}

/// Mark received messages as unread.
#[utoipa::path(
    post, path = "/inbox/unread", tag = "inbox", request_body = WhatIsUnread, params(Key),
    responses(
        (status = 204, description = "They are unread; again: 204"),
        (status = 422, description = "A message is not in the inbox"),
    )
)]
pub(crate) async fn mark_unread(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    key: Key,
    Strict(request): Strict<WhatIsUnread>,
) -> Result<Response, Problem> {
    let kept = key.keep(
        &api,
        &caller,
        &request,
        StatusCode::NO_CONTENT,
        "{}".to_owned(),
    )?;
    if idempotency::seen(&api, kept.as_ref()).await?.is_some() {
        return Ok(idempotency::again(nothing()));
    }
    settled::<Marks>(&api, &caller).await?;
    let positions = received(&api, &caller, &request.message_ids).await?;
    let read = sqlx::query_scalar!(
        "select position from readmodel.inbox
         where owner_id = $1 and position = any($2) and read_at is not null order by position",
        caller.account.0,
        &positions
    );
    let positions = read.fetch_all(&api.reads).await?;
    if positions.is_empty() {
        return Ok(nothing());
    }
    act::<Marks>(
        &api,
        &caller,
        marks::Command::Unread(Own { positions }),
        kept,
    )
    .await
}
