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
    #[param(inline)]
    limit: Limit,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The own conversations.
#[utoipa::path(
    get, path = "/conversations", tag = "conversations", params(Filter, FreshRead),
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
    let next = cursor::cut(&api.tokens, &mut rows, filter.limit.get(), |(place, _)| {
        *place
    });
    let items: Vec<Conversation> = rows.into_iter().map(|(_, row)| row.into()).collect();
    fresh.answer(&api, position.unwrap_or_default(), &List { items, next })
}

/// Conversations all of whose messages were deleted are not shown: they come back with the next message. A named group is
/// shown from when its owner came into it.
async fn read(
    api: &Api,
    owner: Uuid,
    before: i64,
    filter: &Filter,
) -> Result<(Option<i64>, Vec<(i64, ConversationRow)>), Problem> {
    let rows = sqlx::query!(
        r#"select c.conversation_id, c.changed, c.changed_n, c.members::text as members, g.title as "title?",
             g.members::text as group_members, g.member_count as "member_count?", c.unread, c.archived, c.muted,
             c.left_at, c.last_position, c.last_message_id, c.last_sender_id, c.last_sender_name, c.last_subject,
             c.last_body, c.last_attachments::text as last_attachments, c.last_reply_to, c.last_sent_at,
             c.last_edited_at, c.last_unsent_at, c.updated_at,
             greatest(c.last_position, c.joined) as "place!",
             (select min(position) from readmodel.checkpoints) as "checkpoint!"
           from readmodel.last_conversation c
           left join readmodel.groups g on c.is_group and g.conversation_id = c.conversation_id
           where c.owner_id = $1 and greatest(c.last_position, c.joined) < $2 and c.archived = $3 and c.left_at is null
           order by greatest(c.last_position, c.joined) desc limit $4"#,
        owner,
        before,
        filter.archived,
        rows_for(filter.limit)
    );
    let rows = rows.fetch_all(&api.reads).await?;
    let position = rows.first().map(|row| row.checkpoint);
    Ok((
        position,
        rows.into_iter()
            .map(|row| (row.place, conversation_row!(row)))
            .collect(),
    ))
}
