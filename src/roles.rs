//! Which roles this process plays, and what each is made of.

mod attachments;
mod delivered;
mod hands;
mod parts;
pub mod projector;
pub mod relay;
mod seal;
mod serve;
mod start;
mod typing;
mod webhooks;

use std::net::SocketAddr;

use tokio_util::sync::CancellationToken;

use crate::{
    cli::{RoleArgs, RuleArgs, WhereArgs},
    notify,
    supervise::{Supervisor, Task},
};

pub use hands::hands;
pub use parts::{Parts, Place, audit_key, secrets};
pub use start::start;

/// The roles of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each role is played or not")]
pub struct Roles {
    /// Takes commands and answers reads.
    pub api: bool,
    /// Publishes the log on NATS.
    pub relay: bool,
    /// Builds the read models.
    pub projector: bool,
    /// Pushes to connected clients.
    pub notifier: bool,
    /// Tells other systems.
    pub webhooks: bool,
}

impl Roles {
    /// Nothing that goes on.
    pub const NONE: Self = Self {
        api: false,
        relay: false,
        projector: false,
        notifier: false,
        webhooks: false,
    };
    /// Everything on one machine.
    pub const ALL: Self = Self {
        api: true,
        relay: true,
        projector: true,
        notifier: true,
        webhooks: true,
    };
    pub const API: Self = Self {
        api: true,
        ..Self::NONE
    };
    pub const RELAY: Self = Self {
        relay: true,
        ..Self::NONE
    };
    pub const PROJECTOR: Self = Self {
        projector: true,
        ..Self::NONE
    };
    pub const NOTIFIER: Self = Self {
        notifier: true,
        ..Self::NONE
    };
    pub const WEBHOOKS: Self = Self {
        webhooks: true,
        ..Self::NONE
    };
}

/// Where a process listens.
#[derive(Clone, Copy, Debug)]
pub struct Doors {
    /// For everybody.
    pub public: SocketAddr,
    /// For the operator.
    pub admin: SocketAddr,
}

/// Runs single roles against given databases, until a signal.
pub async fn run(args: RoleArgs, roles: Roles) -> anyhow::Result<()> {
    let place = Place::of(&args.place)?;
    play(
        &place,
        &args.rules,
        Doors {
            public: args.listen,
            admin: args.admin,
        },
        roles,
    )
    .await
}

/// Plays roles until a signal comes.
pub async fn play(
    place: &Place,
    settings: &RuleArgs,
    doors: Doors,
    roles: Roles,
) -> anyhow::Result<()> {
    let (stop, shutdown) = (crate::up::on_signal(), CancellationToken::new());
    let running = start(place, settings, doors, roles, Vec::new(), &shutdown).await?;
    tracing::info!(url = %running.url(), admin = %running.admin(), "ready");
    let told = notify::ready(&running.url());
    stop.cancelled().await;
    drop(told);
    running.stop(shutdown).await;
    Ok(())
}

/// The token that ends a process's tasks in their order: first the doors, then what they lead to.
#[derive(Clone, Default)]
pub struct Endings {
    /// Requests and streams.
    pub doors: CancellationToken,
    /// What these leave to be done.
    pub chores: CancellationToken,
    /// Everything that works behind them.
    pub works: CancellationToken,
}

/// A process's tasks.
#[derive(Clone, Default)]
pub struct Crew {
    pub doors: Supervisor,
    pub chores: Supervisor,
    pub works: Supervisor,
    pub endings: Endings,
}

impl Crew {
    /// All of them.
    pub fn tasks(&self) -> Vec<Task> {
        [self.doors.tasks(), self.chores.tasks(), self.works.tasks()].concat()
    }
}

impl WhereArgs {
    /// The directory of `tidings up` that is meant.
    pub fn data_path(&self) -> std::path::PathBuf {
        self.data
            .clone()
            .unwrap_or_else(crate::data::DataDir::default_path)
    }
}
