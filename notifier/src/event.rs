//! The events of the push stream: its own small set of names, frozen. `hello` comes first, `bye` or `session.ended` last.

use chrono::{DateTime, Utc};
use domain::{
    Typing,
    mailbox::{Conversation, InboxItem, InboxRow, Person, Row, SentItem, SentRow},
    times::micros,
};
use serde::Serialize;
use uuid::Uuid;

/// The `data` of one event.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type")]
#[expect(missing_docs, reason = "the wire contract describes the fields")]
pub enum Event {
    /// The stream is open. `token` is how far the read models have come.
    #[serde(rename = "hello")]
    Hello {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
        token: String,
    },
    /// An item that this client has not seen.
    #[serde(rename = "message.new")]
    New {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
        #[serde(rename = "box")]
        mailbox: MailboxBox,
        #[serde(flatten)]
        item: Item,
    },
    /// The latest state of an item. The first that is heard of it, if it changed while a backlog was being read.
    #[serde(rename = "message.changed")]
    Changed {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
        #[serde(rename = "box")]
        mailbox: MailboxBox,
        #[serde(flatten)]
        item: Item,
    },
    /// The latest state of a conversation.
    #[serde(rename = "conversation.changed")]
    Conversation {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
        conversation: Conversation,
    },
    /// How many received messages are unread.
    #[serde(rename = "unread")]
    Unread {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
        total: i64,
    },
    /// Another member of a conversation writes in it, just now. Nobody resumes from it.
    #[serde(rename = "typing")]
    Typing {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
        conversation_id: Uuid,
        account: Person,
    },
    /// The client's place cannot be found: it reloads everything, and the stream goes on from here.
    #[serde(rename = "reset")]
    Reset {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
    },
    /// The log-in has ended, and the stream with it.
    #[serde(rename = "session.ended")]
    SessionEnded {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
    },
    /// The service goes down. Come again.
    #[serde(rename = "bye")]
    Bye {
        #[serde(serialize_with = "micros")]
        occurred_at: DateTime<Utc>,
    },
}

/// Which of the two boxes an item lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum MailboxBox {
    /// Received.
    Inbox,
    /// Sent.
    Sent,
}

/// An item, in the shape in which a `GET` shows it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Item {
    /// Received.
    Inbox(InboxItem),
    /// Sent.
    Sent(SentItem),
}

impl Event {
    /// Its name, in the line `event:` as in `type`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::New { .. } => "message.new",
            Self::Changed { .. } => "message.changed",
            Self::Conversation { .. } => "conversation.changed",
            Self::Unread { .. } => "unread",
            Self::Typing { .. } => "typing",
            Self::Reset { .. } => "reset",
            Self::SessionEnded { .. } => "session.ended",
            Self::Bye { .. } => "bye",
        }
    }

    /// What a row tells a client that has seen everything up to a position.
    pub(crate) fn of(row: Row, seen: i64) -> Self {
        let (is_new, occurred_at, mailbox, item) = match row {
            Row::Inbox(row) => (
                row.message.position > seen,
                received(&row),
                MailboxBox::Inbox,
                Item::Inbox(row.into()),
            ),
            Row::Sent(row) => (
                row.message.position > seen,
                sent(&row),
                MailboxBox::Sent,
                Item::Sent(row.into()),
            ),
            Row::Conversation(row) => {
                return Self::Conversation {
                    occurred_at: row.updated_at,
                    conversation: row.into(),
                };
            }
        };
        if is_new {
            Self::New {
                occurred_at,
                mailbox,
                item,
            }
        } else {
            Self::Changed {
                occurred_at,
                mailbox,
                item,
            }
        }
    }
}

impl From<Typing> for Event {
    fn from(typing: Typing) -> Self {
        Self::Typing {
            occurred_at: typing.at,
            conversation_id: typing.conversation.0,
            account: typing.account,
        }
    }
}

/// The latest of the times in a row is when it got the state it has.
fn received(row: &InboxRow) -> DateTime<Utc> {
    latest(
        row.message.sent_at,
        &[
            row.message.edited_at,
            row.message.unsent_at,
            row.read_at,
            row.delivered_at,
            row.deleted_at,
        ],
    )
}

fn sent(row: &SentRow) -> DateTime<Utc> {
    let message = &row.message;
    latest(
        message.sent_at,
        &[message.edited_at, message.unsent_at, row.deleted_at],
    )
}

fn latest(first: DateTime<Utc>, later: &[Option<DateTime<Utc>>]) -> DateTime<Utc> {
    later.iter().flatten().copied().fold(first, Ord::max)
}
