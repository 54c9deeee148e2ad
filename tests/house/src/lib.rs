//! What every test stands on: a database of its own and, where it is about the wire, a nats-server of its own.
//!
//! Knows the log, since nearly every test begins with one; the rooms above use it for their own tests.

mod database;
mod log_world;
mod nats_server;
mod nats_store;
mod port;
mod proxy;
mod random;
mod service;
mod spawn;
mod stopwatch;

use uuid::Uuid;

pub use database::{Database, Postgres};
pub use log_world::{LogWorld, RunningWriter, command, marked, message, position};
pub use nats_server::NatsServer;
pub use port::Port;
pub use proxy::{Proxy, Target};
pub use random::Random;
pub use service::{
    Answer, Asking, Event, Events, House, Links, Node, PASSWORD, Person, Plan, Role, Socket,
    Stored, StreamState, until, until_within,
};
pub use stopwatch::Stopwatch;

/// One place that reads the environment: scripts/with-postgres sets it, not the test.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to be handed in"
)]
fn environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests with `make test`, or under scripts/with-postgres")
    })
}

/// An id that nobody else has, in the order of their making, where a test has none to hand in.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the tests' ids come from"
)]
pub fn id() -> Uuid {
    Uuid::now_v7()
}
