//! `POST /api/v1/webhooks/{id}/replay`

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use eventlog::Idempotency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{create_webhook::within_the_log, row::Webhook, show_webhook::find};
use crate::{
    Api,
    http::{InPath, Optional, Problem, text},
    idempotency::{self, Key},
    identity::Admin,
};

/// From where.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FromWhere {
    /// Deliver what lies behind this place in the log: the `position` of an event, or 0 for everything. By default it goes on
    /// where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    after: Option<i64>,
}

/// Deliver again, or go on
///
/// For administrators. Deliveries begin behind `after`, in the log's order, at once and also where the webhook was paused. An
/// event that is delivered again has the same `webhook-id` as before.
#[utoipa::path(
    post, path = "/webhooks/{id}/replay", tag = "webhooks", params(("id" = Uuid, Path), Key), request_body = FromWhere,
    responses(
        (status = 200, description = "It is active, and stands there", body = Webhook),
        (status = 404, description = "There is no such webhook"),
        (status = 422, description = "The log does not go so far"),
    )
)]
pub(crate) async fn replay_webhook(
    State(api): State<Arc<Api>>,
    Admin { caller, .. }: Admin,
    InPath(id): InPath<Uuid>,
    key: Key,
    Optional(request): Optional<FromWhere>,
) -> Result<Response, Problem> {
    let kept = key.keep(&api, &caller, &request, StatusCode::OK, String::new())?;
    if let Some(kept) = &kept
        && is_repeated(&api, id, kept).await?
    {
        let webhook = find(&api, id).await?;
        return Ok(idempotency::again(Json(webhook).into_response()));
    }
    api.identity.throttle().command(caller.account.0)?;
    text::all([within_the_log(&api, request.after).await?])?;
    let set = sqlx::query!(
        "update log.webhooks set position = coalesce($2, position), replays = replays + 1, paused = false, failures = 0,
           failing_since = null, last_error = null, retry_at = null, replay_key_hash = $3, replay_fingerprint = $4
         where id = $1",
        id,
        request.after,
        kept.as_ref().map(|kept| kept.key_hash.as_slice()),
        kept.as_ref().map(|kept| kept.fingerprint.as_slice())
    );
    set.execute(&api.pool).await?;
    Ok(Json(find(&api, id).await?).into_response())
}

/// Whether the last replay was asked for under the same key; 422 if that was another one.
async fn is_repeated(api: &Api, id: Uuid, kept: &Idempotency) -> Result<bool, Problem> {
    let last = sqlx::query_scalar!(
        r#"select replay_fingerprint as "fingerprint!" from log.webhooks where id = $1 and replay_key_hash = $2"#,
        id,
        kept.key_hash
    );
    match last.fetch_optional(&api.pool).await? {
        None => Ok(false),
        Some(fingerprint) if fingerprint == kept.fingerprint => Ok(true),
        Some(_) => Err(idempotency::other_request()),
    }
}
