//! Step 1: a client without a stream says that it has messages. Reading a list never says so.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::marks::{self, Marks};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    act::{act, nothing},
    mark_read::by_sender,
};
use crate::{
    Api,
    http::{FieldError, Problem, Strict},
    idempotency::{self, Key},
    identity,
};

/// How many of the newest messages are looked at: what lies further back was marked long ago, or will not be missed.
const NEWEST: i64 = 1_000;

/// What has arrived.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatArrived {
    /// The token of a read: everything it showed.
    up_to: String,
}

/// Say that messages have reached a device. Their senders are told.
#[utoipa::path(
    post, path = "/inbox/delivered", tag = "inbox", request_body = WhatArrived, params(Key),
    responses((status = 204, description = "Noted"), (status = 422, description = "Not a token"))
)]
pub(crate) async fn mark_delivered(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    key: Key,
    Strict(request): Strict<WhatArrived>,
) -> Result<Response, Problem> {
    let kept = key.keep(
        &api,
        &caller,
        &request,
        StatusCode::NO_CONTENT,
        "{}".to_owned(),
    )?;
    if idempotency::seen(&api, kept.as_ref()).await?.is_some() {
        return Ok(idempotency::again(nothing()));
    }
    let token = api.tokens.read(&request.up_to).map_err(|_| {
        Problem::validation(vec![FieldError::new(
            "/up_to",
            "This is not a token of this service.",
        )])
    })?;
    let arrived = sqlx::query!(
        "select position, sender_id from (
           select position, sender_id, delivered_at from readmodel.inbox
           where owner_id = $1 and position <= $2 order by position desc limit $3) newest
         where delivered_at is null order by position",
        caller.account.0,
        token.position,
        NEWEST
    );
    let arrived = arrived.fetch_all(&api.reads).await?;
    if arrived.is_empty() {
        return Ok(nothing());
    }
    let received = by_sender(arrived.into_iter().map(|row| (row.sender_id, row.position)));
    act::<Marks>(&api, &caller, marks::Command::Deliver(received), kept).await
}
