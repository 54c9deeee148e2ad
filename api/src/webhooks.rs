//! Webhooks: addresses that administrators name, to be told of what happens. What is configured here is delivered by a
//! courier of its own.

mod create_webhook;
mod delete_webhook;
mod destination;
mod list_webhooks;
mod replay_webhook;
mod row;
mod show_webhook;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

/// The webhooks' routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(
            list_webhooks::list_webhooks,
            create_webhook::create_webhook
        ))
        .routes(routes!(
            show_webhook::show_webhook,
            delete_webhook::delete_webhook
        ))
        .routes(routes!(replay_webhook::replay_webhook))
}
