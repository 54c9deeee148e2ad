//! The rows of a mailbox, column by column: `readmodel.inbox`, `sent_box` and `last_conversation`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A row of `readmodel.inbox`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "migrations/0004_inbox.sql describes the columns"
)]
pub struct InboxRow {
    pub position: i64,
    pub changed: i64,
    pub changed_n: i32,
    pub message_id: Uuid,
    pub conversation_id: Uuid,
    pub sender_id: Uuid,
    pub sender_name: String,
    pub subject: Option<String>,
    pub body: Option<String>,
    pub reply_to: Option<Uuid>,
    pub sent_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub unsent_at: Option<DateTime<Utc>>,
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
    pub position: i64,
    pub changed: i64,
    pub changed_n: i32,
    pub message_id: Uuid,
    pub conversation_id: Uuid,
    pub owner_id: Uuid,
    pub sender_name: String,
    pub subject: Option<String>,
    pub body: Option<String>,
    pub reply_to: Option<Uuid>,
    pub sent_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub unsent_at: Option<DateTime<Utc>>,
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
    /// JSON: `[{"id", "username"}]`.
    pub members: Option<String>,
    pub unread: i32,
    pub archived: bool,
    pub muted: bool,
    pub last_position: Option<i64>,
    pub last_message_id: Option<Uuid>,
    pub last_sender_id: Option<Uuid>,
    pub last_sender_name: Option<String>,
    pub last_subject: Option<String>,
    pub last_body: Option<String>,
    pub last_reply_to: Option<Uuid>,
    pub last_sent_at: Option<DateTime<Utc>>,
    pub last_edited_at: Option<DateTime<Utc>>,
    pub last_unsent_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}
