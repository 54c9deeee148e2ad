//! What goes wrong.

use std::{fmt, time::Duration};

use house::Role;

use super::victim::Victim;

/// One thing that goes wrong: a cycle, which ends when the whole way of a message works again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9` of all of these at once, each started again at once.
    Kill(Vec<Victim>),
    /// A process ends at a place between two steps.
    Crash(Point),
    /// `SIGSTOP` of one process, or of the database's process that appends; later it goes on, none the wiser.
    Freeze(Frozen, Duration),
    /// A process's wire to an engine.
    Link(Role, Engine, Spoilt),
    /// What happens to a nats-server's store.
    Store(Disaster),
    /// Postgres is told to restart.
    Restart(Shutdown),
    /// So many requests whose clients hang up before they are answered.
    Cancel(usize),
}

/// A place between two steps, in the process of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point(pub Role, pub &'static str);

/// All of them but the webhooks', which has a story of its own in tests/webhooks.rs.
pub const POINTS: [Point; 15] = [
    Point(Role::Api, "writer.taken"),
    Point(Role::Api, "writer.appended"),
    Point(Role::Api, "writer.shown"),
    Point(Role::Relay, "relay.sent"),
    Point(Role::Relay, "relay.acknowledged"),
    Point(Role::Relay, "eraser.noted"),
    Point(Role::Relay, "eraser.key_gone"),
    Point(Role::Relay, "eraser.copy_gone"),
    Point(Role::Relay, "sealer.grown"),
    Point(Role::Relay, "sealer.sealed"),
    Point(Role::Projector, "projector.fed"),
    Point(Role::Projector, "projector.applied"),
    Point(Role::Projector, "projector.committed"),
    Point(Role::Projector, "projector.rung"),
    Point(Role::Notifier, "notifier.writing"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frozen {
    Process(Role),
    Backend,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Postgres,
    Nats,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    Cut,
    HalfOpen,
    Slow,
    Reset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disaster {
    RolledBack,
    Wiped,
    Flipped,
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Connections are ended.
    Fast,
    /// And nothing is written any more: it recovers as after a crash.
    Immediate,
}

impl Fault {
    /// How long the whole way may be interrupted.
    pub fn patience(&self) -> Duration {
        match self {
            Self::Kill(victims) => {
                let patience = victims.iter().map(|victim| victim.patience());
                patience.max().unwrap_or_default()
            }
            // Into a wiped stream all of the log goes again, before the probe does.
            Self::Store(Disaster::Wiped) | Self::Link(..) | Self::Restart(_) => {
                Duration::from_secs(15)
            }
            Self::Crash(_) | Self::Store(_) | Self::Cancel(_) => Duration::from_secs(5),
            // Postgres ends what a frozen client has left open after five seconds.
            Self::Freeze(..) => Duration::from_secs(10),
        }
    }
}

/// As it stands in the table of recoveries.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // That one takes longest, whichever is the other.
            Self::Kill(victims) if victims.len() > 1 && victims.contains(&Victim::Postgres) => {
                write!(f, "kill postgres and another")
            }
            Self::Kill(victims) if victims.len() > 1 => write!(f, "kill two kinds"),
            Self::Kill(victims) => {
                write!(f, "kill {}", victims.first().map_or("", |it| it.name()))
            }
            Self::Crash(Point(_, name)) => write!(f, "crash {name}"),
            Self::Freeze(Frozen::Process(role), _) => write!(f, "freeze {}", role.name()),
            Self::Freeze(Frozen::Backend, _) => write!(f, "freeze a backend"),
            Self::Link(role, engine, spoilt) => {
                write!(f, "{spoilt:?} {engine:?} of {}", role.name())
            }
            Self::Store(disaster) => write!(f, "store {disaster:?}"),
            Self::Restart(shutdown) => write!(f, "restart {shutdown:?}"),
            Self::Cancel(_) => write!(f, "cancel"),
        }
    }
}
