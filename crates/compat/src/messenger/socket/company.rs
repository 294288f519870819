//! Whether anybody else of a chat is there.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use parlor_domain::UserId;
use parlor_hub::{Connection, PresenceState};
use parlor_services::{Actor, Error, Presence};

/// So many others are followed at most. In chats of more people there may be somebody else who is not seen.
pub(super) const MOST: usize = 100;

/// The others of a chat, as far as its user may know whether they are there.
#[derive(Default)]
pub(super) struct Company {
    followed: RefCell<HashSet<UserId>>,
    /// Those of them who are there.
    there: RefCell<HashSet<UserId>>,
    /// What was said last.
    said: Cell<Option<bool>>,
    /// Whether it is to be said again.
    is_due: Cell<bool>,
}

impl Company {
    /// Whether there is place for others who may come.
    pub(super) fn has_place(&self) -> bool {
        self.followed.borrow().len() < MOST
    }

    /// Takes note of those who came or went.
    pub(super) fn take_note(&self, connection: &Connection) {
        for (user, state) in connection.noticed() {
            if state == PresenceState::Offline {
                self.there.borrow_mut().remove(&user);
            } else {
                self.there.borrow_mut().insert(user);
            }
            self.is_due.set(true);
        }
    }

    /// Follows these others, as far as the user may, and nobody else any more.
    pub(super) async fn follow(
        &self,
        connection: &Connection,
        presence: &Presence,
        actor: &Actor,
        others: Vec<UserId>,
    ) -> Result<(), Error> {
        // They are followed before it is asked, so that no doubt that arises meanwhile is missed.
        for user in &others {
            connection.watch(*user);
        }
        let allowed = presence.followable(actor, others.clone()).await;
        let kept = allowed.iter().flatten().copied().collect();
        self.keep(connection, &others, kept);
        allowed.map(drop)
    }

    /// Follows nobody, since it is not known who may be followed.
    pub(super) fn follow_nobody(&self, connection: &Connection) {
        self.keep(connection, &[], HashSet::new());
    }

    /// Keeps these of those who are followed or have just been.
    fn keep(&self, connection: &Connection, others: &[UserId], kept: HashSet<UserId>) {
        let before = self.followed.replace(kept.clone());
        for user in others.iter().chain(&before) {
            if !kept.contains(user) {
                connection.unwatch(*user);
            }
        }
        // Of those who came or went until now it is known how they are.
        connection.noticed();
        let is_there = |user: &UserId| {
            let state = connection.watch(*user);
            state.is_some_and(|state| state != PresenceState::Offline)
        };
        let there: HashSet<UserId> = kept.into_iter().filter(is_there).collect();
        let is_anybody = !there.is_empty();
        self.there.replace(there);
        if self.said.get() != Some(is_anybody) {
            self.is_due.set(true);
        }
    }

    /// What is to be said, if anything is.
    pub(super) fn status(&self) -> Option<&'static str> {
        if !self.is_due.replace(false) {
            return None;
        }
        let is_anybody = !self.there.borrow().is_empty();
        self.said.set(Some(is_anybody));
        Some(if is_anybody {
            r#"{"status": "ONLINE"}"#
        } else {
            r#"{"status": "OFFLINE"}"#
        })
    }
}
