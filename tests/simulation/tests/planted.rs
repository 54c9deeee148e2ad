//! Bugs that were planted are found, and none where there is none. `docs/reliability.md` lists them.

use std::thread;

use eventlog::{Bug, plant};
use simulation::run;

/// How many seeds are tried for a bug.
const SEEDS: u64 = 400;

/// Those that stand in code which is simulated, each with a seed that shows it, as long as people do what they do now.
/// `doubles` has the others, before a real Postgres.
const BUGS: [(Bug, u64); 8] = [
    (Bug::LostTail, 9),
    (Bug::HintAsCourier, 28),
    (Bug::ResumeFromTheHead, 1),
    (Bug::AcknowledgeBeforeCommit, 1),
    (Bug::RetryUnderANewId, 29),
    (Bug::PublishUnconditionally, 4),
    (Bug::TakeTwice, 4),
    (Bug::DropForTheSlow, 2),
];

/// The first seed from one on that shows a bug, and what it shows.
fn find(bug: Bug, first: u64) -> Option<u64> {
    let _planted = plant(Some(bug));
    let mut seeds = first..first + SEEDS;
    seeds.find_map(|seed| {
        let found = run(seed).err()?.what;
        println!(
            "{bug:?}: seed {seed}: {}",
            found.lines().next().unwrap_or("")
        );
        Some(seed)
    })
}

/// A bug is planted on one thread, so each has its own.
#[test]
fn each_planted_bug_is_found_where_nothing_else_is_wrong() {
    thread::scope(|scope| {
        let searches = BUGS.map(|(bug, first)| {
            scope.spawn(move || {
                let seed = find(bug, first).unwrap_or_else(|| panic!("{bug:?} is not found"));
                run(seed).unwrap_or_else(|other| panic!("without {bug:?}: {other}"));
            })
        });
        for search in searches {
            search.join().expect("a bug is found, and nothing else is");
        }
    });
}
