//! The messages of one conversation: the caller's own inbox and sent rows, less those deleted.

mod window;

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    Caller,
    mailbox::{InboxItem, SentItem},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use self::window::{Asked, Window};
use super::page::Snapshot;
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

/// A part of a conversation, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Messages {
    items: Vec<Item>,
    /// Where the older ones begin; `null` where there are none.
    next: Option<String>,
    /// Where the newer ones begin. Only a page that was asked for `around` a message, or by such a cursor, leads on to them:
    /// `null` elsewhere, and where there are none.
    previous: Option<String>,
}

/// The messages of a conversation, newest first.
#[utoipa::path(
    get, path = "/conversations/{id}/messages", tag = "conversations", params(("id" = Uuid, Path), Asked, FreshRead),
    responses(
        (status = 200, description = "A page of them", body = Messages),
        (status = 400, description = "Bad cursor"),
        (status = 404, description = "There is no such conversation, or no such message in it"),
    )
)]
pub(crate) async fn conversation_messages(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    InPath(id): InPath<Uuid>,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    let owner = caller.account.0;
    api.assert_own_conversation(&caller, id).await?;
    let window = Window::of(&api, &caller, id, asked).await?;
    // Read first: what is added between the two boxes is shown, and comes again by the stream, rather than be missed.
    let position = Snapshot::now(&api, owner).await?.position;
    let mut rows = received(&api, owner, id, window).await?;
    rows.extend(sent(&api, owner, id, window).await?);
    let (rows, has_older, has_newer) = window.cut(rows);
    let (first, last) = (rows.first(), rows.last());
    let messages = Messages {
        next: last
            .filter(|_| has_older)
            .map(|(position, _)| cursor::write(&api.tokens, *position)),
        previous: first
            .filter(|_| has_newer)
            .map(|(position, _)| cursor::write_newer(&api.tokens, *position)),
        items: rows.into_iter().map(|(_, item)| item).collect(),
    };
    fresh.answer(&api, position, &messages)
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
    window: Window,
) -> Result<Vec<(i64, Item)>, Problem> {
    let rows = sqlx::query!(
        r#"select position as "position!", changed as "changed!", changed_n as "changed_n!", message_id as "message_id!",
             conversation_id as "conversation_id!", sender_id as "sender_id!", sender_name as "sender_name!", subject,
             body, attachments::text as attachments, reply_to, sent_at as "sent_at!", edited_at, unsent_at, read_at,
             delivered_at, deleted_at
           from (
             (select * from readmodel.inbox
              where owner_id = $1 and conversation_id = $2 and position < $3 and deleted_at is null
              order by position desc limit $4)
             union all
             (select * from readmodel.inbox
              where owner_id = $1 and conversation_id = $2 and position > $5 and deleted_at is null
              order by position limit $6)) as i"#,
        owner,
        id,
        window.older_than,
        window.older,
        window.newer_than,
        window.newer
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
    window: Window,
) -> Result<Vec<(i64, Item)>, Problem> {
    let rows = sqlx::query!(
        r#"select position as "position!", changed as "changed!", changed_n as "changed_n!", message_id as "message_id!",
             conversation_id as "conversation_id!", owner_id as "owner_id!", sender_name as "sender_name!", subject, body,
             attachments::text as attachments, reply_to, sent_at as "sent_at!", edited_at, unsent_at, deleted_at,
             recipients as "recipients!", delivered_to as "delivered_to!", read_by as "read_by!"
           from (
             (select * from readmodel.sent_box
              where owner_id = $1 and conversation_id = $2 and position < $3 and deleted_at is null
              order by position desc limit $4)
             union all
             (select * from readmodel.sent_box
              where owner_id = $1 and conversation_id = $2 and position > $5 and deleted_at is null
              order by position limit $6)) as s"#,
        owner,
        id,
        window.older_than,
        window.older,
        window.newer_than,
        window.newer
    );
    let rows = rows.fetch_all(&api.reads).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.position, Item::Sent(sent_row!(row).into())))
        .collect())
}
