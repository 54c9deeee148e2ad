//! What every handler has at hand.

use eventlog::{Keyring, Log, Reader, Secrets, Tokens};
use sqlx::PgPool;

use crate::{Freshness, Settings, groups::Groups, identity::Identity};

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
    /// Who may come in.
    pub identity: Identity,
    /// Who is in which group.
    pub groups: Groups,
    /// The operator's choices.
    pub settings: Settings,
}
