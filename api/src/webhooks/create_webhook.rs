//! `POST /api/v1/webhooks`

use std::sync::Arc;

use aws_lc_rs::rand;
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    AccountId, NAMES,
    webhook::{Destination, secret_purpose},
};
use eventlog::{Idempotency, fresh};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{destination::destination, row::Webhook, show_webhook::find};
use crate::{
    Api,
    http::{FieldError, Problem, Strict, text},
    idempotency::{self, Key},
    identity::Admin,
};

/// How many there may be.
const MOST: i64 = 100;

/// A webhook to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// Where deliveries go: https, and an address of the world's, unless the operator allows others.
    #[schema(example = "https://example.com/events", max_length = 2048)]
    url: String,
    /// Which events, as `message.sent`. By default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1)]
    types: Option<Vec<String>>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 150)]
    description: Option<String>,
    /// Deliver what lies behind this place in the log: the `position` of an event, or 0 for everything. By default what is yet
    /// to happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    after: Option<i64>,
}

/// A webhook, and the secret that its deliveries are signed with.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedWebhook {
    #[serde(flatten)]
    webhook: Webhook,
    /// `whsec_` and the key in base64, as the specification Standard Webhooks has it. Shown here only.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    secret: String,
}

/// Have events delivered
///
/// For administrators. The log's events are sent to `url` by POST, one a request and in the log's order: the next one only when
/// the one before was answered by 2xx. Any other answer, none within 10 s, or a redirect is a failure, after which the same
/// event is sent again: after a second, then twice as long each time, up to an hour (with some chance in it), and not sooner than
/// `Retry-After` says. After seven days of that (an operator's setting), or an answer of 410, the webhook is paused; nothing is
/// skipped, and `replay` goes on with it. Deliveries are made at least once: whoever has seen a `webhook-id` before has only to
/// answer 2xx again.
///
/// A delivery is what the stream on NATS carries, in the form of CloudEvents 1.0 (`/asyncapi.json` has the schemas), as
/// `application/cloudevents+json`. What was erased meanwhile comes with `"data": null` and `"erased": true`; what
/// does not open with its key, which is damage, with `"data": null` and `"unopened": true`.
///
/// The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` are those of the specification Standard Webhooks:
/// `v1,` and the base64 of an HMAC-SHA256, under the secret, of id, timestamp and body with full stops between them. `webhook-id`
/// is the event's `id`. `tidings-epoch` and `tidings-position` tell its place in the log, and `traceparent`, where there is one,
/// the trace of the command that caused it.
#[utoipa::path(
    post, path = "/webhooks", tag = "webhooks", params(Key), request_body = NewWebhook,
    responses(
        (status = 201, description = "Deliveries begin", body = CreatedWebhook,
            headers(("Location", description = "The webhook"))),
        (status = 409, description = "There are as many as there may be"),
        (status = 422, description = "A field breaks a rule; `/url` if it leads where the service may not call"),
    )
)]
pub(crate) async fn create_webhook(
    State(api): State<Arc<Api>>,
    Admin { caller, .. }: Admin,
    key: Key,
    Strict(request): Strict<NewWebhook>,
) -> Result<Response, Problem> {
    let kept = key.keep(&api, &caller, &request, StatusCode::CREATED, String::new())?;
    if let Some(kept) = &kept
        && let Some(id) = seen(&api, kept).await?
    {
        return Ok(idempotency::again(answer(&api, id).await?));
    }
    api.identity.throttle().command(caller.account.0)?;
    let destination = check(&api, &request).await?;
    let id = fresh::id();
    if keep(
        &api,
        (id, caller.account),
        &destination,
        &request,
        kept.as_ref(),
    )
    .await?
    {
        return answer(&api, id).await;
    }
    // Either the same request was faster, or there are too many.
    let first = match &kept {
        Some(kept) => seen(&api, kept).await?,
        None => None,
    };
    let first = first.ok_or_else(too_many)?;
    Ok(idempotency::again(answer(&api, first).await?))
}

/// What is wrong with it, all at once.
async fn check(api: &Api, request: &NewWebhook) -> Result<Destination, Problem> {
    let destination = destination(&request.url, &api.settings.reach).await;
    text::all([
        destination.as_ref().map(drop).map_err(Clone::clone),
        known(request.types.as_deref()),
        (request.description.as_deref()).map_or(Ok(()), |text| text::name("/description", text)),
        within_the_log(api, request.after).await?,
    ])?;
    destination.map_err(|error| Problem::validation(vec![error]))
}

/// Says whether it was kept: not where there are too many, or where there is one by the same request.
async fn keep(
    api: &Api,
    (id, by): (Uuid, AccountId),
    to: &Destination,
    request: &NewWebhook,
    kept: Option<&Idempotency>,
) -> Result<bool, Problem> {
    let after = match request.after {
        Some(after) => after,
        None => api.reader.head().await?,
    };
    let mut secret = [0; 32];
    rand::fill(&mut secret).map_err(|_| Problem::internal("no randomness"))?;
    let made = sqlx::query!(
        "insert into log.webhooks (id, url, types, description, secret, created_by, created_at, position, key_hash, fingerprint)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 where (select count(*) from log.webhooks) < $11
         on conflict do nothing",
        id,
        to.as_str(),
        request.types.as_deref(),
        request.description,
        api.keyring.wrap(&secret_purpose(id), &secret),
        by.0,
        fresh::now(),
        after,
        kept.map(|kept| kept.key_hash.as_slice()),
        kept.map(|kept| kept.fingerprint.as_slice()),
        MOST
    );
    Ok(made.execute(&api.pool).await?.rows_affected() == 1)
}

fn too_many() -> Problem {
    Problem::conflict(format!("There are {MOST} webhooks. Remove one first."))
}

/// The webhook that the same request has made before; 422 if it was another one under the same key.
async fn seen(api: &Api, kept: &Idempotency) -> Result<Option<Uuid>, Problem> {
    let made = sqlx::query!(
        r#"select id, fingerprint as "fingerprint!" from log.webhooks where created_by = $1 and key_hash = $2"#,
        kept.account.0,
        kept.key_hash
    );
    match made.fetch_optional(&api.pool).await? {
        None => Ok(None),
        Some(made) if made.fingerprint == kept.fingerprint => Ok(Some(made.id)),
        Some(_) => Err(idempotency::other_request()),
    }
}

async fn answer(api: &Api, id: Uuid) -> Result<Response, Problem> {
    let webhook = find(api, id).await?;
    let wrapped = sqlx::query_scalar!("select secret from log.webhooks where id = $1", id);
    let wrapped = wrapped.fetch_one(&api.pool).await?;
    let secret = api.keyring.unwrap(&secret_purpose(id), &wrapped)?;
    let created = CreatedWebhook {
        webhook,
        secret: format!("whsec_{}", STANDARD.encode(secret)),
    };
    let mut response = (StatusCode::CREATED, Json(created)).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/webhooks/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Every type is one that there is.
fn known(types: Option<&[String]>) -> text::Checked {
    let Some(types) = types else { return Ok(()) };
    if types.is_empty() {
        let all = "Name one at least; without the field all events are delivered.";
        return Err(FieldError::new("/types", all));
    }
    let unknown = types
        .iter()
        .position(|name| !NAMES.contains(&name.as_str()));
    unknown.map_or(Ok(()), |place| {
        Err(FieldError::new(
            format!("/types/{place}"),
            format!("No event is called so. There are {}.", NAMES.join(", ")),
        ))
    })
}

/// A place that the log has come to.
pub(super) async fn within_the_log(
    api: &Api,
    after: Option<i64>,
) -> Result<text::Checked, Problem> {
    let Some(after) = after else {
        return Ok(Ok(()));
    };
    let head = api.reader.head().await?;
    if (0..=head).contains(&after) {
        return Ok(Ok(()));
    }
    let detail = format!("The log's places are 0 to {head}.");
    Ok(Err(FieldError::new("/after", detail)))
}
