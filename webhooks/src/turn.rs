//! One courier at a time: an advisory lock, held by a connection that hears of changes as well.
//!
//! Postgres lets go of it when the connection ends, however the process ended. A courier that has lost it without knowing
//! repeats an event at worst, since positions move by compare-and-set.

use std::time::Duration;

use eventlog::{Role, options};
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::timeout;

use crate::Error;

/// Beside the other locks of this schema.
const LOCK: i64 = 7_235_423;
const CHANGES: &str = "tidings_webhooks";

/// A place in the queue of couriers.
pub(crate) struct Turn(PgListener);

impl Turn {
    /// Queues up.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let options = options(url, Role::Service)?.application_name("tidings webhooks");
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await?;
        // A connection made anew would not have the lock.
        listener.eager_reconnect(false);
        listener.listen(CHANGES).await?;
        Ok(Self(listener))
    }

    /// Whether it is this one's turn now. To be asked until it is.
    pub async fn has_come(&mut self) -> Result<bool, Error> {
        let taken = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "taken!""#, LOCK);
        Ok(taken.fetch_one(&mut self.0).await?)
    }

    /// Waits for a change of the table, or for a while. Fails when the turn is over.
    pub async fn next_change(&mut self, at_most: Duration) -> Result<(), Error> {
        match timeout(at_most, self.0.try_recv()).await {
            Ok(Ok(Some(_))) => {}
            Ok(Ok(None)) => return Err(Error::Lost),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => {
                sqlx::query("select").execute(&mut self.0).await?;
            }
        }
        while self.0.next_buffered().is_some() {}
        Ok(())
    }
}
