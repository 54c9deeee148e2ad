//! Who goes next. Whatever touches the world stands here before it does, and again before it hears how it went; the seed
//! says who goes on, and whether the way is cut. Since the clock only moves when nobody can go on without it, everybody who
//! can stand here does by the time one is chosen.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, oneshot};

use crate::dice::Dice;

/// What is asked for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The log's database.
    Log,
    /// The stream.
    Bus,
    /// The read models' database.
    Tables,
    /// What only rings.
    Doorbell,
    /// A client.
    Client,
}

/// Who stands there: of which part something is asked, by whom, and for what.
pub type Who = (Part, u64, u64);

/// How a part is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// It answers.
    #[default]
    Well,
    /// It refuses.
    Down,
    /// It says nothing.
    Silent,
}

/// The way was cut: before it had an effect, or before anybody heard of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut;

/// The seed's choice of who goes next.
#[derive(Clone)]
pub struct Turns {
    state: Arc<Mutex<State>>,
    arrived: Arc<Notify>,
}

struct State {
    waiting: BTreeMap<(Who, u64), oneshot::Sender<Result<(), Cut>>>,
    arrivals: u64,
    dice: Dice,
    health: BTreeMap<Part, Health>,
    /// One turn in so many is cut; 0: none.
    cuts: u64,
}

impl Turns {
    /// Of a seed.
    #[must_use]
    pub fn new(dice: Dice, cuts: u64) -> Self {
        let state = State {
            waiting: BTreeMap::new(),
            arrivals: 0,
            dice,
            health: BTreeMap::new(),
            cuts,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            arrived: Arc::default(),
        }
    }

    /// Has an effect once it is its turn, and hears of it at another.
    pub async fn call<T>(&self, who: Who, effect: impl FnOnce() -> T) -> Result<T, Cut> {
        self.take(who).await?;
        let done = effect();
        let is_slow = {
            let mut state = self.state();
            state.cuts > 0 && state.dice.once_in(3)
        };
        if is_slow {
            self.take(who).await?;
        }
        Ok(done)
    }

    /// Waits for a turn.
    pub async fn take(&self, who: Who) -> Result<(), Cut> {
        let turn = {
            let mut state = self.state();
            let (go, turn) = oneshot::channel();
            state.arrivals += 1;
            let arrival = state.arrivals;
            state.waiting.insert((who, arrival), go);
            turn
        };
        self.arrived.notify_one();
        turn.await.unwrap_or(Err(Cut))
    }

    /// Lets somebody go on; false if nobody can.
    pub(crate) fn next(&self) -> bool {
        let mut state = self.state();
        state.waiting.retain(|_, go| !go.is_closed());
        let able: Vec<(Who, u64)> = state
            .waiting
            .keys()
            .filter(|((part, ..), _)| state.health(*part) != Health::Silent)
            .copied()
            .collect();
        let Some(chosen) = state.dice.one_of(&able).copied() else {
            return false;
        };
        let fate = state.fate(chosen.0.0);
        if let Some(go) = state.waiting.remove(&chosen) {
            let _ = go.send(fate);
        }
        true
    }

    /// Waits until somebody has come.
    pub(crate) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// How a part is.
    #[must_use]
    pub fn health(&self, part: Part) -> Health {
        self.state().health(part)
    }

    /// Makes a part well or ill.
    pub(crate) fn set(&self, part: Part, health: Health) {
        self.state().health.insert(part, health);
    }

    /// Makes everything well, for good.
    pub(crate) fn heal(&self) {
        let mut state = self.state();
        state.health.clear();
        state.cuts = 0;
    }

    /// Whether things go wrong at all.
    #[must_use]
    pub fn is_stormy(&self) -> bool {
        self.state().cuts > 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn health(&self, part: Part) -> Health {
        self.health.get(&part).copied().unwrap_or_default()
    }

    fn fate(&mut self, part: Part) -> Result<(), Cut> {
        let is_cut = self.cuts > 0 && part != Part::Client && self.dice.once_in(self.cuts);
        if is_cut || self.health(part) == Health::Down {
            Err(Cut)
        } else {
            Ok(())
        }
    }
}
