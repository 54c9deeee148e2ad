//! Limits of the push stream.

use domain::mailbox::Delivered;
use tokio::sync::mpsc;

/// What one node and one account may take, and how long a reader may stand still.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Streams open on this node. One more is refused with 503.
    pub streams: usize,
    /// Streams of one account. One more is refused with 429: closing the oldest instead would let nine devices throw each
    /// other out for ever.
    pub streams_per_account: usize,
    /// Bytes that wait for one reader. What is beyond them it reads from the tables later, at its own speed.
    pub queue_bytes: usize,
    /// Seconds after which a reader that takes nothing, while something waits for it, is cut off.
    pub patience: u32,
    /// Who hears of what was written to an open stream.
    pub delivered: Option<mpsc::Sender<Delivered>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            streams: 20_000,
            streams_per_account: 8,
            queue_bytes: 64 * 1024,
            patience: 30,
            delivered: None,
        }
    }
}
