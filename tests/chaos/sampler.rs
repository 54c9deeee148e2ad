//! Looks into the tables while everything goes wrong.

use std::{collections::BTreeMap, time::Duration};

use sqlx::{FromRow, PgPool};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// How often.
const EVERY: Duration = Duration::from_millis(500);

/// One look, which is one statement: all of it is true at one moment.
#[derive(Debug, FromRow)]
struct Sample {
    /// Since when this Postgres has run: one that was killed may have forgotten the last of what the projector wrote.
    started: String,
    checkpoint: i64,
    drifted: i64,
    lowest: i32,
    size: Option<i64>,
    root: Option<Vec<u8>>,
}

const LOOK: &str = "
with counted as (
  select owner_id, conversation_id, count(*) as unread from readmodel.inbox
  where read_at is null and deleted_at is null group by 1, 2),
head as (select size, root from log.heads order by size desc limit 1)
select pg_postmaster_start_time()::text as started,
  (select min(position) from readmodel.checkpoints) as checkpoint,
  (select count(*) from readmodel.last_conversation c full join counted n using (owner_id, conversation_id)
   where coalesce(c.unread, 0) <> coalesce(n.unread, 0)) as drifted,
  (select coalesce(min(unread), 0) from readmodel.last_conversation) as lowest,
  (select size from head) as size, (select root from head) as root";

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    pub looks: usize,
    /// The signed heads, as anybody could have kept them.
    pub heads: BTreeMap<i64, Vec<u8>>,
    pub faults: Vec<String>,
}

/// Looks until it is enough. While the database is away there is nothing to see.
pub async fn sample(pool: PgPool, enough: CancellationToken) -> Seen {
    let mut seen = Seen::default();
    let mut before: Option<Sample> = None;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while enough.run_until_cancelled(ticks.tick()).await.is_some() {
        let look = sqlx::query_as(LOOK).fetch_one(&pool);
        let Ok(Ok(sample)) = timeout(Duration::from_secs(10), look).await else {
            continue;
        };
        seen.judge(&sample, before.as_ref());
        before = Some(sample);
    }
    seen
}

impl Seen {
    fn judge(&mut self, now: &Sample, before: Option<&Sample>) {
        self.looks += 1;
        if now.drifted > 0 || now.lowest < 0 {
            self.faults
                .push(format!("unread counts are wrong: {now:?}"));
        }
        let went_back = before.is_some_and(|before| {
            before.started == now.started && before.checkpoint > now.checkpoint
        });
        if went_back {
            self.faults
                .push(format!("the checkpoint went back: {before:?}, {now:?}"));
        }
        if let (Some(size), Some(root)) = (now.size, &now.root) {
            let last = self.heads.last_key_value();
            if last.is_some_and(|(last, _)| *last > size) {
                self.faults
                    .push(format!("a smaller head was signed: {now:?}"));
            }
            let known = self.heads.insert(size, root.clone());
            if known.is_some_and(|known| known != *root) {
                self.faults
                    .push(format!("another head of the same size: {now:?}"));
            }
        }
    }
}
