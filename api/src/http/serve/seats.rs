//! How many connections there may be, in all and from one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::http::throttle::network;

#[derive(Debug, Clone)]
pub(super) struct Seats {
    most: usize,
    most_per_address: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Seats {
    pub(super) fn new(most: usize, most_per_address: usize) -> Self {
        Self {
            most,
            most_per_address,
            taken: Arc::default(),
        }
    }

    /// A seat for a connection from `address`, if there is one left. `is_proxy`: it counts for the total only.
    pub(super) fn take(&self, address: IpAddr, is_proxy: bool) -> Option<Seat> {
        let address = (!is_proxy).then(|| network(address.to_canonical()));
        let mut taken = lock(&self.taken);
        if taken.all >= self.most {
            return None;
        }
        if let Some(address) = address {
            let here = taken.by_address.entry(address).or_default();
            if *here >= self.most_per_address {
                return None;
            }
            *here += 1;
        }
        taken.all += 1;
        Some(Seat {
            taken: Arc::clone(&self.taken),
            address,
        })
    }
}

/// Free again when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    taken: Arc<Mutex<Taken>>,
    address: Option<IpAddr>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all -= 1;
        let Some(address) = self.address else { return };
        if let Some(here) = taken.by_address.get_mut(&address) {
            *here -= 1;
            if *here == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn a_seat_is_free_again_when_its_connection_ends() {
        let seats = Seats::new(10, 1);
        let seat = seats.take(ip(1), false).unwrap();
        assert!(seats.take(ip(1), false).is_none());
        assert!(seats.take(ip(2), false).is_some());
        drop(seat);
        assert!(seats.take(ip(1), false).is_some());
        assert!(lock(&seats.taken).by_address.is_empty());
    }

    #[test]
    fn the_total_holds_for_proxies_too() {
        let seats = Seats::new(2, 1);
        let _both = (
            seats.take(ip(1), true).unwrap(),
            seats.take(ip(1), true).unwrap(),
        );
        assert!(seats.take(ip(1), true).is_none());
        assert!(seats.take(ip(2), false).is_none());
    }
}
