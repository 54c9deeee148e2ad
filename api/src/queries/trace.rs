//! What has become of a message so far, step by step.

use std::{collections::HashMap, sync::Arc};

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use domain::{
    AccountId, Caller, MessageId,
    account::Role,
    message::Recipients,
    times::{micros, micros_option},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Api,
    fresh_read::FreshRead,
    http::{InPath, Problem},
    identity,
    letters::Letter,
};

/// The way of a message. What is not known (yet, or any more) is `null`; `published_at`, `projected_at` and `pushed_at` are
/// kept for seven days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trace {
    message_id: Uuid,
    /// When it was stored, and acknowledged.
    #[serde(serialize_with = "micros")]
    stored_at: DateTime<Utc>,
    /// When it was published on the wire.
    #[serde(serialize_with = "micros_option")]
    published_at: Option<DateTime<Utc>>,
    /// When mailboxes showed it.
    #[serde(serialize_with = "micros_option")]
    projected_at: Option<DateTime<Utc>>,
    /// All recipients, for its sender and for auditors; else the caller alone.
    recipients: Vec<Reached>,
}

/// How far it came with one recipient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reached {
    id: Uuid,
    username: Option<String>,
    /// When it was first written to an open stream.
    #[serde(serialize_with = "micros_option")]
    pushed_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "micros_option")]
    delivered_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "micros_option")]
    read_at: Option<DateTime<Utc>>,
}

/// The trace of a message.
#[utoipa::path(
    get, path = "/messages/{id}/trace", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Trace), (status = 404, description = "There is no such message"))
)]
pub(crate) async fn trace(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let (letter, sees_all) = letter_for(&api, &caller, MessageId(id)).await?;
    let position = api.freshness.checkpoint().await?;
    let mut recipients = recipients(&api, &letter).await?;
    if !sees_all {
        recipients.retain(|recipient| *recipient == caller.account);
    }
    let trace = Trace {
        message_id: id,
        stored_at: letter.sent_at,
        published_at: (api.published)(letter.position).await,
        projected_at: projected_at(&api, letter.position).await?,
        recipients: reached(&api, &letter, &recipients).await?,
    };
    fresh.answer(&api, position, &trace)
}

/// The message, and whether the caller may know who has read it: its sender, and whoever audits.
async fn letter_for(api: &Api, caller: &Caller, id: MessageId) -> Result<(Letter, bool), Problem> {
    let letter = api.letter(id).await?.ok_or_else(Problem::not_found)?;
    if letter.sent.sender == caller.account {
        return Ok((letter, true));
    }
    // The token's word is enough to look: the log has the last one.
    let audits = caller.roles.contains(&Role::Auditor)
        && api
            .identity
            .has_role(&api.reader, caller, Role::Auditor)
            .await?;
    if audits || api.was_sent_to(&letter, caller.account).await? {
        Ok((letter, audits))
    } else {
        Err(Problem::not_found())
    }
}

async fn recipients(api: &Api, letter: &Letter) -> Result<Vec<AccountId>, Problem> {
    match &letter.sent.recipients {
        Recipients::People(people) => Ok(people.clone()),
        Recipients::Group { membership } => {
            let group = api.groups.at(letter.sent.conversation, *membership).await?;
            Ok(group.members.others(letter.sent.sender).collect())
        }
    }
}

async fn projected_at(api: &Api, position: i64) -> Result<Option<DateTime<Utc>>, Problem> {
    let at = sqlx::query_scalar!(
        "select at from readmodel.progress where position >= $1 order by position limit 1",
        position
    );
    Ok(at.fetch_optional(&api.reads).await?)
}

async fn reached(
    api: &Api,
    letter: &Letter,
    recipients: &[AccountId],
) -> Result<Vec<Reached>, Problem> {
    let ids: Vec<Uuid> = recipients.iter().map(|recipient| recipient.0).collect();
    let names = api.identity.people().by_id(recipients).await?;
    let pushed = pushed_at(api, &ids, letter.position).await?;
    let receipts = sqlx::query!(
        r#"select reader_id as "reader_id!", delivered_at, read_at from readmodel.receipts
           where owner_id = $1 and position = $2
           union all
           select reader_id, delivered_at, read_at from readmodel.sent_box
           cross join unnest($3::uuid[]) as alone(reader_id)
           where owner_id = $1 and position = $2 and recipients = 1 and delivered_at is not null"#,
        letter.sent.sender.0,
        letter.position,
        &ids
    );
    let receipts = receipts.fetch_all(&api.reads).await?;
    let receipts: HashMap<Uuid, _> = receipts
        .into_iter()
        .map(|row| (row.reader_id, row))
        .collect();
    let reached = ids.into_iter().zip(names).map(|(id, known)| {
        let receipt = receipts.get(&id);
        Reached {
            id,
            username: known.map(|known| known.username.to_string()),
            pushed_at: pushed.get(&id).copied(),
            delivered_at: receipt.and_then(|receipt| receipt.delivered_at),
            read_at: receipt.and_then(|receipt| receipt.read_at),
        }
    });
    Ok(reached.collect())
}

async fn pushed_at(
    api: &Api,
    owners: &[Uuid],
    position: i64,
) -> Result<HashMap<Uuid, DateTime<Utc>>, Problem> {
    let rows = sqlx::query!(
        r#"select owner_id, min(at[array_position(positions, $2)]) as "at!" from log.pushed
           where owner_id = any($1) and last >= $2 and first <= $2 and $2 = any(positions) group by owner_id"#,
        owners,
        position
    );
    let rows = rows.fetch_all(&api.pool).await?;
    Ok(rows.into_iter().map(|row| (row.owner_id, row.at)).collect())
}
