//! Things that are on or off, each as of some event.

use std::collections::BTreeMap;

use parlor_domain::Seq;

/// Things that are on or off, of which only newer news counts.
#[derive(Debug, Clone)]
pub(super) struct Toggles<T>(BTreeMap<T, (Seq, bool)>);

impl<T> Default for Toggles<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord + Clone> Toggles<T> {
    /// It is so as of this event, and as what came last of it.
    pub(super) fn set(&mut self, as_of: Seq, thing: T, on: bool) {
        let known = self.0.entry(thing).or_insert((Seq::ZERO, false));
        if known.0 <= as_of {
            *known = (as_of, on);
        }
    }

    /// Of those that are chosen, these are on as of this event and no others.
    pub(super) fn list(&mut self, as_of: Seq, chosen: impl Fn(&T) -> bool, on: &[T]) {
        let known: Vec<T> = self.0.keys().filter(|thing| chosen(thing)).cloned().collect();
        for thing in known.into_iter().chain(on.iter().cloned()) {
            let is_on = on.contains(&thing);
            self.set(as_of, thing, is_on);
        }
    }

    /// Those that are on.
    pub(super) fn on(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter(|(_, (_, on))| *on).map(|(thing, _)| thing)
    }
}
