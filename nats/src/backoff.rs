//! Waiting after a failure: longer each time, and never long.

use std::time::Duration;

use eventlog::fresh;

use crate::Error;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(1);

/// How long to wait the next time.
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self(FIRST)
    }

    /// It went well: the next failure is a first one.
    pub(crate) fn reset(&mut self) {
        self.0 = FIRST;
    }

    /// Says why, and waits.
    pub(crate) async fn after(&mut self, error: &Error, what: &str) {
        tracing::warn!(error = error as &dyn std::error::Error, "{what} waits");
        fresh::pause(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST);
    }
}
