//! The inbox: what the caller received and has not deleted.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::mailbox::{InboxItem, InboxRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::page::{Snapshot, rows_for};
use crate::{
    Api, cursor,
    fresh_read::FreshRead,
    http::{Limit, Params, Problem},
    identity,
    rows::inbox_row,
};

/// Which part of the inbox.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Unread messages only.
    #[serde(default)]
    unread: bool,
    /// Of one conversation only.
    conversation_id: Option<Uuid>,
    /// How many items.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Received messages, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Inbox {
    items: Vec<InboxItem>,
    /// Unread messages in the whole mailbox, whatever the filter.
    unread: i64,
    next: Option<String>,
}

/// The inbox.
#[utoipa::path(
    get, path = "/inbox", tag = "inbox", params(Filter, FreshRead),
    responses((status = 200, description = "A page of it", body = Inbox), (status = 400, description = "Bad cursor"))
)]
pub(crate) async fn inbox(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    Params(filter): Params<Filter>,
) -> Result<Response, Problem> {
    let before = cursor::read(&api.tokens, filter.cursor.as_deref())?;
    let owner = caller.account.0;
    let (mut snapshot, mut rows) = read(&api, owner, before, &filter).await?;
    if rows.is_empty() {
        snapshot = Some(Snapshot::now(&api, owner).await?);
        let again = read(&api, owner, before, &filter).await?;
        rows = again.1;
        snapshot = again.0.or(snapshot);
    }
    let Snapshot { position, unread } = snapshot.unwrap_or_default();
    let next = cursor::cut(&api.tokens, &mut rows, filter.limit.get(), |row| {
        row.message.position
    });
    let items = rows.into_iter().map(InboxItem::from).collect();
    fresh.answer(
        &api,
        position,
        &Inbox {
            items,
            unread,
            next,
        },
    )
}

async fn read(
    api: &Api,
    owner: Uuid,
    before: i64,
    filter: &Filter,
) -> Result<(Option<Snapshot>, Vec<InboxRow>), Problem> {
    let rows = sqlx::query!(
        r#"select position, changed, changed_n, message_id, conversation_id, sender_id, sender_name, subject, body,
             attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, read_at, delivered_at, deleted_at,
             (select min(position) from readmodel.checkpoints) as "checkpoint!",
             (select coalesce(sum(unread), 0) from readmodel.last_conversation where owner_id = $1) as "unread!"
           from readmodel.inbox
           where owner_id = $1 and position < $2 and deleted_at is null
             and ($3::uuid is null or conversation_id = $3) and (not $4 or read_at is null)
           order by position desc limit $5"#,
        owner,
        before,
        filter.conversation_id,
        filter.unread,
        rows_for(filter.limit)
    );
    let rows = rows.fetch_all(&api.reads).await?;
    let snapshot = rows.first().map(|row| Snapshot {
        position: row.checkpoint,
        unread: row.unread,
    });
    Ok((
        snapshot,
        rows.into_iter().map(|row| inbox_row!(row)).collect(),
    ))
}
