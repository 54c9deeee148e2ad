//! Where news comes from.

use std::sync::Arc;

use domain::{AccountId, mailbox::News};
use tokio::sync::{broadcast, mpsc};

/// What another process says after projecting a batch: whose mailboxes changed, not how.
#[derive(Clone, Debug)]
pub struct Hint {
    /// The checkpoint before.
    pub from: i64,
    /// The checkpoint now.
    pub to: i64,
    /// Whose rows changed.
    pub owners: Vec<AccountId>,
}

/// The doorbells. Without any of them the tables are asked every five seconds.
#[derive(Debug, Default)]
pub struct Sources {
    /// From a projector in this process, with the rows.
    pub news: Option<broadcast::Receiver<Arc<News>>>,
    /// From projectors elsewhere.
    pub hints: Option<mpsc::Receiver<Hint>>,
}
