//! What clients asked for, and what they were told became of it.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// A message, as its sender knows it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: Uuid,
    pub from: String,
    pub to: String,
    /// What it says now; `None` once it was taken back.
    pub body: Option<String>,
    /// Whether the service has said that it is stored. Otherwise nobody knows.
    pub is_acknowledged: bool,
}

/// What one client, or all of them, did.
#[derive(Debug, Default)]
pub struct Ledger {
    pub sent: BTreeMap<Uuid, Sent>,
    /// By their recipients.
    pub read: BTreeSet<Uuid>,
    /// By their recipients.
    pub deleted: BTreeSet<Uuid>,
    /// Answers that told nothing: broken connections and 5xx.
    pub unknown: usize,
    /// Commands that were acknowledged, those that send included.
    pub acknowledged: usize,
    /// Times when what a stream had told was not there: the read models had been set back.
    pub set_back: usize,
}

impl Ledger {
    pub fn add(&mut self, other: Self) {
        self.sent.extend(other.sent);
        self.read.extend(other.read);
        self.deleted.extend(other.deleted);
        self.unknown += other.unknown;
        self.acknowledged += other.acknowledged;
        self.set_back += other.set_back;
    }

    pub fn acknowledged(&self) -> impl Iterator<Item = &Sent> {
        self.sent.values().filter(|sent| sent.is_acknowledged)
    }

    pub fn summary(&self) -> String {
        let messages = self.acknowledged().count();
        format!(
            "{messages} messages and {} other commands acknowledged, {} answers unknown, {} messages left so, {} asked too early",
            self.acknowledged - messages,
            self.unknown,
            self.sent.len() - messages,
            self.set_back,
        )
    }
}
