//! What is looked up when somebody asks for the metrics: places, pools, tasks, engines.

use std::time::Duration;

use metrics::{counter, gauge};
use sqlx::PgPool;
use tokio::time::timeout;

use super::{machine, words};
use crate::{
    engines::State,
    health::Engines,
    roles::{Crew, Parts, Roles},
};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks at a process.
#[derive(Clone)]
pub struct Gauges {
    parts: Parts,
    crew: Crew,
    roles: Roles,
    engines: Engines,
}

impl Gauges {
    pub fn new(parts: Parts, crew: Crew, roles: Roles, engines: Engines) -> Self {
        words::describe();
        gauge!("tidings_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Self {
            parts,
            crew,
            roles,
            engines,
        }
    }

    /// Everything at once. What does not answer keeps what was known last.
    pub async fn look(&self) {
        let places = timeout(PATIENCE, self.places()).await;
        let is_up = matches!(places, Ok(Ok(())));
        gauge!("tidings_postgres_up").set(f64::from(u8::from(is_up)));
        let is_connected = self.parts.wire.is_connected();
        gauge!("tidings_nats_up").set(f64::from(u8::from(is_connected)));
        self.pools();
        self.tasks();
        self.engines();
        machine::look(self.parts.disk.as_ref());
    }

    /// How far each stage has come, and how long the next event has waited for it.
    async fn places(&self) -> Result<(), eventlog::Error> {
        let Parts { pool, reader, .. } = &self.parts;
        let head = reader.head().await?;
        gauge!("tidings_log_position").set(number(head));
        let checkpoints = sqlx::query!("select partition, position from readmodel.checkpoints");
        for row in checkpoints.fetch_all(pool).await? {
            let partition = row.partition.to_string();
            let labels = [("partition", partition)];
            gauge!("tidings_projector_checkpoint", &labels).set(number(row.position));
            let lag = Lag::of(pool, head, row.position).await?;
            gauge!("tidings_projector_lag_events", &labels).set(lag.events);
            gauge!("tidings_projector_lag_seconds", &labels).set(lag.seconds);
        }
        if self.roles.relay {
            let relayed = *self.parts.relayed.borrow();
            let lag = Lag::of(pool, head, relayed).await?;
            gauge!("tidings_relay_lag_events").set(lag.events);
            gauge!("tidings_relay_lag_seconds").set(lag.seconds);
        }
        if self.roles.relay && self.parts.audit_key.is_some() {
            let sealed = *self.parts.sealed.borrow();
            let lag = Lag::of(pool, head, sealed).await?;
            gauge!("tidings_sealer_lag_events").set(lag.events);
            gauge!("tidings_sealer_lag_seconds").set(lag.seconds);
        }
        Ok(())
    }

    fn pools(&self) {
        let Parts {
            pool,
            reads,
            searches,
            projecting,
            ..
        } = &self.parts;
        for (name, pool) in [
            ("commands", pool),
            ("reads", reads),
            ("searches", searches),
            ("projector", projecting),
        ] {
            let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
            let used = pool.size().saturating_sub(idle);
            let most = pool.options().get_max_connections();
            gauge!("tidings_pool_connections", "pool" => name, "state" => "idle").set(idle);
            gauge!("tidings_pool_connections", "pool" => name, "state" => "used").set(used);
            gauge!("tidings_pool_connections_max", "pool" => name).set(most);
        }
    }

    fn tasks(&self) {
        for task in self.crew.tasks() {
            let is_up = f64::from(u8::from(task.is_running));
            gauge!("tidings_task_up", "task" => task.name).set(is_up);
            counter!("tidings_task_restarts_total", "task" => task.name)
                .absolute(task.restarts.into());
        }
    }

    fn engines(&self) {
        for (name, state) in &self.engines {
            let state = *state.borrow();
            let is_up = f64::from(u8::from(state == State::Ready));
            gauge!("tidings_engine_up", "engine" => *name).set(is_up);
            let restarts = counter!("tidings_engine_restarts_total", "engine" => *name);
            restarts.increment(0);
            if let State::Down {
                restarts: count, ..
            } = state
            {
                restarts.absolute(count.into());
            }
        }
    }
}

/// How far something is behind the log.
struct Lag {
    events: f64,
    seconds: f64,
}

impl Lag {
    async fn of(pool: &PgPool, head: i64, position: i64) -> Result<Self, sqlx::Error> {
        let mut lag = Self {
            events: number((head - position).max(0)),
            seconds: 0.0,
        };
        if head > position {
            let waited = sqlx::query_scalar!(
                r#"select extract(epoch from clock_timestamp() - recorded_at)::float8 as "seconds!"
                   from log.events where position = $1"#,
                position + 1
            );
            lag.seconds = waited.fetch_optional(pool).await?.unwrap_or(0.0).max(0.0);
        }
        Ok(lag)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a metric")]
fn number(position: i64) -> f64 {
    position as f64
}
