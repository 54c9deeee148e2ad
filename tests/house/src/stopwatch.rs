//! How long something takes on a machine that is not held up.

use std::{
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How often somebody looks whether the machine goes on.
const TICK: Duration = Duration::from_millis(20);
/// Who is woken so much too late was held up, and so was everybody else.
const LATE: Duration = Duration::from_millis(50);

/// What is known of the machine.
#[derive(Debug)]
struct Watch {
    /// When it was seen to go on.
    seen: Instant,
    /// For how long it was held up, in all.
    held_up: Duration,
}

static WATCH: LazyLock<Arc<Mutex<Watch>>> = LazyLock::new(|| {
    let watch = Arc::new(Mutex::new(Watch {
        seen: Instant::now(),
        held_up: Duration::ZERO,
    }));
    let own = Arc::clone(&watch);
    thread::spawn(move || {
        loop {
            tick();
            lock(&own).look();
        }
    });
    watch
});

#[expect(
    clippy::disallowed_methods,
    reason = "how late it is woken is what it is for"
)]
fn tick() {
    thread::sleep(TICK);
}

fn lock(watch: &Mutex<Watch>) -> MutexGuard<'_, Watch> {
    watch.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    /// For how long it was held up until now.
    fn look(&mut self) -> Duration {
        let late = self.seen.elapsed().saturating_sub(TICK);
        if late > LATE {
            self.held_up += late;
        }
        self.seen = Instant::now();
        self.held_up
    }
}

/// Holds a service to the times that it promises. For as long as the whole machine is held up nobody keeps any promise,
/// and that says nothing about the service: it does not count.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    since: Instant,
    held_up: Duration,
}

impl Stopwatch {
    /// From now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            held_up: lock(&WATCH).look(),
            since: Instant::now(),
        }
    }

    /// From so long before; `None` where the machine has not run for so long.
    #[must_use]
    pub fn start_before(time: Duration) -> Option<Self> {
        let own = Self::start();
        let since = own.since.checked_sub(time)?;
        Some(Self { since, ..own })
    }

    /// What has passed and counts.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed().saturating_sub(self.held_up())
    }

    /// What has passed and does not count.
    #[must_use]
    pub fn held_up(&self) -> Duration {
        lock(&WATCH).look().saturating_sub(self.held_up)
    }
}
