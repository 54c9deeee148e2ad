//! Who was refused lately: for whoever runs the service to see, and to lift.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// So long is a refusal remembered.
const REMEMBERED: Duration = Duration::from_mins(10);
/// Of more of them at once the later ones are not: the list would say no more.
const MOST: usize = 1_000;

/// What there is a limit for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ThrottleLimit)]
pub enum Limit {
    /// Requests from an address.
    Requests,
    /// Commands by an account.
    Commands,
    /// Times that an account says that it types.
    Typing,
    /// Searches by an account.
    Searches,
    /// Attempts to log in from an address.
    Logins,
    /// New accounts from an address.
    Registrations,
    /// Wrong passwords for a username.
    Guesses,
}

impl Limit {
    /// Each of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Requests,
        Self::Commands,
        Self::Typing,
        Self::Searches,
        Self::Logins,
        Self::Registrations,
        Self::Guesses,
    ];

    /// As the API and the metrics call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Commands => "commands",
            Self::Typing => "typing",
            Self::Searches => "searches",
            Self::Logins => "logins",
            Self::Registrations => "registrations",
            Self::Guesses => "guesses",
        }
    }
}

/// Whom a limit holds back.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// Whoever asks from there; of an IPv6 address the first half.
    Address(IpAddr),
    /// An account.
    Account(Uuid),
    /// Whoever wants to log in under this name, in lower case; there need not be such an account.
    Username(String),
}

/// Somebody who was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// By which limit.
    pub limit: Limit,
    /// Who.
    pub who: Who,
    /// How often, of late.
    pub times: u64,
    /// How long ago the last time was.
    pub ago: Duration,
    /// How long it goes on; zero once they may ask again.
    pub left: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Refusals {
    lately: Mutex<HashMap<(Limit, Who), Refusal>>,
}

#[derive(Debug, Clone, Copy)]
struct Refusal {
    times: u64,
    last: Duration,
    until: Duration,
}

impl From<IpAddr> for Who {
    fn from(address: IpAddr) -> Self {
        Self::Address(address)
    }
}

impl From<Uuid> for Who {
    fn from(account: Uuid) -> Self {
        Self::Account(account)
    }
}

impl Refusals {
    pub(super) fn note(&self, limit: Limit, who: Who, wait: Duration, now: Duration) {
        let mut lately = self.lock();
        if lately.len() >= MOST {
            lately.retain(|_, refusal| refusal.is_recent(now));
        }
        let key = (limit, who);
        if lately.len() >= MOST && !lately.contains_key(&key) {
            return;
        }
        let refusal = lately.entry(key).or_insert(Refusal {
            times: 0,
            last: now,
            until: now,
        });
        if !refusal.is_recent(now) {
            refusal.times = 0;
        }
        refusal.times += 1;
        refusal.last = now;
        refusal.until = now + wait;
    }

    /// The latest first.
    pub(super) fn lately(&self, now: Duration) -> Vec<Refused> {
        let mut lately = self.lock();
        lately.retain(|_, refusal| refusal.is_recent(now));
        let mut refused: Vec<Refused> = lately
            .iter()
            .map(|((limit, who), refusal)| Refused {
                limit: *limit,
                who: who.clone(),
                times: refusal.times,
                ago: now.saturating_sub(refusal.last),
                left: refusal.until.saturating_sub(now),
            })
            .collect();
        refused.sort_by_key(|refused| refused.ago);
        refused
    }

    pub(super) fn forget(&self, limit: Limit, who: &Who) {
        self.lock().remove(&(limit, who.clone()));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Limit, Who), Refusal>> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Refusal {
    fn is_recent(&self, now: Duration) -> bool {
        now < self.until.max(self.last + REMEMBERED)
    }
}
