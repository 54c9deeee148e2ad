//! Which rows of whom an event touched: what numbers them within the event, and tells the notifier.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::AccountId;
use uuid::Uuid;

/// An event's place, as rows keep it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub position: i64,
    pub time: DateTime<Utc>,
}

/// A conversation of an owner some of whose messages were touched.
#[derive(Debug, Default)]
pub(crate) struct Delta {
    /// How the number of its unread messages changes.
    pub unread: i32,
}

/// What an event does to one owner's box: how many rows of it, and in which conversations.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub rows: i32,
    pub conversations: BTreeMap<Uuid, Delta>,
}

impl Touched {
    pub(crate) fn add(&mut self, conversation: Uuid, unread: i32) {
        self.rows += 1;
        self.conversations.entry(conversation).or_default().unread += unread;
    }
}

/// Owners to be told.
pub(crate) type Dirty = BTreeSet<AccountId>;
