//! The shapes of the wire contract.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ConversationRow, InboxRow, MessageRow, People, SentRow};
use crate::{
    group::Role,
    message,
    times::{micros, micros_option},
};

/// Somebody, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// Account id.
    pub id: Uuid,
    /// Username.
    pub username: String,
}

/// A message. `subject` and `body` are `null` once they are erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Its conversation.
    pub conversation_id: Uuid,
    /// Who wrote it.
    pub sender: Person,
    /// May be empty.
    pub subject: Option<String>,
    /// What it says.
    pub body: Option<String>,
    /// What comes with it.
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    pub reply_to: Option<Uuid>,
    /// When it was stored.
    #[serde(serialize_with = "micros")]
    pub sent_at: DateTime<Utc>,
    /// When its text changed last.
    #[serde(serialize_with = "micros_option")]
    pub edited_at: Option<DateTime<Utc>>,
    /// When its sender took it back.
    #[serde(serialize_with = "micros_option")]
    pub unsent_at: Option<DateTime<Utc>>,
}

/// A file that comes with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Its id.
    pub id: Uuid,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Where it is.
    pub url: String,
}

/// A received message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxItem {
    /// The message.
    pub message: Message,
    /// When its owner read it.
    #[serde(serialize_with = "micros_option")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub read_at: Option<DateTime<Utc>>,
    /// When it reached one of its owner's devices.
    #[serde(serialize_with = "micros_option")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub delivered_at: Option<DateTime<Utc>>,
    /// When its owner deleted it.
    #[serde(serialize_with = "micros_option")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A sent message, with how far it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentItem {
    /// The message.
    pub message: Message,
    /// To how many it was sent.
    pub recipients: i32,
    /// How many of them it reached.
    pub delivered_to: i32,
    /// How many of them read it.
    pub read_by: i32,
    /// When its owner deleted it.
    #[serde(serialize_with = "micros_option")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A conversation, as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversation {
    /// Its id.
    pub id: Uuid,
    /// Between two (or with oneself), or of a group.
    pub kind: ConversationKind,
    /// Of a named group.
    pub title: Option<String>,
    /// Who takes part, in the order in which they came: of more than 50 the first 50, except where one conversation is asked
    /// for.
    pub members: Vec<Member>,
    /// How many take part.
    pub member_count: i32,
    /// The last one its owner has not deleted.
    pub last_message: Option<Message>,
    /// How many messages in it its owner has not read.
    pub unread: i32,
    /// Put away by its owner.
    pub archived: bool,
    /// Kept quiet by its owner.
    pub muted: bool,
    /// When its owner left it, or was removed. Such a conversation is in no list; it is only pushed, so that clients drop it.
    #[serde(serialize_with = "micros_option")]
    pub left_at: Option<DateTime<Utc>>,
    /// When something last happened in it.
    #[serde(serialize_with = "micros")]
    pub updated_at: DateTime<Utc>,
}

/// What sort of conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ConversationKind {
    /// Of two, or notes to oneself.
    Direct,
    /// Of several.
    Group,
}

/// Somebody in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Account id.
    pub id: Uuid,
    /// Username.
    pub username: String,
    /// What this member may do in it.
    #[serde(default)]
    pub role: Role,
}

impl From<Arc<MessageRow>> for Message {
    fn from(row: Arc<MessageRow>) -> Self {
        let row = Arc::unwrap_or_clone(row);
        let attachments: Vec<message::Attachment> = row
            .attachments
            .and_then(|attachments| serde_json::from_str(&attachments).ok())
            .unwrap_or_default();
        Self {
            id: row.message_id,
            conversation_id: row.conversation_id,
            sender: Person {
                id: row.sender_id,
                username: row.sender_name,
            },
            subject: row.subject,
            body: row.body,
            attachments: attachments.into_iter().map(Attachment::from).collect(),
            reply_to: row.reply_to,
            sent_at: row.sent_at,
            edited_at: row.edited_at,
            unsent_at: row.unsent_at,
        }
    }
}

impl From<message::Attachment> for Attachment {
    fn from(attachment: message::Attachment) -> Self {
        let message::Attachment {
            id,
            name,
            media_type,
            size,
        } = attachment;
        let url = format!("/api/v1/attachments/{id}");
        Self {
            id,
            name,
            media_type,
            size,
            url,
        }
    }
}

impl From<InboxRow> for InboxItem {
    fn from(row: InboxRow) -> Self {
        Self {
            message: row.message.into(),
            read_at: row.read_at,
            delivered_at: row.delivered_at,
            deleted_at: row.deleted_at,
        }
    }
}

impl From<SentRow> for SentItem {
    fn from(row: SentRow) -> Self {
        Self {
            message: row.message.into(),
            recipients: row.recipients,
            delivered_to: row.delivered_to,
            read_by: row.read_by,
            deleted_at: row.deleted_at,
        }
    }
}

impl From<ConversationRow> for Conversation {
    fn from(row: ConversationRow) -> Self {
        let (kind, title, members, count) = match row.people {
            People::Direct(members) => (ConversationKind::Direct, None, named(&members), None),
            People::Group(group) => (
                ConversationKind::Group,
                group.title.clone(),
                named(&group.members),
                Some(group.member_count),
            ),
        };
        Self {
            id: row.conversation_id,
            kind,
            title,
            member_count: count.unwrap_or_else(|| i32::try_from(members.len()).unwrap_or_default()),
            members,
            last_message: row.last.map(Message::from),
            unread: row.unread,
            archived: row.archived,
            muted: row.muted,
            left_at: row.left_at,
            updated_at: row.updated_at,
        }
    }
}

fn named(members: &str) -> Vec<Member> {
    serde_json::from_str(members).unwrap_or_default()
}
