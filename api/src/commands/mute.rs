//! Step 1: somebody keeps a conversation quiet, for themselves.

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

/// Keep a conversation quiet: its messages come in and count, but clients do not call out.
#[utoipa::path(
    put, path = "/conversations/{id}/mute", tag = "conversations", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is quiet; again: 204"),
        (status = 404, description = "There is no such conversation"),
    )
)]
pub(crate) async fn mute(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let command = Command::Mute(ConversationId(id), true);
    set(&api, &caller, id, View::Mute, true, command).await
}
