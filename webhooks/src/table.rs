//! What stands in `log.webhooks`, as far as deliveries need it.

use chrono::{DateTime, Utc};
use domain::webhook::secret_purpose;
use eventlog::{Keyring, Secret};
use sqlx::PgPool;
use uuid::Uuid;

use crate::Error;

/// A webhook that is not paused.
#[derive(Clone)]
pub(crate) struct Webhook {
    pub id: Uuid,
    pub url: String,
    /// Which events; `None`: all.
    pub types: Option<Vec<String>>,
    /// Wrapped by the master key.
    pub secret: Vec<u8>,
    /// Everything up to here was delivered, or is not wanted.
    pub position: i64,
    /// How often an administrator has set the position.
    pub replays: i32,
    pub failures: i32,
    pub failing_since: Option<DateTime<Utc>>,
    pub retry_at: Option<DateTime<Utc>>,
}

/// A failure that has to be noted.
pub(crate) struct Failure<'a> {
    pub why: &'a str,
    pub failing_since: DateTime<Utc>,
    pub retry_at: DateTime<Utc>,
    /// No longer tried.
    pub paused: bool,
}

/// The table of a database.
#[derive(Clone)]
pub(crate) struct Table {
    pub pool: PgPool,
    pub keyring: Keyring,
}

impl Table {
    /// All that are to be delivered to.
    pub async fn at_work(&self) -> Result<Vec<Webhook>, Error> {
        let webhooks = sqlx::query_as!(
            Webhook,
            "select id, url, types, secret, position, replays, failures, failing_since, retry_at
             from log.webhooks where not paused"
        );
        Ok(webhooks.fetch_all(&self.pool).await?)
    }

    /// What signs a webhook's deliveries; `None` where it does not open.
    pub fn secret(&self, webhook: &Webhook) -> Option<Secret> {
        let purpose = secret_purpose(webhook.id);
        let secret = self.keyring.unwrap(&purpose, &webhook.secret).ok()?;
        Some(Secret::new(secret.try_into().ok()?))
    }

    /// Notes that everything up to a position is done with, of which `delivered` says that some of it was delivered. Says
    /// whether it was still this one's to note.
    pub async fn move_on(
        &self,
        webhook: &Webhook,
        to: i64,
        delivered: Option<DateTime<Utc>>,
    ) -> Result<bool, Error> {
        let moved = sqlx::query!(
            "update log.webhooks set position = $4, delivered_at = coalesce($5, delivered_at), failures = 0,
               failing_since = null, last_error = null, retry_at = null
             where id = $1 and replays = $2 and position = $3 and not paused",
            webhook.id,
            webhook.replays,
            webhook.position,
            to,
            delivered
        );
        Ok(moved.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Notes that the event behind the position was not taken. Says whether it was still this one's to note.
    pub async fn note(&self, webhook: &Webhook, failure: &Failure<'_>) -> Result<bool, Error> {
        let noted = sqlx::query!(
            "update log.webhooks set failures = failures + 1, failing_since = $4, last_error = $5, retry_at = $6, paused = $7
             where id = $1 and replays = $2 and position = $3 and not paused",
            webhook.id,
            webhook.replays,
            webhook.position,
            failure.failing_since,
            failure.why,
            failure.retry_at,
            failure.paused
        );
        Ok(noted.execute(&self.pool).await?.rows_affected() == 1)
    }
}
