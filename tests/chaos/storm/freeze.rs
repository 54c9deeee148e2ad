//! `SIGSTOP`, and much later `SIGCONT`: a zombie that does not know how late it is.

use std::time::Duration;

use anyhow::Context;
use house::{Role, Stopwatch};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{Storm, Struck, pass};
use crate::chaos::{fault::Frozen, prober::Through};

impl Storm {
    pub(super) async fn freeze(
        &mut self,
        frozen: Frozen,
        time: Duration,
    ) -> anyhow::Result<Struck> {
        match frozen {
            Frozen::Process(role) => self.freeze_process(role, time).await,
            Frozen::Backend => self.freeze_backend().await,
        }
    }

    /// The other one of its kind takes over meanwhile, within the fault's patience.
    async fn freeze_process(&mut self, role: Role, time: Duration) -> anyhow::Result<Struck> {
        let (number, node) = self.one_of(role)?;
        node.freeze()?;
        let frozen = Stopwatch::start();
        let (meanwhile, afterwards) = if role == Role::Api {
            (Through::only(number + 1), Through::both(number))
        } else {
            (Through::both(0), Through::both(1))
        };
        let taken_over = self.prober.send_one(meanwhile, &self.house).await;
        let took = frozen.elapsed();
        pass(time.saturating_sub(took)).await;
        self.nth_of(role, number).context("it is gone")?.thaw()?;
        taken_over.context("while it was frozen")?;
        self.prober.send_one(afterwards, &self.house).await?;
        // What counts is the time without it.
        let since = Stopwatch::start_before(took);
        Ok(Struck {
            since: since.context("a short uptime")?,
            through: self.any_way(),
        })
    }

    /// The database's own process that appends, perhaps while it holds the lock: nothing can be stored meanwhile.
    async fn freeze_backend(&mut self) -> anyhow::Result<Struck> {
        let pid: i32 = sqlx::query_scalar(
            "select pid from pg_stat_activity where query like '%from log.append_batch(%' and pid <> pg_backend_pid()
             order by query_start desc limit 1",
        )
        .fetch_one(&self.house.pool)
        .await?;
        let pid = Pid::from_raw(pid);
        kill(pid, Signal::SIGSTOP)?;
        pass(Duration::from_secs(3)).await;
        kill(pid, Signal::SIGCONT)?;
        Ok(Struck {
            since: Stopwatch::start(),
            through: self.any_way(),
        })
    }

    fn nth_of(&self, role: Role, number: usize) -> Option<&house::Node> {
        let mut nodes = self.house.nodes.iter().filter(|node| node.role == role);
        nodes.nth(number)
    }
}
