//! What stands beside the log for a while only.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use uuid::{NoContext, Timestamp, Uuid};

use crate::Error;

/// How long it is known what became of a batch: far longer than anybody asks.
const BATCHES: TimeDelta = TimeDelta::days(1);
/// How long it is known when a message was projected and pushed.
const TRACES: TimeDelta = TimeDelta::days(7);
/// How long a request gets its first answer again.
const IDEMPOTENCY: TimeDelta = TimeDelta::days(7);

/// Forgets what is older.
pub async fn prune(pool: &PgPool, now: DateTime<Utc>) -> Result<(), Error> {
    let made = (now - BATCHES).timestamp().unsigned_abs();
    // The lowest id of that second: batches are in the order of their time.
    let oldest = Uuid::new_v7(Timestamp::from_unix(NoContext, made, 0));
    sqlx::query!("delete from log.batches where batch_id < $1", oldest)
        .execute(pool)
        .await?;
    sqlx::query!(
        "delete from log.idempotency where recorded_at < $1",
        now - IDEMPOTENCY
    )
    .execute(pool)
    .await?;
    sqlx::query!("delete from log.pushed where at[1] < $1", now - TRACES)
        .execute(pool)
        .await?;
    sqlx::query!("delete from readmodel.progress where at < $1", now - TRACES)
        .execute(pool)
        .await?;
    Ok(())
}
