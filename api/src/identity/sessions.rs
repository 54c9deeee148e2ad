//! Log-ins: one row a device, kept alive by single-use refresh tokens.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, SessionId};
use eventlog::Secret;
use sqlx::PgPool;

use super::{Error, access, refresh_token::RefreshToken};

/// How long a session lives that nobody refreshes.
pub(super) const LIFE: TimeDelta = TimeDelta::days(30);
/// How long a used refresh token still gets the answer that may have been lost on the way.
const SECOND_CHANCE: TimeDelta = TimeDelta::seconds(20);

/// The rows of `auth.sessions`.
pub(super) struct Sessions {
    pool: PgPool,
    secret: Secret,
    per_account: i64,
}

/// A log-in to be.
pub(super) struct LogIn<'a> {
    pub account: AccountId,
    pub session: SessionId,
    /// The stored hash that the password was compared with.
    pub password_hash: &'a str,
    pub device: Option<&'a str>,
    pub at: DateTime<Utc>,
}

/// A log-in that was written.
pub(super) struct Begun<T> {
    /// `None` if the password is another one by now.
    pub session: Option<T>,
    /// The sessions that had to go for it.
    pub gone: Vec<SessionId>,
}

struct Inserted {
    session: bool,
    gone: Vec<SessionId>,
}

/// What presenting a refresh token came to.
#[derive(Debug)]
pub(super) enum Refreshed {
    /// The session goes on.
    Goes(Refresh),
    /// The token had been used before: somebody else may have it, so the session has ended.
    Ended(SessionId),
    /// The token is not one of ours, or its session is over.
    Refused,
}

/// A session that goes on.
#[derive(Debug)]
pub(super) struct Refresh {
    pub session: SessionId,
    pub account: AccountId,
    /// When it was refreshed; for a token presented again, the first time.
    pub at: DateTime<Utc>,
    pub token: RefreshToken,
}

/// A session as its owner sees it.
pub(super) struct Row {
    pub session_id: uuid::Uuid,
    pub device: Option<String>,
    pub created_at: DateTime<Utc>,
    pub used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl Sessions {
    pub(super) fn new(pool: PgPool, secret: Secret, per_account: i64) -> Self {
        Self {
            pool,
            secret,
            per_account: per_account.max(1),
        }
    }

    /// Begins a session, unless the password was changed this very moment. Gives its refresh token.
    pub(super) async fn begin(&self, log_in: LogIn<'_>) -> Result<Begun<RefreshToken>, Error> {
        let token = RefreshToken::first(&self.secret, log_in.session)?;
        let begun = self.insert(&log_in, log_in.at + LIFE, Some(&token)).await?;
        Ok(Begun {
            session: begun.session.then_some(token),
            gone: begun.gone,
        })
    }

    /// Begins a session of the classic API: one token, as long as it lives.
    pub(super) async fn begin_classic(&self, log_in: LogIn<'_>) -> Result<Begun<()>, Error> {
        let begun = self
            .insert(&log_in, log_in.at + access::CLASSIC_LIFE, None)
            .await?;
        Ok(Begun {
            session: begun.session.then_some(()),
            gone: begun.gone,
        })
    }

    /// The least recently used ones go. Log-ins at the same moment may leave a few more, until the next one.
    ///
    /// The credential is locked until the session is there: who changes a password, or disables the account, ends what came
    /// before, and what comes after meets the change.
    async fn insert(
        &self,
        log_in: &LogIn<'_>,
        expires_at: DateTime<Utc>,
        refresh: Option<&RefreshToken>,
    ) -> Result<Inserted, Error> {
        let hash = refresh.map(RefreshToken::hash);
        let rows = sqlx::query!(
            r#"with credential as (
               select account_id from auth.credentials
               where account_id = $2 and password_hash = $9 and locked_at is null for share),
             gone as (
               update auth.sessions set ended_at = clock_timestamp() where session_id in (
                 select session_id from auth.sessions
                 where account_id = $2 and ended_at is null and expires_at > $5
                 order by used_at desc, session_id desc offset $8)
               returning session_id),
             new as (
               insert into auth.sessions
                 (session_id, account_id, device, classic, created_at, used_at, expires_at, refresh_hash)
               select $1, account_id, $3, $4, $5, $5, $6, $7 from credential
               returning session_id)
             select session_id as "session_id!", false as "is_new!" from gone
             union all select session_id, true from new"#,
            log_in.session.0,
            log_in.account.0,
            log_in.device,
            refresh.is_none(),
            log_in.at,
            expires_at,
            hash.as_ref().map(<[u8; 32]>::as_slice),
            self.per_account - 1,
            log_in.password_hash
        );
        let rows = rows.fetch_all(&self.pool).await?;
        Ok(Inserted {
            session: rows.iter().any(|row| row.is_new),
            gone: rows
                .iter()
                .filter(|row| !row.is_new)
                .map(|row| SessionId(row.session_id))
                .collect(),
        })
    }

    /// Takes a refresh token in and gives its successor.
    pub(super) async fn refresh(
        &self,
        presented: &str,
        now: DateTime<Utc>,
    ) -> Result<Refreshed, Error> {
        let Some(used) = RefreshToken::read(&self.secret, presented) else {
            return Ok(Refreshed::Refused);
        };
        let successor = used.successor(&self.secret);
        let (used_hash, successor_hash) = (used.hash(), successor.hash());
        let rotated = sqlx::query!(
            r#"update auth.sessions
               set previous_hash = refresh_hash, refresh_hash = $3, rotated_at = $4, used_at = $4, expires_at = $5
               where session_id = $1 and refresh_hash = $2 and ended_at is null and expires_at > $4
               returning account_id, rotated_at as "rotated_at!""#,
            used.session().0,
            used_hash.as_slice(),
            successor_hash.as_slice(),
            now,
            now + LIFE
        );
        match rotated.fetch_optional(&self.pool).await? {
            Some(row) => Ok(Refreshed::Goes(Refresh {
                session: used.session(),
                account: AccountId(row.account_id),
                at: row.rotated_at,
                token: successor,
            })),
            None => self.presented_again(&used, successor, now).await,
        }
    }

    /// A genuine token that is not the current one: two tabs or a lost answer if it was current a moment ago, else it was
    /// stolen from one of the two who have it.
    async fn presented_again(
        &self,
        used: &RefreshToken,
        successor: RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<Refreshed, Error> {
        let session = used.session();
        let row = sqlx::query!(
            "select account_id, previous_hash, rotated_at from auth.sessions
             where session_id = $1 and ended_at is null and expires_at > $2",
            session.0,
            now
        );
        let Some(row) = row.fetch_optional(&self.pool).await? else {
            return Ok(Refreshed::Refused);
        };
        match row.rotated_at {
            Some(at)
                if row.previous_hash.as_deref() == Some(used.hash().as_slice())
                    && now - at <= SECOND_CHANCE =>
            {
                Ok(Refreshed::Goes(Refresh {
                    session,
                    account: AccountId(row.account_id),
                    at,
                    token: successor,
                }))
            }
            _ => {
                self.end(AccountId(row.account_id), session).await?;
                Ok(Refreshed::Ended(session))
            }
        }
    }

    /// Whether a session goes on, asked when a token is met for the first time.
    pub(super) async fn is_open(
        &self,
        account: AccountId,
        session: SessionId,
    ) -> Result<bool, Error> {
        let open = sqlx::query_scalar!(
            r#"select ended_at is null as "open!" from auth.sessions where session_id = $1 and account_id = $2"#,
            session.0,
            account.0
        );
        Ok(open.fetch_optional(&self.pool).await?.unwrap_or(false))
    }

    /// Those that go on, the last used first.
    pub(super) async fn of(
        &self,
        account: AccountId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Row>, Error> {
        let rows = sqlx::query_as!(
            Row,
            "select session_id, device, created_at, used_at, expires_at from auth.sessions
             where account_id = $1 and ended_at is null and expires_at > $2 order by used_at desc, session_id desc",
            account.0,
            now
        );
        Ok(rows.fetch_all(&self.pool).await?)
    }

    /// Ends a session of an account; again is fine. Whether it has such a one.
    pub(super) async fn end(&self, account: AccountId, session: SessionId) -> Result<bool, Error> {
        let ended = sqlx::query!(
            "update auth.sessions set ended_at = coalesce(ended_at, clock_timestamp())
             where session_id = $1 and account_id = $2",
            session.0,
            account.0
        );
        Ok(ended.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Ends all sessions of an account.
    pub(super) async fn end_all(&self, account: AccountId) -> Result<Vec<SessionId>, Error> {
        let ended = sqlx::query_scalar!(
            "update auth.sessions set ended_at = clock_timestamp() where account_id = $1 and ended_at is null
             returning session_id",
            account.0
        );
        Ok(ended
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(SessionId)
            .collect())
    }

    /// Ends all sessions of an account but one.
    pub(super) async fn end_others(
        &self,
        account: AccountId,
        staying: SessionId,
    ) -> Result<Vec<SessionId>, Error> {
        let ended = sqlx::query_scalar!(
            "update auth.sessions set ended_at = clock_timestamp()
             where account_id = $1 and session_id <> $2 and ended_at is null returning session_id",
            account.0,
            staying.0
        );
        Ok(ended
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(SessionId)
            .collect())
    }

    /// Those that ended lately, by the database's clock.
    pub(super) async fn ended_within(
        &self,
        seconds: f64,
    ) -> Result<Vec<(SessionId, AccountId)>, Error> {
        let ended = sqlx::query!(
            "select session_id, account_id from auth.sessions
             where ended_at > clock_timestamp() - make_interval(secs => $1)",
            seconds
        );
        let ended = ended.fetch_all(&self.pool).await?.into_iter();
        Ok(ended
            .map(|row| (SessionId(row.session_id), AccountId(row.account_id)))
            .collect())
    }

    /// Forgets what has been over for a day.
    pub(super) async fn prune(&self, now: DateTime<Utc>) -> Result<(), Error> {
        sqlx::query!(
            "delete from auth.sessions where coalesce(ended_at, expires_at) < $1",
            now - TimeDelta::days(1)
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
