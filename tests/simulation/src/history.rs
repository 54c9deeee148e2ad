//! One history: people, devices and nodes in a storm; then it is over, everything comes to rest, and is looked at.

use std::{fmt, ops::Add, time::Duration};

use domain::AccountId;
use eventlog::{Identity, Recorded, Secret, fresh};
use nats::Envelope;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use crate::{
    checks, chronicler, commands, device, dice::Dice, node::Node, rows::Rows, storm, world::World,
};

/// How long everything may take to come to rest.
const REST: Duration = Duration::from_secs(30);
/// How long it is watched after that.
const AFTERWARDS: Duration = Duration::from_secs(3);
/// Turns in a storm, at most.
const TURNS: u64 = 3_000;

/// What happened in a history.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Events in the log.
    pub events: u64,
    /// Commands that were acknowledged, refused, or neither.
    pub commands: u64,
    /// Turns that somebody took before the storm was over.
    pub turns: u64,
    /// Faults.
    pub faults: u64,
}

impl Add for Figures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            commands: self.commands + other.commands,
            turns: self.turns + other.turns,
            faults: self.faults + other.faults,
        }
    }
}

/// What must not be, and when it was found.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Gives the same history again.
    pub seed: u64,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TIDINGS_SIMULATION_SEED={}: {}", self.seed, self.what)
    }
}

/// Lets a history happen.
pub fn run(seed: u64) -> Result<Figures, Violation> {
    runtime()
        .block_on(happen(seed))
        .map_err(|what| Violation { seed, what })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O")
}

/// What people did in a history in which nothing went wrong, and the rows that came of it.
pub struct Chronicle {
    /// Them.
    pub people: Vec<AccountId>,
    /// What the log holds.
    pub events: Vec<Recorded>,
    /// What the tables hold.
    pub rows: Rows,
}

/// Lets a history happen on a fine day. Elsewhere, since the caller may stand on a clock of its own.
pub fn chronicle(seed: u64) -> Result<Chronicle, Violation> {
    let elsewhere = std::thread::spawn(move || runtime().block_on(live(seed)));
    let lived = elsewhere.join();
    lived
        .unwrap_or_else(|_| Err("somebody panicked".to_owned()))
        .map_err(|what| Violation { seed, what })
}

async fn live(seed: u64) -> Result<Chronicle, String> {
    let mut dice = Dice::new(seed);
    let world = World::new(&mut dice, 0);
    people(&world, &mut dice);
    Node::start(&world, 0, &mut dice);
    rest(&world).await?;
    Ok(Chronicle {
        people: world.people.iter().map(|person| person.account).collect(),
        events: world.journal.up_to(i64::MAX),
        rows: world.tables.with(|_, rows| rows.clone()),
    })
}

/// As [`run`], and says what happens.
pub fn tell(seed: u64) -> Result<Figures, Violation> {
    let told = async {
        chronicler::listen();
        happen(seed).await
    };
    runtime()
        .block_on(told)
        .map_err(|what| Violation { seed, what })
}

async fn happen(seed: u64) -> Result<Figures, String> {
    let mut dice = Dice::new(seed);
    let cuts = 12 << dice.roll(5);
    let world = World::new(&mut dice, cuts);
    people(&world, &mut dice);
    for id in 0..world.size {
        Node::start(&world, id, &mut dice);
    }
    let mut figures = rage(&world, &mut dice).await?;
    storm::clear_up(&world, &mut dice);
    rest(&world).await?;
    watch(&world).await?;
    let identity = Identity {
        log_id: Uuid::from_u128(7),
        epoch: 1,
    };
    checks::everything(&world, &Envelope::new(identity, Secret::new([1; 32])))?;
    figures.events = world.journal.last().unsigned_abs();
    figures.commands = world.ledger().entries.len() as u64;
    Ok(figures)
}

fn people(world: &World, dice: &mut Dice) {
    let things = 4 + dice.roll(12);
    let everybody = world.people.len();
    world.ledger().busy = everybody as u64;
    for person in 0..everybody {
        tokio::spawn(commands::live(world.clone(), person, things, dice.fork()));
        for n in 0..=dice.roll(2) {
            let device = 2 * person as u64 + n;
            tokio::spawn(device::follow(world.clone(), person, device, dice.fork()));
        }
    }
}

/// As long as somebody wants something.
async fn rage(world: &World, dice: &mut Dice) -> Result<Figures, String> {
    let mut figures = Figures::default();
    let rarely = 10 << dice.roll(5);
    while world.ledger().busy > 0 && figures.turns < TURNS {
        let pause = if dice.once_in(rarely) {
            figures.faults += 1;
            storm::strike(world, dice)
        } else {
            Duration::ZERO
        };
        fresh::pause(pause.max(Duration::from_millis(1))).await;
        figures.turns += 1;
        if !world.turns.next() {
            // Somebody comes, or a fault does.
            let _ = timeout(Duration::from_millis(200), world.turns.arrived()).await;
        }
        if let Some(finding) = world.finding() {
            return Err(finding);
        }
        if figures.turns % 32 == 0 {
            world
                .tables
                .with(|_, rows| checks::unread_is_what_is_unread(rows))?;
        }
    }
    Ok(figures)
}

async fn rest(world: &World) -> Result<(), String> {
    let deadline = Instant::now() + REST;
    loop {
        go_on(world).await?;
        match checks::has_settled(world) {
            Ok(()) => return Ok(()),
            Err(why) if Instant::now() > deadline => return Err(format!("no rest: {why}")),
            Err(_) => {}
        }
    }
}

/// Nothing happens any more that would change anything.
async fn watch(world: &World) -> Result<(), String> {
    let deadline = Instant::now() + AFTERWARDS;
    while Instant::now() < deadline {
        go_on(world).await?;
    }
    checks::has_settled(world)
}

/// Everybody takes their turns for a while.
async fn go_on(world: &World) -> Result<(), String> {
    for _ in 0..20 {
        fresh::pause(Duration::from_millis(1)).await;
        while world.turns.next() {}
    }
    let _ = timeout(Duration::from_millis(100), world.turns.arrived()).await;
    world.finding().map_or(Ok(()), Err)
}
