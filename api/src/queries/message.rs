//! One message, for its sender and its recipients.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    Caller, MessageId,
    mailbox::{InboxItem, Message, SentItem},
};
use uuid::Uuid;

use crate::{
    Api,
    fresh_read::FreshRead,
    http::{InPath, Problem},
    identity,
    letters::Letter,
    rows::{inbox_row, sent_row},
};

/// A message.
#[utoipa::path(
    get, path = "/messages/{id}", tag = "messages", params(("id" = Uuid, Path), FreshRead),
    responses((status = 200, body = Message), (status = 404, description = "There is no such message"))
)]
pub(crate) async fn message(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    let letter = api.own_letter(caller.account, MessageId(id)).await?;
    // Its own position is shown at once, also where it was only just sent.
    api.await_position(letter.position).await?;
    let found = if letter.sent.sender == caller.account {
        own(&api, &caller, &letter).await?
    } else {
        received(&api, &caller, &letter).await?
    };
    let Some((position, message)) = found else {
        // Where the projector has been told to pass over a text that does not open, that is why it is not there.
        letter.content()?;
        return Err(Problem::not_found());
    };
    fresh.answer(&api, position, &message)
}

async fn own(
    api: &Api,
    caller: &Caller,
    letter: &Letter,
) -> Result<Option<(i64, Message)>, Problem> {
    let row = sqlx::query!(
        r#"select position, changed, changed_n, message_id, conversation_id, owner_id, sender_name, subject, body,
             attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, deleted_at, recipients,
             delivered_to, read_by,
             (select min(position) from readmodel.checkpoints) as "checkpoint!"
           from readmodel.sent_box where owner_id = $1 and position = $2"#,
        caller.account.0,
        letter.position
    );
    let row = row.fetch_optional(&api.reads).await?;
    Ok(row.map(|row| (row.checkpoint, SentItem::from(sent_row!(row)).message)))
}

async fn received(
    api: &Api,
    caller: &Caller,
    letter: &Letter,
) -> Result<Option<(i64, Message)>, Problem> {
    let row = sqlx::query!(
        r#"select position, changed, changed_n, message_id, conversation_id, sender_id, sender_name, subject, body,
             attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, read_at, delivered_at, deleted_at,
             (select min(position) from readmodel.checkpoints) as "checkpoint!"
           from readmodel.inbox where owner_id = $1 and position = $2"#,
        caller.account.0,
        letter.position
    );
    let row = row.fetch_optional(&api.reads).await?;
    Ok(row.map(|row| (row.checkpoint, InboxItem::from(inbox_row!(row)).message)))
}
