//! Step 1: from a command to the log: load, decide, append; after a conflict once more.

use cqrs_es::Aggregate;
use domain::{Metadata, StoredForm};
use eventlog::{
    AppendError, Appended, Claim, Command, Expect, Idempotency, KeyRow, Loaded, NewEvent, Outcome,
    Replayed,
};
use thiserror::Error;

use crate::{Api, http::trace};

/// How often a command is decided anew because its stream had moved on.
const TRIES: usize = 5;

/// A command with all that is appended together with its event.
#[derive(Clone)]
pub(crate) struct Errand<C> {
    pub command: C,
    pub keys: Vec<KeyRow>,
    pub claims: Vec<Claim>,
    pub expects: Vec<Expect>,
    pub idempotency: Option<Idempotency>,
}

impl<C> From<C> for Errand<C> {
    fn from(command: C) -> Self {
        Self {
            command,
            keys: Vec::new(),
            claims: Vec::new(),
            expects: Vec::new(),
            idempotency: None,
        }
    }
}

/// What has to be known of the stream before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// It is loaded.
    Loaded,
    /// It must not exist yet: the log's unique key says whether it does, so nothing is loaded.
    New,
    /// Its events do not depend on each other.
    Open,
}

/// What became of a command.
#[derive(Debug)]
pub(crate) enum Done {
    /// It is in the log.
    Appended(Appended),
    /// It was there before, under its idempotency key.
    Replayed(Replayed),
    /// It was so already.
    Nothing,
}

/// Why nothing was appended.
#[derive(Debug, Error)]
pub(crate) enum Failure<R> {
    /// The domain says no.
    #[error("the domain rejects the command")]
    Rejected(R),
    /// A name is taken.
    #[error("a name is taken")]
    Claimed,
    /// The stream moved on, again and again; or, for a new one, it exists.
    #[error("the stream has moved on")]
    Conflict,
    /// The log did not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] eventlog::Error),
}

impl Api {
    /// Executes a command on an aggregate. `opened` gives an event as the hot tail may show it, if anything is sealed.
    pub(crate) async fn execute<A>(
        &self,
        stream: Stream,
        aggregate_id: &str,
        metadata: &Metadata,
        errand: Errand<A::Command>,
        opened: impl Fn(&A::Event, NewEvent) -> serde_json::Result<NewEvent> + Send + Sync,
    ) -> Result<Done, Failure<A::Error>>
    where
        A: Aggregate<Services = ()>,
        A::Command: Clone + Send + Sync,
        A::Event: StoredForm + Send + Sync,
        A::Error: Send + Sync + 'static,
    {
        let metadata = &Metadata {
            traceparent: trace::parent(),
            ..metadata.clone()
        };
        for _ in 0..TRIES {
            let mut loaded = match stream {
                Stream::Loaded => Loaded::<A>::of(&self.pool, aggregate_id).await?,
                Stream::New | Stream::Open => Loaded {
                    aggregate: A::default(),
                    sequence: 0,
                },
            };
            let events = loaded
                .decide(errand.command.clone())
                .await
                .map_err(Failure::Rejected)?;
            if events.is_empty() {
                return Ok(Done::Nothing);
            }
            let mut new = Vec::with_capacity(events.len());
            for (event, sequence) in events.iter().zip(loaded.sequence + 1..) {
                let sequence = if stream == Stream::Open { 0 } else { sequence };
                let event_as_new =
                    NewEvent::new(A::TYPE, aggregate_id.to_owned(), sequence, event, metadata)
                        .and_then(|new| opened(event, new))
                        .map_err(eventlog::Error::from)?;
                new.push(event_as_new);
            }
            let began = eventlog::trace::now();
            let outcome = self
                .log
                .append(Command {
                    events: new,
                    keys: errand.keys.clone(),
                    claims: errand.claims.clone(),
                    expects: errand.expects.clone(),
                    idempotency: errand.idempotency.clone(),
                })
                .await?;
            match outcome {
                Outcome::Appended(appended) => {
                    let (first, parent) =
                        (appended.first_position, metadata.traceparent.as_deref());
                    eventlog::trace::tell(eventlog::trace::Stage::Append, first, parent, began);
                    return Ok(Done::Appended(appended));
                }
                Outcome::Replayed(replayed) => return Ok(Done::Replayed(replayed)),
                Outcome::Claimed => return Err(Failure::Claimed),
                Outcome::Conflict if stream == Stream::New => return Err(Failure::Conflict),
                Outcome::Conflict => {}
            }
        }
        Err(Failure::Conflict)
    }
}
