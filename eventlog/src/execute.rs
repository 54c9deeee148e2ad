//! Loading aggregates by their events.
//!
//! cqrs-es loads and decides; appending is ours, because its `commit` can neither tell a position nor carry keys, claims
//! and expectations. Its snapshots and aggregate stores apply events twice (0.5.0), so streams are kept short instead, and
//! its queries run after the commit and cannot fail, so there are none.

use cqrs_es::{Aggregate, EventStore, event_sink::EventSink, persist::PersistedEventStore};
use domain::Upcaster;
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;

use crate::Error;

/// An aggregate as it is now, and how many events made it.
#[derive(Debug)]
pub struct Loaded<A> {
    /// As its events tell it.
    pub aggregate: A,
    /// The sequence of its last event; 0 when there is none.
    pub sequence: i64,
}

impl<A: Aggregate<Services = ()>> Loaded<A>
where
    A::Error: Send + Sync + 'static,
{
    /// Loads it.
    pub async fn of(pool: &PgPool, aggregate_id: &str) -> Result<Self, Error> {
        let repository = PostgresEventRepository::new(pool.clone());
        let store = PersistedEventStore::<_, A>::new_event_store(repository)
            .with_upcasters(vec![Box::new(Upcaster)]);
        let context = store
            .load_aggregate(aggregate_id)
            .await
            .map_err(|error| Error::Load(Box::new(error)))?;
        let sequence = i64::try_from(context.current_sequence).unwrap_or(i64::MAX);
        Ok(Self {
            aggregate: context.aggregate,
            sequence,
        })
    }

    /// What a command leads to. Nothing is stored yet.
    pub async fn decide(&mut self, command: A::Command) -> Result<Vec<A::Event>, A::Error> {
        let sink = EventSink::default();
        self.aggregate.handle(command, &(), &sink).await?;
        Ok(sink.collect().await)
    }
}
