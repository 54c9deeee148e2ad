//! How many uploads may be under way: each holds a file on its way on this machine's disk.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::AccountId;

use crate::http::Problem;

/// In this process.
const ALL: usize = 32;
/// By one account: they wait for each other where pictures are opened, and so do the others behind them.
const EACH: usize = 4;

/// Who uploads how many files.
#[derive(Debug, Default)]
pub(super) struct Seats(Mutex<HashMap<AccountId, usize>>);

/// An upload that is under way. Dropped when it is not any more.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    account: AccountId,
}

impl Seats {
    /// 429 where one account has too many, 503 where all together do.
    pub(super) fn take(self: &Arc<Self>, account: AccountId) -> Result<Seat, Problem> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= ALL {
            let detail = "Too many files are being uploaded right now. Try again.";
            return Err(Problem::unavailable(detail, Duration::from_secs(2)));
        }
        let own = taken.entry(account).or_default();
        if *own >= EACH {
            return Err(Problem::too_many_requests(Duration::from_secs(2)));
        }
        *own += 1;
        Ok(Seat {
            seats: Arc::clone(self),
            account,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.account) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use house::id;

    use super::*;

    #[test]
    fn one_account_cannot_take_every_seat_and_gives_its_own_back() {
        let seats = Arc::<Seats>::default();
        let (alice, bob) = (AccountId(id()), AccountId(id()));
        let taken: Vec<_> = (0..EACH).map(|_| seats.take(alice).unwrap()).collect();
        assert_eq!(seats.take(alice).unwrap_err().status(), 429);
        assert!(seats.take(bob).is_ok());
        drop(taken);
        assert!(seats.take(alice).is_ok());
        assert!(seats.0.lock().unwrap().is_empty());
    }

    #[test]
    fn all_accounts_together_cannot_fill_the_disk() {
        let seats = Arc::<Seats>::default();
        let _taken: Vec<_> = (0..ALL)
            .map(|_| seats.take(AccountId(id())).unwrap())
            .collect();
        assert_eq!(seats.take(AccountId(id())).unwrap_err().status(), 503);
    }
}
