//! Beside the flow: one read, one file. Reads never write.

mod blocks;
mod conversation;
mod conversation_messages;
mod conversations;
mod draft;
mod inbox;
mod message;
mod page;
mod search;
mod sent;
mod trace;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

/// The reads' routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(blocks::blocks))
        .routes(routes!(draft::draft))
        .routes(routes!(inbox::inbox))
        .routes(routes!(sent::sent))
        .routes(routes!(search::search))
        .routes(routes!(message::message))
        .routes(routes!(trace::trace))
        .routes(routes!(conversations::conversations))
        .routes(routes!(conversation::conversation))
        .routes(routes!(conversation_messages::conversation_messages))
}
