//! Files of what was taken back are erased for good, and those of accounts that are erased.
//!
//! Follows the log with a place of its own in `log.erasures`, as the eraser of keys does: the store may be away while the
//! keys are not. Erasing twice is erasing once.

use std::time::Duration;

use domain::account;
use eventlog::Tail;
use sqlx::PgPool;
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Error, Store};
use crate::Api;

/// How many events are looked at in one step.
const BATCH: i64 = 10_000;
/// How often it looks.
const POLL: Duration = Duration::from_secs(1);
/// How long it waits after a failure, at most.
const LONGEST: Duration = Duration::from_mins(1);

/// Removes the files of messages that were taken back and of accounts that were erased. On every node; two at once remove the same.
pub struct Eraser {
    pool: PgPool,
    store: Store,
    head: watch::Receiver<i64>,
    /// How far it has come, as it knows itself: while the log goes no further there is nothing to ask.
    seen: i64,
}

/// Whose files are to go.
enum Gone {
    Message(Uuid),
    Account(Uuid),
}

impl Eraser {
    /// `None` where there is no store. `tail` tells how far the log has come.
    #[must_use]
    pub fn new(api: &Api, tail: &Tail) -> Option<Self> {
        Some(Self::over(
            api.pool.clone(),
            api.attachments.configured()?.clone(),
            tail,
        ))
    }

    pub(super) fn over(pool: PgPool, store: Store, tail: &Tail) -> Self {
        Self {
            pool,
            store,
            head: tail.head(),
            seen: 0,
        }
    }

    /// Erases until shutdown.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut pause = POLL;
        while !shutdown.is_cancelled() {
            let Some(step) = shutdown.run_until_cancelled(self.step()).await else {
                return;
            };
            match step {
                Ok(true) => continue,
                Ok(false) => pause = POLL,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the eraser of attachments waits"
                    );
                    pause = (pause * 2).min(LONGEST);
                }
            }
            let _ = timeout(pause, shutdown.cancelled()).await;
        }
    }

    /// Looks at what came since, up to a number of events; says whether there may be more.
    pub async fn step(&mut self) -> Result<bool, Error> {
        let head = *self.head.borrow();
        if head <= self.seen {
            return Ok(false);
        }
        let place = self.place().await?;
        let until = (place + BATCH).min(head);
        if until > place {
            for gone in self.gone(place, until).await? {
                match gone {
                    Gone::Message(message) => self.erase(message).await?,
                    Gone::Account(account) => self.erase_account(account).await?,
                }
            }
            self.move_on(until).await?;
        }
        self.seen = until.max(place);
        Ok(self.seen < head)
    }

    /// Removes the files of one message. The claims stay: a file is bound once.
    pub async fn erase(&self, message: Uuid) -> Result<(), Error> {
        let claimed = sqlx::query_scalar!(
            "select key from log.claims where kind = 'attachment' and label = $1",
            message.to_string()
        );
        let claimed = claimed.fetch_all(&self.pool).await?;
        let files: Vec<Uuid> = claimed.iter().filter_map(|key| key.parse().ok()).collect();
        self.remove(&files).await
    }

    /// Removes the files that an account uploaded, sent or not.
    pub async fn erase_account(&self, account: Uuid) -> Result<(), Error> {
        let files = sqlx::query_scalar!(
            "select id from log.attachments where owner_id = $1",
            account
        );
        self.remove(&files.fetch_all(&self.pool).await?).await
    }

    /// Objects first, then rows, so that what is interrupted is found again.
    async fn remove(&self, files: &[Uuid]) -> Result<(), Error> {
        for file in files {
            self.store.remove(*file).await?;
        }
        sqlx::query!("delete from log.attachments where id = any($1)", files)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// What was taken back or erased within a part of the log.
    async fn gone(&self, after: i64, until: i64) -> Result<Vec<Gone>, Error> {
        let events = sqlx::query!(
            // As the index `events_erasing` says it.
            "select event_type, aggregate_id from log.events
             where position > $1 and position <= $2 and event_type in ('message.unsent', 'account.erased') order by position",
            after,
            until
        );
        let events = events.fetch_all(&self.pool).await?;
        let gone = events.into_iter().filter_map(|event| {
            let id = event.aggregate_id.parse().ok()?;
            Some(if event.event_type == account::ERASED {
                Gone::Account(id)
            } else {
                Gone::Message(id)
            })
        });
        Ok(gone.collect())
    }

    async fn place(&self) -> Result<i64, Error> {
        let place =
            sqlx::query_scalar!("select position from log.erasures where what = 'attachments'");
        Ok(place.fetch_one(&self.pool).await?)
    }

    async fn move_on(&self, position: i64) -> Result<(), Error> {
        sqlx::query!(
            "update log.erasures set position = $1 where what = 'attachments' and position < $1",
            position
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
