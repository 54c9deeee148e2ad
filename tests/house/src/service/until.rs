//! Waiting for what another process does.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::nats_server::a_moment;

/// Longer than anything takes on a busy machine: who waits for this long waits in vain.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// Asks again and again until there is an answer. `what` completes "waited in vain until …".
pub async fn until<T>(
    what: &str,
    ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    until_within(PATIENCE, what, ask).await
}

/// The same for what takes longer than anything else.
pub async fn until_within<T>(
    patience: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        if started.elapsed() > patience {
            bail!("waited in vain until {what}");
        }
        a_moment().await;
    }
}
