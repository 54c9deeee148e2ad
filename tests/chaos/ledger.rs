//! What clients asked for, and what they were told became of it.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::history::Entry;

/// A message, as its sender knows it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: Uuid,
    pub from: String,
    /// One person, or everybody else in a group.
    pub to: Vec<String>,
    /// What it says now; `None` once it was taken back.
    pub body: Option<String>,
    /// What came with it.
    pub file: Option<File>,
    /// Whether the service has said that it is stored. Otherwise nobody knows.
    pub is_acknowledged: bool,
}

/// An attachment: where it is, and what is in it.
#[derive(Clone, Debug)]
pub struct File {
    pub url: String,
    pub content: String,
}

impl File {
    pub fn id(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }
}

/// A mark of somebody's on a message that they received.
pub type Mark = (String, Uuid);

/// What only its owner sees of a conversation, by what they were told last.
#[derive(Clone, Debug, Default)]
pub struct View {
    pub muted: bool,
    pub draft: Option<String>,
}

/// What one client, or all of them, did.
#[derive(Debug, Default)]
pub struct Ledger {
    pub sent: BTreeMap<Uuid, Sent>,
    pub read: BTreeSet<Mark>,
    pub deleted: BTreeSet<Mark>,
    /// By owner and conversation.
    pub views: BTreeMap<(String, String), View>,
    /// Whom somebody blocks.
    pub blocks: BTreeMap<String, BTreeSet<String>>,
    /// Who comes into groups and is put out again.
    pub guests: BTreeSet<String>,
    /// Everything that was done, each client's deeds in their order.
    pub history: Vec<Entry>,
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
        self.views.extend(other.views);
        self.blocks.extend(other.blocks);
        self.guests.extend(other.guests);
        self.history.extend(other.history);
        self.unknown += other.unknown;
        self.acknowledged += other.acknowledged;
        self.set_back += other.set_back;
    }

    pub fn acknowledged(&self) -> impl Iterator<Item = &Sent> {
        self.sent.values().filter(|sent| sent.is_acknowledged)
    }

    pub fn summary(&self) -> String {
        let messages = self.acknowledged().count();
        let to_groups = self.acknowledged().filter(|sent| sent.to.len() > 1).count();
        let files = self
            .acknowledged()
            .filter(|sent| sent.file.is_some())
            .count();
        format!(
            "{messages} messages ({to_groups} to groups, {files} with a file) and {} other commands acknowledged, \
             {} answers unknown, {} messages left so, {} asked too early",
            self.acknowledged - messages,
            self.unknown,
            self.sent.len() - messages,
            self.set_back,
        )
    }
}
