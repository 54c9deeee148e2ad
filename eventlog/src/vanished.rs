//! A Postgres whose machine has vanished, or that something on the way has forgotten, says nothing at all: no error ever comes,
//! and the driver would wait for it for ever. So waiting is bounded here.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{Connection, postgres::PgPoolOptions};
use tokio::time::{Instant, timeout};

/// How long an idle connection may take to say that it is alive.
const ALIVE: Duration = Duration::from_secs(2);
/// For so long after its last use a connection is taken for alive: a busy one is spared a round trip for each statement.
const FRESH: Duration = Duration::from_millis(50);
/// How long a statement may take, and its answer the way here: Postgres ends those of the service after ten seconds.
pub const STATEMENT: Duration = Duration::from_secs(12);

/// Waits for what Postgres answers, and fails when it has said nothing for longer than it may take.
pub async fn answered<T>(
    at_most: Duration,
    work: impl Future<Output = T>,
) -> Result<T, sqlx::Error> {
    let silent = |_| sqlx::Error::Io(io::Error::from(io::ErrorKind::TimedOut));
    timeout(at_most, work).await.map_err(silent)
}

/// A pool that asks a connection which has been idle for a while whether it is alive before it is used, and does not wait for
/// long. When one does not answer, all that have been idle since before are taken for dead with it: asking each of them would
/// take longer than anybody waits.
#[must_use]
pub fn alive(options: PgPoolOptions) -> PgPoolOptions {
    let vanished: Arc<Mutex<Option<Instant>>> = Arc::default();
    options
        .test_before_acquire(false)
        .before_acquire(move |connection, idle| {
            let vanished = Arc::clone(&vanished);
            Box::pin(async move {
                if idle.idle_for < FRESH {
                    return Ok(true);
                }
                let asked = Instant::now();
                let last = *vanished.lock().unwrap_or_else(PoisonError::into_inner);
                if last.is_some_and(|last| asked.checked_sub(idle.idle_for) < Some(last)) {
                    return Ok(false);
                }
                let answer = answered(ALIVE, connection.ping()).await;
                if answer.is_err() {
                    *vanished.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
                }
                // One that says it is over is nothing special: Postgres was restarted.
                answer.map(|alive| alive.is_ok())
            })
        })
}
