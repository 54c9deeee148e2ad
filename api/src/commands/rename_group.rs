//! Step 1: an owner calls a group something else.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    ConversationId,
    group::{Command, RENAMED},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::group::{Title, change};
use crate::{
    Api,
    execute::Errand,
    http::{InPath, Problem, Strict, text},
    identity,
};

/// What it is called from now on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTitle {
    /// 1 to 200 characters.
    title: String,
}

/// Rename a group.
#[utoipa::path(
    patch, path = "/conversations/{id}", tag = "conversations", params(("id" = Uuid, Path)), request_body = NewTitle,
    responses(
        (status = 204, description = "It is called so"),
        (status = 403, description = "Only an owner can"),
        (status = 404, description = "There is no such group"),
    )
)]
pub(crate) async fn rename_group(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
    Strict(NewTitle { title }): Strict<NewTitle>,
) -> Result<Response, Problem> {
    text::all([text::title("/title", &title)])?;
    let id = ConversationId(id);
    let title = Title::seal(&api, &caller, RENAMED, id, title).await?;
    let errand = Errand {
        keys: vec![title.key],
        ..Errand::from(Command::Rename {
            by: caller.account,
            title: title.sealed,
        })
    };
    change(&api, &caller, id, errand, Some(&title.text)).await
}
