//! Step 3: the log. Appending, reading and tailing by position; the keys of what is sealed in it.
//!
//! Stands on `domain`. The only room that knows postgres-es.

mod append;
pub mod audit;
mod cloud_event;
mod connect;
mod crowd;
mod durable;
mod error;
mod execute;
mod failpoint;
mod forget;
pub mod fresh;
mod hours;
mod identity;
mod keyring;
mod leaf;
mod ledger;
mod listen;
pub mod merkle;
mod meters;
mod opened;
mod planted;
mod prune;
mod read;
mod rewrap;
mod secrets;
mod tail;
mod token;
pub mod trace;
mod vanished;
mod writer;

pub use append::{
    Appended, Claim, Command, Expect, Idempotency, KeyRow, NewEvent, Outcome, Replayed,
};
pub use cloud_event::{CloudEvent, source_of};
pub use connect::{Role, connect, options};
pub use crowd::Crowd;
pub use durable::{NotDurable, assert_durable};
pub use error::{AppendError, Error};
pub use execute::Loaded;
pub use failpoint::failpoint;
pub use forget::{FOR_EVER, forget_account, name_for_ever};
pub use hours::Hours;
pub use identity::Identity;
pub use keyring::{AccountKey, Keyring, Purpose, Text};
pub use leaf::{leaf_hash, record_hash};
pub use ledger::{Erased, Ledger};
pub use listen::listen;
pub use opened::{Missing, Recorded, sealed_field};
#[cfg(feature = "planted")]
pub use planted::plant;
pub use planted::{Bug, planted};
pub use prune::prune;
pub use read::{Reader, Source};
pub use rewrap::{is_wrapped_too_early, rewrap_accounts, wrap_from_now_on};
pub use secrets::{Secret, Secrets};
pub use tail::Tail;
pub use token::{Token, Tokens, UnreadableToken};
pub use vanished::{STATEMENT, alive, answered};
pub use writer::{Appender, Log, Postgres, Writer};

/// The schema, in its order. Each file says what it is for.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");
