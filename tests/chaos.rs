//! While sixteen clients send to each other and to groups, with and without files, read, delete, edit, take back, mute, block
//! and write drafts, everything that can fail does: processes are killed, crash between two steps, freeze and go on; wires are
//! cut, dead or slow; NATS loses what it has; Postgres restarts; clients hang up. Two relays and two projectors are at work
//! all the time. Afterwards nothing that was acknowledged is missing, nothing is there twice, and nobody has ever been shown
//! what is not so. What is done and how it is judged: docs/reliability.md.
//!
//! `CHAOS` is `short` (as without it), `medium` or `full`; `TIDINGS_CHAOS_EPISODES` has it go through so many episodes, and
//! `TIDINGS_CHAOS_SEED` repeats the one that had this seed.

mod chaos {
    pub mod checks;
    pub mod client;
    pub mod cluster;
    pub mod episode;
    pub mod fault;
    pub mod group;
    pub mod history;
    pub mod ledger;
    pub mod mirror;
    pub mod prober;
    pub mod program;
    pub mod recoveries;
    pub mod sampler;
    pub mod secrets;
    pub mod storm;
    pub mod victim;
}

use std::time::Duration;

use anyhow::Context;
use chaos::{episode::Episode, program::Form, recoveries::Recoveries};
use house::Random;
use tokio::time::{MissedTickBehavior, interval};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_whatever_fails() {
    let form: String = setting("CHAOS").unwrap_or_else(|| "short".to_owned());
    let form = Form::read(&form).expect("CHAOS is short, medium or full");
    let repeated: Option<u64> = setting("TIDINGS_CHAOS_SEED");
    let episodes: u64 = setting("TIDINGS_CHAOS_EPISODES").unwrap_or(match repeated {
        Some(_) => 1,
        None => form.episodes(),
    });
    let mut recoveries = Recoveries::default();
    for number in 0..episodes {
        let seed = repeated.map_or_else(Random::new_seed, |seed| seed + number);
        let episode = Episode { form, seed };
        let told = episode.play().await.with_context(|| format!("seed {seed}"));
        recoveries.add(told.unwrap());
    }
    if episodes > 1 {
        say(&format!(
            "{}{}; lost 0, twice 0",
            recoveries.table(),
            recoveries.summary()
        ));
    }
    recoveries.were_quick().unwrap();
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to be handed in"
)]
fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[expect(clippy::print_stderr, reason = "it is what `make chaos` is run for")]
fn say(line: &str) {
    eprintln!("{line}");
}

/// Between two tries.
async fn a_moment() {
    let mut ticks = interval(Duration::from_millis(20));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    ticks.tick().await;
}
