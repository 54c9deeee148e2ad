//! Webhooks: addresses that administrators name, to be told of what happens. What is configured here is delivered by a
//! courier of its own.

mod admin;
mod create;
mod delete;
mod destination;
mod list;
mod replay;
mod row;
mod show;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

/// The webhooks' routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(show::show, delete::delete))
        .routes(routes!(replay::replay))
}
