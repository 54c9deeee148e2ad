//! The conversations, those with the newest messages first.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::mailbox::{Conversation, ConversationRow};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::page::{List, Snapshot, rows_for};
use crate::{
    Api, cursor,
    fresh_read::FreshRead,
    http::{Limit, Params, Problem},
    identity,
    rows::conversation_row,
};

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Those put away, instead of those in sight.
    #[serde(default)]
    archived: bool,
    /// How many items.
    #[serde(default)]
    #[param(value_type = u16)]
    limit: Limit,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The own conversations.
#[utoipa::path(
    get, path = "/conversations", tag = "conversations", params(Filter),
    responses(
        (status = 200, description = "A page of them", body = List<Conversation>),
        (status = 400, description = "Bad cursor"),
    )
)]
pub(crate) async fn conversations(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    Params(filter): Params<Filter>,
) -> Result<Response, Problem> {
    let before = cursor::read(&api.tokens, filter.cursor.as_deref())?;
    let owner = caller.account.0;
    let (mut position, mut rows) = read(&api, owner, before, &filter).await?;
    if rows.is_empty() {
        let now = Snapshot::now(&api, owner).await?.position;
        (position, rows) = read(&api, owner, before, &filter).await?;
        position = position.or(Some(now));
    }
    let next = cursor::cut(&api.tokens, &mut rows, filter.limit.get(), |row| {
        row.last_position.unwrap_or_default()
    });
    let items: Vec<Conversation> = rows.into_iter().map(Conversation::from).collect();
    fresh.answer(&api, position.unwrap_or_default(), &List { items, next })
}

/// Conversations all of whose messages were deleted are not shown: they come back with the next message.
async fn read(
    api: &Api,
    owner: Uuid,
    before: i64,
    filter: &Filter,
) -> Result<(Option<i64>, Vec<ConversationRow>), Problem> {
    let rows = sqlx::query!(
        r#"select conversation_id, changed, changed_n, members::text as members, unread, archived, muted, last_position,
             last_message_id, last_sender_id, last_sender_name, last_subject, last_body, last_reply_to, last_sent_at,
             last_edited_at, last_unsent_at, updated_at,
             (select min(position) from readmodel.checkpoints) as "checkpoint!"
           from readmodel.last_conversation where owner_id = $1 and last_position < $2 and archived = $3
           order by last_position desc limit $4"#,
        owner,
        before,
        filter.archived,
        rows_for(filter.limit)
    );
    let rows = rows.fetch_all(&api.reads).await?;
    let position = rows.first().map(|row| row.checkpoint);
    Ok((
        position,
        rows.into_iter().map(|row| conversation_row!(row)).collect(),
    ))
}
