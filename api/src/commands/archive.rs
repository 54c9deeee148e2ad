//! Step 1: somebody puts a conversation away, for themselves.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{ConversationId, boxes::Command};
use uuid::Uuid;

use super::own_view::{View, set};
use crate::{
    Api,
    http::{InPath, Problem},
    identity,
};

/// Put a conversation away. The next message in it brings it back.
#[utoipa::path(
    put, path = "/conversations/{id}/archive", tag = "conversations", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is put away; again: 204"),
        (status = 404, description = "There is no such conversation"),
    )
)]
pub(crate) async fn archive(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let command = Command::Archive(ConversationId(id), true);
    set(&api, &caller, id, View::Archive, true, command).await
}
