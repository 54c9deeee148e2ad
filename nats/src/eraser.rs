//! What was taken back, and all that an erased account wrote, is erased for good: the keys in the database first, then the
//! copies in the stream.
//!
//! Follows the log with two places of its own, since the keys do not wait for NATS. Erasing twice is erasing once.

use std::time::Duration;

use domain::{AccountId, account, message};
use eventlog::{Erased, Ledger, Reader, Secret, answered};
use sqlx::PgPool;
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Error, Stream, Wire, backoff::Backoff};

/// How many events are looked at in one step.
const BATCH: i64 = 10_000;
/// How many copies of an erased account's are deleted in one step: each is a round trip.
const COPIES: i64 = 500;
/// How often it looks. Each look is a commit or two, so not at every message.
const POLL: Duration = Duration::from_secs(1);
/// How long a step may take. What is longer begins again where it was, and longer still where the database has vanished.
const SILENCE: Duration = Duration::from_mins(10);

/// Destroys keys, and deletes copies.
pub struct Eraser {
    pool: PgPool,
    reader: Reader,
    names: Secret,
    wire: Wire,
    relayed: watch::Receiver<i64>,
    ledger: Option<Ledger>,
}

impl Eraser {
    /// `relayed` tells how far the stream has come: a copy can only be deleted once it is there. `names` keeps the names of
    /// erased accounts taken.
    #[must_use]
    pub fn new(
        pool: PgPool,
        reader: Reader,
        names: Secret,
        wire: Wire,
        relayed: watch::Receiver<i64>,
    ) -> Self {
        Self {
            pool,
            reader,
            names,
            wire,
            relayed,
            ledger: None,
        }
    }

    /// Writes each erasure down before it is done, for whoever restores an older backup.
    #[must_use]
    pub fn with_ledger(self, ledger: Option<Ledger>) -> Self {
        Self { ledger, ..self }
    }

    /// Erases until shutdown.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut backoff = Backoff::new();
        while !shutdown.is_cancelled() {
            let step = tokio::select! {
                step = answered(SILENCE, self.step()) => step.map_err(Error::vanished).flatten(),
                () = shutdown.cancelled() => return,
            };
            match step {
                Ok(false) => {
                    let _ = timeout(POLL, shutdown.cancelled()).await;
                }
                Ok(true) => backoff.reset(),
                Err(error) => backoff.after(&error, "the eraser").await,
            }
        }
    }

    /// Looks at what came since, up to a number of events; says whether there may be more.
    pub async fn step(&mut self) -> Result<bool, Error> {
        let accounts = self.forget_accounts().await?;
        let keys = self.erase_keys().await?;
        let copies = self.erase_copies().await?;
        let theirs = self.erase_copies_of_accounts().await?;
        Ok(accounts || keys || copies || theirs)
    }

    /// Who erases an account forgets it at once; should that have failed, it is done here.
    async fn forget_accounts(&self) -> Result<bool, Error> {
        let place = self.place("accounts").await?;
        let until = (place + BATCH).min(self.reader.head().await?);
        if until <= place {
            return Ok(false);
        }
        let accounts = self.streams_with(account::ERASED, place, until).await?;
        let accounts: Vec<Uuid> = accounts.iter().filter_map(|id| id.parse().ok()).collect();
        self.note(&accounts, Erased::Account).await?;
        for account in accounts {
            eventlog::forget_account(&self.pool, &self.names, AccountId(account)).await?;
        }
        self.move_on("accounts", until).await?;
        Ok(until - place == BATCH)
    }

    async fn erase_copies_of_accounts(&self) -> Result<bool, Error> {
        let relayed = *self.relayed.borrow();
        let copies = sqlx::query_scalar!(
            "select position from log.copies_to_erase where position <= $1 order by position limit $2",
            relayed,
            COPIES
        );
        let copies = copies
            .fetch_all(&self.pool)
            .await
            .map_err(eventlog::Error::from)?;
        if copies.is_empty() {
            return Ok(false);
        }
        Stream::open(&self.wire, &self.reader)
            .await?
            .erase(&copies)
            .await?;
        sqlx::query!(
            "delete from log.copies_to_erase where position = any($1)",
            &copies
        )
        .execute(&self.pool)
        .await
        .map_err(eventlog::Error::from)?;
        Ok(true)
    }

    async fn erase_keys(&self) -> Result<bool, Error> {
        let place = self.place("keys").await?;
        let until = (place + BATCH).min(self.reader.head().await?);
        if until <= place {
            return Ok(false);
        }
        let messages = self.streams_with(message::UNSENT, place, until).await?;
        if !messages.is_empty() {
            let messages: Vec<Uuid> = messages.iter().filter_map(|id| id.parse().ok()).collect();
            self.note(&messages, Erased::Message).await?;
            eventlog::failpoint("eraser.noted");
            sqlx::query!("delete from log.keys where message_id = any($1)", &messages)
                .execute(&self.pool)
                .await
                .map_err(eventlog::Error::from)?;
            eventlog::failpoint("eraser.key_gone");
        }
        self.move_on("keys", until).await?;
        Ok(until - place == BATCH)
    }

    async fn erase_copies(&self) -> Result<bool, Error> {
        let place = self.place("stream").await?;
        // Behind the keys: a stream that is filled again afterwards has nothing to show.
        let erased = self.place("keys").await?;
        let until = (place + BATCH).min(*self.relayed.borrow()).min(erased);
        if until <= place {
            return Ok(false);
        }
        let messages = self.streams_with(message::UNSENT, place, until).await?;
        if !messages.is_empty() {
            let copies = self.copies_of(&messages).await?;
            Stream::open(&self.wire, &self.reader)
                .await?
                .erase(&copies)
                .await?;
            eventlog::failpoint("eraser.copy_gone");
        }
        self.move_on("stream", until).await?;
        Ok(until - place == BATCH)
    }

    async fn note(&self, ids: &[Uuid], erased: fn(Uuid) -> Erased) -> Result<(), Error> {
        let Some(ledger) = self.ledger.clone().filter(|_| !ids.is_empty()) else {
            return Ok(());
        };
        let lines: Vec<Erased> = ids.iter().copied().map(erased).collect();
        let written = tokio::task::spawn_blocking(move || ledger.note(&lines)).await;
        let written = written.unwrap_or_else(|panic| Err(std::io::Error::other(panic)));
        Ok(written.map_err(eventlog::Error::Ledger)?)
    }

    /// The streams in which something happened within a part of the log.
    async fn streams_with(
        &self,
        event: &str,
        after: i64,
        until: i64,
    ) -> Result<Vec<String>, Error> {
        let streams = sqlx::query_scalar!(
            // The second condition says the index `events_erasing`.
            "select aggregate_id from log.events where position > $1 and position <= $2 and event_type = $3
               and event_type in ('message.unsent', 'account.erased')",
            after,
            until,
            event
        );
        Ok(streams
            .fetch_all(&self.pool)
            .await
            .map_err(eventlog::Error::from)?)
    }

    /// Where their texts are in the stream.
    async fn copies_of(&self, messages: &[String]) -> Result<Vec<i64>, Error> {
        let copies = sqlx::query_scalar!(
            "select position from log.events
             where aggregate_type = 'message' and aggregate_id = any($1) and event_type <> $2",
            messages,
            message::UNSENT
        );
        Ok(copies
            .fetch_all(&self.pool)
            .await
            .map_err(eventlog::Error::from)?)
    }

    async fn place(&self, what: &str) -> Result<i64, Error> {
        let place = sqlx::query_scalar!("select position from log.erasures where what = $1", what);
        Ok(place
            .fetch_one(&self.pool)
            .await
            .map_err(eventlog::Error::from)?)
    }

    async fn move_on(&self, what: &str, position: i64) -> Result<(), Error> {
        sqlx::query!(
            "update log.erasures set position = $2 where what = $1 and position < $2",
            what,
            position
        )
        .execute(&self.pool)
        .await
        .map_err(eventlog::Error::from)?;
        Ok(())
    }
}
