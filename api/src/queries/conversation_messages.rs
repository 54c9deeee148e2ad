//! The messages of one conversation: the caller's own inbox and sent rows, less those deleted.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    Caller,
    mailbox::{InboxItem, SentItem},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{List, Page, Snapshot, rows_for};
use crate::{
    Api, cursor,
    fresh_read::FreshRead,
    http::{InPath, Params, Problem},
    identity,
    rows::{inbox_row, sent_row},
};

/// A message of either box.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "box", rename_all = "lowercase")]
pub(crate) enum Item {
    /// It was received.
    Inbox(InboxItem),
    /// It was sent.
    Sent(SentItem),
}

/// The messages of a conversation, newest first.
#[utoipa::path(
    get, path = "/conversations/{id}/messages", tag = "conversations", params(("id" = Uuid, Path), Page, FreshRead),
    responses(
        (status = 200, description = "A page of them", body = List<Item>),
        (status = 400, description = "Bad cursor"),
        (status = 404, description = "There is no such conversation"),
    )
)]
pub(crate) async fn conversation_messages(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    InPath(id): InPath<Uuid>,
    Params(page): Params<Page>,
) -> Result<Response, Problem> {
    let before = cursor::read(&api.tokens, page.cursor.as_deref())?;
    let owner = caller.account.0;
    api.assert_own_conversation(&caller, id).await?;
    // Read first: what is added between the two boxes is shown, and comes again by the stream, rather than be missed.
    let position = Snapshot::now(&api, owner).await?.position;
    let mut rows = received(&api, owner, id, before, &page).await?;
    rows.extend(sent(&api, owner, id, before, &page).await?);
    rows.sort_unstable_by_key(|(position, _)| std::cmp::Reverse(*position));
    let next = cursor::cut(&api.tokens, &mut rows, page.limit.get(), |(position, _)| {
        *position
    });
    let items: Vec<Item> = rows.into_iter().map(|(_, item)| item).collect();
    fresh.answer(&api, position, &List { items, next })
}

impl Api {
    /// Refuses a conversation which the caller does not take part in: it is not there.
    pub(crate) async fn assert_own_conversation(
        &self,
        caller: &Caller,
        id: Uuid,
    ) -> Result<(), Problem> {
        let is_there = sqlx::query_scalar!(
            r#"select exists (select from readmodel.last_conversation
                 where owner_id = $1 and conversation_id = $2 and left_at is null) as "is_there!""#,
            caller.account.0,
            id
        );
        if is_there.fetch_one(&self.reads).await? {
            Ok(())
        } else {
            Err(Problem::not_found())
        }
    }
}

async fn received(
    api: &Api,
    owner: Uuid,
    id: Uuid,
    before: i64,
    page: &Page,
) -> Result<Vec<(i64, Item)>, Problem> {
    let rows = sqlx::query!(
        "select position, changed, changed_n, message_id, conversation_id, sender_id, sender_name, subject, body,
           attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, read_at, delivered_at, deleted_at
         from readmodel.inbox
         where owner_id = $1 and conversation_id = $2 and position < $3 and deleted_at is null
         order by position desc limit $4",
        owner,
        id,
        before,
        rows_for(page.limit)
    );
    let rows = rows.fetch_all(&api.reads).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.position, Item::Inbox(inbox_row!(row).into())))
        .collect())
}

async fn sent(
    api: &Api,
    owner: Uuid,
    id: Uuid,
    before: i64,
    page: &Page,
) -> Result<Vec<(i64, Item)>, Problem> {
    let rows = sqlx::query!(
        "select position, changed, changed_n, message_id, conversation_id, owner_id, sender_name, subject, body,
           attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, deleted_at, recipients,
           delivered_to, read_by
         from readmodel.sent_box
         where owner_id = $1 and conversation_id = $2 and position < $3 and deleted_at is null
         order by position desc limit $4",
        owner,
        id,
        before,
        rows_for(page.limit)
    );
    let rows = rows.fetch_all(&api.reads).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.position, Item::Sent(sent_row!(row).into())))
        .collect())
}
