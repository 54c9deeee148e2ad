//! What every handler has at hand.

use chrono::{DateTime, Utc};
use domain::Typing;
use eventlog::{Keyring, Log, Reader, Secrets, Tokens};
use futures::future::BoxFuture;
use sqlx::PgPool;
use tokio::sync::broadcast;

use crate::{
    Freshness, Settings, StreamSize, attachments::Attachments, audit::Audits, groups::Groups,
    identity::Identity, readiness::Readiness,
};

/// When the event at a position was published, as far as it is known.
pub type Published = Box<dyn Fn(i64) -> BoxFuture<'static, Option<DateTime<Utc>>> + Send + Sync>;

/// How this process and what it needs are; only the root package sees all of that.
pub type Look = Box<dyn Fn() -> BoxFuture<'static, Readiness> + Send + Sync>;

/// What the stream takes up, as far as it can be asked.
pub type SizeOfStream = Box<dyn Fn() -> BoxFuture<'static, Option<StreamSize>> + Send + Sync>;

/// The API's hands: the log to write to, the tables to read from.
pub struct Api {
    /// Appends.
    pub log: Log,
    /// Reads the log.
    pub reader: Reader,
    /// The database of claims, keys and sessions. Single statements only: a transaction in a handler would stay open when
    /// its client goes away.
    pub pool: PgPool,
    /// The read models, once they have caught up after a start of Postgres ([`crate::reading_pool`]).
    pub reads: PgPool,
    /// The same for searches, which take long: few connections of their own, each for a short time
    /// ([`crate::searching_pool`]).
    pub searches: PgPool,
    /// Seals and opens.
    pub keyring: Keyring,
    /// Keys for HMACs.
    pub secrets: Secrets,
    /// Makes places in the log opaque.
    pub tokens: Tokens,
    /// How far the read models have come.
    pub freshness: Freshness,
    /// Who types, for those who tell it.
    pub typing: broadcast::Sender<Typing>,
    /// Who may come in.
    pub identity: Identity,
    /// Who is in which group.
    pub groups: Groups,
    /// What auditors read.
    pub audits: Audits,
    /// Files that come with messages.
    pub attachments: Attachments,
    /// When an event was published, for whoever asks; this room does not know the wire.
    pub published: Published,
    /// How everything is, for administrators.
    pub readiness: Look,
    /// What the stream takes up, for administrators.
    pub stream_size: SizeOfStream,
    /// The operator's choices.
    pub settings: Settings,
}
