//! Step 5: the loop: events in, rows and checkpoint together, then news.

use std::{sync::Arc, time::Duration};

use domain::{Event, Opened, mailbox::News, message};
use eventlog::{Recorded, fresh};
use nats::Feed;
use sqlx::PgPool;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::{Error, known::Known, other, sent};

/// The partition of mailboxes that this database holds: all of them, while there is one database.
pub const PARTITION: i32 = 0;

/// How many events one batch takes.
const BATCH: usize = 512;

/// Builds the read models.
pub struct Projector {
    pool: PgPool,
    feed: Feed,
    known: Known,
    /// The checkpoint, while it is known.
    position: Option<i64>,
    /// Where it was when it was known last: what is remembered of the tables is true there.
    came_to: i64,
    news: broadcast::Sender<Arc<News>>,
    reached: watch::Sender<i64>,
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
        Self {
            pool,
            feed,
            known: Known::nothing(),
            position: None,
            came_to: 0,
            news,
            reached,
        }
    }

    /// Projects until shutdown. An error stops nothing: it is tried again, and nothing is skipped.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut pause = Duration::from_millis(50);
        while !shutdown.is_cancelled() {
            match self.step(&shutdown).await {
                Ok(_) => pause = Duration::from_millis(50),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the projector waits"
                    );
                    metrics::gauge!("tidings_projector_halted").set(1.0);
                    fresh::pause(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                    continue;
                }
            }
            metrics::gauge!("tidings_projector_halted").set(0.0);
        }
    }

    /// Takes what there is and projects it; says how many events that was. Only waiting ends at a shutdown: what was
    /// begun is seen through.
    pub async fn step(&mut self, shutdown: &CancellationToken) -> Result<usize, Error> {
        let position = self.position().await?;
        let events = tokio::select! {
            events = self.feed.next(position, BATCH) => events?,
            () = shutdown.cancelled() => return Ok(0),
        };
        let count = events.len();
        if count == 0 {
            // A Postgres that was killed comes back with an older checkpoint, and perhaps no event ever tells of it.
            self.position = None;
            return Ok(0);
        }
        let projected = self.project(position, events).await;
        if let Err(error) = &projected {
            self.position = None;
            if error.is_overtaken() {
                tracing::info!("another projector was here");
                return Ok(0);
            }
        }
        projected.map(|()| count)
    }

    async fn position(&mut self) -> Result<i64, Error> {
        if let Some(position) = self.position {
            return Ok(position);
        }
        let checkpoint = sqlx::query_scalar!(
            "select position from readmodel.checkpoints where partition = $1",
            PARTITION
        );
        let position = checkpoint.fetch_one(&self.pool).await?;
        if position != self.came_to {
            self.known.forget();
        }
        self.came_to = position;
        self.position = Some(position);
        self.reached.send_replace(position);
        Ok(position)
    }

    async fn project(&mut self, mut from: i64, events: Vec<Recorded>) -> Result<(), Error> {
        let mut events = events
            .into_iter()
            .map(opened)
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .peekable();
        while let Some((_, first)) = events.peek() {
            let sends = is_sent(first);
            let mut run = Vec::new();
            while let Some(event) = events.next_if(|(_, event)| is_sent(event) == sends) {
                run.push(event);
            }
            let to = run.last().map_or(from, |(recorded, _)| recorded.position);
            let news = if sends {
                sent::project(&self.pool, &self.known, from, to, run).await?
            } else {
                other::project(&self.pool, &self.known, from, to, run).await?
            };
            self.position = Some(to);
            self.came_to = to;
            self.reached.send_replace(to);
            // Nobody may be listening.
            let _ = self.news.send(Arc::new(news));
            from = to;
        }
        Ok(())
    }
}

fn opened(recorded: Recorded) -> Result<(Recorded, Opened), Error> {
    let event =
        Opened::read(&recorded.name, &recorded.version, recorded.data.get()).map_err(|source| {
            Error::Unreadable {
                position: recorded.position,
                source,
            }
        })?;
    Ok((recorded, event))
}

fn is_sent(event: &Opened) -> bool {
    matches!(event, Event::Message(message::Event::Sent(_)))
}
