//! What an administrator's commands have in common: whom they are about, and how they are answered.

use axum::{http::StatusCode, response::Response};
use domain::AccountId;
use uuid::Uuid;

use crate::{Api, fresh_read::written, http::Problem, identity::Admin};

/// The account that a command is about.
pub(super) fn subject(api: &Api, admin: &Admin, id: Uuid) -> Result<AccountId, Problem> {
    api.identity.throttle().command(admin.caller.account.0)?;
    Ok(AccountId(id))
}

/// As [`subject`], where it must not be the administrator's own: nobody locks themself out, so one administrator is always
/// left.
pub(super) fn somebody_else(api: &Api, admin: &Admin, id: Uuid) -> Result<AccountId, Problem> {
    let account = subject(api, admin, id)?;
    if account == admin.caller.account {
        return Err(Problem::forbidden(
            "Nobody can lock themself out. Another administrator may do that.",
        ));
    }
    Ok(account)
}

/// 204 with a token, whether it was so before or not.
pub(super) async fn done(api: &Api, position: Option<i64>) -> Result<Response, Problem> {
    let position = match position {
        Some(position) => position,
        None => api.reader.head().await?,
    };
    Ok(written(api, StatusCode::NO_CONTENT, position, None::<&()>))
}
