//! A double of the log: what `log.append_batch` promises, in memory. `tests/doubles.rs` holds it against the real one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use eventlog::{
    Appended, Appender, Command, Error, Idempotency, Outcome, Recorded, Replayed, Source,
};
use serde_json::value::RawValue;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use crate::{
    chronicler::note,
    dice::Dice,
    turns::{Part, Turns},
};

/// The log.
#[derive(Clone)]
pub struct Journal {
    turns: Turns,
    state: Arc<Mutex<State>>,
    /// Who asks.
    node: u64,
}

/// An event as it stands in the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Opened.
    pub recorded: Recorded,
    /// Its payload, sealed.
    pub sealed: String,
    /// Its place in its stream.
    pub sequence: i64,
    /// The command it belongs to.
    pub command: Option<Uuid>,
}

/// A batch under way whose caller has gone; it may yet arrive.
#[derive(Clone)]
struct Stray {
    batch: Uuid,
    orders: Vec<Order>,
}

#[derive(Clone)]
struct State {
    entries: Vec<Entry>,
    keys: BTreeSet<Uuid>,
    streams: HashMap<(String, String), i64>,
    claims: BTreeMap<(&'static str, String), Uuid>,
    answers: HashMap<(Uuid, Vec<u8>), Replayed>,
    batches: HashMap<Uuid, Vec<Outcome>>,
    strays: Vec<Stray>,
    /// What lies before this is older than what a stream keeps.
    young: i64,
    epoch: Instant,
    bell: watch::Sender<i64>,
    dice: Dice,
}

/// A command, kept.
#[derive(Clone)]
struct Order {
    events: Vec<New>,
    keys: Vec<Uuid>,
    claims: Vec<(&'static str, String, Uuid)>,
    expects: Vec<((String, String), i64)>,
    idempotency: Option<Idempotency>,
}

#[derive(Clone)]
struct New {
    stream: (String, String),
    sequence: i64,
    name: &'static str,
    version: &'static str,
    id: Uuid,
    sealed: String,
    opened: Box<RawValue>,
    command: Option<Uuid>,
}

impl Journal {
    /// An empty one.
    #[must_use]
    pub fn new(turns: Turns, dice: Dice) -> Self {
        let state = State {
            entries: Vec::new(),
            keys: BTreeSet::new(),
            streams: HashMap::new(),
            claims: BTreeMap::new(),
            answers: HashMap::new(),
            batches: HashMap::new(),
            strays: Vec::new(),
            young: 1,
            epoch: Instant::now(),
            bell: watch::Sender::new(0),
            dice,
        };
        Self {
            turns,
            state: Arc::new(Mutex::new(state)),
            node: 0,
        }
    }

    /// The same one, asked by another.
    #[must_use]
    pub fn of(&self, node: u64) -> Self {
        Self {
            node,
            ..self.clone()
        }
    }

    /// Everything that is in it.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.state().entries.clone()
    }

    /// Looks at each event.
    pub fn each(&self, look: impl FnMut(&Entry)) {
        self.state().entries.iter().for_each(look);
    }

    /// The first events.
    #[must_use]
    pub fn up_to(&self, position: i64) -> Vec<Recorded> {
        let state = self.state();
        let events = state.entries.iter().map(|entry| &entry.recorded);
        events
            .take_while(|event| event.position <= position)
            .cloned()
            .collect()
    }

    /// The last position.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.state().head()
    }

    /// The length of a stream.
    #[must_use]
    pub fn length(&self, stream: &str, id: &str) -> i64 {
        let stream = (stream.to_owned(), id.to_owned());
        self.state().streams.get(&stream).copied().unwrap_or(0)
    }

    /// The first event of a stream.
    #[must_use]
    pub fn first_of(&self, stream: &str, id: &str) -> Option<Recorded> {
        let state = self.state();
        let found = state.entries.iter().find(|entry| {
            entry.recorded.aggregate_type == stream && entry.recorded.aggregate_id == id
        });
        found.map(|entry| entry.recorded.clone())
    }

    /// Appends without being held up; nothing, if the batch is refused.
    #[must_use]
    pub fn append_now(&self, batch: Uuid, commands: &[&Command]) -> Option<Vec<Outcome>> {
        let orders: Vec<Order> = commands.iter().map(|command| Order::of(command)).collect();
        self.state().append(batch, &orders)
    }

    /// Rings when something was appended, with the last position.
    #[must_use]
    pub fn bell(&self) -> watch::Receiver<i64> {
        self.state().bell.subscribe()
    }

    /// What was on the way and is no longer waited for arrives.
    pub(crate) fn strays_arrive(&self) {
        let mut state = self.state();
        for stray in std::mem::take(&mut state.strays) {
            state.append(stray.batch, &stray.orders);
        }
    }

    /// Some of it grows old: a new stream will not hold it.
    pub(crate) fn grow_old(&self) {
        let mut state = self.state();
        let (young, head) = (state.young, state.head());
        state.young = state.dice.between(young, head + 1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Appender for Journal {
    async fn append(
        &mut self,
        batch: Uuid,
        commands: &[&Command],
    ) -> Result<Vec<Outcome>, sqlx::Error> {
        let orders: Vec<Order> = commands.iter().map(|command| Order::of(command)).collect();
        let mut under_way = UnderWay {
            journal: self,
            stray: Some(Stray {
                batch,
                orders: orders.clone(),
            }),
        };
        let appended = self.turns.call((Part::Log, self.node, 1), || {
            under_way.stray = None;
            self.state().append(batch, &orders)
        });
        let outcomes = appended.await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        outcomes.ok_or_else(|| sqlx::Error::Decode("a key is there already".into()))
    }
}

/// A call that was cut, or whose caller has gone, may arrive later.
struct UnderWay<'a> {
    journal: &'a Journal,
    stray: Option<Stray>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(stray) = self.stray.take() {
            let mut state = self.journal.state();
            if state.dice.once_in(2) {
                state.strays.push(stray);
            }
        }
    }
}

impl Source for Journal {
    async fn head(&self) -> Result<i64, Error> {
        self.read(2, State::head).await
    }

    async fn first_since(&self, _: DateTime<Utc>) -> Result<i64, Error> {
        self.read(3, |state| state.young).await
    }

    async fn after(&self, position: i64, limit: i64) -> Result<Vec<Recorded>, Error> {
        self.read(4, |state| state.after(position, limit)).await
    }

    // Nothing is erased here.
    async fn copies_erased_until(&self) -> Result<i64, Error> {
        Ok(0)
    }

    async fn erased_between(&self, _: i64, _: i64) -> Result<Vec<i64>, Error> {
        Ok(Vec::new())
    }
}

impl Journal {
    async fn read<T>(&self, what: u64, read: impl FnOnce(&State) -> T) -> Result<T, Error> {
        let who = (Part::Log, self.node, what);
        let read = self.turns.call(who, || read(&self.state())).await;
        read.map_err(|_| sqlx::Error::PoolTimedOut.into())
    }
}

impl State {
    fn head(&self) -> i64 {
        i64::try_from(self.entries.len()).unwrap_or(i64::MAX)
    }

    fn after(&self, position: i64, limit: i64) -> Vec<Recorded> {
        let events = self.entries.iter().map(|entry| &entry.recorded);
        events
            .skip(usize::try_from(position).unwrap_or(0))
            .take(usize::try_from(limit).unwrap_or(0))
            .cloned()
            .collect()
    }

    fn now(&self) -> DateTime<Utc> {
        let since = TimeDelta::from_std(self.epoch.elapsed()).unwrap_or_default();
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + since
    }

    /// Once for each batch, however often it is called; not at all, where a key is there already.
    fn append(&mut self, batch: Uuid, orders: &[Order]) -> Option<Vec<Outcome>> {
        if let Some(outcomes) = self.batches.get(&batch) {
            return Some(outcomes.clone());
        }
        let has_keys = orders.iter().any(|order| !order.keys.is_empty());
        let before = has_keys.then(|| self.clone());
        let mut outcomes = Vec::with_capacity(orders.len());
        for order in orders {
            let outcome = self.settle(order);
            let mut is_new = |key: &Uuid| self.keys.insert(*key);
            if matches!(outcome, Outcome::Appended(_)) && !order.keys.iter().all(&mut is_new) {
                *self = before?;
                return None;
            }
            outcomes.push(outcome);
        }
        self.batches.insert(batch, outcomes.clone());
        self.bell.send_replace(self.head());
        Some(outcomes)
    }

    fn settle(&mut self, order: &Order) -> Outcome {
        if let Some(kept) = &order.idempotency
            && let Some(replayed) = self.answers.get(&(kept.account.0, kept.key_hash.clone()))
        {
            return Outcome::Replayed(replayed.clone());
        }
        let is_taken = |(kind, key, _): &(&'static str, String, Uuid)| {
            self.claims.contains_key(&(*kind, key.clone()))
        };
        if order.claims.iter().any(is_taken) {
            return Outcome::Claimed;
        }
        let length = |stream| self.streams.get(stream).copied().unwrap_or(0);
        if order
            .expects
            .iter()
            .any(|(stream, at)| length(stream) != *at)
        {
            return Outcome::Conflict;
        }
        let mut nth: HashMap<&(String, String), i64> = HashMap::new();
        for event in &order.events {
            let nth = nth.entry(&event.stream).or_default();
            *nth += 1;
            if event.sequence != 0 && event.sequence != length(&event.stream) + *nth {
                return Outcome::Conflict;
            }
        }
        Outcome::Appended(self.keep(order))
    }

    fn keep(&mut self, order: &Order) -> Appended {
        let appended = Appended {
            first_position: self.head() + 1,
            recorded_at: self.now(),
        };
        for event in &order.events {
            self.push(event, appended.recorded_at);
        }
        for (kind, key, account) in &order.claims {
            self.claims.insert((*kind, key.clone()), *account);
        }
        if let Some(kept) = &order.idempotency {
            let replayed = Replayed {
                appended,
                fingerprint: kept.fingerprint.clone(),
                status: kept.status,
                result: kept.result.clone(),
            };
            let key = (kept.account.0, kept.key_hash.clone());
            self.answers.insert(key, replayed);
        }
        appended
    }

    fn push(&mut self, event: &New, recorded_at: DateTime<Utc>) {
        let position = self.head() + 1;
        note(|| {
            format!(
                "{position} is {} {} {}",
                event.stream.1, event.name, event.opened
            )
        });
        let sequence = self.streams.entry(event.stream.clone()).or_default();
        *sequence += 1;
        self.entries.push(Entry {
            recorded: Recorded {
                position,
                aggregate_type: event.stream.0.clone(),
                aggregate_id: event.stream.1.clone(),
                name: event.name.to_owned(),
                version: event.version.to_owned(),
                event_id: event.id,
                recorded_at,
                traceparent: None,
                data: event.opened.clone(),
                missing: None,
            },
            sealed: event.sealed.clone(),
            sequence: *sequence,
            command: event.command,
        });
    }
}

impl Order {
    fn of(command: &Command) -> Self {
        let events = command.events.iter().map(|event| New {
            stream: (event.aggregate_type.to_owned(), event.aggregate_id.clone()),
            sequence: event.sequence,
            name: event.name,
            version: event.version,
            id: event.event_id,
            sealed: event.payload.clone(),
            opened: event.opened.clone().unwrap_or_else(|| raw(&event.payload)),
            command: command_of(&event.metadata),
        });
        let claims = command.claims.iter();
        let expects = command.expects.iter();
        Self {
            events: events.collect(),
            keys: command.keys.iter().map(|key| key.key_id).collect(),
            claims: claims
                .map(|claim| (claim.kind, claim.key.clone(), claim.account.0))
                .collect(),
            expects: expects
                .map(|expect| {
                    let stream = (
                        expect.aggregate_type.to_owned(),
                        expect.aggregate_id.clone(),
                    );
                    (stream, expect.sequence)
                })
                .collect(),
            idempotency: command.idempotency.clone(),
        }
    }
}

fn raw(payload: &str) -> Box<RawValue> {
    RawValue::from_string(payload.to_owned()).expect("a payload is JSON")
}

fn command_of(metadata: &str) -> Option<Uuid> {
    let metadata: domain::Metadata = serde_json::from_str(metadata).ok()?;
    metadata.command
}
