//! The calls of `/api/v1` about accounts and sessions: one verb, one file.

mod change_me;
mod change_password;
mod create_account;
mod create_session;
mod end_current_session;
mod end_session;
mod erase_me;
mod export_me;
mod jwks;
mod list_accounts;
mod list_sessions;
mod refresh_session;
mod show_me;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::SHORT_BODY;
use crate::Api;

/// Their routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(
            create_account::create_account,
            list_accounts::list_accounts
        ))
        .routes(routes!(
            show_me::show_me,
            change_me::change_me,
            erase_me::erase_me
        ))
        .routes(routes!(export_me::export_me))
        .routes(routes!(change_password::change_password))
        .routes(routes!(
            create_session::create_session,
            list_sessions::list_sessions
        ))
        .routes(routes!(refresh_session::refresh_session))
        .routes(routes!(end_current_session::end_current_session))
        .routes(routes!(end_session::end_session))
        .layer(DefaultBodyLimit::max(SHORT_BODY))
}

/// The signing keys' route, which stands at the root.
pub(crate) fn keys() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new().routes(routes!(jwks::jwks))
}
