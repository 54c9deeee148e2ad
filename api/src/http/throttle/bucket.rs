//! One leaking bucket for each key.

use std::{
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    marker::PhantomData,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use governor::{Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware};

use super::{Clock, store::Store};

/// Memory is bounded by the number of slots: keys that meet in one share its bucket. The hash is keyed, so that nobody
/// can look for an address that shares the bucket of a victim.
const SLOTS: u64 = 1 << 18;
/// How often buckets that are full again are thrown away.
const SWEEP_EVERY: u32 = 4096;

pub(super) struct Buckets<K> {
    limiter: RateLimiter<u64, Store, Clock, NoOpMiddleware<Duration>>,
    store: Store,
    clock: Clock,
    slots: RandomState,
    taken: AtomicU32,
    key: PhantomData<fn(K)>,
}

impl<K: Hash> Buckets<K> {
    /// Buckets of `count` (at least one) drops, which refill evenly in `period`.
    pub(super) fn new(count: u32, period: Duration, clock: &Clock) -> Self {
        let store = Store::default();
        let burst = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        // No division by zero, and the period is a constant: the other arm is never taken.
        let quota = Quota::with_period(period / burst.get()).unwrap_or(Quota::per_minute(burst));
        Self {
            limiter: RateLimiter::new(quota.allow_burst(burst), store.clone(), clock.clone()),
            store,
            clock: clock.clone(),
            slots: RandomState::new(),
            taken: AtomicU32::new(0),
            key: PhantomData,
        }
    }

    /// Takes a drop, or says how long until there is one.
    pub(super) fn take(&self, key: &K) -> Result<(), Duration> {
        if self.taken.fetch_add(1, Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter
            .check_key(&self.slot(key))
            .map_err(|refusal| refusal.wait_time_from(self.clock.now()))
    }

    /// Fills a key's bucket, and those of the keys that share it.
    pub(super) fn fill(&self, key: &K) {
        self.store.fill(self.slot(key));
    }

    fn slot(&self, key: &K) -> u64 {
        self.slots.hash_one(key) % SLOTS
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.limiter.len()
    }
}

impl<K> fmt::Debug for Buckets<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buckets({})", self.limiter.len())
    }
}
