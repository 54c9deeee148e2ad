//! Whatever goes wrong, in whatever order, and whoever goes first: nothing that was acknowledged is lost or doubled, and
//! everybody ends with what the log says.
//!
//! `TIDINGS_SIMULATION_SEED` lets one history happen, and says how; with `TIDINGS_SIMULATION_HISTORIES`, as many as that from
//! there on.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
    time::Instant,
};

use simulation::{Figures, run, tell};

/// In `make test`; `make simulate` lets many more happen.
const HISTORIES: u64 = 60;

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to be handed in"
)]
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

#[test]
fn any_history_ends_with_what_the_log_says() {
    let seed = number("TIDINGS_SIMULATION_SEED");
    let histories = number("TIDINGS_SIMULATION_HISTORIES");
    if let (Some(seed), None) = (seed, histories) {
        if let Err(violation) = tell(seed) {
            panic!("{violation}");
        }
        return;
    }
    let first = seed.unwrap_or(1);
    let last = first + histories.unwrap_or(HISTORIES);
    let started = Instant::now();
    let next = AtomicU64::new(first);
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let (figures, violations) = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| work(&next, last)))
            .collect();
        let mut all = (Figures::default(), Vec::new());
        for worker in workers {
            let (figures, violations) = worker.join().expect("a history does not panic");
            all.0 = all.0 + figures;
            all.1.extend(violations);
        }
        all
    });
    println!(
        "{} histories from seed {first} in {:.1} s: {} commands, {} events, {} turns, {} faults, {} violations",
        last - first,
        started.elapsed().as_secs_f64(),
        figures.commands,
        figures.events,
        figures.turns,
        figures.faults,
        violations.len()
    );
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

fn work(next: &AtomicU64, last: u64) -> (Figures, Vec<String>) {
    let mut figures = Figures::default();
    let mut violations = Vec::new();
    while violations.len() < 5 {
        let seed = next.fetch_add(1, Relaxed);
        if seed >= last {
            break;
        }
        match run(seed) {
            Ok(more) => figures = figures + more,
            Err(violation) => violations.push(violation.to_string()),
        }
    }
    (figures, violations)
}
