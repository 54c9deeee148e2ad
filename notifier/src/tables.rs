//! Step 6: what the notifier asks of the read models, and how Postgres answers. It never writes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{AccountId, SessionId, mailbox::Change};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{backlog, feed, sessions, typing, unread};

/// A part of a mailbox's feed: what lies behind `after`, up to all of `upto`.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// A place.
    pub after: eventlog::Token,
    /// A position.
    pub upto: i64,
}

/// How much of a feed is read next.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How far the read models have come.
    pub upto: i64,
    /// How far to read, so that it is not much more than was asked for.
    pub horizon: i64,
    /// Whether a conversation changed on the way there.
    pub conversations: bool,
}

type Answer<T> = Result<T, sqlx::Error>;

/// The read models, to be read. Whoever reads a position from them finds all of its rows.
pub trait Tables: Clone + Send + Sync + 'static {
    /// How far they have come.
    fn checkpoint(&self) -> impl Future<Output = Answer<i64>> + Send;

    /// How far the log has come.
    fn head(&self) -> impl Future<Output = Answer<i64>> + Send;

    /// The first `limit` items of each owner within the range, in order for each of them. An error, where the tables do not
    /// hold all of it: they were set back since somebody said that they do.
    fn items(
        &self,
        owners: &[Uuid],
        range: Range,
        limit: i64,
    ) -> impl Future<Output = Answer<Vec<Change>>> + Send;

    /// The first `limit` conversations of each owner within the range, in order for each of them; or an error, as above.
    fn conversations(
        &self,
        owners: &[Uuid],
        range: Range,
        limit: i64,
    ) -> impl Future<Output = Answer<Vec<Change>>> + Send;

    /// Bounds for reading an owner's feed behind a position: at most `items` new items of each box, and no further than
    /// `upto`, or else the checkpoint.
    fn bounds(
        &self,
        owner: AccountId,
        after: i64,
        upto: Option<i64>,
        items: i64,
    ) -> impl Future<Output = Answer<Bounds>> + Send;

    /// How many messages are unread, for each owner who has any conversation.
    fn unread(
        &self,
        owners: &[AccountId],
    ) -> impl Future<Output = Answer<HashMap<AccountId, i64>>> + Send;

    /// Those of the sessions that are over.
    fn over(
        &self,
        sessions: &[Uuid],
        now: DateTime<Utc>,
    ) -> impl Future<Output = Answer<Vec<SessionId>>> + Send;

    /// Which of the owners are told who types in which of the conversations.
    fn listeners(
        &self,
        owners: &[AccountId],
        conversations: &[Uuid],
    ) -> impl Future<Output = Answer<Vec<(Uuid, AccountId)>>> + Send;
}

impl Tables for PgPool {
    async fn checkpoint(&self) -> Answer<i64> {
        feed::checkpoint(self).await
    }

    async fn head(&self) -> Answer<i64> {
        feed::head(self).await
    }

    async fn items(&self, owners: &[Uuid], range: Range, limit: i64) -> Answer<Vec<Change>> {
        feed::items(self, owners, range, limit).await
    }

    async fn conversations(
        &self,
        owners: &[Uuid],
        range: Range,
        limit: i64,
    ) -> Answer<Vec<Change>> {
        feed::conversations(self, owners, range, limit).await
    }

    async fn bounds(
        &self,
        owner: AccountId,
        after: i64,
        upto: Option<i64>,
        items: i64,
    ) -> Answer<Bounds> {
        backlog::bounds(self, owner, after, upto, items).await
    }

    async fn unread(&self, owners: &[AccountId]) -> Answer<HashMap<AccountId, i64>> {
        unread::totals(self, owners).await
    }

    async fn over(&self, sessions: &[Uuid], now: DateTime<Utc>) -> Answer<Vec<SessionId>> {
        sessions::over(self, sessions, now).await
    }

    async fn listeners(
        &self,
        owners: &[AccountId],
        conversations: &[Uuid],
    ) -> Answer<Vec<(Uuid, AccountId)>> {
        typing::listeners(self, owners, conversations).await
    }
}
