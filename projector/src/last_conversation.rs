//! Step 5: the read model `last_conversation`: one row per owner and conversation.

use domain::{
    AccountId, ConversationId,
    message::{Content, Edited, Unsent},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::touched::{At, Touched};

/// Another text, where the message is the last one shown.
pub(crate) async fn edit(
    tx: &mut PgConnection,
    at: At,
    edited: &Edited<Option<Content>>,
    owners: &[Uuid],
) -> sqlx::Result<()> {
    let content = edited.content.as_ref();
    sqlx::query!(
        "update last_conversation
         set last_subject = $5, last_body = $6, last_edited_at = $7, changed = $4, changed_n = 1
         where owner_id = any($1) and conversation_id = $2 and last_position = $3 and last_unsent_at is null",
        owners,
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
pub(crate) async fn unsend(
    tx: &mut PgConnection,
    at: At,
    unsent: &Unsent,
    owners: &[Uuid],
) -> sqlx::Result<()> {
    let ConversationId(conversation) = unsent.conversation;
    sqlx::query!(
        "update last_conversation
         set last_subject = null, last_body = null, last_attachments = null, last_unsent_at = $5, changed = $4, changed_n = 1
         where owner_id = any($1) and conversation_id = $2 and last_position = $3",
        owners,
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
        "update last_conversation c set unread = c.unread + u.unread, changed = $4,
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
        "update last_conversation c set
           unread = c.unread + u.unread, changed = $4, changed_n = $5 + u.n::int - 1,
           last_position = l.position, last_message_id = l.message_id, last_sender_id = l.sender_id,
           last_sender_name = l.sender_name, last_subject = l.subject, last_body = l.body,
           last_attachments = l.attachments,
           last_reply_to = l.reply_to, last_sent_at = l.sent_at, last_edited_at = l.edited_at,
           last_unsent_at = l.unsent_at, updated_at = coalesce(l.sent_at, c.updated_at)
         from unnest($2::uuid[], $3::int[]) with ordinality as u(conversation_id, unread, n)
         left join lateral (
           (select position, message_id, sender_id, sender_name, subject, body, attachments, reply_to, sent_at, edited_at,
              unsent_at
            from inbox i
            where i.owner_id = $1 and i.conversation_id = u.conversation_id and i.deleted_at is null
            order by i.position desc limit 1)
           union all
           (select position, message_id, owner_id, sender_name, subject, body, attachments, reply_to, sent_at, edited_at,
              unsent_at
            from sent_box s
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

/// Somebody came into a named group: it is shown, also before anything is written in it.
pub(crate) async fn join(
    tx: &mut PgConnection,
    at: At,
    conversation: Uuid,
    owners: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into last_conversation as c (owner_id, conversation_id, changed, changed_n, is_group, joined,
           updated_at)
         select o.owner_id, $1, $2, 0, true, $2, $3 from unnest($4::uuid[]) as o(owner_id)
         on conflict (owner_id, conversation_id) do update set joined = excluded.joined, left_at = null",
        conversation,
        at.position,
        at.time,
        owners
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Somebody is out of a named group: it is no longer shown, and what was received stays.
pub(crate) async fn leave(
    tx: &mut PgConnection,
    at: At,
    conversation: Uuid,
    owner: AccountId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update last_conversation
         set joined = null, left_at = $4, updated_at = $4, changed = $3, changed_n = 0
         where owner_id = $2 and conversation_id = $1",
        conversation,
        owner.0,
        at.position,
        at.time
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A group's people or its title changed: everybody in it is told.
pub(crate) async fn touch(
    tx: &mut PgConnection,
    at: At,
    conversation: Uuid,
) -> sqlx::Result<Vec<AccountId>> {
    let owners = sqlx::query_scalar!(
        "update last_conversation set changed = $2, changed_n = 0, updated_at = $3
         where conversation_id = $1 and owner_id in (
           select account_id from members where conversation_id = $1 and until is null)
         returning owner_id",
        conversation,
        at.position,
        at.time
    );
    let owners = owners.fetch_all(tx).await?;
    Ok(owners.into_iter().map(AccountId).collect())
}

/// An owner puts a conversation away, or brings it back.
pub(crate) async fn archive(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    ConversationId(conversation): ConversationId,
    archived: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update last_conversation set archived = $4, changed = $3, changed_n = 0
         where owner_id = $1 and conversation_id = $2 and archived <> $4",
        owner.0,
        conversation,
        at.position,
        archived
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// An owner keeps a conversation quiet, or lets it be heard.
pub(crate) async fn mute(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    ConversationId(conversation): ConversationId,
    muted: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update last_conversation set muted = $4, changed = $3, changed_n = 0
         where owner_id = $1 and conversation_id = $2 and muted <> $4",
        owner.0,
        conversation,
        at.position,
        muted
    )
    .execute(tx)
    .await?;
    Ok(())
}
