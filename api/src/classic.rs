//! The original service's eight calls, word for word. A client written for it works unchanged.

mod accounts;
mod conversations;
mod create;
mod delete;
mod last_conversation;
mod person;
mod register;
mod token;
mod token_verify;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

/// The classic routes, below `/api`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(register::register))
        .routes(routes!(token::token))
        .routes(routes!(token_verify::token_verify))
        .routes(routes!(accounts::accounts))
        .routes(routes!(conversations::conversations))
        .routes(routes!(create::create))
        .routes(routes!(delete::delete))
        .routes(routes!(last_conversation::last_conversation))
}
