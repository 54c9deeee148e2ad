//! `PUT /api/v1/admin/accounts/{id}/roles/{role}`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::account::Role;
use uuid::Uuid;

use super::subject::{done, subject};
use crate::{
    Api,
    http::{InPath, Problem},
    identity::{
        Admin,
        admin::{self, By},
    },
};

/// Give a role
///
/// For administrators. `auditor` reads the log as stored, `bodies` (beside it) its texts as well, `admin` runs the service. The
/// account has it at once.
#[utoipa::path(
    put, path = "/admin/accounts/{id}/roles/{role}", tag = "administration",
    params(("id" = Uuid, Path), ("role" = inline(Role), Path)),
    responses(
        (status = 204, description = "It has the role; again: 204",
            headers(("Tidings-Token", description = "The place of this in the log"))),
        (status = 403, description = "The caller is no administrator, or the account is disabled"),
        (status = 404, description = "There is no such account, or no such role"),
        (status = 409, description = "Something else was changed at the same time, as the caller's own role"),
    )
)]
pub(crate) async fn grant_role(
    State(api): State<Arc<Api>>,
    admin: Admin,
    InPath((id, role)): InPath<(Uuid, Role)>,
) -> Result<Response, Problem> {
    let account = subject(&api, &admin, id)?;
    let position = admin::grant_to(&api, account, By::Admin(&admin), role).await?;
    done(&api, position).await
}
