//! Who is killed.

use std::time::Duration;

use house::Role;

/// A process, or a family of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Victim {
    Api,
    Relay,
    Projector,
    Notifier,
    Nats,
    Postgres,
    /// All of them at once, as when a machine is switched off.
    Everything,
}

impl Victim {
    pub const ALL: [Self; 7] = [
        Self::Api,
        Self::Relay,
        Self::Projector,
        Self::Notifier,
        Self::Nats,
        Self::Postgres,
        Self::Everything,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Relay => "relay",
            Self::Projector => "projector",
            Self::Notifier => "notifier",
            Self::Nats => "nats-server",
            Self::Postgres => "postgres",
            Self::Everything => "everything",
        }
    }

    /// The processes of the service that are meant.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Api => Some(Role::Api),
            Self::Relay => Some(Role::Relay),
            Self::Projector => Some(Role::Projector),
            Self::Notifier => Some(Role::Notifier),
            Self::Nats | Self::Postgres | Self::Everything => None,
        }
    }

    /// How long the whole way may be interrupted.
    pub fn patience(self) -> Duration {
        match self {
            Self::Api | Self::Relay | Self::Projector | Self::Notifier | Self::Nats => {
                Duration::from_secs(5)
            }
            Self::Postgres | Self::Everything => Duration::from_secs(15),
        }
    }
}
