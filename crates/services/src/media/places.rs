//! Who may send files at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlor_domain::UserId;

/// So many places for all together, and so many of them for one person.
#[derive(Debug)]
pub(crate) struct Places {
    all: usize,
    each: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<UserId, usize>,
}

/// A place that somebody has until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    person: UserId,
}

impl Places {
    pub(crate) fn new(all: usize, each: usize) -> Self {
        Self {
            all,
            each,
            taken: Mutex::default(),
        }
    }

    /// A place for this person, if there is one.
    pub(crate) fn take(self: &Arc<Self>, person: UserId) -> Option<Place> {
        let mut taken = self.taken();
        if taken.all >= self.all || taken.by.get(&person).is_some_and(|own| *own >= self.each) {
            return None;
        }
        taken.all += 1;
        *taken.by.entry(person).or_default() += 1;
        Some(Place {
            places: Arc::clone(self),
            person,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(own) = taken.by.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                taken.by.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn nobody_takes_all_places() {
        let places = Arc::new(Places::new(5, 3));
        let [ann, ben] = [1, 2].map(|n| UserId::new(Uuid::from_u128(n)));
        let mut anns: Vec<_> = (0..4).filter_map(|_| places.take(ann)).collect();
        let bens: Vec<_> = (0..4).filter_map(|_| places.take(ben)).collect();
        assert_eq!((anns.len(), bens.len()), (3, 2));
        anns.pop();
        assert!(places.take(ben).is_some());
        drop((anns, bens));
        assert_eq!(places.taken().all, 0);
        assert!(places.taken().by.is_empty());
    }
}
