//! The throttles' clock: handed in, so that a test can turn it.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

type Now = dyn Fn() -> Duration + Send + Sync;

/// Time that has passed since some fixed moment.
#[derive(Clone)]
pub struct Clock(Arc<Now>);

impl Clock {
    /// Reads the time from `now`, which must never go backwards.
    pub fn new(now: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The computer's own, counted from this call.
    #[must_use]
    pub fn system() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed())
    }

    pub(super) fn since_start(&self) -> Duration {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.since_start()
    }
}
