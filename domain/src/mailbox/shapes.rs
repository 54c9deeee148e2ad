//! The shapes of the wire contract.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use super::{ConversationRow, InboxRow, SentRow};

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
    pub read_at: Option<DateTime<Utc>>,
    /// When it reached one of its owner's devices.
    #[serde(serialize_with = "micros_option")]
    pub delivered_at: Option<DateTime<Utc>>,
    /// When its owner deleted it.
    #[serde(serialize_with = "micros_option")]
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
    /// Who takes part.
    pub members: Vec<Member>,
    /// The last one its owner has not deleted.
    pub last_message: Option<Message>,
    /// How many messages in it its owner has not read.
    pub unread: i32,
    /// Put away by its owner.
    pub archived: bool,
    /// Kept quiet by its owner.
    pub muted: bool,
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
    pub role: ConversationRole,
}

/// What a member may do in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ConversationRole {
    /// Adds, removes and renames.
    Owner,
    /// Writes.
    #[default]
    Member,
}

impl From<InboxRow> for InboxItem {
    fn from(row: InboxRow) -> Self {
        Self {
            message: Message {
                id: row.message_id,
                conversation_id: row.conversation_id,
                sender: Person {
                    id: row.sender_id,
                    username: row.sender_name,
                },
                subject: row.subject,
                body: row.body,
                attachments: Vec::new(),
                reply_to: row.reply_to,
                sent_at: row.sent_at,
                edited_at: row.edited_at,
                unsent_at: row.unsent_at,
            },
            read_at: row.read_at,
            delivered_at: row.delivered_at,
            deleted_at: row.deleted_at,
        }
    }
}

impl From<SentRow> for SentItem {
    fn from(row: SentRow) -> Self {
        Self {
            message: Message {
                id: row.message_id,
                conversation_id: row.conversation_id,
                sender: Person {
                    id: row.owner_id,
                    username: row.sender_name,
                },
                subject: row.subject,
                body: row.body,
                attachments: Vec::new(),
                reply_to: row.reply_to,
                sent_at: row.sent_at,
                edited_at: row.edited_at,
                unsent_at: row.unsent_at,
            },
            recipients: row.recipients,
            delivered_to: row.delivered_to,
            read_by: row.read_by,
            deleted_at: row.deleted_at,
        }
    }
}

impl From<ConversationRow> for Conversation {
    fn from(mut row: ConversationRow) -> Self {
        let last_message = row.take_last_message();
        let members: Vec<Member> = row
            .members
            .and_then(|members| serde_json::from_str(&members).ok())
            .unwrap_or_default();
        Self {
            id: row.conversation_id,
            kind: if members.len() > 2 {
                ConversationKind::Group
            } else {
                ConversationKind::Direct
            },
            title: None,
            members,
            last_message,
            unread: row.unread,
            archived: row.archived,
            muted: row.muted,
            updated_at: row.updated_at,
        }
    }
}

impl ConversationRow {
    fn take_last_message(&mut self) -> Option<Message> {
        Some(Message {
            id: self.last_message_id?,
            conversation_id: self.conversation_id,
            sender: Person {
                id: self.last_sender_id?,
                username: self.last_sender_name.take()?,
            },
            subject: self.last_subject.take(),
            body: self.last_body.take(),
            attachments: Vec::new(),
            reply_to: self.last_reply_to,
            sent_at: self.last_sent_at?,
            edited_at: self.last_edited_at,
            unsent_at: self.last_unsent_at,
        })
    }
}

/// RFC 3339 in UTC, with `Z` and microseconds.
fn micros<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn micros_option<S: Serializer>(
    time: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => micros(time, serializer),
        None => serializer.serialize_none(),
    }
}
