//! What the service manager hears, where there is one that listens (systemd's `Type=notify`): ready, ending, and that this
//! process still turns.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::{task::JoinHandle, time::interval};

/// Says that everything is up, and from then on that it still turns, until it is dropped: then, that it ends.
pub struct Ready {
    turning: Option<JoinHandle<()>>,
}

/// From the moment in which requests are taken.
pub fn ready(url: &str) -> Ready {
    tell(&[
        NotifyState::Ready,
        NotifyState::Status(&format!("serving {url}")),
    ]);
    let turning = sd_notify::watchdog_enabled().map(|patience| tokio::spawn(turn(patience)));
    Ready { turning }
}

/// While it starts: what it is at. A migration or the recovery of a database may take its time.
pub fn starting(at: &str) {
    tell(&[NotifyState::Status(at)]);
}

impl Drop for Ready {
    fn drop(&mut self) {
        tell(&[
            NotifyState::Stopping,
            NotifyState::Status("ending what is under way"),
        ]);
        // It goes on turning while it ends: how long that may take is the unit's own limit.
        drop(self.turning.take());
    }
}

/// What shares the threads with everything else is late when they do not turn. The databases are not asked: starting this
/// process again would not mend them.
async fn turn(patience: Duration) {
    let mut turns = interval(patience / 3);
    loop {
        turns.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}
