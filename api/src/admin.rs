//! What administrators do: accounts, throttles, and how the service is. Whatever they change is an event in the log, by the
//! same way as what the operator changes at the command line.

mod disable_account;
mod enable_account;
mod grant_role;
mod lift_throttle;
mod list_accounts;
mod list_throttles;
mod reset_password;
mod revoke_role;
mod row;
mod show_account;
mod show_health;
mod show_storage;
mod subject;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

pub use show_storage::StreamSize;

/// The administrators' routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(list_accounts::list_accounts))
        .routes(routes!(show_account::show_account))
        .routes(routes!(
            disable_account::disable_account,
            enable_account::enable_account
        ))
        .routes(routes!(grant_role::grant_role, revoke_role::revoke_role))
        .routes(routes!(reset_password::reset_password))
        .routes(routes!(list_throttles::list_throttles))
        .routes(routes!(lift_throttle::lift_throttle))
        .routes(routes!(show_health::show_health))
        .routes(routes!(show_storage::show_storage))
}
