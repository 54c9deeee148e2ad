//! One conversation, as one of its members sees it.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    group::Role,
    mailbox::{Conversation, Member},
};
use uuid::Uuid;

use crate::{
    Api,
    fresh_read::FreshRead,
    http::{InPath, Problem},
    identity,
    rows::conversation_row,
};

/// A conversation.
#[utoipa::path(
    get, path = "/conversations/{id}", tag = "conversations", params(("id" = Uuid, Path), FreshRead),
    responses((status = 200, body = Conversation), (status = 404, description = "There is no such conversation"))
)]
pub(crate) async fn conversation(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let row = sqlx::query!(
        r#"select c.conversation_id, c.changed, c.changed_n, c.members::text as members, g.title as "title?",
             g.members::text as group_members, g.member_count as "member_count?", c.unread, c.archived, c.muted,
             c.left_at, c.last_position, c.last_message_id, c.last_sender_id, c.last_sender_name, c.last_subject,
             c.last_body, c.last_attachments::text as last_attachments, c.last_reply_to, c.last_sent_at,
             c.last_edited_at, c.last_unsent_at, c.updated_at,
             (select min(position) from readmodel.checkpoints) as "checkpoint!"
           from readmodel.last_conversation c
           left join readmodel.groups g on c.is_group and g.conversation_id = c.conversation_id
           where c.owner_id = $1 and c.conversation_id = $2 and c.left_at is null"#,
        caller.account.0,
        id
    );
    let row = row
        .fetch_optional(&api.reads)
        .await?
        .ok_or_else(Problem::not_found)?;
    let position = row.checkpoint;
    let mut conversation = Conversation::from(conversation_row!(row));
    if usize::try_from(conversation.member_count).ok() != Some(conversation.members.len()) {
        conversation.members = everybody(&api, id).await?;
    }
    fresh.answer(&api, position, &conversation)
}

/// All of a group's members: its row shows the first ones only.
async fn everybody(api: &Api, conversation: Uuid) -> Result<Vec<Member>, Problem> {
    let members = sqlx::query!(
        "select m.account_id, a.username, m.role from readmodel.members m
         join readmodel.accounts a on a.account_id = m.account_id
         where m.conversation_id = $1 and m.until is null order by m.since, m.n",
        conversation
    );
    let members = members.fetch_all(&api.reads).await?;
    Ok(members
        .into_iter()
        .map(|row| Member {
            id: row.account_id,
            username: row.username,
            role: Role::named(&row.role),
        })
        .collect())
}
