//! What has arrived and is not noted yet, by owner, and what was noted lately.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    mem,
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{AccountId, mailbox::Delivered};
use tokio::time::Instant;

/// Between two events of one owner, at least; and at most so much longer, so that a crowd which began at the same moment does
/// not go on in step.
const BETWEEN: Duration = Duration::from_secs(2);
const SPREAD: u128 = 1_000;
/// Positions in one event, and in those of all owners that are written at once: while these are projected, messages wait.
const IN_ONE: usize = 1_000;
const AT_ONCE: usize = 500;
/// Positions that wait, over all owners. What comes on top is not noted: reading it marks it as well.
const WAITING: usize = 100_000;
/// Positions remembered as told, in each of two halves.
const REMEMBERED: usize = 50_000;

/// What waits for the log.
#[derive(Default)]
pub(super) struct Gathered {
    owners: HashMap<AccountId, Owner>,
    waiting: usize,
    told: HashSet<(AccountId, i64)>,
    told_before: HashSet<(AccountId, i64)>,
}

#[derive(Default)]
struct Owner {
    positions: BTreeMap<i64, Told>,
    /// When the next event may be written; at once, if nothing was written lately.
    not_before: Option<Instant>,
}

/// One owner's next event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub owner: AccountId,
    pub positions: BTreeMap<i64, Told>,
}

/// What is known of one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Who wrote the message.
    pub sender: AccountId,
    /// When it was written to a stream.
    pub at: DateTime<Utc>,
}

impl Gathered {
    /// Nothing waits, and nobody has to.
    pub(super) fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// Takes what was told, once: two streams of one owner tell the same.
    pub(super) fn take(&mut self, told: impl IntoIterator<Item = Delivered>) {
        for item in told {
            if self.waiting < WAITING && self.is_news(item.owner, item.position) {
                let Delivered { sender, at, .. } = item;
                self.add(item.owner, item.position, Told { sender, at });
            }
        }
    }

    /// What is to be written now.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Due> {
        let mut all = Vec::new();
        for (owner, kept) in &mut self.owners {
            if count(&all) >= AT_ONCE {
                break;
            }
            if kept.positions.is_empty() || kept.not_before.is_some_and(|time| time > now) {
                continue;
            }
            kept.not_before = Some(now + between(*owner));
            all.push(cut(*owner, &mut kept.positions));
        }
        self.waiting -= count(&all);
        self.owners
            .retain(|_, kept| !kept.positions.is_empty() || kept.not_before > Some(now));
        all
    }

    /// Everything, however soon after the last.
    pub(super) fn rest(&mut self) -> Vec<Due> {
        let mut all = Vec::new();
        for (owner, mut kept) in self.owners.drain() {
            while !kept.positions.is_empty() {
                all.push(cut(owner, &mut kept.positions));
            }
        }
        self.waiting = 0;
        all
    }

    /// Takes back what could not be written.
    pub(super) fn put_back(&mut self, due: Due) {
        for (position, told) in due.positions {
            self.add(due.owner, position, told);
        }
    }

    fn add(&mut self, owner: AccountId, position: i64, told: Told) {
        let positions = &mut self.owners.entry(owner).or_default().positions;
        self.waiting += usize::from(positions.insert(position, told).is_none());
    }

    /// Whether it was not told yet, as far as this process remembers. The older half is forgotten when the younger is full.
    fn is_news(&mut self, owner: AccountId, position: i64) -> bool {
        let item = (owner, position);
        if self.told_before.contains(&item) || !self.told.insert(item) {
            return false;
        }
        if self.told.len() >= REMEMBERED {
            self.told_before = mem::take(&mut self.told);
        }
        true
    }
}

fn between(owner: AccountId) -> Duration {
    let longer = u64::try_from(owner.0.as_u128() % SPREAD).unwrap_or_default();
    BETWEEN + Duration::from_millis(longer)
}

/// As many of the positions as go into one event.
fn cut(owner: AccountId, positions: &mut BTreeMap<i64, Told>) -> Due {
    let rest = match positions.keys().nth(IN_ONE).copied() {
        Some(first) => positions.split_off(&first),
        None => BTreeMap::new(),
    };
    Due {
        owner,
        positions: mem::replace(positions, rest),
    }
}

fn count(all: &[Due]) -> usize {
    all.iter().map(|due| due.positions.len()).sum()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SENDER: AccountId = AccountId(Uuid::from_u128(9));

    fn owner(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    fn told(n: u128, positions: impl IntoIterator<Item = i64>) -> Vec<Delivered> {
        let one = |position| Delivered {
            owner: owner(n),
            position,
            sender: SENDER,
            at: DateTime::UNIX_EPOCH,
        };
        positions.into_iter().map(one).collect()
    }

    fn positions(due: &[Due]) -> Vec<Vec<i64>> {
        let of = |due: &Due| due.positions.keys().copied().collect();
        due.iter().map(of).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn two_streams_of_one_owner_are_one_event() {
        let mut gathered = Gathered::default();
        gathered.take(told(1, [5, 7]));
        gathered.take(told(1, [5, 7]));
        let now = Instant::now();
        assert_eq!(positions(&gathered.due(now)), [[5, 7]]);
        gathered.take(told(1, [5, 7]));
        assert_eq!(gathered.due(now + between(owner(1))), []);
    }

    #[tokio::test(start_paused = true)]
    async fn an_owner_has_one_event_in_two_seconds_and_others_do_not_wait_for_it() {
        let mut gathered = Gathered::default();
        let now = Instant::now();
        gathered.take(told(1, [1]));
        assert_eq!(positions(&gathered.due(now)), [[1]]);
        gathered.take(told(1, 2..200));
        gathered.take(told(2, [300]));
        assert_eq!(positions(&gathered.due(now + BETWEEN / 2)), [[300]]);
        let later = gathered.due(now + between(owner(1)));
        assert_eq!(positions(&later), [(2..200).collect::<Vec<_>>()]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_holds_a_bounded_number_and_the_rest_follows() {
        let mut gathered = Gathered::default();
        let now = Instant::now();
        gathered.take(told(1, 0..2_500));
        let lengths: Vec<usize> = (0..4)
            .map(|n| count(&gathered.due(now + n * between(owner(1)))))
            .collect();
        assert_eq!(lengths, [1_000, 1_000, 500, 0]);
        assert_eq!(gathered.waiting, 0);
        assert!(gathered.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_takes_turns() {
        let mut gathered = Gathered::default();
        for n in 0..10 {
            gathered.take(told(n, 0..400));
        }
        let now = Instant::now();
        let lengths: Vec<usize> = (0..6).map(|_| count(&gathered.due(now))).collect();
        assert_eq!(lengths, [800, 800, 800, 800, 800, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_log_did_not_take_is_due_again() {
        let mut gathered = Gathered::default();
        let now = Instant::now();
        gathered.take(told(1, [1, 2]));
        let due = gathered.due(now).remove(0);
        gathered.put_back(due);
        gathered.take(told(1, [2, 3]));
        assert_eq!(positions(&gathered.due(now)), Vec::<Vec<i64>>::new());
        assert_eq!(
            positions(&gathered.due(now + between(owner(1)))),
            [[1, 2, 3]]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_at_the_end_does_not_wait() {
        let mut gathered = Gathered::default();
        gathered.take(told(1, [1]));
        drop(gathered.due(Instant::now()));
        gathered.take(told(1, 2..5_003));
        assert_eq!(count(&gathered.rest()), 5_001);
        assert_eq!(gathered.rest(), []);
    }

    #[test]
    fn neither_waiting_nor_remembering_takes_more_and_more_memory() {
        let mut gathered = Gathered::default();
        gathered.take(told(1, 0..1_000_000));
        assert_eq!(gathered.waiting, WAITING);
        assert!(gathered.told.len() + gathered.told_before.len() <= 2 * REMEMBERED);
    }
}
