//! How long to let work gather before it is taken in one go.
//!
//! A call of Postgres costs about as much as twenty of the messages in it. Where many are sent at once, one that waits a moment
//! for more takes twice as many for half as much each, and is done no later: the processors that it leaves alone bring the next
//! ones sooner (docs/performance.md). Who is alone waits for nobody.

use std::time::Duration;

use crate::fresh;

/// So many in one go are a crowd, of which more are on their way.
const CROWD: usize = 16;
/// How long they are waited for.
const MOMENT: Duration = Duration::from_millis(1);

/// Remembers how many came together last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crowd {
    last: usize,
}

impl Crowd {
    /// Waits a moment, if more are to be expected.
    pub async fn gather(&self) {
        if self.last >= CROWD {
            fresh::pause(MOMENT).await;
        }
    }

    /// So many have come.
    pub fn came(&mut self, count: usize) {
        self.last = count;
    }
}
