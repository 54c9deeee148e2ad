//! `GET /api/v1/webhooks`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::row::{Row, Webhook};
use crate::{Api, http::Problem, identity::Admin};

/// All webhooks.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookPage {
    items: Vec<Webhook>,
    /// Always `null`: their number is limited.
    next: Option<String>,
}

/// List the webhooks
///
/// For administrators. A webhook whose receiver fails says so here.
#[utoipa::path(
    get, path = "/webhooks", tag = "webhooks",
    responses((status = 200, description = "The newest first", body = WebhookPage))
)]
pub(crate) async fn list_webhooks(
    State(api): State<Arc<Api>>,
    _: Admin,
) -> Result<Json<WebhookPage>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        "select id, url, types, description, created_at, position, paused, delivered_at, failing_since, last_error, retry_at
         from log.webhooks order by id desc"
    );
    let rows = rows.fetch_all(&api.pool).await?;
    Ok(Json(WebhookPage {
        items: rows.into_iter().map(Webhook::from).collect(),
        next: None,
    }))
}
