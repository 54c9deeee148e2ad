//! The harness keeps its own promises.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use house::Stopwatch;

/// Whether a child's word is done, once it has ended.
fn sh(line: &str) -> bool {
    let done = Command::new("sh").args(["-c", line]).status();
    done.is_ok_and(|status| status.success())
}

#[test]
fn what_everybody_is_held_up_for_does_not_count_and_all_else_does() {
    let watch = Stopwatch::start();
    assert!(sh("sleep 1"));
    assert!(watch.elapsed() + watch.held_up() >= Duration::from_secs(1));
    let (since, watch) = (Instant::now(), Stopwatch::start());
    assert!(sh("kill -STOP $PPID; sleep 1; kill -CONT $PPID"));
    let (counted, held_up) = (watch.elapsed(), watch.held_up());
    assert!(since.elapsed() >= Duration::from_secs(1));
    assert!(held_up >= Duration::from_millis(900), "{held_up:?}");
    assert!(
        counted + held_up <= since.elapsed(),
        "{counted:?} and {held_up:?}"
    );
}
