//! Step 1: an owner lets somebody into a group, or gives them another role.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    ConversationId,
    group::{Command, Role},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::group::{account_of, change_group};
use crate::{
    Api,
    http::{InPath, Optional, Problem},
    identity,
};

/// As what.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AsWhat {
    /// An owner adds, removes, renames, and gives roles. None: as a member, or as what they are.
    role: Option<Role>,
}

/// Have somebody in a group. They see what is sent from then on.
#[utoipa::path(
    put, path = "/conversations/{id}/members/{username}", tag = "conversations",
    params(("id" = Uuid, Path), ("username" = String, Path)), request_body = Option<AsWhat>,
    responses(
        (status = 204, description = "They are in it; again: 204"),
        (status = 403, description = "Only an owner can"),
        (status = 404, description = "There is no such group, or nobody of this name"),
        (status = 409, description = "It would be without an owner"),
        (status = 422, description = "The group is full"),
    )
)]
pub(crate) async fn put_member(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath((id, username)): InPath<(Uuid, String)>,
    Optional(AsWhat { role }): Optional<AsWhat>,
) -> Result<Response, Problem> {
    let id = ConversationId(id);
    // First whether there is such a group: who is called what is nobody's business here.
    api.groups.own(caller.account, id).await?;
    let member = account_of(&api, &username).await?;
    let command = Command::Put {
        by: caller.account,
        member,
        role,
    };
    change_group(&api, &caller, id, command).await
}
