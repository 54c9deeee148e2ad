//! One service, its clients, what goes wrong, and what is true afterwards.

use std::{sync::Arc, time::Instant};

use anyhow::Context;
use house::{House, Plan, Random};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    checks,
    client::Client,
    cluster::Cluster,
    group::Group,
    ledger::Ledger,
    mirror::Mirror,
    prober::Prober,
    program::Form,
    recoveries::Recoveries,
    sampler::{Seen, sample},
    secrets,
    storm::Storm,
};
use crate::say;

/// How many send; each to its neighbour, and to a group of so many.
const CLIENTS: usize = 16;
const IN_A_GROUP: usize = 4;
/// Beside them: who sends probes, and is everybody's stranger; who receives them; who comes into groups and is put out again.
const OTHERS: usize = 3;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tidings");

/// What a seed says: the same faults in the same order, and the same choices of each client.
pub struct Episode {
    pub form: Form,
    pub seed: u64,
}

/// Those who listen from the beginning to the end.
struct Listeners {
    mirrors: Vec<Arc<Mirror>>,
    tasks: TaskTracker,
    the_end: CancellationToken,
}

/// What there is to be judged.
struct Evidence {
    ledger: Ledger,
    seen: Seen,
}

impl Episode {
    /// Plays it, and says how long each fault was felt.
    pub async fn play(&self) -> anyhow::Result<Recoveries> {
        let mut random = Random::new(self.seed);
        let faults = self.form.faults(self.seed, &mut random);
        say(&format!(
            "seed {}, {:?}: {} faults",
            self.seed,
            self.form,
            faults.len()
        ));
        let started = Instant::now();
        let (house, cluster) = open().await?;
        let listeners = Listeners::start(&house).await?;
        let enough = CancellationToken::new();
        let sampling = tokio::spawn(sample(house.pool.clone(), enough.clone()));
        let sending = self.send(&listeners.mirrors, &enough).await?;
        let [.., prober, reader, _] = &listeners.mirrors[..] else {
            anyhow::bail!("nobody is there");
        };
        let prober = Prober::new(prober, reader, prober.tokens.clone());
        let mut storm = Storm::new(house, cluster, prober, random);
        storm.calm().await?;
        for (number, fault) in faults.iter().enumerate() {
            let struck = storm.strike(fault).await;
            struck.with_context(|| format!("fault {number} of {}", faults.len()))?;
        }
        enough.cancel();
        let mut ledger = Ledger::default();
        for client in sending {
            ledger.add(client.await??);
        }
        let (mut house, cluster, recoveries) = storm.end(&mut ledger);
        let seen = sampling.await?;
        let struck = started.elapsed();
        say(&recoveries.table());
        let kept = checks::keep(&ledger.history, self.seed)?;
        let evidence = Evidence { ledger, seen };
        let judged = judge(&evidence, &listeners.mirrors, &mut house).await;
        judged.with_context(|| format!("its history: {}", kept.display()))?;
        // With all the streams still open.
        house.finish().await?;
        listeners.end().await;
        drop(cluster);
        say(&format!(
            "{}; {}; {} looks; lost 0, twice 0; {} s, {} s of them looking at it",
            recoveries.summary(),
            evidence.ledger.summary(),
            evidence.seen.looks,
            started.elapsed().as_secs(),
            started.elapsed().saturating_sub(struck).as_secs(),
        ));
        Ok(recoveries)
    }

    async fn send(
        &self,
        mirrors: &[Arc<Mirror>],
        enough: &CancellationToken,
    ) -> anyhow::Result<Vec<tokio::task::JoinHandle<anyhow::Result<Ledger>>>> {
        let (stranger, guest) = (&mirrors[CLIENTS], &mirrors[CLIENTS + 2]);
        let mut groups = Vec::new();
        for members in mirrors[..CLIENTS].chunks(IN_A_GROUP) {
            groups.push(Group::start(members, stranger, guest).await?);
        }
        let clients = (0..CLIENTS).map(|number| {
            let (own, partner) = (&mirrors[number], &mirrors[number ^ 1]);
            let random = Random::new(self.seed + 1 + number as u64);
            let group = groups[number / IN_A_GROUP].clone();
            let client = Client::new(number, own, partner, group, random);
            tokio::spawn(client.send_until(enough.clone()))
        });
        Ok(clients.collect())
    }
}

/// Two of each kind that can be two, and wires that can be spoilt.
async fn open() -> anyhow::Result<(House, Cluster)> {
    let cluster = Cluster::create().await?;
    cluster.migrate(PROGRAM).await?;
    let plan = Plan {
        relays: 2,
        projectors: 2,
        has_links: true,
        database_url: Some(cluster.url()),
        ..Plan::two_apis()
    };
    Ok((House::open(PROGRAM, plan).await?, cluster))
}

impl Listeners {
    async fn start(house: &House) -> anyhow::Result<Self> {
        let tokens = secrets::tokens(house).await?;
        let mut listeners = Self {
            mirrors: Vec::new(),
            tasks: TaskTracker::new(),
            the_end: CancellationToken::new(),
        };
        for number in 0..CLIENTS + OTHERS {
            let person = house.register(&format!("client{number}")).await?;
            // One in four by WebSocket.
            let mirror = Mirror::new(person, tokens.clone(), number % 4 == 3);
            let mirror = Arc::new(mirror);
            let listening = Arc::clone(&mirror).listen(listeners.the_end.clone());
            listeners.tasks.spawn(listening);
            listeners.mirrors.push(mirror);
        }
        Ok(listeners)
    }

    async fn end(&self) {
        self.the_end.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn judge(
    evidence: &Evidence,
    mirrors: &[Arc<Mirror>],
    house: &mut House,
) -> anyhow::Result<()> {
    let Evidence { ledger, seen } = evidence;
    house.settle().await?;
    checks::acknowledged_deeds_are_in_the_log_once(&ledger.history, house).await?;
    checks::the_log_is_in_real_time_order(&ledger.history)?;
    checks::reads_with_a_token_were_new_enough(&ledger.history)?;
    checks::every_look_was_right(seen)?;
    checks::streams_end_with_what_is_there(mirrors).await?;
    let boxes = checks::Boxes::read(mirrors).await?;
    checks::acknowledged_messages_are_once_in_both_boxes(ledger, &boxes, house).await?;
    checks::nothing_is_there_twice_or_unasked(ledger, &boxes)?;
    checks::files_are_whole_or_gone(ledger, mirrors).await?;
    checks::everybody_sees_the_view_they_chose(ledger, &boxes, mirrors).await?;
    checks::unread_counts_equal_a_recount(&boxes, house).await?;
    checks::a_conversation_has_one_order(mirrors, house).await?;
    checks::positions_have_no_hole(house).await?;
    checks::the_stream_is_a_copy_of_the_log(house).await?;
    checks::tables_are_what_the_log_says(house).await?;
    checks::a_rebuild_would_change_nothing(house).await?;
    checks::signed_heads_agree(seen, house).await?;
    checks::the_doctor_finds_nothing(house).await?;
    checks::streams_only_went_forward(mirrors)?;
    checks::every_process_works(house).await
}
