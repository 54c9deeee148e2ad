//! The sealer: looks at every event once more, and signs the tree over all of them.
//!
//! It signs nothing that it has not hashed itself. Two sealers do no harm: the log takes one head behind another.

use std::time::Duration;

use sqlx::PgPool;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{
    Head, Heads, Tiles,
    heads::{signed, unsigned},
    scan::Scan,
};
use crate::{
    Error, Tail, answered, fresh,
    merkle::{Checkpoint, Frontier, SigningKey},
};

/// How many events one head covers at most: a long backlog is signed step by step.
const EVENTS: i64 = 65_536;

/// How long one may take. Longer ones talk to a database that has vanished.
const SILENCE: Duration = Duration::from_mins(2);

/// How often a head is signed at most.
#[derive(Clone, Copy, Debug)]
pub struct Pace(pub Duration);

impl Default for Pace {
    /// A second: with what the bell takes, a head is there well within two.
    fn default() -> Self {
        Self(Duration::from_secs(1))
    }
}

/// Signs heads.
pub struct Sealer {
    heads: Heads,
    scan: Scan,
    tiles: Tiles,
    key: SigningKey,
    tail: Tail,
    sealed: watch::Sender<i64>,
    /// The tree as far as it is signed, while that is known.
    frontier: Option<Frontier>,
}

impl Sealer {
    /// Over a log, with the key named for it ([`crate::merkle::name_of`]). `sealed` is told how far the log is signed.
    #[must_use]
    pub fn new(pool: PgPool, key: SigningKey, tail: Tail, sealed: watch::Sender<i64>) -> Self {
        Self {
            heads: Heads::new(pool.clone()),
            scan: Scan::new(pool.clone()),
            tiles: Tiles::new(pool),
            key,
            tail,
            sealed,
            frontier: None,
        }
    }

    /// Signs until shutdown. Fails when the database does, or when the log is not what was appended: call it again, nothing is
    /// signed meanwhile.
    pub async fn run(mut self, pace: Pace, shutdown: CancellationToken) -> Result<(), Error> {
        let mut ticks = interval(pace.0);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut head = self.tail.head();
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            let target = *head.borrow_and_update();
            while !shutdown.is_cancelled() {
                let step = answered(SILENCE, self.step(target, &shutdown)).await;
                if step.map_err(Error::from).flatten()? >= target {
                    break;
                }
            }
            let news = shutdown.run_until_cancelled(head.changed()).await;
            if !matches!(news, Some(Ok(()))) {
                break;
            }
        }
        Ok(())
    }

    /// Signs what there is up to a position, or as much of it as one head may cover; says how far the log is signed.
    pub async fn step(&mut self, target: i64, shutdown: &CancellationToken) -> Result<i64, Error> {
        let mut frontier = match self.frontier.take() {
            Some(frontier) => frontier,
            None => match self.find_place(shutdown).await? {
                Some(frontier) => frontier,
                None => return Ok(0),
            },
        };
        let from = signed(frontier.size());
        let until = target.min(from + EVENTS);
        if until <= from {
            self.sealed.send_replace(from);
            self.frontier = Some(frontier);
            return Ok(from);
        }
        let mut completed = Vec::new();
        self.grow(&mut frontier, until, &mut completed).await?;
        let head = self.head(&frontier);
        crate::failpoint("sealer.grown");
        let signed_by = self.key.public().to_string();
        if self.heads.add(from, &head, &signed_by, &completed).await? {
            crate::failpoint("sealer.sealed");
            self.sealed.send_replace(until);
            self.frontier = Some(frontier);
            return Ok(until);
        }
        // Another sealer was here: its head is as good.
        Ok(from)
    }

    /// Adds events, each looked at.
    async fn grow(
        &mut self,
        frontier: &mut Frontier,
        until: i64,
        completed: &mut Vec<crate::merkle::Subtree>,
    ) -> Result<(), Error> {
        while signed(frontier.size()) < until {
            let from = signed(frontier.size());
            for leaf in self.scan.leaves(from, until).await? {
                frontier.push(leaf, completed);
            }
        }
        Ok(())
    }

    fn head(&self, frontier: &Frontier) -> Head {
        let checkpoint = Checkpoint {
            origin: self.key.public().name().to_owned(),
            size: frontier.size(),
            root: frontier.root(),
        };
        Head {
            size: signed(checkpoint.size),
            root: checkpoint.root,
            note: checkpoint.sign(&self.key),
            signed_at: fresh::now(),
        }
    }

    /// The tree behind the last head. What was signed by another key, or does not fit the tiles, is not believed: the log is
    /// gone through from its beginning. `None` where a shutdown has ended that: nothing is known then.
    async fn find_place(
        &mut self,
        shutdown: &CancellationToken,
    ) -> Result<Option<Frontier>, Error> {
        let Some(last) = self.heads.latest().await? else {
            return Ok(Some(Frontier::default()));
        };
        let is_own = Checkpoint::open(&last.note, self.key.public())
            .is_ok_and(|own| own.size == unsigned(last.size) && own.root == last.root);
        if is_own {
            let frontier = self.tiles.frontier(last.size).await;
            if let Ok(frontier) = frontier
                && frontier.root() == last.root
            {
                return Ok(Some(frontier));
            }
        }
        tracing::warn!(
            size = last.size,
            "the last head is another key's, or its tiles do not fit: every event is looked at again"
        );
        let mut frontier = Frontier::default();
        while signed(frontier.size()) < last.size {
            if shutdown.is_cancelled() {
                return Ok(None);
            }
            let until = last.size.min(signed(frontier.size()) + EVENTS);
            self.grow(&mut frontier, until, &mut Vec::new()).await?;
        }
        if frontier.root() == last.root {
            Ok(Some(frontier))
        } else {
            Err(Error::Rewritten {
                size: unsigned(last.size),
            })
        }
    }
}
