//! Which log this is.

use sqlx::PgPool;
use uuid::Uuid;

use crate::Error;

/// A log's own id, and how often its tail was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Made with the log.
    pub log_id: Uuid,
    /// Grows when a restore lost a tail that somebody may have seen.
    pub epoch: u16,
}

impl Identity {
    /// Reads it.
    pub async fn of(pool: &PgPool) -> Result<Self, Error> {
        let row = sqlx::query!("select log_id, epoch from log.identity")
            .fetch_one(pool)
            .await?;
        // The table's own check keeps the epoch within u16.
        Ok(Self {
            log_id: row.log_id,
            epoch: u16::try_from(row.epoch).unwrap_or(u16::MAX),
        })
    }
}
