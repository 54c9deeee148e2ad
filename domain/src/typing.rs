//! Somebody is writing: told to whoever is there, and forgotten. Never an event.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ConversationId, mailbox::Person};

/// An account writes in a conversation of its own, just now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// Where.
    pub conversation: ConversationId,
    /// Who.
    pub account: Person,
    /// When it said so.
    pub at: DateTime<Utc>,
}
