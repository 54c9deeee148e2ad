//! What a run goes through: how many episodes, and what goes wrong in each.

use std::time::Duration;

use house::{Random, Role};

use super::{
    fault::{Disaster, Engine, Fault, Frozen, POINTS, Shutdown, Spoilt},
    victim::Victim,
};

/// How much goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Some of everything, for `make test`.
    Short,
    /// 1,000 kills and some of everything else, for `make chaos`.
    Medium,
    /// The whole table, for `CHAOS=full`.
    Full,
}

impl Form {
    pub fn read(name: &str) -> Option<Self> {
        match name {
            "short" => Some(Self::Short),
            "medium" => Some(Self::Medium),
            "full" => Some(Self::Full),
            _ => None,
        }
    }

    /// Each has a service and a log of its own, and is checked by itself: small enough to be looked at, and within the life of
    /// an access token.
    pub fn episodes(self) -> u64 {
        match self {
            Self::Short => 1,
            Self::Medium => 13,
            Self::Full => 40,
        }
    }

    /// What goes wrong in one of them, in an order of the seed's.
    pub fn faults(self, episode: u64, random: &mut Random) -> Vec<Fault> {
        let mut faults = match self {
            Self::Short => short(random),
            Self::Medium => medium(episode, random),
            Self::Full => full(episode, random),
        };
        shuffle(&mut faults, random);
        faults
    }
}

fn short(random: &mut Random) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Victim::ALL
        .into_iter()
        .map(|victim| Fault::Kill(vec![victim]))
        .collect();
    faults.extend(points(6, random));
    faults.push(freeze(5, random));
    faults.extend((0..3).map(|_| link(random)));
    faults.push(Fault::Store(Disaster::RolledBack));
    faults.push(Fault::Store(Disaster::Wiped));
    faults.push(Fault::Store(Disaster::Flipped));
    faults.push(Fault::Store(Disaster::Full));
    faults.push(Fault::Restart(Shutdown::Fast));
    faults.push(Fault::Cancel(100));
    faults
}

/// A thirteenth of the table.
fn medium(episode: u64, random: &mut Random) -> Vec<Fault> {
    let mut faults = kills(random);
    faults.push(Fault::Kill(vec![Victim::Everything]));
    faults.extend(points(8, random));
    faults.push(freeze(5, random));
    faults.extend((0..3).map(|_| link(random)));
    faults.push(Fault::Store(Disaster::RolledBack));
    faults.push(Fault::Store(Disaster::Wiped));
    faults.push(Fault::Store(Disaster::Flipped));
    if episode.is_multiple_of(4) {
        faults.push(Fault::Store(Disaster::Full));
    }
    faults.push(Fault::Restart(match episode % 2 {
        0 => Shutdown::Fast,
        _ => Shutdown::Immediate,
    }));
    faults.push(Fault::Cancel(100));
    faults
}

/// The same, with all the points, and longer sleeps.
fn full(episode: u64, random: &mut Random) -> Vec<Fault> {
    let mut faults = medium(episode, random);
    faults.extend(POINTS.map(Fault::Crash));
    faults.extend((0..2).map(|_| freeze(15, random)));
    faults.extend((0..3).map(|_| link(random)));
    faults.push(Fault::Store(Disaster::Full));
    faults
}

/// Seventy-seven, spread as a week in production would not be: who is killed most is who does most. Now and then several at once.
fn kills(random: &mut Random) -> Vec<Fault> {
    let spread = [
        (Victim::Api, 23),
        (Victim::Relay, 11),
        (Victim::Projector, 15),
        (Victim::Notifier, 12),
        (Victim::Nats, 10),
        (Victim::Postgres, 6),
    ];
    let victims = spread
        .into_iter()
        .flat_map(|(victim, times)| std::iter::repeat_n(victim, times));
    let cycles = victims.map(|victim| {
        let mut victims = vec![victim];
        if random.percent(10) {
            let other = random.one_of(&Victim::ALL[..6]).copied();
            victims.extend(other.filter(|other| *other != victim));
        }
        Fault::Kill(victims)
    });
    cycles.collect()
}

fn points(count: usize, random: &mut Random) -> Vec<Fault> {
    let mut points = POINTS.to_vec();
    shuffle(&mut points, random);
    points.into_iter().take(count).map(Fault::Crash).collect()
}

fn freeze(seconds: u64, random: &mut Random) -> Fault {
    let frozen = match random.below(5) {
        0 => Frozen::Backend,
        1 => Frozen::Process(Role::Relay),
        2 => Frozen::Process(Role::Api),
        _ => Frozen::Process(Role::Projector),
    };
    Fault::Freeze(frozen, Duration::from_secs(5 + random.below(seconds)))
}

fn link(random: &mut Random) -> Fault {
    let roles = [Role::Api, Role::Relay, Role::Projector, Role::Notifier];
    let spoilt = [Spoilt::Cut, Spoilt::HalfOpen, Spoilt::Slow, Spoilt::Reset];
    let engine = if random.percent(60) {
        Engine::Postgres
    } else {
        Engine::Nats
    };
    let role = random.one_of(&roles).copied().unwrap_or(Role::Api);
    let spoilt = random.one_of(&spoilt).copied().unwrap_or(Spoilt::Cut);
    Fault::Link(role, engine, spoilt)
}

fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for last in (1..items.len()).rev() {
        let bound = u64::try_from(last + 1).unwrap_or(1);
        items.swap(last, usize::try_from(random.below(bound)).unwrap_or(0));
    }
}
