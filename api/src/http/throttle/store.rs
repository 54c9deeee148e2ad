//! Where the buckets' levels are kept: governor's own store, shared with whoever lifts a throttle.

use std::sync::Arc;

use governor::{
    nanos::Nanos,
    state::{
        StateStore,
        keyed::{DashMapStateStore, ShrinkableKeyedStateStore},
    },
};

#[derive(Clone, Default)]
pub(super) struct Store(Arc<DashMapStateStore<u64>>);

impl Store {
    /// The bucket is full again.
    pub(super) fn fill(&self, slot: u64) {
        self.0.remove(&slot);
    }
}

impl StateStore for Store {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, slot: &u64, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(slot, measure)
    }
}

impl ShrinkableKeyedStateStore<u64> for Store {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.retain_recent(drop_below);
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
