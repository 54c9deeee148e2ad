//! What stands in a replayed mailbox.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{AccountId, ConversationId, MessageId, Sealed};

/// A message in it, its texts sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Of its `message.sent`.
    pub position: i64,
    /// Its own id.
    pub message: MessageId,
    /// Where it stands.
    pub conversation: ConversationId,
    /// Who wrote it.
    pub sender: AccountId,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When its text changed last.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was taken back, or its sender was erased.
    pub unsent_at: Option<DateTime<Utc>>,
    /// What it said at first, files and all; nothing once it was taken back.
    pub first: Option<Sealed>,
    /// What it says instead since it was edited.
    pub edited: Option<Sealed>,
}

/// A received message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The message.
    pub letter: Letter,
    /// When its owner read it.
    pub read_at: Option<DateTime<Utc>>,
    /// When it reached one of its owner's devices.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When its owner deleted it.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A sent message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatched {
    /// The message.
    pub letter: Letter,
    /// To how many it was sent.
    pub recipients: usize,
    /// Whom it reached.
    pub delivered_to: BTreeSet<AccountId>,
    /// Who read it.
    pub read_by: BTreeSet<AccountId>,
    /// When its owner deleted it.
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Letter {
    pub(super) fn take_back(&mut self, at: DateTime<Utc>) {
        self.first = None;
        self.edited = None;
        self.unsent_at = Some(at);
    }

    pub(super) fn edit(&mut self, content: &Sealed, at: DateTime<Utc>) {
        if self.unsent_at.is_none() {
            self.edited = Some(content.clone());
            self.edited_at = Some(at);
        }
    }
}
