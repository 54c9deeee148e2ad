//! Connections for reading the read models.
//!
//! The read models' last moments may go when Postgres is killed, since they commit without waiting for the disk; the
//! projector makes them again from the log. So that nobody is shown less than what was shown before, a connection to a
//! Postgres that has started since is only used once the read models have reached the log's head. Every connection of a
//! killed Postgres is gone, so no read slips by.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};

use eventlog::fresh;
use sqlx::{
    PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::timeout;

/// How long a read waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a new connection waits for the projector.
const CATCHING_UP: Duration = Duration::from_secs(2);
/// How often it looks.
const POLL: Duration = Duration::from_millis(10);

/// How many searches go on at once: each keeps a core of Postgres busy.
const SEARCHES: u32 = 2;

/// A pool for searches: what they may take from Postgres is bounded in number and in time, for a statement whose client has
/// gone away runs on. Each one is planned for what it asks, since its filters choose the index.
#[must_use]
pub fn searching_pool(options: PgConnectOptions) -> PgPool {
    let options = options.options([
        ("statement_timeout", "3s"),
        ("plan_cache_mode", "force_custom_plan"),
        ("max_parallel_workers_per_gather", "0"),
        ("jit", "off"),
    ]);
    reading_pool(options, SEARCHES)
}

/// A pool whose connections show read models that have caught up.
#[must_use]
pub fn reading_pool(options: PgConnectOptions, connections: u32) -> PgPool {
    // When the Postgres was started whose read models are known to have caught up.
    let known = Arc::new(AtomicI64::new(0));
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE);
    eventlog::alive(pool)
        .after_connect(move |connection, _| {
            let known = Arc::clone(&known);
            Box::pin(async move {
                let started = started(connection).await?;
                if known.load(Relaxed) != started {
                    timeout(CATCHING_UP, caught_up(connection))
                        .await
                        .map_err(|_| sqlx::Error::PoolTimedOut)??;
                    known.store(started, Relaxed);
                }
                Ok(())
            })
        })
        .connect_lazy_with(options)
}

/// When this Postgres was started, in microseconds.
async fn started(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint as "started!""#
    )
    .fetch_one(connection)
    .await
}

async fn caught_up(connection: &mut PgConnection) -> sqlx::Result<()> {
    let head =
        sqlx::query_scalar!(r#"select coalesce(max(position), 0) as "head!" from log.events"#)
            .fetch_one(&mut *connection)
            .await?;
    loop {
        let reached = sqlx::query_scalar!(
            r#"select min(position) >= $1 as "reached!" from readmodel.checkpoints"#,
            head
        )
        .fetch_one(&mut *connection)
        .await?;
        if reached {
            return Ok(());
        }
        fresh::pause(POLL).await;
    }
}
