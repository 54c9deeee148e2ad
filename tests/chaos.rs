//! While sixteen clients send to each other and to groups, with and without files, read, delete, edit, take back, mute, block
//! and write drafts, every process is killed in turn with `kill -9`, then all of them together, and started again at once.
//! Afterwards nothing that was acknowledged is missing, and nothing is there twice.
//!
//! `TIDINGS_CHAOS_ROUNDS` says how often each is killed (once), `TIDINGS_CHAOS_SEED` repeats a run's choices.

mod chaos {
    pub mod checks;
    pub mod client;
    pub mod cluster;
    pub mod group;
    pub mod ledger;
    pub mod mirror;
    pub mod secrets;
    pub mod storm;
    pub mod victim;
}

use std::{sync::Arc, time::Duration};

use chaos::{
    checks,
    client::Client,
    cluster::Cluster,
    group::Group,
    ledger::Ledger,
    mirror::Mirror,
    secrets,
    storm::{Prober, Storm},
    victim::Victim,
};
use house::{House, Plan, Random};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many send; each to its neighbour, and to a group of so many.
const CLIENTS: usize = 16;
const IN_A_GROUP: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_however_often_processes_are_killed() {
    let rounds: usize = setting("TIDINGS_CHAOS_ROUNDS").unwrap_or(1);
    let seed: u64 = setting("TIDINGS_CHAOS_SEED").unwrap_or_else(Random::new_seed);
    say(&format!("seed {seed}, {rounds} of each"));

    let mut cluster = Cluster::create().await.unwrap();
    let program = env!("CARGO_BIN_EXE_tidings");
    cluster.migrate(program).await.unwrap();
    let plan = Plan {
        database_url: Some(cluster.url()),
        ..Plan::two_apis()
    };
    let mut house = House::open(program, plan).await.unwrap();
    let tokens = secrets::tokens(&house).await.unwrap();

    let the_end = CancellationToken::new();
    let listening = TaskTracker::new();
    let mut mirrors = Vec::new();
    for number in 0..CLIENTS + 2 {
        let person = house.register(&format!("client{number}")).await.unwrap();
        let mirror = Arc::new(Mirror::new(person, tokens.clone()));
        listening.spawn(Arc::clone(&mirror).listen(the_end.clone()));
        mirrors.push(mirror);
    }

    let enough = CancellationToken::new();
    let mut sending = Vec::new();
    let mut groups = Vec::new();
    for members in mirrors[..CLIENTS].chunks(IN_A_GROUP) {
        groups.push(Group::start(members, &mirrors[CLIENTS]).await.unwrap());
    }
    for number in 0..CLIENTS {
        let client = Client::new(
            number,
            &mirrors[number],
            &mirrors[number ^ 1],
            groups[number / IN_A_GROUP].clone(),
            Random::new(seed + 1 + number as u64),
        );
        sending.push(tokio::spawn(client.send_until(enough.clone())));
    }
    let prober = Prober::new(&mirrors[CLIENTS], &mirrors[CLIENTS + 1], tokens);
    let mut storm = Storm::new(prober, Random::new(seed));
    storm.calm(&house).await.unwrap();
    for _ in 0..rounds {
        for victim in Victim::ALL {
            storm.kill(victim, &mut house, &mut cluster).await.unwrap();
        }
    }
    enough.cancel();
    let mut ledger = Ledger::default();
    for client in sending {
        ledger.add(client.await.unwrap().unwrap());
    }
    let recoveries = storm.end(&mut ledger);
    say(&recoveries.table());

    house.settle().await.unwrap();
    checks::streams_end_with_what_is_there(&mirrors)
        .await
        .unwrap();
    let boxes = checks::Boxes::read(&mirrors).await.unwrap();
    checks::acknowledged_messages_are_once_in_both_boxes(&ledger, &boxes, &house)
        .await
        .unwrap();
    checks::nothing_is_there_twice_or_unasked(&ledger, &boxes).unwrap();
    checks::files_are_whole_or_gone(&ledger, &mirrors)
        .await
        .unwrap();
    checks::everybody_sees_the_view_they_chose(&ledger, &boxes, &mirrors)
        .await
        .unwrap();
    checks::unread_counts_equal_a_recount(&boxes, &house)
        .await
        .unwrap();
    checks::positions_have_no_hole(&house).await.unwrap();
    checks::the_stream_is_a_copy_of_the_log(&house)
        .await
        .unwrap();
    checks::the_doctor_finds_nothing(program, &house)
        .await
        .unwrap();
    checks::streams_only_went_forward(&mirrors).unwrap();
    checks::every_process_works(&mut house).await.unwrap();
    // With all the streams still open.
    house.finish().await.unwrap();
    the_end.cancel();
    listening.close();
    listening.wait().await;

    say(&format!(
        "{}; {}; lost 0, twice 0",
        recoveries.summary(),
        ledger.summary()
    ));
    checks::recovery_was_quick(&recoveries).unwrap();
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
