//! The feed of a mailbox: its rows by (`changed`, `changed_n`), after one place and up to a position.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{
    AccountId,
    mailbox::{Change, ConversationRow, InboxRow, MessageRow, People, Row, SentRow},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::tables::Range;

/// Of either box; what only the other has is empty.
struct BoxRow {
    owner_id: Uuid,
    is_sent: bool,
    position: i64,
    changed: i64,
    changed_n: i32,
    message_id: Uuid,
    conversation_id: Uuid,
    sender_id: Uuid,
    sender_name: String,
    subject: Option<String>,
    body: Option<String>,
    attachments: Option<String>,
    reply_to: Option<Uuid>,
    sent_at: DateTime<Utc>,
    edited_at: Option<DateTime<Utc>>,
    unsent_at: Option<DateTime<Utc>>,
    read_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    recipients: i32,
    delivered_to: i32,
    read_by: i32,
}

/// How far the read models have come.
pub(crate) async fn checkpoint(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(min(position), 0) as "position!" from readmodel.checkpoints"#
    )
    .fetch_one(pool)
    .await
}

/// How far the log has come.
pub(crate) async fn head(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select coalesce(max(position), 0) as "head!" from log.events"#)
        .fetch_one(pool)
        .await
}

/// The first `limit` items of each owner within the range. Those which never changed are found by the key, where `changed`
/// is the position; the others by what was listed of the events that changed them, less those which a later one changed
/// again. That list is in the order of `changed` alone: the rows of one event are taken whole and put in order at the end,
/// or all others would be sorted for each page.
pub(crate) async fn items(
    pool: &PgPool,
    owners: &[Uuid],
    range: Range,
    limit: i64,
) -> Result<Vec<Change>, sqlx::Error> {
    let rows = sqlx::query_as!(
        BoxRow,
        r#"select o.owner_id as "owner_id!", r.is_sent as "is_sent!", r.position as "position!",
             r.changed as "changed!", r.changed_n as "changed_n!", r.message_id as "message_id!",
             r.conversation_id as "conversation_id!", r.sender_id as "sender_id!", r.sender_name as "sender_name!",
             r.subject, r.body, r.attachments, r.reply_to, r.sent_at as "sent_at!", r.edited_at, r.unsent_at, r.read_at,
             r.delivered_at, r.deleted_at, r.recipients as "recipients!", r.delivered_to as "delivered_to!",
             r.read_by as "read_by!"
           from unnest($1::uuid[]) as o(owner_id)
           cross join lateral (
             (select false as is_sent, position, changed, changed_n, message_id, conversation_id, sender_id,
                sender_name, subject, body, attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, read_at, delivered_at, deleted_at,
                0 as recipients, 0 as delivered_to, 0 as read_by
              from readmodel.inbox
              where owner_id = o.owner_id and changed = position and position >= $2 and position <= $4
                and (position, changed_n) > ($2, $3)
              order by position limit $5)
             union all
             (select false, b.position, b.changed, b.changed_n, b.message_id, b.conversation_id, b.sender_id,
                sender_name, subject, body, attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, read_at, delivered_at, deleted_at,
                0, 0, 0
              from readmodel.inbox_changes c cross join lateral unnest(c.positions) as p(of)
              join readmodel.inbox b on b.owner_id = c.owner_id and b.position = p.of and b.changed = c.changed
              where c.owner_id = o.owner_id and c.changed >= $2 and c.changed <= $4
                and (b.changed, b.changed_n) > ($2, $3)
              order by c.changed fetch first $5 rows with ties)
             union all
             (select true, position, changed, changed_n, message_id, conversation_id, owner_id,
                sender_name, subject, body, attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, null, null, deleted_at,
                recipients, delivered_to, read_by
              from readmodel.sent_box
              where owner_id = o.owner_id and changed = position and position >= $2 and position <= $4
                and (position, changed_n) > ($2, $3)
              order by position limit $5)
             union all
             (select true, b.position, b.changed, b.changed_n, b.message_id, b.conversation_id, b.owner_id,
                sender_name, subject, body, attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, null, null, deleted_at,
                recipients, delivered_to, read_by
              from readmodel.sent_box_changes c cross join lateral unnest(c.positions) as p(of)
              join readmodel.sent_box b on b.owner_id = c.owner_id and b.position = p.of and b.changed = c.changed
              where c.owner_id = o.owner_id and c.changed >= $2 and c.changed <= $4
                and (b.changed, b.changed_n) > ($2, $3)
              order by c.changed fetch first $5 rows with ties)
             order by changed, changed_n limit $5
           ) as r
           where projection.assert_reached($4)"#,
        owners,
        range.after.position,
        ordinal_of(range),
        range.upto,
        limit
    );
    Ok(rows
        .fetch_all(pool)
        .await?
        .into_iter()
        .map(Change::from)
        .collect())
}

/// The first `limit` conversations of each owner within the range: the owner's conversations are looked through, since an
/// index on `changed` would cost every message more than this.
pub(crate) async fn conversations(
    pool: &PgPool,
    owners: &[Uuid],
    range: Range,
    limit: i64,
) -> Result<Vec<Change>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select o.owner_id as "owner_id!", r.conversation_id, r.changed, r.changed_n, r.members, r.unread, r.archived,
             r.muted, r.left_at, r.last_position, r.last_message_id, r.last_sender_id, r.last_sender_name,
             r.last_subject, r.last_body, r.last_attachments, r.last_reply_to, r.last_sent_at, r.last_edited_at,
             r.last_unsent_at, r.updated_at, g.title as "title?", g.members::text as group_members,
             g.member_count as "member_count?"
           from unnest($1::uuid[]) as o(owner_id)
           cross join lateral (
             select conversation_id, changed, changed_n, members::text as members, is_group, unread, archived, muted,
               left_at, last_position, last_message_id, last_sender_id, last_sender_name, last_subject, last_body,
               last_attachments::text as last_attachments, last_reply_to, last_sent_at, last_edited_at, last_unsent_at,
               updated_at
             from readmodel.last_conversation
             where owner_id = o.owner_id and changed >= $2 and changed <= $4 and (changed, changed_n) > ($2, $3)
             order by changed, changed_n limit $5
           ) as r
           left join readmodel.groups g on r.is_group and g.conversation_id = r.conversation_id
           where projection.assert_reached($4)"#,
        owners,
        range.after.position,
        ordinal_of(range),
        range.upto,
        limit
    );
    let changes = rows.fetch_all(pool).await?.into_iter().map(|row| Change {
        owner: AccountId(row.owner_id),
        row: Row::Conversation(ConversationRow {
            conversation_id: row.conversation_id,
            changed: row.changed,
            changed_n: row.changed_n,
            people: People::of(row.members, row.group_members, row.title, row.member_count),
            unread: row.unread,
            archived: row.archived,
            muted: row.muted,
            left_at: row.left_at,
            updated_at: row.updated_at,
            last: row.last_position.and_then(|position| {
                Some(Arc::new(MessageRow {
                    position,
                    message_id: row.last_message_id?,
                    conversation_id: row.conversation_id,
                    sender_id: row.last_sender_id?,
                    sender_name: row.last_sender_name?,
                    subject: row.last_subject,
                    body: row.last_body,
                    attachments: row.last_attachments,
                    reply_to: row.last_reply_to,
                    sent_at: row.last_sent_at?,
                    edited_at: row.last_edited_at,
                    unsent_at: row.last_unsent_at,
                }))
            }),
        }),
    });
    Ok(changes.collect())
}

fn ordinal_of(range: Range) -> i32 {
    range.after.ordinal.try_into().unwrap_or(i32::MAX)
}

impl From<BoxRow> for Change {
    fn from(row: BoxRow) -> Self {
        let owner = AccountId(row.owner_id);
        Self {
            owner,
            row: if row.is_sent {
                Row::Sent(row.into())
            } else {
                Row::Inbox(row.into())
            },
        }
    }
}

impl From<BoxRow> for InboxRow {
    fn from(row: BoxRow) -> Self {
        Self {
            changed: row.changed,
            changed_n: row.changed_n,
            read_at: row.read_at,
            delivered_at: row.delivered_at,
            deleted_at: row.deleted_at,
            message: row.message(),
        }
    }
}

impl From<BoxRow> for SentRow {
    fn from(row: BoxRow) -> Self {
        Self {
            changed: row.changed,
            changed_n: row.changed_n,
            deleted_at: row.deleted_at,
            recipients: row.recipients,
            delivered_to: row.delivered_to,
            read_by: row.read_by,
            message: row.message(),
        }
    }
}

impl BoxRow {
    fn message(self) -> Arc<MessageRow> {
        Arc::new(MessageRow {
            position: self.position,
            message_id: self.message_id,
            conversation_id: self.conversation_id,
            sender_id: self.sender_id,
            sender_name: self.sender_name,
            subject: self.subject,
            body: self.body,
            attachments: self.attachments,
            reply_to: self.reply_to,
            sent_at: self.sent_at,
            edited_at: self.edited_at,
            unsent_at: self.unsent_at,
        })
    }
}
