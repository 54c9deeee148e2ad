//! The rows of a mailbox: `readmodel.inbox`, `sent_box` and `last_conversation`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The columns which tell a message, the same in all three tables. Shared: a message to a thousand people is told once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "migrations/0004_inbox.sql describes the columns"
)]
pub struct MessageRow {
    pub position: i64,
    pub message_id: Uuid,
    pub conversation_id: Uuid,
    pub sender_id: Uuid,
    pub sender_name: String,
    pub subject: Option<String>,
    pub body: Option<String>,
    /// JSON: `[{"id", "name", "media_type", "size"}]`.
    pub attachments: Option<String>,
    pub reply_to: Option<Uuid>,
    pub sent_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub unsent_at: Option<DateTime<Utc>>,
}

/// A row of `readmodel.inbox`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "migrations/0004_inbox.sql describes the columns"
)]
pub struct InboxRow {
    pub changed: i64,
    pub changed_n: i32,
    pub message: Arc<MessageRow>,
    pub read_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A row of `readmodel.sent_box`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "migrations/0005_sent_box.sql describes the columns"
)]
pub struct SentRow {
    pub changed: i64,
    pub changed_n: i32,
    pub message: Arc<MessageRow>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub recipients: i32,
    pub delivered_to: i32,
    pub read_by: i32,
}

/// A row of `readmodel.last_conversation`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "migrations/0006_last_conversation.sql describes the columns"
)]
pub struct ConversationRow {
    pub conversation_id: Uuid,
    pub changed: i64,
    pub changed_n: i32,
    pub people: People,
    pub unread: i32,
    pub archived: bool,
    pub muted: bool,
    pub last: Option<Arc<MessageRow>>,
    pub left_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// Who takes part in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum People {
    /// Two, or one alone: JSON, `[{"id", "username"}]`.
    Direct(String),
    /// Several.
    Group(Arc<GroupRow>),
}

impl People {
    /// From the columns of `last_conversation` and, where it is a group, of `groups`.
    #[must_use]
    pub fn of(
        direct: Option<String>,
        group: Option<String>,
        title: Option<String>,
        member_count: Option<i32>,
    ) -> Self {
        match group {
            Some(members) => Self::Group(Arc::new(GroupRow {
                title,
                members,
                member_count: member_count.unwrap_or_default(),
            })),
            None => Self::Direct(direct.unwrap_or_default()),
        }
    }
}

/// A row of `readmodel.groups`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "migrations/0008_groups.sql describes the columns"
)]
pub struct GroupRow {
    pub title: Option<String>,
    /// JSON: `[{"id", "username", "role"}]`, the first 50.
    pub members: String,
    pub member_count: i32,
}
