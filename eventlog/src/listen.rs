//! Hearing of what other processes append: NOTIFY rings, a poll stands behind it.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{Error, Reader, Role, Tail, options};

/// How late news can be when no bell rings.
const POLL: Duration = Duration::from_millis(500);

/// Keeps `tail` told of how far the log has come, until shutdown. Fails when the database does; call it again.
pub async fn listen(
    url: &str,
    reader: &Reader,
    tail: &Tail,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let options = options(url, Role::Service)?.application_name("tidings listener");
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen("tidings_log").await?;
    tail.reach(reader.head().await?);
    while let Some(rung) = shutdown
        .run_until_cancelled(timeout(POLL, listener.recv()))
        .await
    {
        match rung {
            Ok(rung) => {
                let rung = rung?;
                // What this process appends is in the tail a moment later; heard before that, it would be read from here.
                let position = rung
                    .payload()
                    .parse()
                    .ok()
                    .filter(|_| !tail.is_own(rung.process_id()));
                if let Some(position) = position {
                    tail.reach(position);
                }
            }
            // No bell for a while: look whether one was missed.
            Err(_) => tail.reach(reader.head().await?),
        }
    }
    Ok(())
}
