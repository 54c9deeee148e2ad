//! Step 1: somebody leaves a group, or an owner removes them.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{ConversationId, group::Command};
use uuid::Uuid;

use super::group::{account_of, change_group};
use crate::{
    Api,
    http::{InPath, Problem},
    identity,
};

/// Leave a group (with the own name), or remove somebody. They see nothing that is sent later, and keep what they received.
/// Where the last owner leaves, who has been in it longest owns it.
#[utoipa::path(
    delete, path = "/conversations/{id}/members/{username}", tag = "conversations",
    params(("id" = Uuid, Path), ("username" = String, Path)),
    responses(
        (status = 204, description = "They are out of it; again: 204"),
        (status = 403, description = "Only an owner can remove others"),
        (status = 404, description = "There is no such group, or nobody of this name"),
    )
)]
pub(crate) async fn remove_member(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath((id, username)): InPath<(Uuid, String)>,
) -> Result<Response, Problem> {
    let id = ConversationId(id);
    api.groups.own(caller.account, id).await?;
    let member = account_of(&api, &username).await?;
    let command = Command::Remove {
        by: caller.account,
        member,
    };
    change_group(&api, &caller, id, command).await
}
