//! How often somebody may ask: by address, by account, and (much more strictly) to log in.
//!
//! The counters are this process's own and kept in memory. With several processes each allows its share again, which is
//! less exact and needs nobody's answer before a request is refused.

mod backoff;
mod bucket;
mod clock;
mod refusals;
mod store;

use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use uuid::Uuid;

use self::{backoff::Backoff, bucket::Buckets, refusals::Refusals};
use super::{problem::Problem, text};
use crate::meters;

pub use clock::Clock;
pub use refusals::{Limit, Refused, Who};

/// The throttles' settings. Each rate is also the burst that is allowed at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// `false` switches every throttle off, for load tests (`TIDINGS_THROTTLE=off`).
    pub on: bool,
    /// Requests a minute from one address. Whole offices share one.
    pub requests_per_address: u32,
    /// Commands a minute by one account.
    pub commands_per_account: u32,
    /// Times a minute that one account may say that it types.
    pub typing_per_account: u32,
    /// Searches a minute by one account: each reads a whole mailbox.
    pub searches_per_account: u32,
    /// Attempts to log in a minute from one address.
    pub logins_per_address: u32,
    /// New accounts an hour from one address.
    pub registrations_per_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            on: true,
            requests_per_address: 6000,
            commands_per_account: 600,
            typing_per_account: 120,
            searches_per_account: 60,
            logins_per_address: 30,
            registrations_per_address: 60,
        }
    }
}

/// All throttles of a process.
#[derive(Debug)]
pub struct Throttle {
    on: bool,
    limits: Limits,
    clock: Clock,
    requests: Buckets<IpAddr>,
    commands: Buckets<Uuid>,
    typing: Buckets<Uuid>,
    searches: Buckets<Uuid>,
    logins: Buckets<IpAddr>,
    registrations: Buckets<IpAddr>,
    failures: Backoff,
    refusals: Refusals,
}

impl Throttle {
    /// Fresh counters.
    #[must_use]
    pub fn new(limits: &Limits, clock: Clock) -> Self {
        const MINUTE: Duration = Duration::from_mins(1);
        const HOUR: Duration = Duration::from_hours(1);
        Self {
            on: limits.on,
            limits: *limits,
            requests: Buckets::new(limits.requests_per_address, MINUTE, &clock),
            commands: Buckets::new(limits.commands_per_account, MINUTE, &clock),
            typing: Buckets::new(limits.typing_per_account, MINUTE, &clock),
            searches: Buckets::new(limits.searches_per_account, MINUTE, &clock),
            logins: Buckets::new(limits.logins_per_address, MINUTE, &clock),
            registrations: Buckets::new(limits.registrations_per_address, HOUR, &clock),
            failures: Backoff::default(),
            refusals: Refusals::default(),
            clock,
        }
    }

    /// Any request; asked by [`super::layers`].
    pub(super) fn request(&self, address: IpAddr) -> Result<(), Problem> {
        self.take(Limit::Requests, &self.requests, network(address))
    }

    /// A command by a known account.
    pub fn command(&self, account: Uuid) -> Result<(), Problem> {
        self.take(Limit::Commands, &self.commands, account)
    }

    /// An account that says that it types.
    pub fn typing(&self, account: Uuid) -> Result<(), Problem> {
        self.take(Limit::Typing, &self.typing, account)
    }

    /// A search by a known account.
    pub fn search(&self, account: Uuid) -> Result<(), Problem> {
        self.take(Limit::Searches, &self.searches, account)
    }

    /// A new account.
    pub fn registration(&self, address: IpAddr) -> Result<(), Problem> {
        self.take(Limit::Registrations, &self.registrations, network(address))
    }

    /// An attempt to log in, before the password is looked at. It counts as a failure at once, so that attempts made at
    /// the same time cannot all be the first one; [`Attempt::succeeded`] takes that back.
    pub fn login(&self, address: IpAddr, username: &str) -> Result<Attempt<'_>, Problem> {
        let address = network(address);
        self.take(Limit::Logins, &self.logins, address)?;
        let seat = if self.on {
            let username = username.to_lowercase();
            let begun = self
                .failures
                .begin(&username, address, self.clock.since_start());
            Some(begun.map_err(|wait| self.delay(username, wait))?)
        } else {
            None
        };
        Ok(Attempt {
            throttle: self,
            seat,
        })
    }

    /// The settings.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Who was refused lately, the latest first.
    #[must_use]
    pub fn refused(&self) -> Vec<Refused> {
        self.refusals.lately(self.clock.since_start())
    }

    /// Lets somebody ask again as if they had not asked before. Whether such a limit can hold such a one back.
    pub fn lift(&self, limit: Limit, who: &Who) -> bool {
        let who = match who {
            Who::Address(address) => Who::Address(network(*address)),
            Who::Account(_) | Who::Username(_) => who.clone(),
        };
        match (limit, &who) {
            (Limit::Requests, Who::Address(address)) => self.requests.fill(address),
            (Limit::Logins, Who::Address(address)) => self.logins.fill(address),
            (Limit::Registrations, Who::Address(address)) => {
                self.registrations.fill(address);
            }
            (Limit::Commands, Who::Account(account)) => self.commands.fill(account),
            (Limit::Typing, Who::Account(account)) => self.typing.fill(account),
            (Limit::Searches, Who::Account(account)) => self.searches.fill(account),
            (Limit::Guesses, Who::Username(username)) => self.failures.lift(username),
            _ => return false,
        }
        self.refusals.forget(limit, &who);
        true
    }

    fn take<K>(&self, limit: Limit, buckets: &Buckets<K>, key: K) -> Result<(), Problem>
    where
        K: std::hash::Hash + Into<Who>,
    {
        if !self.on {
            return Ok(());
        }
        buckets.take(&key).map_err(|wait| {
            let now = self.clock.since_start();
            self.refusals.note(limit, key.into(), wait, now);
            refused(limit, wait)
        })
    }

    /// What is no username is not worth noting: nobody can be kept out by it.
    fn delay(&self, username: String, wait: Duration) -> Problem {
        if text::username("", &username).is_ok() {
            let (who, now) = (Who::Username(username), self.clock.since_start());
            self.refusals.note(Limit::Guesses, who, wait, now);
        }
        refused(Limit::Guesses, wait)
    }
}

/// Come back later.
fn refused(limit: Limit, wait: Duration) -> Problem {
    meters::throttled(limit);
    Problem::too_many_requests(wait)
}

/// An attempt to log in that is being judged. Dropped without a word it has failed.
#[must_use = "an attempt that is dropped has failed"]
#[derive(Debug)]
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    seat: Option<backoff::Seat>,
}

impl Attempt<'_> {
    /// The password was right: the failures are forgotten.
    pub fn succeeded(self) {
        if let Some(seat) = self.seat {
            self.throttle
                .failures
                .forget(&seat, self.throttle.clock.since_start());
        }
    }

    /// Nobody looked at the password (too busy, a dependency down): the attempt does not count.
    pub fn not_judged(self) {
        if let Some(seat) = self.seat {
            self.throttle.failures.take_back(&seat);
        }
    }
}

/// What counts as one address: who has one IPv6 address has the 2⁶⁴ beside it.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests;
