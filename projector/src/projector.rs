//! Step 5: the loop: events in, rows and checkpoint together, then news.

use std::{sync::Arc, time::Duration};

use domain::mailbox::News;
use eventlog::{
    Crowd, Reader, Recorded, Source, fresh,
    trace::{self, Stage},
};
use nats::{Bus, Feed, Wire};
use sqlx::PgPool;
use tokio::{
    sync::{broadcast, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{Database, Error, Run, Tables, checkpoint::Checkpoint, meters::Meters, run::Cut};

/// The partition of mailboxes that this database holds: all of them, while there is one database.
pub const PARTITION: i32 = 0;

/// How many events one batch takes.
const BATCH: usize = 512;
/// How long a step may take: erasing a large mailbox is one. Longer ones talk to a database that has vanished.
const SILENCE: Duration = Duration::from_mins(5);

/// Builds the read models.
pub struct Projector<T = Database, B: Bus = Wire, S = Reader> {
    tables: T,
    feed: Feed<B, S>,
    /// While it is known.
    checkpoint: Option<Checkpoint>,
    /// Where it was when it was known last: what is remembered of the tables is true there.
    came_to: Option<Checkpoint>,
    news: broadcast::Sender<Arc<News>>,
    reached: watch::Sender<i64>,
    meters: Meters,
    crowd: Crowd,
}

impl Projector {
    /// From a feed into a database, whose pool belongs to [`eventlog::Role::Projector`]. `reached` is told of checkpoints.
    #[must_use]
    pub fn new(
        pool: PgPool,
        feed: Feed,
        news: broadcast::Sender<Arc<News>>,
        reached: watch::Sender<i64>,
    ) -> Self {
        Self::into(Database::new(pool), feed, news, reached)
    }
}

impl<T: Tables, B: Bus, S: Source> Projector<T, B, S> {
    /// From a feed into any tables.
    #[must_use]
    pub fn into(
        tables: T,
        feed: Feed<B, S>,
        news: broadcast::Sender<Arc<News>>,
        reached: watch::Sender<i64>,
    ) -> Self {
        Self {
            tables,
            feed,
            checkpoint: None,
            came_to: None,
            news,
            reached,
            meters: Meters::new(),
            crowd: Crowd::of_at_most(BATCH),
        }
    }

    /// Projects until shutdown. An error stops nothing: it is tried again, and nothing is skipped.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut pause = Duration::from_millis(50);
        while !shutdown.is_cancelled() {
            let step = Box::pin(self.step(&shutdown));
            let step = eventlog::answered(SILENCE, step).await;
            if step.is_err() {
                self.checkpoint = None;
            }
            match step.map_err(Error::from).flatten() {
                Ok(_) => pause = Duration::from_millis(50),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the projector waits"
                    );
                    self.meters.halted.set(1.0);
                    fresh::pause(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                    continue;
                }
            }
            self.meters.halted.set(0.0);
        }
    }

    /// Takes what there is and projects it; says how many events that was. Only waiting ends at a shutdown: what was
    /// begun is seen through.
    pub async fn step(&mut self, shutdown: &CancellationToken) -> Result<usize, Error> {
        let checkpoint = self.checkpoint().await?;
        self.crowd.gather().await;
        let events = tokio::select! {
            events = self.feed.next(checkpoint.position, BATCH) => events?,
            () = shutdown.cancelled() => return Ok(0),
        };
        let count = events.len();
        self.crowd.came(count);
        if count == 0 {
            // A Postgres that was killed comes back with an older checkpoint, and perhaps no event ever tells of it.
            self.checkpoint = None;
            return Ok(0);
        }
        self.meters.taken(count);
        let began = Instant::now();
        let projected = self.project(checkpoint, events).await;
        self.meters.duration.record(began.elapsed());
        if let Err(error) = &projected {
            // What was looked up for it may be of another time.
            (self.checkpoint, self.came_to) = (None, None);
            if matches!(error, Error::Overtaken) {
                tracing::info!("another projector was here");
                return Ok(0);
            }
        }
        projected.map(|()| count)
    }

    async fn checkpoint(&mut self) -> Result<Checkpoint, Error> {
        if let Some(checkpoint) = self.checkpoint {
            return Ok(checkpoint);
        }
        let checkpoint = self.tables.checkpoint().await?;
        if self.came_to != Some(checkpoint) {
            self.tables.forget();
        }
        self.came_to = Some(checkpoint);
        self.checkpoint = Some(checkpoint);
        self.reached.send_replace(checkpoint.position);
        Ok(checkpoint)
    }

    async fn project(&mut self, mut from: Checkpoint, events: Vec<Recorded>) -> Result<(), Error> {
        let cut = Cut::of(&self.tables, events).await;
        for run in cut.runs {
            let to = from.moved_to(run.to());
            let began = trace::now();
            let traced = began.map(|_| traced(&run)).unwrap_or_default();
            eventlog::failpoint("projector.fed");
            let news = self.tables.project(from, run).await?;
            eventlog::failpoint("projector.committed");
            let events = to.position - from.position;
            self.meters.events.increment(events.unsigned_abs());
            self.checkpoint = Some(to);
            self.came_to = Some(to);
            self.reached.send_replace(to.position);
            for (position, parent) in traced {
                trace::tell(Stage::Project, position, Some(&parent), began);
            }
            // Nobody may be listening.
            let _ = self.news.send(Arc::new(news));
            from = to;
        }
        cut.end
    }
}

/// On whose errands the events of a run are.
fn traced(run: &Run) -> Vec<(i64, String)> {
    let events = run.events.iter();
    let traced = events.filter_map(|(event, _)| Some((event.position, event.traceparent.clone()?)));
    traced.collect()
}
