//! Has things go wrong, and sees how long the whole way of a message takes to work again.

mod cancel;
mod crash;
mod freeze;
mod kill;
mod link;
mod restart;
mod store;

use std::time::Duration;

use anyhow::Context;
use house::{House, Node, Random, Role, Stopwatch};
use tokio::time::{Instant, interval_at};

use super::{
    cluster::Cluster,
    fault::Fault,
    ledger::Ledger,
    prober::{Prober, Through},
    recoveries::Recoveries,
};

/// Strikes, and measures.
pub struct Storm {
    pub house: House,
    cluster: Cluster,
    prober: Prober,
    random: Random,
    recoveries: Recoveries,
}

/// What a fault leaves to be measured.
struct Struck {
    /// When it could begin to be better.
    since: Stopwatch,
    through: Through,
}

impl Storm {
    pub fn new(house: House, cluster: Cluster, prober: Prober, random: Random) -> Self {
        Self {
            house,
            cluster,
            prober,
            random,
            recoveries: Recoveries::default(),
        }
    }

    /// The whole way works before anything goes wrong.
    pub async fn calm(&mut self) -> anyhow::Result<()> {
        self.prober.send_one(Through::both(0), &self.house).await
    }

    /// One cycle: at a random moment something goes wrong, and then everything works again.
    pub async fn strike(&mut self, fault: &Fault) -> anyhow::Result<()> {
        let moment = Duration::from_millis(self.random.below(300));
        pass(moment).await;
        let struck = match fault {
            Fault::Kill(victims) => self.kill(victims).await,
            Fault::Crash(point) => self.crash(*point).await,
            Fault::Freeze(frozen, time) => self.freeze(*frozen, *time).await,
            Fault::Link(role, engine, spoilt) => self.spoil(*role, *engine, *spoilt).await,
            Fault::Store(disaster) => self.ruin(*disaster).await,
            Fault::Restart(shutdown) => self.restart(*shutdown).await,
            Fault::Cancel(requests) => self.cancel(*requests).await,
        };
        let recovered = async {
            let Struck { since, through } = struck?;
            self.prober.send_one(through, &self.house).await?;
            anyhow::Ok(since.elapsed())
        };
        let time = recovered.await.with_context(|| format!("after {fault}"))?;
        self.recoveries.note(fault, time);
        Ok(())
    }

    pub fn end(self, ledger: &mut Ledger) -> (House, Cluster, Recoveries) {
        ledger.add(self.prober.ledger);
        (self.house, self.cluster, self.recoveries)
    }

    /// Any process of a role, and its number among them.
    fn one_of(&mut self, role: Role) -> anyhow::Result<(usize, &mut Node)> {
        let nodes = || self.house.nodes.iter().filter(|node| node.role == role);
        let count = u64::try_from(nodes().count())?;
        let chosen = usize::try_from(self.random.below(count.max(1)))?;
        let mut nodes = self.house.nodes.iter_mut();
        let node = nodes.by_ref().filter(|node| node.role == role).nth(chosen);
        Ok((chosen, node.context("there is no such process")?))
    }

    /// Any way that a message can take, whichever process has just been struck.
    fn any_way(&mut self) -> Through {
        Through::both(usize::try_from(self.random.below(2)).unwrap_or(0))
    }
}

/// Lets a fault last.
async fn pass(time: Duration) {
    interval_at(Instant::now() + time, Duration::from_secs(1))
        .tick()
        .await;
}
