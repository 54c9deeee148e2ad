//! Where news comes from.

use std::sync::Arc;

use domain::{Typing, mailbox::News};
use nats::Hint;
use tokio::sync::{broadcast, mpsc};

/// The doorbells. Without any of them the tables are asked every five seconds.
#[derive(Debug, Default)]
pub struct Sources {
    /// From a projector in this process, with the rows.
    pub news: Option<broadcast::Receiver<Arc<News>>>,
    /// From projectors elsewhere.
    pub hints: Option<mpsc::Receiver<Hint>>,
    /// Who writes just now, on this node or another. No table knows it: what is missed is lost.
    pub typing: Option<broadcast::Receiver<Typing>>,
}
