//! The auditors' calls: the log as stored, its tree and signed heads, and mailboxes as they were. Reading it is an event too.

mod admit;
mod checkpoint;
mod checkpoints;
mod events;
mod key;
mod mailbox;
mod mailbox_of;
mod stream;
mod tile;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{AccountId, audit::What};
use eventlog::audit::{Entries, Heads, Tiles};
use moka::sync::Cache;
use sqlx::PgPool;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

pub use mailbox::position_of;
pub use mailbox_of::{MailboxAt, Unreadable, known_as, mailbox_of, replay_one};

/// What auditors read, and what was noted of it lately. Cheap to clone.
#[derive(Clone)]
pub struct Audits {
    entries: Entries,
    heads: Heads,
    tiles: Tiles,
    /// The latest minute that is known to be in the log.
    noted: Cache<(AccountId, What), DateTime<Utc>>,
}

impl Audits {
    /// Over the log.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self {
            entries: Entries::new(pool.clone()),
            heads: Heads::new(pool.clone()),
            tiles: Tiles::new(pool),
            noted: Cache::new(1_000),
        }
    }
}

/// The auditors' routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(events::events))
        .routes(routes!(checkpoint::checkpoint))
        .routes(routes!(checkpoints::checkpoints))
        .routes(routes!(key::key))
        .routes(routes!(tile::tile))
        .routes(routes!(mailbox::mailbox))
}
