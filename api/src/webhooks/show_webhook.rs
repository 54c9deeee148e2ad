//! `GET /api/v1/webhooks/{id}`

use std::sync::Arc;

use axum::{Json, extract::State};
use uuid::Uuid;

use super::row::{Row, Webhook};
use crate::{
    Api,
    http::{InPath, Problem},
    identity::Admin,
};

/// Show a webhook
///
/// For administrators. Its secret was shown when it was made, and is not shown again.
#[utoipa::path(
    get, path = "/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "How it is", body = Webhook),
        (status = 404, description = "There is no such webhook"),
    )
)]
pub(crate) async fn show_webhook(
    State(api): State<Arc<Api>>,
    _: Admin,
    InPath(id): InPath<Uuid>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(find(&api, id).await?))
}

/// A webhook; 404 where there is none.
pub(super) async fn find(api: &Api, id: Uuid) -> Result<Webhook, Problem> {
    let row = sqlx::query_as!(
        Row,
        "select id, url, types, description, created_at, position, paused, delivered_at, failing_since, last_error, retry_at
         from log.webhooks where id = $1",
        id
    );
    let row = row.fetch_optional(&api.pool).await?;
    row.map(Webhook::from).ok_or_else(Problem::not_found)
}
