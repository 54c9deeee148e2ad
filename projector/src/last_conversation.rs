//! Step 5: the read model `last_conversation`: one row per owner and conversation.

use domain::{
    AccountId, ConversationId,
    message::{Content, Edited, Unsent},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::touched::{At, Touched};

fn everybody(sender: AccountId, recipients: &[AccountId]) -> Vec<Uuid> {
    recipients
        .iter()
        .map(|person| person.0)
        .chain([sender.0])
        .collect()
}

/// Another text, where the message is the last one shown.
pub(crate) async fn edit(
    tx: &mut PgConnection,
    at: At,
    edited: &Edited<Option<Content>>,
) -> sqlx::Result<()> {
    let content = edited.content.as_ref();
    sqlx::query!(
        "update readmodel.last_conversation
         set last_subject = $5, last_body = $6, last_edited_at = $7, changed = $4, changed_n = 1
         where owner_id = any($1) and conversation_id = $2 and last_position = $3 and last_unsent_at is null",
        &everybody(edited.sender, &edited.recipients),
        edited.conversation.0,
        edited.position,
        at.position,
        content.map(|content| content.subject.as_str()),
        content.map(|content| content.body.as_str()),
        at.time
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// No text any more, where the message is the last one shown.
pub(crate) async fn unsend(tx: &mut PgConnection, at: At, unsent: &Unsent) -> sqlx::Result<()> {
    let ConversationId(conversation) = unsent.conversation;
    sqlx::query!(
        "update readmodel.last_conversation
         set last_subject = null, last_body = null, last_unsent_at = $5, changed = $4, changed_n = 1
         where owner_id = any($1) and conversation_id = $2 and last_position = $3",
        &everybody(unsent.sender, &unsent.recipients),
        conversation,
        unsent.position,
        at.position,
        at.time
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Rows of a box were flipped: the number of unread messages moves by those that count.
pub(crate) async fn count(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    touched: &Touched,
) -> sqlx::Result<()> {
    let changes = touched
        .conversations
        .iter()
        .filter(|(_, delta)| delta.unread != 0);
    let (conversations, unread): (Vec<Uuid>, Vec<i32>) =
        changes.map(|(id, delta)| (*id, delta.unread)).unzip();
    sqlx::query!(
        "update readmodel.last_conversation c set unread = c.unread + u.unread, changed = $4,
           changed_n = $5 + u.n::int - 1
         from unnest($2::uuid[], $3::int[]) with ordinality as u(conversation_id, unread, n)
         where c.owner_id = $1 and c.conversation_id = u.conversation_id",
        owner.0,
        &conversations,
        &unread,
        at.position,
        touched.rows
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Rows of a box went out of sight or came back: the count moves, and the last message may be another one.
pub(crate) async fn look_again(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    touched: &Touched,
) -> sqlx::Result<()> {
    let (conversations, unread): (Vec<Uuid>, Vec<i32>) = touched
        .conversations
        .iter()
        .map(|(id, delta)| (*id, delta.unread))
        .unzip();
    sqlx::query!(
        "update readmodel.last_conversation c set
           unread = c.unread + u.unread, changed = $4, changed_n = $5 + u.n::int - 1,
           last_position = l.position, last_message_id = l.message_id, last_sender_id = l.sender_id,
           last_sender_name = l.sender_name, last_subject = l.subject, last_body = l.body,
           last_reply_to = l.reply_to, last_sent_at = l.sent_at, last_edited_at = l.edited_at,
           last_unsent_at = l.unsent_at, updated_at = coalesce(l.sent_at, c.updated_at)
         from unnest($2::uuid[], $3::int[]) with ordinality as u(conversation_id, unread, n)
         left join lateral (
           (select position, message_id, sender_id, sender_name, subject, body, reply_to, sent_at, edited_at, unsent_at
            from readmodel.inbox i
            where i.owner_id = $1 and i.conversation_id = u.conversation_id and i.deleted_at is null
            order by i.position desc limit 1)
           union all
           (select position, message_id, owner_id, sender_name, subject, body, reply_to, sent_at, edited_at, unsent_at
            from readmodel.sent_box s
            where s.owner_id = $1 and s.conversation_id = u.conversation_id and s.deleted_at is null
            order by s.position desc limit 1)
           order by position desc limit 1) l on true
         where c.owner_id = $1 and c.conversation_id = u.conversation_id",
        owner.0,
        &conversations,
        &unread,
        at.position,
        touched.rows
    )
    .execute(tx)
    .await?;
    Ok(())
}
