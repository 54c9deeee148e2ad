//! Step 6: who is connected.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use domain::{AccountId, SessionId};

use crate::{Settings, line::Line};

/// Heartbeats come this many seconds apart, to a share of the streams each second.
const HEARTBEAT_SECONDS: u128 = 15;

/// The open streams by account, and whose unread count is to be told.
#[derive(Default)]
pub(crate) struct Registry {
    inner: Mutex<Inner>,
    uncounted: Mutex<HashSet<AccountId>>,
}

#[derive(Default)]
struct Inner {
    owners: HashMap<AccountId, Vec<Arc<Line>>>,
    total: usize,
    closed: bool,
    seconds: u128,
    /// How far the hub has heard that the tables have come.
    heard: i64,
}

/// No more streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Of this account.
    Account,
    /// On this node, or the node goes down.
    Node,
}

impl Registry {
    /// Notes what the hub has heard, before it tells anybody.
    pub(crate) fn hear(&self, position: i64) {
        let mut inner = self.inner();
        inner.heard = inner.heard.max(position);
    }

    /// Adds a stream. From here on it hears of everything. Of what the hub has heard before it is told no more: should the
    /// tables be set back, it waits until they hold that again.
    pub(crate) fn join(&self, line: Line, settings: &Settings) -> Result<Arc<Line>, Refused> {
        let mut inner = self.inner();
        if inner.closed || inner.total >= settings.streams {
            return Err(Refused::Node);
        }
        line.ring(inner.heard);
        let lines = inner.owners.entry(line.owner).or_default();
        if lines.len() >= settings.streams_per_account {
            return Err(Refused::Account);
        }
        let line = Arc::new(line);
        lines.push(Arc::clone(&line));
        inner.total += 1;
        Ok(line)
    }

    /// Removes a stream.
    pub(crate) fn leave(&self, line: &Arc<Line>) {
        let mut inner = self.inner();
        let Some(lines) = inner.owners.get_mut(&line.owner) else {
            return;
        };
        let before = lines.len();
        lines.retain(|other| !Arc::ptr_eq(other, line));
        let (gone, empty) = (before - lines.len(), lines.is_empty());
        if empty {
            inner.owners.remove(&line.owner);
        }
        inner.total -= gone;
    }

    /// Does something with each stream of an account.
    pub(crate) fn each_of(&self, owner: AccountId, act: impl FnMut(&Arc<Line>)) {
        self.inner()
            .owners
            .get(&owner)
            .into_iter()
            .flatten()
            .for_each(act);
    }

    /// Does something with each stream.
    pub(crate) fn each(&self, act: impl FnMut(&Arc<Line>)) {
        self.inner().owners.values().flatten().for_each(act);
    }

    /// Those of the accounts that are connected.
    pub(crate) fn connected<T: Copy>(&self, some: &[T], owner: impl Fn(&T) -> AccountId) -> Vec<T> {
        let inner = self.inner();
        some.iter()
            .filter(|one| inner.owners.contains_key(&owner(one)))
            .copied()
            .collect()
    }

    /// How many streams are open.
    pub(crate) fn total(&self) -> usize {
        self.inner().total
    }

    /// Every connected account.
    pub(crate) fn owners(&self) -> Vec<AccountId> {
        self.inner().owners.keys().copied().collect()
    }

    /// The log-ins of all streams that are open.
    pub(crate) fn sessions(&self) -> HashSet<SessionId> {
        let inner = self.inner();
        inner
            .owners
            .values()
            .flatten()
            .filter(|line| !line.is_closed())
            .map(|line| line.session)
            .collect()
    }

    /// A second has passed. How many readers were cut off.
    pub(crate) fn second(&self, patience: u32) -> u64 {
        let mut inner = self.inner();
        inner.seconds += 1;
        let due = inner.seconds % HEARTBEAT_SECONDS;
        let beats = |line: &Line| line.session.0.as_u128() % HEARTBEAT_SECONDS == due;
        inner
            .owners
            .values()
            .flatten()
            .map(|line| u64::from(line.second(beats(line), patience)))
            .sum()
    }

    /// Ends every stream with a last event, and takes no new ones.
    pub(crate) fn close(&self, last: impl Fn(&Line) -> Bytes) {
        self.inner().closed = true;
        self.each(|line| line.close(Some(last(line))));
    }

    /// Notes that an account's unread count may have changed, or was not told yet.
    pub(crate) fn uncount(&self, owner: AccountId) {
        self.uncounted().insert(owner);
    }

    /// Whose unread count is to be told.
    pub(crate) fn take_uncounted(&self) -> Vec<AccountId> {
        mem::take(&mut *self.uncounted()).into_iter().collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn uncounted(&self) -> MutexGuard<'_, HashSet<AccountId>> {
        self.uncounted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
