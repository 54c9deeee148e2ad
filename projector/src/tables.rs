//! Step 5: what the loop asks of the tables, and how Postgres does it.

use domain::mailbox::News;
use sqlx::PgPool;

use crate::{Error, checkpoint::Checkpoint, halt, known::Known, run::Run};

/// Read models, with how far they are.
pub trait Tables: Send + Sync {
    /// How far they are.
    fn checkpoint(&self) -> impl Future<Output = Result<Checkpoint, Error>> + Send;

    /// Forgets what is remembered of them: somebody else may have written.
    fn forget(&self);

    /// Whether an operator has said to pass over an event.
    fn is_skipped(&self, position: i64) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Projects a run: rows and checkpoint, all or nothing, if the checkpoint is still the one given. What changed.
    fn project(
        &self,
        from: Checkpoint,
        run: Run,
    ) -> impl Future<Output = Result<News, Error>> + Send;
}

/// In Postgres.
pub struct Database {
    pool: PgPool,
    known: Known,
}

impl Database {
    /// In the version that the pool's connections look at. They belong to [`eventlog::Role::Projector`], or to
    /// [`eventlog::Role::Rebuilder`].
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            known: Known::nothing(),
        }
    }
}

impl Tables for Database {
    async fn checkpoint(&self) -> Result<Checkpoint, Error> {
        Ok(Checkpoint::read(&self.pool).await?)
    }

    fn forget(&self) {
        self.known.forget();
    }

    async fn is_skipped(&self, position: i64) -> Result<bool, Error> {
        halt::is_skipped(&self.pool, position).await
    }

    async fn project(&self, from: Checkpoint, run: Run) -> Result<News, Error> {
        run.project(&self.pool, &self.known, from).await
    }
}
