//! What the verbs on the caller's own view of a conversation have in common.

use axum::response::Response;
use domain::{
    Caller,
    boxes::{Boxes, Command},
};
use uuid::Uuid;

use super::act::{act, nothing, settled};
use crate::{Api, http::Problem};

/// What is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Archive,
    Mute,
}

/// Sets it, unless it is so already, and answers 204.
pub(super) async fn set(
    api: &Api,
    caller: &Caller,
    conversation: Uuid,
    view: View,
    on: bool,
    command: Command,
) -> Result<Response, Problem> {
    settled::<Boxes>(api, caller).await?;
    let row = sqlx::query!(
        "select archived, muted from readmodel.last_conversation
         where owner_id = $1 and conversation_id = $2 and left_at is null",
        caller.account.0,
        conversation
    );
    let row = row
        .fetch_optional(&api.reads)
        .await?
        .ok_or_else(Problem::not_found)?;
    let is = match view {
        View::Archive => row.archived,
        View::Mute => row.muted,
    };
    if is == on {
        return Ok(nothing());
    }
    act::<Boxes>(api, caller, command, None).await
}
