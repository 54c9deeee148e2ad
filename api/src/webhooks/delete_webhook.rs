//! `DELETE /api/v1/webhooks/{id}`

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use uuid::Uuid;

use crate::{
    Api,
    http::{InPath, Problem},
    identity::Admin,
};

/// Remove a webhook
///
/// For administrators. A delivery that is under way may still arrive.
#[utoipa::path(
    delete, path = "/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is gone, and its secret with it"),
        (status = 404, description = "There is no such webhook, or no longer"),
    )
)]
pub(crate) async fn delete_webhook(
    State(api): State<Arc<Api>>,
    _: Admin,
    InPath(id): InPath<Uuid>,
) -> Result<StatusCode, Problem> {
    let deleted = sqlx::query!("delete from log.webhooks where id = $1", id);
    match deleted.execute(&api.pool).await?.rows_affected() {
        0 => Err(Problem::not_found()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
