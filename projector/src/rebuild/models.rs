//! The read models by name, and the tables that each is made of.

use std::str::FromStr;

/// A read model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Model {
    /// Everybody, for names.
    Accounts,
    /// What somebody received.
    Inbox,
    /// What somebody sent, and receipts.
    SentBox,
    /// Conversations, with their last message and the unread count.
    LastConversation,
    /// Groups, and who was in them.
    Groups,
    /// Who lets whom in.
    Blocks,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Accounts,
        Self::Inbox,
        Self::SentBox,
        Self::LastConversation,
        Self::Groups,
        Self::Blocks,
    ];

    /// As the migrations call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.tables()[0]
    }

    pub(super) fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Accounts => &["accounts"],
            Self::Inbox => &["inbox", "inbox_changes"],
            Self::SentBox => &["sent_box", "sent_box_changes", "receipts"],
            Self::LastConversation => &["last_conversation"],
            Self::Groups => &["groups", "members"],
            Self::Blocks => &["blocks"],
        }
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|model| model.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no read model {name}: there are {names}")
        })
    }
}
