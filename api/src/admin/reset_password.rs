//! `POST /api/v1/admin/accounts/{id}/reset-password`

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::subject::somebody_else;
use crate::{
    Api,
    fresh_read::written,
    http::{InPath, Problem},
    identity::{
        Admin, Password,
        admin::{self, By},
        one_time_password,
    },
};

/// A password to come in with.
#[derive(Serialize, ToSchema)]
pub(crate) struct OneTimePassword {
    /// Shown here only, to be handed on. Whoever gets it should change it once they are in.
    #[schema(example = "k7mq-93vx-d2hw-8r5c", format = Password)]
    password: String,
}

/// Reset a password
///
/// For administrators. Makes a new password by chance and ends all sessions of the account. Each call makes another one, so
/// there is no `Idempotency-Key`: the last one counts. An own password is changed by `PUT /api/v1/me/password`.
#[utoipa::path(
    post, path = "/admin/accounts/{id}/reset-password", tag = "administration", params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The password that counts from now on", body = OneTimePassword,
            headers(("Tidings-Token", description = "The place of this in the log"))),
        (status = 403, description = "The caller is no administrator, it is the caller's own account, or it is disabled"),
        (status = 404, description = "There is no such account"),
        (status = 409, description = "Something else was changed at the same time, as the caller's own role"),
    )
)]
pub(crate) async fn reset_password(
    State(api): State<Arc<Api>>,
    admin: Admin,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let account = somebody_else(&api, &admin, id)?;
    let password = one_time_password()?;
    let position = admin::reset_password_of(
        &api,
        account,
        By::Admin(&admin),
        &Password::new(password.clone()),
    )
    .await?;
    let body = OneTimePassword { password };
    let mut response = written(&api, StatusCode::OK, position, Some(&body));
    let never = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, never);
    Ok(response)
}
