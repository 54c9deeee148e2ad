//! `PUT /api/v1/admin/accounts/{id}/disabled`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::subject::{done, somebody_else};
use crate::{
    Api,
    http::{InPath, Problem},
    identity::{
        Admin,
        admin::{self, By},
    },
};

/// Lock an account out
///
/// For administrators. Its sessions and streams end within two seconds, on every node, and nobody logs in to it until it is
/// enabled again. It keeps its name, its messages and its password; others may still write to it.
#[utoipa::path(
    put, path = "/admin/accounts/{id}/disabled", tag = "administration", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is disabled; again: 204",
            headers(("Tidings-Token", description = "The place of this in the log"))),
        (status = 403, description = "The caller is no administrator, or it is the caller's own account"),
        (status = 404, description = "There is no such account"),
        (status = 409, description = "Something else was changed at the same time, as the caller's own role"),
    )
)]
pub(crate) async fn disable_account(
    State(api): State<Arc<Api>>,
    admin: Admin,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let account = somebody_else(&api, &admin, id)?;
    let position = admin::disable_account(&api, account, By::Admin(&admin)).await?;
    done(&api, position).await
}
