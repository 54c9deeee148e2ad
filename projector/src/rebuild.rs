//! The read models made again from the log, beside those that are read: filled, compared, exchanged.
//!
//! Nobody is told: what the rows say, they said before. Where the next version stands is its own checkpoint, so whoever
//! starts again goes on from there.

mod compare;
mod models;
mod switch;

use std::time::Duration;

use eventlog::{Reader, Role, fresh};
use sqlx::{Connection, PgConnection, PgExecutor};

use crate::{Error, fill::Filler};

pub use compare::{Compared, Difference};
pub use models::Model;

/// Held for as long as somebody rebuilds. Not one of the log's own locks.
const LOCK: i64 = 7_235_430;
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// A rebuild at work. There is one at a time.
pub struct Rebuild {
    url: String,
    /// Holds the lock, and changes the schema.
    owner: PgConnection,
    next: Filler,
    reader: Reader,
}

impl Rebuild {
    /// Begins, or goes on where one was broken off under the same migrations.
    pub async fn begin(url: &str, reader: Reader, migration: i64) -> Result<Self, Error> {
        let mut owner = alone(url).await?;
        let begun = sqlx::query_scalar!(
            "select migration from log.rebuild where schema_name = 'readmodel_next'"
        );
        if begun.fetch_optional(&mut owner).await? != Some(migration) {
            sqlx::query!("select projection.begin_next($1)", migration)
                .execute(&mut owner)
                .await?;
        }
        let next = eventlog::connect(url, Role::Rebuilder, 2)?;
        let next = Filler::new(next, reader.clone()).await?;
        Ok(Self {
            url: url.to_owned(),
            owner,
            next,
            reader,
        })
    }

    /// How far the next version has come.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.next.position()
    }

    /// Fills the next version up to a position; `at` hears where it is.
    pub async fn fill(&mut self, upto: i64, at: impl FnMut(i64)) -> Result<(), Error> {
        self.next.fill(upto, at).await
    }

    /// How far the live one has come.
    pub async fn live(&mut self) -> Result<i64, Error> {
        let live = sqlx::query_scalar!(
            r#"select coalesce(min(position), 0) as "position!" from readmodel.checkpoints"#
        );
        Ok(live.fetch_one(&mut self.owner).await?)
    }

    /// Ends without exchanging anything, and keeps nothing.
    pub async fn discard(mut self) -> Result<(), Error> {
        drop_version(&mut self.owner, "readmodel_next").await?;
        Ok(self.owner.close().await?)
    }

    /// Throws away what a rebuild has filled so far. Whether there was anything.
    pub async fn abort(url: &str) -> Result<bool, Error> {
        let mut owner = alone(url).await?;
        let begun = drop_version(&mut owner, "readmodel_next").await?;
        owner.close().await?;
        Ok(begun)
    }
}

/// Drops what a rebuild has left behind, once its time is over. The service itself may.
pub async fn drop_old(database: impl PgExecutor<'_>) -> Result<(), Error> {
    sqlx::query!("select projection.drop_due()")
        .execute(database)
        .await?;
    Ok(())
}

/// Drops whatever is beside the live version: after a migration it is of no use.
pub async fn drop_all(owner: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("select projection.drop_version(schema_name) from log.rebuild")
        .execute(owner)
        .await?;
    Ok(())
}

/// A connection of the owner's that keeps others from rebuilding.
async fn alone(url: &str) -> Result<PgConnection, Error> {
    // Between holding and exchanging it waits for what is filled meanwhile, in a transaction.
    let patient = [("idle_in_transaction_session_timeout", "0")];
    let options = eventlog::options(url, Role::Owner)?.options(patient);
    let mut owner = PgConnection::connect_with(&options).await?;
    for _ in 0..TRIES {
        let is_alone = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "alone!""#, LOCK);
        if is_alone.fetch_one(&mut owner).await? {
            return Ok(owner);
        }
        // Of a command that has just ended, Postgres' side may still be there.
        fresh::pause(BETWEEN_TRIES).await;
    }
    Err(Error::Busy)
}

async fn drop_version(owner: &mut PgConnection, name: &str) -> Result<bool, Error> {
    let known = sqlx::query!("select from log.rebuild where schema_name = $1", name);
    let known = known.fetch_optional(&mut *owner).await?.is_some();
    sqlx::query!("select projection.drop_version($1)", name)
        .execute(owner)
        .await?;
    Ok(known)
}
