//! Step 1: somebody brings a conversation back, for themselves.

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

/// Bring a conversation back.
#[utoipa::path(
    delete, path = "/conversations/{id}/archive", tag = "conversations", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is back; again: 204"),
        (status = 404, description = "There is no such conversation"),
    )
)]
pub(crate) async fn unarchive(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let command = Command::Archive(ConversationId(id), false);
    set(&api, &caller, id, View::Archive, false, command).await
}
