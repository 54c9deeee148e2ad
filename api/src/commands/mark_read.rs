//! Step 1: somebody has read messages. However many: one event.

use std::{collections::BTreeMap, sync::Arc};

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    AccountId, Caller, MessageId,
    marks::{self, Marks, Received},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::act::{act, nothing, settled};
use crate::{
    Api,
    http::{FieldError, Problem, Strict},
    idempotency::{self, Key},
    identity,
};

/// How many messages one event marks. The rest of a longer conversation follows in further events.
const AT_ONCE: i64 = 5_000;

/// Which messages: either some by their ids, or a conversation up to one of its messages.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatWasRead {
    /// Received messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1000)]
    message_ids: Option<Vec<Uuid>>,
    /// A conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conversation_id: Option<Uuid>,
    /// The last message that was read in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    up_to: Option<Uuid>,
}

/// A message that is not read yet.
struct Unread {
    position: i64,
    sender_id: Uuid,
}

/// Mark received messages as read. Their senders are told.
#[utoipa::path(
    post, path = "/inbox/read", tag = "inbox", request_body = WhatWasRead, params(Key),
    responses(
        (status = 204, description = "They are read; again: 204"),
        (status = 404, description = "There is no such conversation, or no such message in it"),
        (status = 422, description = "A message is not in the inbox"),
    )
)]
pub(crate) async fn mark_read(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    key: Key,
    Strict(request): Strict<WhatWasRead>,
) -> Result<Response, Problem> {
    let mut kept = key.keep(
        &api,
        &caller,
        &request,
        StatusCode::NO_CONTENT,
        "{}".to_owned(),
    )?;
    if idempotency::seen(&api, kept.as_ref()).await?.is_some() {
        return Ok(idempotency::again(nothing()));
    }
    settled::<Marks>(&api, &caller).await?;
    match (request.message_ids, request.conversation_id, request.up_to) {
        (Some(ids), None, None) => {
            let unread = by_ids(&api, &caller, &ids).await?;
            if unread.is_empty() {
                return Ok(nothing());
            }
            act::<Marks>(&api, &caller, marks::Command::Read(grouped(unread)), kept).await
        }
        (None, Some(conversation), Some(up_to)) => {
            let up_to = position_in(&api, &caller, conversation, up_to).await?;
            let mut after = 0;
            let mut answer = nothing();
            loop {
                let unread = in_conversation(&api, &caller, conversation, after, up_to).await?;
                let Some(last) = unread.last().map(|unread| unread.position) else {
                    return Ok(answer);
                };
                after = last;
                answer = act::<Marks>(
                    &api,
                    &caller,
                    marks::Command::Read(grouped(unread)),
                    kept.take(),
                )
                .await?;
            }
        }
        _ => Err(Problem::unprocessable(
            "Give either `message_ids`, or `conversation_id` and `up_to`.",
        )),
    }
}

async fn by_ids(api: &Api, caller: &Caller, ids: &[Uuid]) -> Result<Vec<Unread>, Problem> {
    let positions = received(api, caller, ids).await?;
    let unread = sqlx::query_as!(
        Unread,
        "select position, sender_id from readmodel.inbox
         where owner_id = $1 and position = any($2) and read_at is null order by position",
        caller.account.0,
        &positions
    );
    Ok(unread.fetch_all(&api.reads).await?)
}

/// The positions of received messages, all of which have to be in the caller's inbox.
pub(super) async fn received(
    api: &Api,
    caller: &Caller,
    ids: &[Uuid],
) -> Result<Vec<i64>, Problem> {
    let streams: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let sent = sqlx::query!(
        "select position, aggregate_id from log.events
         where aggregate_type = 'message' and aggregate_id = any($1) and sequence = 1",
        &streams
    );
    let sent: BTreeMap<String, i64> = sent
        .fetch_all(&api.pool)
        .await?
        .into_iter()
        .map(|row| (row.aggregate_id, row.position))
        .collect();
    let own = sqlx::query_scalar!(
        "select position from readmodel.inbox where owner_id = $1 and position = any($2)",
        caller.account.0,
        &sent.values().copied().collect::<Vec<_>>()
    );
    let own = own.fetch_all(&api.reads).await?;
    let mut positions = Vec::with_capacity(streams.len());
    let mut errors = Vec::new();
    for (place, stream) in streams.iter().enumerate() {
        match sent.get(stream) {
            Some(position) if own.contains(position) => positions.push(*position),
            _ => {
                let detail = "There is no such message in your inbox.";
                errors.push(FieldError::new(format!("/message_ids/{place}"), detail));
            }
        }
    }
    if errors.is_empty() {
        Ok(positions)
    } else {
        Err(Problem::validation(errors))
    }
}

async fn position_in(
    api: &Api,
    caller: &Caller,
    conversation: Uuid,
    message: Uuid,
) -> Result<i64, Problem> {
    let letter = api.own_letter(caller.account, MessageId(message)).await?;
    if letter.sent.conversation.0 == conversation {
        Ok(letter.position)
    } else {
        Err(Problem::not_found())
    }
}

async fn in_conversation(
    api: &Api,
    caller: &Caller,
    conversation: Uuid,
    after: i64,
    up_to: i64,
) -> Result<Vec<Unread>, Problem> {
    let unread = sqlx::query_as!(
        Unread,
        "select position, sender_id from readmodel.inbox
         where owner_id = $1 and conversation_id = $2 and position > $3 and position <= $4 and read_at is null
         order by position limit $5",
        caller.account.0,
        conversation,
        after,
        up_to,
        AT_ONCE
    );
    Ok(unread.fetch_all(&api.reads).await?)
}

fn grouped(unread: Vec<Unread>) -> Received {
    let pairs = unread
        .into_iter()
        .map(|unread| (unread.sender_id, unread.position));
    by_sender(pairs)
}

/// Positions grouped by who has to be told.
pub(super) fn by_sender(pairs: impl Iterator<Item = (Uuid, i64)>) -> Received {
    let mut from: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
    for (sender, position) in pairs {
        from.entry(sender).or_default().push(position);
    }
    let from = from.into_iter().map(|(sender, positions)| marks::From {
        sender: AccountId(sender),
        positions,
    });
    Received {
        from: from.collect(),
    }
}
