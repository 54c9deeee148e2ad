//! How long to let work gather before it is taken in one go.
//!
//! A call of Postgres costs about as much as twenty of the messages in it. Where many are sent at once, one that waits a moment
//! for more takes half as many again, each for less, and is acknowledged no later: the processors that it leaves alone bring the
//! next ones sooner (docs/performance.md). Who is alone waits for nobody, and so does who finds more than fits.

use std::time::Duration;

use crate::fresh;

/// So many in one go are a crowd, of which more are on their way.
const CROWD: usize = 16;
/// How long they are waited for.
const MOMENT: Duration = Duration::from_millis(1);

/// Remembers how many came together last.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    last: usize,
    most: usize,
}

impl Crowd {
    /// Nobody yet, of whom so many can be taken in one go.
    #[must_use]
    pub fn of_at_most(most: usize) -> Self {
        Self { last: 0, most }
    }

    /// Waits a moment, if more are to be expected and are not there already.
    pub async fn gather(&self) {
        if (CROWD..self.most).contains(&self.last) {
            fresh::pause(MOMENT).await;
        }
    }

    /// So many have come.
    pub fn came(&mut self, count: usize) {
        self.last = count;
    }
}
