//! A server that an earlier `up` left behind: killed in the middle, that one cannot have waited for its children.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::info;

/// Waits for the server named on the file's first line, then stops it. It is ours only if it works in `directory`: a
/// number in a file may long belong to somebody else.
pub(super) async fn end(pid_file: &Path, directory: &Path, stop: Signal) -> anyhow::Result<()> {
    let Some(pid) = named_in(pid_file) else {
        return Ok(());
    };
    // The kernel told it to stop when its supervisor ended, so mostly it is about to go.
    if gone(pid, directory, Duration::from_secs(10)).await {
        return Ok(());
    }
    info!(
        pid,
        "stopping the server that an earlier run left in {}",
        directory.display()
    );
    for (signal, patience) in [(stop, 30), (Signal::SIGKILL, 5)] {
        let _ = kill(Pid::from_raw(pid), signal);
        if gone(pid, directory, Duration::from_secs(patience)).await {
            return Ok(());
        }
    }
    bail!(
        "process {pid} still uses {} and cannot be killed: end it, then start again",
        directory.display()
    )
}

fn named_in(pid_file: &Path) -> Option<i32> {
    fs::read_to_string(pid_file)
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
        .filter(|pid| *pid > 1)
}

async fn gone(pid: i32, directory: &Path, patience: Duration) -> bool {
    let mut looks = interval(Duration::from_millis(10));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let waiting = async {
        loop {
            looks.tick().await;
            // The link of a process that has ended cannot be read.
            if fs::read_link(format!("/proc/{pid}/cwd")).ok().as_deref() != Some(directory) {
                return;
            }
        }
    };
    timeout(patience, waiting).await.is_ok()
}
