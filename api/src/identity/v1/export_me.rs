//! `GET /api/v1/me/export`

use std::{io, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use domain::mailbox::{InboxItem, SentItem};
use eventlog::fresh;
use futures::{TryStreamExt, stream};
use http::{HeaderValue, header};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Api,
    http::Problem,
    identity::Caller,
    rows::{inbox_row, sent_row},
};

use super::show_me;

/// How many messages are read at once: a slow download holds no connection to the database.
const PAGE: i64 = 500;

/// Take all own data along
///
/// One JSON document: `account`, `sessions`, `blocks`, `drafts`, `conversations`, then `sent` and `inbox`, oldest first, with
/// what was deleted from the own boxes. Attachments are named by their URLs.
#[utoipa::path(
    get,
    path = "/me/export",
    tag = "accounts",
    responses(
        (status = OK, description = "A download.", content_type = "application/json", body = Value),
    )
)]
pub(crate) async fn export_me(
    State(api): State<Arc<Api>>,
    caller: Caller,
) -> Result<Response, Problem> {
    let head = head(&api, &caller).await?;
    let place = Place {
        api,
        owner: caller.account.0,
        next: Next::Head(head),
    };
    let document = stream::try_unfold(place, Place::step).map_err(|problem| {
        tracing::warn!(?problem, "an export broke off");
        io::Error::other("the export broke off")
    });
    let body = Body::from_stream(document);
    let name = format!("attachment; filename=\"tidings-{}.json\"", caller.username);
    let name = HeaderValue::from_str(&name).map_err(Problem::internal)?;
    let json = HeaderValue::from_static("application/json");
    let never = HeaderValue::from_static("no-store");
    Ok((
        [
            (header::CONTENT_TYPE, json),
            (header::CONTENT_DISPOSITION, name),
            (header::CACHE_CONTROL, never),
        ],
        body,
    )
        .into_response())
}

/// How far a download has come.
struct Place {
    api: Arc<Api>,
    owner: Uuid,
    next: Next,
}

enum Next {
    /// All that is short, as the begin of the document.
    Head(String),
    Sent(i64),
    Inbox(i64),
    Done,
}

impl Place {
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, Problem> {
        let (text, next) = match self.next {
            Next::Head(head) => (head, Next::Sent(0)),
            Next::Sent(after) => {
                let rows = sent(&self.api, self.owner, after).await?;
                match rows.last() {
                    Some((last, _)) => (listed(&rows, after == 0)?, Next::Sent(*last)),
                    None => ("],\"inbox\":[".to_owned(), Next::Inbox(0)),
                }
            }
            Next::Inbox(after) => {
                let rows = received(&self.api, self.owner, after).await?;
                match rows.last() {
                    Some((last, _)) => (listed(&rows, after == 0)?, Next::Inbox(*last)),
                    None => ("]}\n".to_owned(), Next::Done),
                }
            }
            Next::Done => return Ok(None),
        };
        self.next = next;
        Ok(Some((text.into(), self)))
    }
}

/// Items of a list, behind those that were written before.
fn listed<T: Serialize>(rows: &[(i64, T)], is_first: bool) -> Result<String, Problem> {
    let mut text = String::new();
    for (place, (_, item)) in rows.iter().enumerate() {
        if place > 0 || !is_first {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(item).map_err(Problem::internal)?);
    }
    Ok(text)
}

async fn head(api: &Api, caller: &Caller) -> Result<String, Problem> {
    let owner = caller.account.0;
    let account = show_me::read(api, caller.account).await?;
    let parts = json!({
        "exported_at": fresh::now(),
        "account": account,
        "sessions": sessions(api, owner).await?,
        "blocks": blocks(api, owner).await?,
        "drafts": drafts(api, owner).await?,
        "conversations": conversations(api, owner).await?,
    });
    let mut text = serde_json::to_string(&parts).map_err(Problem::internal)?;
    text.pop();
    text.push_str(",\"sent\":[");
    Ok(text)
}

async fn sessions(api: &Api, owner: Uuid) -> Result<Value, Problem> {
    let list = sqlx::query_scalar!(
        r#"select coalesce(json_agg(json_build_object('id', session_id, 'device', device, 'created_at', created_at,
             'used_at', used_at, 'expires_at', expires_at) order by created_at), '[]') as "list!"
           from auth.sessions where account_id = $1 and ended_at is null"#,
        owner
    );
    Ok(list.fetch_one(&api.pool).await?)
}

async fn blocks(api: &Api, owner: Uuid) -> Result<Value, Problem> {
    let list = sqlx::query_scalar!(
        r#"select coalesce(json_agg(json_build_object('id', b.account_id, 'username', a.username) order by b.since), '[]')
             as "list!"
           from readmodel.blocks b join readmodel.accounts a on a.account_id = b.account_id where b.owner_id = $1"#,
        owner
    );
    Ok(list.fetch_one(&api.reads).await?)
}

async fn drafts(api: &Api, owner: Uuid) -> Result<Value, Problem> {
    let list = sqlx::query_scalar!(
        r#"select coalesce(json_agg(json_build_object('conversation_id', conversation_id, 'body', body, 'updated_at',
             updated_at) order by updated_at), '[]') as "list!"
           from log.drafts where owner_id = $1"#,
        owner
    );
    Ok(list.fetch_one(&api.pool).await?)
}

async fn conversations(api: &Api, owner: Uuid) -> Result<Value, Problem> {
    let list = sqlx::query_scalar!(
        r#"select coalesce(json_agg(json_build_object('id', c.conversation_id, 'title', g.title, 'members',
             coalesce(c.members, g.members), 'unread', c.unread, 'archived', c.archived, 'muted', c.muted, 'left_at',
             c.left_at, 'updated_at', c.updated_at) order by c.updated_at), '[]') as "list!"
           from readmodel.last_conversation c
           left join readmodel.groups g on c.is_group and g.conversation_id = c.conversation_id
           where c.owner_id = $1"#,
        owner
    );
    Ok(list.fetch_one(&api.reads).await?)
}

async fn sent(api: &Api, owner: Uuid, after: i64) -> Result<Vec<(i64, SentItem)>, Problem> {
    let rows = sqlx::query!(
        "select position, changed, changed_n, message_id, conversation_id, owner_id, sender_name, subject, body,
           attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, deleted_at, recipients,
           delivered_to, read_by
         from readmodel.sent_box where owner_id = $1 and position > $2 order by position limit $3",
        owner,
        after,
        PAGE
    );
    let rows = rows.fetch_all(&api.reads).await?.into_iter();
    Ok(rows
        .map(|row| (row.position, sent_row!(row).into()))
        .collect())
}

async fn received(api: &Api, owner: Uuid, after: i64) -> Result<Vec<(i64, InboxItem)>, Problem> {
    let rows = sqlx::query!(
        "select position, changed, changed_n, message_id, conversation_id, sender_id, sender_name, subject, body,
           attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, read_at, delivered_at, deleted_at
         from readmodel.inbox where owner_id = $1 and position > $2 order by position limit $3",
        owner,
        after,
        PAGE
    );
    let rows = rows.fetch_all(&api.reads).await?.into_iter();
    Ok(rows
        .map(|row| (row.position, inbox_row!(row).into()))
        .collect())
}
