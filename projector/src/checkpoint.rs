//! Step 5: how far a partition has come, and in which making of the read models.

use eventlog::{STATEMENT, answered};
use sqlx::PgPool;

use crate::PARTITION;

/// Where a partition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last event that is in the tables.
    pub position: i64,
    /// Grows when the read models are made anew: what is remembered of the tables before is worth nothing then.
    pub generation: i32,
}

impl Checkpoint {
    /// In the version that the pool's connections look at.
    pub(crate) async fn read(pool: &PgPool) -> sqlx::Result<Self> {
        let checkpoint = sqlx::query_as!(
            Self,
            "select position, generation from checkpoints where partition = $1",
            PARTITION
        );
        answered(STATEMENT, checkpoint.fetch_one(pool)).await?
    }

    /// Behind a run.
    pub(crate) fn moved_to(self, position: i64) -> Self {
        Self { position, ..self }
    }
}
