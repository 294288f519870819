//! The members of a room, as far as a client knows.

use std::collections::BTreeMap;

use parlor_domain::{Role, Seq, UserId};

/// Who is in a room and in what role. Each is as of some seq, and only something newer replaces it.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster {
    /// As of which seq all members are known: what is older says nothing more.
    complete: Option<Seq>,
    /// `None` for people who went away.
    people: BTreeMap<UserId, (Seq, Option<Role>)>,
}

impl Roster {
    /// An event gave somebody this role; `None` if it told that somebody went away.
    pub(super) fn happened(&mut self, seq: Seq, user: UserId, role: Option<Role>) {
        if self.known_as_of(user).is_none_or(|known| known < seq) {
            self.people.insert(user, (seq, role));
        }
    }

    /// A page lists somebody. It knows all events up to its own position, that one included.
    pub(super) fn listed(&mut self, as_of: Seq, user: UserId, role: Role) {
        if self.known_as_of(user).is_none_or(|known| known <= as_of) {
            self.people.insert(user, (as_of, Some(role)));
        }
    }

    /// All who are members as of this seq were listed: whoever was not heard of as of this seq or later is none.
    pub(super) fn complete(&mut self, as_of: Seq) {
        self.complete = self.complete.max(Some(as_of));
        self.people.retain(|_, (known, _)| Some(*known) >= self.complete);
    }

    /// As of which seq it is known whether somebody is a member; `None` if it is not known at all.
    fn known_as_of(&self, user: UserId) -> Option<Seq> {
        self.complete.max(self.people.get(&user).map(|(known, _)| *known))
    }

    /// Whether somebody is known to have gone away.
    pub(super) fn went_away(&self, user: UserId) -> bool {
        matches!(self.people.get(&user), Some((_, None)))
    }

    /// Who is in the room.
    pub(super) fn members(&self) -> impl Iterator<Item = (UserId, Role)> {
        self.people
            .iter()
            .filter_map(|(user, (_, role))| role.map(|role| (*user, role)))
    }
}
