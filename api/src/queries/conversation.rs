//! One conversation, as one of its members sees it.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::mailbox::Conversation;
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
    get, path = "/conversations/{id}", tag = "conversations", params(("id" = Uuid, Path)),
    responses((status = 200, body = Conversation), (status = 404, description = "There is no such conversation"))
)]
pub(crate) async fn conversation(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let row = sqlx::query!(
        r#"select conversation_id, changed, changed_n, members::text as members, unread, archived, muted, last_position,
             last_message_id, last_sender_id, last_sender_name, last_subject, last_body, last_reply_to, last_sent_at,
             last_edited_at, last_unsent_at, updated_at,
             (select min(position) from readmodel.checkpoints) as "checkpoint!"
           from readmodel.last_conversation where owner_id = $1 and conversation_id = $2"#,
        caller.account.0,
        id
    );
    let row = row
        .fetch_optional(&api.reads)
        .await?
        .ok_or_else(Problem::not_found)?;
    let position = row.checkpoint;
    fresh.answer(&api, position, &Conversation::from(conversation_row!(row)))
}
