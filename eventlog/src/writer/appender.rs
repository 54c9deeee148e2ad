//! Step 3: the writer's way to the log.

use std::{sync::Arc, time::Duration};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

use super::{call, columns::Columns};
use crate::{Command, Outcome, Tail, answered};

/// How long a call may take: the statement has less, and what is heard after that is nothing.
const SILENCE: Duration = Duration::from_secs(8);

/// Appends batches.
pub trait Appender: Send {
    /// Appends a batch, and says what became of its commands, in their order. However often it is called with the same
    /// batch id, it appends once and says the same. After an error nobody knows whether it was appended.
    fn append(
        &mut self,
        batch: Uuid,
        commands: &[&Command],
    ) -> impl Future<Output = Result<Vec<Outcome>, sqlx::Error>> + Send;
}

/// By a connection of its own.
pub struct Postgres {
    options: Arc<PgConnectOptions>,
    tail: Tail,
    connection: Option<PgConnection>,
}

impl Postgres {
    /// `tail` is told who appends for it, so that nobody has to ring.
    #[must_use]
    pub fn new(options: Arc<PgConnectOptions>, tail: Tail) -> Self {
        Self {
            options,
            tail,
            connection: None,
        }
    }

    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let backend = sqlx::query_scalar!(r#"select pg_backend_pid() as "backend!""#)
            .fetch_one(&mut connection)
            .await?;
        self.tail.is_written_by(backend.unsigned_abs());
        Ok(connection)
    }
}

impl Appender for Postgres {
    async fn append(
        &mut self,
        batch: Uuid,
        commands: &[&Command],
    ) -> Result<Vec<Outcome>, sqlx::Error> {
        let columns = Columns::of(commands);
        // Taken out and put back: a connection whose call failed or was cancelled is not used again.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => answered(SILENCE, self.connect()).await.flatten()?,
        };
        let outcomes = call::append(&mut connection, batch, &columns);
        let outcomes = answered(SILENCE, outcomes).await.flatten()?;
        crate::failpoint("writer.appended");
        self.connection = Some(connection);
        Ok(outcomes)
    }
}
