//! Step 3: group commit.
//!
//! One task per process appends for all. It takes what queued while the last batch was in flight, so that one fsync serves
//! many commands. A handler that goes away leaves no transaction open: it never has one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::postgres::PgConnectOptions;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    AppendError, Appended, Bug, Command, Crowd, Outcome, Recorded, Tail, fresh,
    meters::{Meters, Queued},
    planted,
};

mod appender;
mod call;
mod columns;

pub use appender::{Appender, Postgres};

/// How many commands may wait.
const QUEUE: usize = 4_096;
/// How many events one batch takes.
const BATCH_EVENTS: usize = 512;
/// How many bytes of events one batch takes.
const BATCH_BYTES: usize = 1024 * 1024;
/// How long a batch is tried again while Postgres cannot be reached.
const PATIENCE: Duration = Duration::from_secs(15);

/// The way into the log.
#[derive(Clone)]
pub struct Log {
    queue: mpsc::Sender<Waiting>,
    /// For whichever writer runs: should one panic, the next goes on with what is waiting.
    waiting: Arc<Mutex<mpsc::Receiver<Waiting>>>,
    options: Arc<PgConnectOptions>,
    tail: Tail,
    meters: Meters,
    is_full: Arc<AtomicBool>,
}

/// A command whose sender waits for its outcome.
struct Waiting {
    command: Command,
    answer: oneshot::Sender<Result<Outcome, AppendError>>,
    /// Dropped with it.
    _queued: Queued,
}

/// The task that appends.
pub struct Writer<A = Postgres> {
    waiting: Arc<Mutex<mpsc::Receiver<Waiting>>>,
    tail: Tail,
    appender: A,
    meters: Meters,
}

impl Log {
    /// A log to append to. Nothing is appended before a [`Writer`] runs.
    #[must_use]
    pub fn new(options: PgConnectOptions, tail: Tail) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        // The lock is another writer's for one call at most; a call is over within seconds or never.
        let options = options.options([("lock_timeout", "3s"), ("statement_timeout", "5s")]);
        Self {
            queue,
            waiting: Arc::new(Mutex::new(waiting)),
            options: Arc::new(options),
            tail,
            meters: Meters::new(),
            is_full: Arc::default(),
        }
    }

    /// The task that appends. One runs at a time.
    #[must_use]
    pub fn writer(&self) -> Writer {
        self.writer_to(Postgres::new(Arc::clone(&self.options), self.tail.clone()))
    }

    /// As [`Log::writer`], by another way to the log.
    #[must_use]
    pub fn writer_to<A: Appender>(&self, appender: A) -> Writer<A> {
        Writer {
            waiting: Arc::clone(&self.waiting),
            tail: self.tail.clone(),
            appender,
            meters: self.meters.clone(),
        }
    }

    /// Appends a command: all of it or nothing. Once this returns an [`Outcome::Appended`], it is kept.
    ///
    /// Dropping the future does not take the command back.
    pub async fn append(&self, command: Command) -> Result<Outcome, AppendError> {
        let appended = self.queue(command).await;
        appended.inspect_err(|error| self.meters.refuse(error))
    }

    async fn queue(&self, command: Command) -> Result<Outcome, AppendError> {
        command.check()?;
        if self.is_full() {
            return Err(AppendError::Full);
        }
        let (answer, outcome) = oneshot::channel();
        let waiting = Waiting {
            command,
            answer,
            _queued: self.meters.queue(),
        };
        self.queue.try_send(waiting).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => AppendError::Busy,
            mpsc::error::TrySendError::Closed(_) => AppendError::Unavailable,
        })?;
        outcome.await.unwrap_or(Err(AppendError::Unavailable))
    }

    /// How many commands wait to be appended, and how many may.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        let most = self.queue.max_capacity();
        (most - self.queue.capacity(), most)
    }

    /// From now on commands are refused with [`AppendError::Full`], or taken again. What waits already is appended.
    pub fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Relaxed);
    }

    /// Whether commands are refused, for want of room on the disk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// What was committed here lately.
    #[must_use]
    pub fn tail(&self) -> &Tail {
        &self.tail
    }
}

impl<A: Appender> Writer<A> {
    /// Appends until shutdown, and then what is still waiting. A batch in flight is always seen through.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let waiting = Arc::clone(&self.waiting);
        let mut waiting = waiting.lock().await;
        let mut crowd = Crowd::of_at_most(BATCH_EVENTS);
        loop {
            let first = tokio::select! {
                biased;
                first = waiting.recv() => first,
                () = shutdown.cancelled() => {
                    waiting.close();
                    waiting.recv().await
                }
            };
            let Some(first) = first else { return };
            crowd.gather().await;
            let batch = take(first, &mut waiting);
            crowd.came(batch.len());
            if !batch.is_empty() {
                self.append(batch).await;
            }
        }
    }

    async fn append(&mut self, batch: Vec<Waiting>) {
        crate::failpoint("writer.taken");
        let commands: Vec<&Command> = batch.iter().map(|waiting| &waiting.command).collect();
        self.meters.taken(&commands);
        match self.settle(&commands).await {
            Ok(outcomes) => self.answer(batch, outcomes),
            Err(AppendError::Refused(error)) if batch.len() > 1 => {
                tracing::warn!(%error, "a batch was refused: its commands are appended one by one");
                for waiting in batch {
                    match self.settle(&[&waiting.command]).await {
                        Ok(outcomes) => self.answer(vec![waiting], outcomes),
                        Err(error) => drop(waiting.answer.send(Err(error))),
                    }
                }
            }
            Err(error @ AppendError::Refused(_)) => {
                let cause = &error as &dyn std::error::Error;
                tracing::error!(error = cause, "the log refused a command");
                // There is no other one.
                if let Some(waiting) = batch.into_iter().next() {
                    drop(waiting.answer.send(Err(error)));
                }
            }
            Err(_) => {
                for waiting in batch {
                    drop(waiting.answer.send(Err(AppendError::Unavailable)));
                }
            }
        }
    }

    /// Calls until Postgres has said what became of the batch: one whose COMMIT was lost on the way is found by its id.
    async fn settle(&mut self, commands: &[&Command]) -> Result<Vec<Outcome>, AppendError> {
        let started = tokio::time::Instant::now();
        let settled = self.call(commands, started).await;
        self.meters.duration.record(started.elapsed());
        settled
    }

    async fn call(
        &mut self,
        commands: &[&Command],
        started: tokio::time::Instant,
    ) -> Result<Vec<Outcome>, AppendError> {
        let mut batch = fresh::id();
        let mut pause = Duration::from_millis(20);
        loop {
            match self.appender.append(batch, commands).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(error) if is_about_the_data(&error) => return Err(AppendError::Refused(error)),
                Err(error) if started.elapsed() > PATIENCE => {
                    tracing::error!(%error, "the log cannot be reached");
                    return Err(AppendError::Unavailable);
                }
                Err(_) if planted(Bug::AcknowledgeBeforeCommit) => {
                    return Ok(taken_for_granted(commands, *self.tail.head().borrow()));
                }
                Err(error) => {
                    tracing::warn!(%error, "the log did not answer: trying again");
                    if planted(Bug::RetryUnderANewId) {
                        batch = fresh::id();
                    }
                    fresh::pause(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
            }
        }
    }

    /// Shows what was committed to the hot tail, then tells the senders.
    fn answer(&self, batch: Vec<Waiting>, outcomes: Vec<Outcome>) {
        let mut committed = Vec::new();
        let mut answers = Vec::with_capacity(batch.len());
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            if let Outcome::Appended(appended) = &outcome {
                committed.extend(recorded(waiting.command, *appended));
            }
            answers.push((waiting.answer, outcome));
        }
        self.meters.events.increment(committed.len() as u64);
        self.tail.push(committed);
        crate::failpoint("writer.shown");
        for (answer, outcome) in answers {
            drop(answer.send(Ok(outcome)));
        }
    }
}

/// What queued up behind a command, as much of it as one batch takes, less those whose sender has gone.
fn take(first: Waiting, queue: &mut mpsc::Receiver<Waiting>) -> Vec<Waiting> {
    let mut events = 0;
    let mut bytes = 0;
    let mut batch = Vec::new();
    let mut next = Some(first);
    while let Some(waiting) = next {
        if !waiting.answer.is_closed() {
            events += waiting.command.events.len();
            bytes += waiting.command.bytes();
            batch.push(waiting);
        }
        let full = events >= BATCH_EVENTS || bytes >= BATCH_BYTES;
        next = if full { None } else { queue.try_recv().ok() };
    }
    batch
}

/// What the outcomes would be, had all gone well.
fn taken_for_granted(commands: &[&Command], head: i64) -> Vec<Outcome> {
    let mut first_position = head + 1;
    let granted = commands.iter().map(|command| {
        let appended = Appended {
            first_position,
            recorded_at: fresh::now(),
        };
        first_position += i64::try_from(command.events.len()).unwrap_or(0);
        Outcome::Appended(appended)
    });
    granted.collect()
}

/// A command's events with their places.
fn recorded(command: Command, appended: Appended) -> impl Iterator<Item = Recorded> {
    command
        .events
        .into_iter()
        .zip(appended.first_position..)
        .filter_map(move |(event, position)| {
            let data = match event.opened {
                Some(opened) => opened,
                None if crate::sealed_field(event.name).is_some() => return None,
                None => serde_json::value::RawValue::from_string(event.payload).ok()?,
            };
            let metadata: domain::Metadata = serde_json::from_str(&event.metadata).ok()?;
            Some(Recorded {
                position,
                aggregate_type: event.aggregate_type.to_owned(),
                aggregate_id: event.aggregate_id,
                name: event.name.to_owned(),
                version: event.version.to_owned(),
                event_id: event.event_id,
                recorded_at: appended.recorded_at,
                traceparent: metadata.traceparent,
                data,
                missing: None,
            })
        })
}

/// Whether the same call would fail again: a data exception, a broken rule of the schema, a statement that is wrong.
/// Everything else (connections, shutdowns, time-outs, full disks) is worth another try.
fn is_about_the_data(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("22")
                || code.starts_with("23")
                || code.starts_with("42")
                || code.starts_with("TD")
        }),
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => true,
        _ => false,
    }
}
