//! Who is online, and who wants to know.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlor_domain::{ConnectionId, Timestamp, UserId};

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceState {
    /// Has a device connected.
    Online,
    /// Has none. Since when is not for all to know who follow.
    Offline,
}

/// The users with a connected device, process-wide.
#[derive(Default)]
pub(crate) struct Presence(Mutex<Board>);

#[derive(Default)]
struct Board {
    /// Devices of each user who counts as online.
    online: HashMap<UserId, Devices>,
    /// When the last device of a user went, oldest first.
    going: VecDeque<(Timestamp, UserId)>,
    watchers: HashMap<UserId, HashSet<ConnectionId>>,
}

/// A user's devices.
#[derive(Default)]
struct Devices {
    connected: u32,
    /// When the last one went, if none is connected.
    gone_at: Option<Timestamp>,
}

/// Somebody came or went, and who is to be told.
pub(crate) type Change = (UserId, PresenceState, Vec<ConnectionId>);

impl Presence {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A device of the user connects; false if he has `most` already. Gives the change that this is, if it is one.
    pub(crate) fn arrive(&self, user: UserId, most: u32) -> Result<Option<Change>, ()> {
        let mut board = self.board();
        let came = !board.online.contains_key(&user);
        let devices = board.online.entry(user).or_default();
        if devices.connected >= most {
            return Err(());
        }
        devices.connected += 1;
        devices.gone_at = None;
        Ok(came.then(|| board.change(user, PresenceState::Online)).flatten())
    }

    /// A device of the user is gone.
    pub(crate) fn depart(&self, user: UserId, now: Timestamp) {
        let mut board = self.board();
        if let Some(devices) = board.online.get_mut(&user) {
            devices.connected = devices.connected.saturating_sub(1);
            if devices.connected == 0 {
                devices.gone_at = Some(now);
                board.going.push_back((now, user));
            }
        }
    }

    /// Those whose last device went `grace` ago and who did not come back, and when each was last seen.
    pub(crate) fn sweep(&self, now: Timestamp, grace: Duration) -> (Vec<(UserId, Timestamp)>, Vec<Change>) {
        let mut board = self.board();
        let (mut gone, mut changes) = (Vec::new(), Vec::new());
        while let Some(&(at, user)) = board.going.front()
            && now.since(at) >= grace
        {
            board.going.pop_front();
            // Who came and went again meanwhile stands further back in the queue, too.
            if board
                .online
                .get(&user)
                .is_some_and(|devices| devices.gone_at == Some(at))
            {
                board.online.remove(&user);
                gone.push((user, at));
                changes.extend(board.change(user, PresenceState::Offline));
            }
        }
        (gone, changes)
    }

    /// A connection wants to know when this user comes or goes. Says whether he is online.
    pub(crate) fn watch(&self, user: UserId, connection: ConnectionId) -> bool {
        let mut board = self.board();
        board.watchers.entry(user).or_default().insert(connection);
        board.online.contains_key(&user)
    }

    /// The connections that want to know when this user comes or goes.
    pub(crate) fn watchers(&self, user: UserId) -> Vec<ConnectionId> {
        let board = self.board();
        let watchers = board.watchers.get(&user);
        watchers.map_or_else(Vec::new, |watchers| watchers.iter().copied().collect())
    }

    /// A connection does not want to know any more.
    pub(crate) fn unwatch(&self, user: UserId, connection: ConnectionId) {
        let mut board = self.board();
        if let Some(watchers) = board.watchers.get_mut(&user) {
            watchers.remove(&connection);
            if watchers.is_empty() {
                board.watchers.remove(&user);
            }
        }
    }
}

impl Board {
    fn change(&self, user: UserId, state: PresenceState) -> Option<Change> {
        self.watchers
            .get(&user)
            .map(|watchers| (user, state, watchers.iter().copied().collect()))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const GRACE: Duration = Duration::from_secs(20);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_short_absence_is_not_noticed() {
        let (presence, ann) = (Presence::default(), UserId::new(Uuid::from_u128(1)));
        let watcher = ConnectionId(9);
        assert!(!presence.watch(ann, watcher));
        let came = presence.arrive(ann, 2).unwrap();
        assert_eq!(came, Some((ann, PresenceState::Online, vec![watcher])));
        presence.depart(ann, at(100));
        assert_eq!(presence.arrive(ann, 2), Ok(None), "came back within the grace");
        presence.depart(ann, at(110));
        assert!(
            presence.sweep(at(125), GRACE).0.is_empty(),
            "the first absence ended, the second is short"
        );
        let (gone, changes) = presence.sweep(at(130), GRACE);
        assert_eq!(gone, [(ann, at(110))]);
        assert_eq!(changes, [(ann, PresenceState::Offline, vec![watcher])]);
        assert!(!presence.watch(ann, watcher));
    }

    #[test]
    fn a_user_has_only_so_many_devices() {
        let (presence, ann) = (Presence::default(), UserId::new(Uuid::from_u128(1)));
        assert!(presence.arrive(ann, 1).is_ok());
        assert_eq!(presence.arrive(ann, 1), Err(()));
        presence.depart(ann, at(0));
        assert!(presence.arrive(ann, 1).is_ok());
    }
}
