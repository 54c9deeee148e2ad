//! Step 1: somebody lets a conversation be heard again.

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

/// Let a conversation be heard again.
#[utoipa::path(
    delete, path = "/conversations/{id}/mute", tag = "conversations", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It may be heard; again: 204"),
        (status = 404, description = "There is no such conversation"),
    )
)]
pub(crate) async fn unmute(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let command = Command::Mute(ConversationId(id), false);
    set(&api, &caller, id, View::Mute, false, command).await
}
