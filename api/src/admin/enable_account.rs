//! `DELETE /api/v1/admin/accounts/{id}/disabled`

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

/// Let an account log in again
///
/// For administrators. With the password it had, and the roles. An account that was disabled by a version that had no way back
/// has no password any more: reset it.
#[utoipa::path(
    delete, path = "/admin/accounts/{id}/disabled", tag = "administration", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It can log in; again: 204",
            headers(("Tidings-Token", description = "The place of this in the log"))),
        (status = 404, description = "There is no such account"),
        (status = 409, description = "Something else was changed at the same time, as the caller's own role"),
    )
)]
pub(crate) async fn enable_account(
    State(api): State<Arc<Api>>,
    admin: Admin,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let account = somebody_else(&api, &admin, id)?;
    let position = admin::enable_account(&api, account, By::Admin(&admin)).await?;
    done(&api, position).await
}
