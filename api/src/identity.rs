//! Step 1: who asks. Accounts, passwords, sessions and tokens.
//!
//! A request shows an access token: a signed sentence that is good for ten minutes (`access`, `verify`), unless its
//! session has ended (`ended`). The next one is had for a refresh token, which is used once (`sessions`), and the first
//! one for a password (`login`). Whoever an account is, its events tell (`standing`); secrets are never events.

mod access;
pub(crate) mod admin;
mod administrator;
pub(crate) mod by_username;
mod caller;
mod cookies;
mod credentials;
mod ended;
mod erasure;
mod error;
mod hashing;
mod login;
mod one_time;
mod password;
mod people;
mod refresh_token;
mod registration;
mod sessions;
mod shapes;
mod signing;
mod standing;
mod v1;
mod verify;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use domain::{SessionId, account::Role};
use eventlog::{Keyring, Reader, Secrets};
use http::HeaderMap;
use moka::sync::Cache;
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    Settings,
    http::{Problem, Throttle, problem::kind::UNAUTHORIZED},
};

pub use admin::{Listed, create_account, disable, enable, grant, list, reset_password, revoke};
pub use caller::{note_caller, require_caller};
pub use error::Error;
pub use login::Attempt;
pub use password::Password;
pub use registration::NewAccount;
pub use signing::rewrap_signing_keys;

pub(crate) use administrator::Admin;
pub(crate) use caller::Caller;
pub(crate) use one_time::one_time_password;
pub(crate) use people::People;
pub(crate) use registration::register_publicly;
pub(crate) use standing::Standing;
pub(crate) use v1::{keys, routes};

/// How often this process looks what other nodes did.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A look that takes longer is given up, so that the next one is in time.
const PATIENCE: Duration = Duration::from_secs(5);
/// Keys are looked for at every so many-th step.
const KEYS_EVERY: u64 = 5;
/// How many verified tokens are kept.
const VERIFIED: u64 = 50_000;
/// Bodies with a password in them are short.
const SHORT_BODY: usize = 8 * 1024;

/// What time it is; handed in, so that a test can turn the clock.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Who may come in.
pub struct Identity {
    pool: PgPool,
    keys: signing::SigningKeys,
    sessions: sessions::Sessions,
    ended: ended::Ended,
    verified: Cache<[u8; 32], Arc<verify::Verified>>,
    hashing: hashing::Hashing,
    people: People,
    cookies: cookies::Cookies,
    throttle: Arc<Throttle>,
    issuer: String,
    now: Now,
    steps: AtomicU64,
}

impl Identity {
    /// Over the tables of a database. Nothing is read yet; the first signing key is made when it is needed.
    #[must_use]
    pub fn new(
        pool: PgPool,
        keyring: Keyring,
        secrets: &Secrets,
        settings: &Settings,
        throttle: Arc<Throttle>,
        now: Now,
    ) -> Self {
        Self {
            keys: signing::SigningKeys::new(pool.clone(), keyring),
            sessions: sessions::Sessions::new(
                pool.clone(),
                secrets.refresh(),
                settings.sessions_per_account,
            ),
            ended: ended::Ended::new(Instant::now()),
            verified: Cache::builder()
                .max_capacity(VERIFIED)
                .time_to_live(ended::CACHED_FOR)
                .build(),
            hashing: hashing::Hashing::new(settings.hashing_permits),
            people: People::new(pool.clone()),
            cookies: cookies::Cookies::new(settings.loopback),
            throttle,
            issuer: settings.issuer.clone(),
            now,
            steps: AtomicU64::new(0),
            pool,
        }
    }

    /// Follows what other nodes do, until shutdown: sessions that end and keys that come.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_failing = false;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let failure = match timeout(PATIENCE, self.step()).await {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some("no answer in time".to_owned()),
            };
            if let Some(error) = failure.as_ref().filter(|_| !is_failing) {
                tracing::warn!(%error, "cannot see which sessions ended elsewhere: trying again each second");
            }
            is_failing = failure.is_some();
        }
    }

    /// Looks once. A session that ended on another node is refused here from then on; and since it may have ended with its
    /// account, who that is has to be asked anew.
    pub async fn step(&self) -> Result<(), Error> {
        for account in self.ended.step(&self.sessions, Instant::now()).await? {
            self.people.forget(account);
        }
        let step = self.steps.load(Relaxed);
        if step.is_multiple_of(KEYS_EVERY) {
            self.keys.step(self.now()).await?;
        }
        // Only now: what failed is tried again at the next step.
        self.steps.fetch_add(1, Relaxed);
        Ok(())
    }

    /// Forgets sessions that have been over for a day.
    pub async fn prune(&self, now: DateTime<Utc>) -> Result<(), Error> {
        self.sessions.prune(now).await
    }

    /// Adds a signing key. It signs as soon as every node has seen it; tokens of the one before stay valid.
    pub async fn rotate(&self) -> Result<(), Error> {
        self.keys.rotate(self.now()).await
    }

    /// The public halves of the keys that are believed.
    async fn public_keys(&self) -> Result<signing::Jwks, Error> {
        // Makes the first one, so that the list is never empty.
        self.keys.signer(self.now()).await?;
        Ok(self.keys.jwks())
    }

    /// Who asks, by a request's headers; 401 if they do not show it.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<domain::Caller, Problem> {
        match caller::Shown::by(headers, self.cookies.session(headers)) {
            caller::Shown::Token(token) => self.authenticate(token).await,
            caller::Shown::Nothing => Err(Problem::plain(&UNAUTHORIZED)),
            caller::Shown::Unreadable => Err(Problem::unauthorized(
                "The Authorization header has to be `Bearer <token>`.",
            )),
        }
    }

    /// Whether the caller has a role now, whatever its token says: asks the log.
    pub async fn has_role(
        &self,
        reader: &Reader,
        caller: &domain::Caller,
        role: Role,
    ) -> Result<bool, Error> {
        let standing = Standing::of(reader, caller.account).await?;
        Ok(standing.is_some_and(|standing| !standing.disabled && standing.roles.contains(&role)))
    }

    /// Who is called what.
    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    /// How often somebody may ask.
    pub(crate) fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// The same, for the front of the house: one throttle for everything that a process is asked.
    #[must_use]
    pub fn shared_throttle(&self) -> Arc<Throttle> {
        Arc::clone(&self.throttle)
    }

    /// From now on these sessions' tokens are refused here; the other nodes look at the table.
    fn deny(&self, sessions: impl IntoIterator<Item = SessionId>) {
        self.ended.add(sessions, Instant::now());
    }
}

#[cfg(test)]
mod tests;
