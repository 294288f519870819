//! How many connections each network address holds.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::limits::customer;

/// Counts what each network address holds. An IPv6 address stands for its /64, as in
/// [`AddressLimits`](crate::AddressLimits).
#[derive(Debug)]
pub(crate) struct Places {
    most: Option<u32>,
    taken: Mutex<HashMap<IpAddr, u32>>,
}

/// One of the places that an address has. Dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place {
    of: Arc<Places>,
    address: IpAddr,
}

impl Places {
    /// So many places for each address; `None` for any number.
    pub(crate) fn new(most: Option<u32>) -> Arc<Self> {
        let taken = Mutex::default();
        Arc::new(Self { most, taken })
    }

    /// Takes one of the places that an address has; `None` if it has no more.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = customer(address);
        let mut taken = self.taken();
        let held = taken.get(&address).copied().unwrap_or(0);
        if self.most.is_some_and(|most| held >= most) {
            return None;
        }
        taken.insert(address, held + 1);
        let of = self.clone();
        Some(Place { of, address })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        if let Some(held) = taken.get_mut(&self.address) {
            *held -= 1;
            if *held == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_back_is_free_and_nothing_is_kept_of_who_has_none() {
        let places = Places::new(Some(2));
        let take = |address: &str| places.take(address.parse().unwrap());
        let (one, two) = (take("203.0.113.5").unwrap(), take("203.0.113.5").unwrap());
        assert!(take("203.0.113.5").is_none());
        let other = take("2001:db8:0:1::1");
        drop(one);
        drop(take("203.0.113.5").unwrap());
        drop((two, other));
        assert!(places.taken().is_empty());
    }

    #[test]
    fn another_address_of_the_same_network_has_no_places_of_its_own() {
        let places = Places::new(Some(1));
        let _one = places.take("2001:db8:0:1::1".parse().unwrap()).unwrap();
        assert!(places.take("2001:db8:0:1:ffff::2".parse().unwrap()).is_none());
        assert!(places.take("2001:db8:0:2::1".parse().unwrap()).is_some());
    }
}
