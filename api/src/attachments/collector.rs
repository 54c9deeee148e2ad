//! What nobody will send is removed: files that waited for a day, objects without a row, and what writers that died left.

use chrono::{DateTime, Utc};
use eventlog::Hours;
use futures::TryStreamExt;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Error, Store, WAITS};
use crate::Api;

/// Listing every object is looked at once a day.
const LISTINGS: u32 = 24;
const BATCH: i64 = 1000;

/// Removes what was never sent. On every node; two at once remove the same.
pub struct Collector {
    pool: PgPool,
    store: Store,
    /// Files that are older were looked at: they are sent for good.
    seen: DateTime<Utc>,
    hours: u32,
}

impl Collector {
    /// `None` where there is no store.
    #[must_use]
    pub fn new(api: &Api) -> Option<Self> {
        Some(Self::over(
            api.pool.clone(),
            api.attachments.configured()?.clone(),
        ))
    }

    pub(super) fn over(pool: PgPool, store: Store) -> Self {
        Self {
            pool,
            store,
            seen: DateTime::UNIX_EPOCH,
            hours: 0,
        }
    }

    /// Collects each hour, until shutdown.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), Error> {
        let mut hours = Hours::default();
        while let Some(now) = shutdown.run_until_cancelled(hours.tick()).await {
            let step = self.step(now);
            if let Some(stepped) = shutdown.run_until_cancelled(step).await {
                stepped?;
            }
        }
        Ok(())
    }

    /// Removes what is due at a time.
    pub async fn step(&mut self, now: DateTime<Utc>) -> Result<(), Error> {
        let until = now - WAITS;
        while self.collect(until).await? {}
        self.seen = until;
        if self.hours.is_multiple_of(LISTINGS) {
            self.collect_strays(until).await?;
            self.store.clear_leftovers(until).await?;
        }
        self.hours += 1;
        Ok(())
    }

    /// Objects first, then rows: what is interrupted is found again. Says whether there may be more.
    async fn collect(&self, until: DateTime<Utc>) -> Result<bool, Error> {
        let due = sqlx::query_scalar!(
            "select id from log.attachments a where uploaded_at >= $1 and uploaded_at < $2
               and not exists (select from log.claims c where c.kind = 'attachment' and c.key = a.id::text)
             order by uploaded_at limit $3",
            self.seen,
            until,
            BATCH
        );
        let due = due.fetch_all(&self.pool).await?;
        for id in &due {
            self.store.remove(*id).await?;
        }
        sqlx::query!("delete from log.attachments where id = any($1)", &due)
            .execute(&self.pool)
            .await?;
        Ok(!due.is_empty())
    }

    /// An upload that was cut off between its objects and its row.
    async fn collect_strays(&self, until: DateTime<Utc>) -> Result<(), Error> {
        let mut portions = self.store.older_than(until);
        while let Some(mut ids) = portions.try_next().await? {
            ids.sort_unstable();
            ids.dedup();
            for id in self.without_row(&ids).await? {
                self.store.remove(id).await?;
            }
        }
        Ok(())
    }

    async fn without_row(&self, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
        let strays = sqlx::query_scalar!(
            r#"select i.id as "id!" from unnest($1::uuid[]) as i(id)
               where not exists (select from log.attachments a where a.id = i.id)"#,
            ids
        );
        Ok(strays.fetch_all(&self.pool).await?)
    }
}
