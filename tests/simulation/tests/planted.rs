//! Bugs that were planted are found, and none where there is none. `docs/reliability.md` lists them.

use eventlog::{Bug, plant};
use simulation::run;

/// Seeds in which a bug has to be found, and nothing else is.
const SEEDS: u64 = 400;

/// Those that stand in code which is simulated. `doubles` has the others, before a real Postgres.
const BUGS: [Bug; 9] = [
    Bug::LostTail,
    Bug::HintAsCourier,
    Bug::ResumeFromTheHead,
    Bug::AcknowledgeBeforeCommit,
    Bug::RetryUnderANewId,
    Bug::PublishUnconditionally,
    Bug::TakeTwice,
    Bug::DropForTheSlow,
    Bug::LookBeforeListening,
];

/// The first seed that shows it, and what it shows.
fn find(bug: Option<Bug>, seeds: u64) -> Option<(u64, String)> {
    let _planted = plant(bug);
    (1..=seeds).find_map(|seed| Some((seed, run(seed).err()?.what)))
}

#[test]
fn each_planted_bug_is_found() {
    let mut last = 0;
    let mut missed = Vec::new();
    for bug in BUGS {
        match find(Some(bug), SEEDS) {
            Some((seed, what)) => {
                println!(
                    "{bug:?}: seed {seed}: {}",
                    what.lines().next().unwrap_or("")
                );
                last = last.max(seed);
            }
            None => missed.push(bug),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
    assert_eq!(
        find(None, last),
        None,
        "without a bug the same seeds are well"
    );
}
