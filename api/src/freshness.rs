//! Reading one's own writes: waiting until the read models have come to a position.

use std::time::Duration;

use sqlx::PgPool;
use tokio::{sync::watch, time::timeout};

/// How long a read waits. Then the client is asked to come again.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the table is asked while nobody in this process says how far the read models have come.
const POLL: Duration = Duration::from_millis(20);

/// How far the read models have come.
#[derive(Clone)]
pub struct Freshness {
    pool: PgPool,
    reached: watch::Sender<i64>,
}

impl Freshness {
    /// Over the read models' database.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            reached: watch::Sender::new(0),
        }
    }

    /// Notes that a checkpoint was committed: what a projector in this process says saves asking.
    pub fn reach(&self, position: i64) {
        self.reached.send_if_modified(|reached| {
            let further = *reached < position;
            *reached = (*reached).max(position);
            further
        });
    }

    /// Waits until the read models show a position, for two seconds at most. Whether they do.
    pub async fn wait_for(&self, position: i64) -> Result<bool, sqlx::Error> {
        match timeout(PATIENCE, self.wait(position)).await {
            Ok(result) => result.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    async fn wait(&self, position: i64) -> Result<(), sqlx::Error> {
        let mut reached = self.reached.subscribe();
        loop {
            if *reached.borrow_and_update() >= position {
                return Ok(());
            }
            if timeout(POLL, reached.changed()).await.is_err() {
                self.reach(self.checkpoint().await?);
            }
        }
    }

    /// The position which every partition has come to.
    pub async fn checkpoint(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar!(
            r#"select coalesce(min(position), 0) as "position!" from readmodel.checkpoints"#
        )
        .fetch_one(&self.pool)
        .await
    }
}
