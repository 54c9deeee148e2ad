//! Guessing passwords gets slower with every failure.
//!
//! Failures are counted by account, wherever they come from, since a guesser may have many addresses. That alone would
//! let a stranger keep the owner out, by failing again whenever a delay ends. So an address the account has logged in
//! from before has a count of its own.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Failures without a delay.
const FREE: u32 = 10;
/// The delay after the last free one; each further failure doubles it.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// Never longer, so that no account is locked for good.
const LONGEST_DELAY: Duration = Duration::from_mins(15);
/// A count that nobody has added to for so long is forgotten.
const FORGET: Duration = Duration::from_hours(24);
/// So long is an address remembered as familiar.
const FAMILIAR: Duration = Duration::from_hours(30 * 24);
/// Bounds the memory to a few megabytes.
const MOST: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Backoff {
    counts: Mutex<HashMap<u64, Count>>,
    keys: RandomState,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Whose: the username's hash.
    name: u64,
    failures: u32,
    last: Duration,
    /// Until when this is the count of a familiar address.
    familiar_until: Duration,
}

/// The count that an attempt has been added to.
#[derive(Debug)]
pub(super) struct Seat {
    key: u64,
    name: u64,
    /// The count of the account at this address, whether it exists or not.
    here: u64,
}

impl Count {
    /// What is left of the delay.
    fn wait(&self, now: Duration) -> Option<Duration> {
        let doublings = self.failures.checked_sub(FREE)?.min(20);
        let delay = (FIRST_DELAY * (1 << doublings)).min(LONGEST_DELAY);
        (self.last + delay)
            .checked_sub(now)
            .filter(|left| !left.is_zero())
    }

    fn is_worth_keeping(&self, now: Duration) -> bool {
        now < self.familiar_until || now < self.last + FORGET
    }
}

impl Backoff {
    /// Counts an attempt as failed, or says how long to wait.
    pub(super) fn begin(
        &self,
        username: &str,
        address: IpAddr,
        now: Duration,
    ) -> Result<Seat, Duration> {
        let here = self.keys.hash_one((username, Some(address)));
        let everywhere = self.keys.hash_one((username, None::<IpAddr>));
        let mut counts = self.lock();
        let is_familiar = counts
            .get(&here)
            .is_some_and(|count| now < count.familiar_until);
        let key = if is_familiar { here } else { everywhere };
        make_room(&mut counts, now);
        let count = counts.entry(key).or_default();
        count.name = everywhere;
        if now >= count.last + FORGET {
            count.failures = 0;
        }
        if let Some(wait) = count.wait(now) {
            return Err(wait);
        }
        count.failures += 1;
        count.last = now;
        Ok(Seat {
            key,
            name: everywhere,
            here,
        })
    }

    /// The attempt was right after all; its address is familiar from now on.
    pub(super) fn forget(&self, seat: &Seat, now: Duration) {
        let mut counts = self.lock();
        counts.remove(&seat.key);
        counts.insert(
            seat.here,
            Count {
                name: seat.name,
                familiar_until: now + FAMILIAR,
                last: now,
                failures: 0,
            },
        );
    }

    /// The next attempt under a name is the first one, wherever it comes from.
    pub(super) fn lift(&self, username: &str) {
        let name = self.keys.hash_one((username, None::<IpAddr>));
        let mut counts = self.lock();
        let own = counts.values_mut().filter(|count| count.name == name);
        own.for_each(|count| count.failures = 0);
    }

    /// The attempt never happened.
    pub(super) fn take_back(&self, seat: &Seat) {
        if let Some(count) = self.lock().get_mut(&seat.key) {
            count.failures = count.failures.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}

/// Forgets what is stale and, where that is not enough, the older half.
fn make_room(counts: &mut HashMap<u64, Count>, now: Duration) {
    if counts.len() < MOST {
        return;
    }
    counts.retain(|_, count| count.is_worth_keeping(now));
    if counts.len() >= MOST / 2 {
        let mut times: Vec<_> = counts.values().map(|count| count.last).collect();
        let (_, &mut middle, _) = times.select_nth_unstable(counts.len() / 2);
        counts.retain(|_, count| count.last > middle);
    }
}
