//! What clients did, in the words of those who judge histories: invoked, acknowledged, of unknown outcome.

use std::{fmt, time::Duration};

use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

/// What somebody wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Send,
    Edit,
    Unsend,
    /// Everything else that changes something.
    Change,
    /// A read that has to be at least as new as a token.
    Look,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer said so, with a token of this position.
    Acknowledged(i64),
    /// Nobody knows.
    Unknown,
}

/// The position of an answer without a token.
pub const NO_TOKEN: i64 = 0;

/// One deed, tried until there was an answer or its client gave up.
#[derive(Clone, Debug)]
pub struct Entry {
    pub client: usize,
    pub deed: Deed,
    /// The message that it is about.
    pub about: Option<Uuid>,
    pub invoked: Instant,
    pub ended: Instant,
    /// How often it was asked for: each but the last time may have taken effect, too.
    pub tries: usize,
    /// For a look: the position of the token that was shown.
    pub asked: i64,
    pub outcome: Outcome,
}

impl Entry {
    pub fn position(&self) -> Option<i64> {
        match self.outcome {
            Outcome::Acknowledged(position) => Some(position),
            Outcome::Unknown => None,
        }
    }

    /// As a line of a file, with the time since a beginning.
    pub fn line(&self, beginning: Instant) -> String {
        let since = |moment: Instant| -> Duration { moment.saturating_duration_since(beginning) };
        json!({
            "client": self.client,
            "deed": format!("{:?}", self.deed),
            "message": self.about,
            "invoked_ms": since(self.invoked).as_millis(),
            "ended_ms": since(self.ended).as_millis(),
            "tries": self.tries,
            "asked": self.asked,
            "acknowledged_at": self.position(),
        })
        .to_string()
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.line(self.invoked))
    }
}
