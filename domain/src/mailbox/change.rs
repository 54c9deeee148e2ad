//! What the read models tell the notifier, within one process: after the commit, never before.

use super::{ConversationRow, InboxRow, SentRow};
use crate::AccountId;

/// What one projected batch changed, from one checkpoint to the next. News with a gap before them tell nothing: the
/// tables do.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// The checkpoint before.
    pub from: i64,
    /// The checkpoint now.
    pub to: i64,
    /// Rows as they are now, in the order of (`changed`, `changed_n`) for each owner.
    pub rows: Vec<Change>,
    /// Owners with other changed rows, which have to be read from the tables.
    pub dirty: Vec<AccountId>,
}

/// A row that changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whose.
    pub owner: AccountId,
    /// As it is now.
    pub row: Row,
}

/// A row of one of the read models.
#[derive(Clone, Debug)]
pub enum Row {
    /// Of `inbox`.
    Inbox(InboxRow),
    /// Of `sent_box`.
    Sent(SentRow),
    /// Of `last_conversation`.
    Conversation(ConversationRow),
}

impl Row {
    /// The row's place in its owner's feed.
    #[must_use]
    pub fn changed(&self) -> (i64, i32) {
        match self {
            Self::Inbox(row) => (row.changed, row.changed_n),
            Self::Sent(row) => (row.changed, row.changed_n),
            Self::Conversation(row) => (row.changed, row.changed_n),
        }
    }
}
