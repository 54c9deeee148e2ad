//! `DELETE /api/v1/admin/accounts/{id}/roles/{role}`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::account::Role;
use uuid::Uuid;

use super::subject::{done, somebody_else, subject};
use crate::{
    Api,
    http::{InPath, Problem},
    identity::{
        Admin,
        admin::{self, By},
    },
};

/// Take a role
///
/// For administrators. The account's sessions end, since tokens tell roles. Nobody takes `admin` from themself.
#[utoipa::path(
    delete, path = "/admin/accounts/{id}/roles/{role}", tag = "administration",
    params(("id" = Uuid, Path), ("role" = inline(Role), Path)),
    responses(
        (status = 204, description = "It does not have the role; again: 204",
            headers(("Tidings-Token", description = "The place of this in the log"))),
        (status = 403, description = "The caller is no administrator, or it is the caller's own `admin`"),
        (status = 404, description = "There is no such account, or no such role"),
        (status = 409, description = "Something else was changed at the same time, as the caller's own role"),
    )
)]
pub(crate) async fn revoke_role(
    State(api): State<Arc<Api>>,
    admin: Admin,
    InPath((id, role)): InPath<(Uuid, Role)>,
) -> Result<Response, Problem> {
    let account = match role {
        Role::Admin => somebody_else(&api, &admin, id)?,
        Role::Auditor | Role::Bodies => subject(&api, &admin, id)?,
    };
    let position = admin::revoke_from(&api, account, By::Admin(&admin), role).await?;
    done(&api, position).await
}
