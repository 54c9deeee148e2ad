//! Step 1: one verb, one file.

mod act;
mod delete_received;
mod delete_sent;
mod delivered_by_stream;
mod edit;
mod mark_delivered;
mod mark_read;
mod mark_unread;
mod restore_received;
mod restore_sent;
pub(crate) mod send;
mod typing;
mod unsend;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

pub(crate) use act::delete;
pub use delivered_by_stream::keep_delivered;

/// The commands' routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(send::send))
        .routes(routes!(edit::edit, unsend::unsend))
        .routes(routes!(delete_received::delete_received))
        .routes(routes!(delete_sent::delete_sent))
        .routes(routes!(restore_received::restore_received))
        .routes(routes!(restore_sent::restore_sent))
        .routes(routes!(mark_read::mark_read))
        .routes(routes!(mark_unread::mark_unread))
        .routes(routes!(mark_delivered::mark_delivered))
        .routes(routes!(typing::typing))
}
