//! Who is online, and who wants to know.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlor_domain::{ConnectionId, Timestamp, UserId};

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceState {
    /// Has a device connected at which the person is.
    Online,
    /// Has devices connected, and has left them all for a while.
    Away,
    /// Has none. Since when is not for all to know who follow.
    Offline,
}

/// The users with a connected device, process-wide.
#[derive(Default)]
pub(crate) struct Presence(Mutex<Board>);

#[derive(Default)]
struct Board {
    /// Devices of each user who counts as there.
    online: HashMap<UserId, Devices>,
    /// When the last device of a user went, oldest first.
    going: VecDeque<(Timestamp, UserId)>,
    watchers: HashMap<UserId, HashSet<ConnectionId>>,
}

/// A user's devices.
struct Devices {
    connected: u32,
    /// So many of them the person has left for a while.
    away: u32,
    /// When the last one went, if none is connected.
    gone_at: Option<Timestamp>,
    /// What watchers know.
    state: PresenceState,
}

/// Somebody came or went, and who is to be told.
pub(crate) type Change = (UserId, PresenceState, Vec<ConnectionId>);

impl Presence {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A device of the user connects, which he may have left for a while; an error if he has `most` already. Gives the change that this
    /// is, if it is one.
    pub(crate) fn arrive(&self, user: UserId, away: bool, most: u32) -> Result<Option<Change>, ()> {
        let mut board = self.board();
        let devices = board.online.entry(user).or_insert(Devices {
            connected: 0,
            away: 0,
            gone_at: None,
            state: PresenceState::Offline,
        });
        if devices.connected >= most {
            return Err(());
        }
        devices.connected += 1;
        devices.away += u32::from(away);
        devices.gone_at = None;
        Ok(board.settle(user))
    }

    /// The user leaves a device for a while, or comes back to it.
    pub(crate) fn set_away(&self, user: UserId, away: bool) -> Option<Change> {
        let mut board = self.board();
        let devices = board.online.get_mut(&user)?;
        devices.away = if away {
            devices.away + 1
        } else {
            devices.away.saturating_sub(1)
        };
        board.settle(user)
    }

    /// A device of the user is gone.
    pub(crate) fn depart(&self, user: UserId, away: bool, now: Timestamp) -> Option<Change> {
        let mut board = self.board();
        let devices = board.online.get_mut(&user)?;
        devices.connected = devices.connected.saturating_sub(1);
        devices.away = devices.away.saturating_sub(u32::from(away));
        if devices.connected == 0 {
            devices.gone_at = Some(now);
            board.going.push_back((now, user));
        }
        board.settle(user)
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

    /// A connection wants to know when this user comes or goes. Says how he is now.
    pub(crate) fn watch(&self, user: UserId, connection: ConnectionId) -> PresenceState {
        let mut board = self.board();
        board.watchers.entry(user).or_default().insert(connection);
        let devices = board.online.get(&user);
        devices.map_or(PresenceState::Offline, |devices| devices.state)
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
    /// Notes how a user is with the devices that he has now, if he has any: without one he counts for a while as he was.
    fn settle(&mut self, user: UserId) -> Option<Change> {
        let devices = self.online.get_mut(&user)?;
        let state = match devices.connected {
            0 => devices.state,
            connected if connected == devices.away => PresenceState::Away,
            _ => PresenceState::Online,
        };
        let is_news = std::mem::replace(&mut devices.state, state) != state;
        is_news.then(|| self.change(user, state)).flatten()
    }

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
        assert_eq!(presence.watch(ann, watcher), PresenceState::Offline);
        let came = presence.arrive(ann, false, 2).unwrap();
        assert_eq!(came, Some((ann, PresenceState::Online, vec![watcher])));
        assert_eq!(presence.depart(ann, false, at(100)), None);
        assert_eq!(
            presence.arrive(ann, false, 2),
            Ok(None),
            "came back within the grace"
        );
        assert_eq!(presence.depart(ann, false, at(110)), None);
        assert!(
            presence.sweep(at(125), GRACE).0.is_empty(),
            "the first absence ended, the second is short"
        );
        let (gone, changes) = presence.sweep(at(130), GRACE);
        assert_eq!(gone, [(ann, at(110))]);
        assert_eq!(changes, [(ann, PresenceState::Offline, vec![watcher])]);
        assert_eq!(presence.watch(ann, watcher), PresenceState::Offline);
    }

    #[test]
    fn somebody_is_away_who_has_left_all_his_devices() {
        let (presence, ann) = (Presence::default(), UserId::new(Uuid::from_u128(1)));
        presence.watch(ann, ConnectionId(9));
        let state = |change: Option<Change>| change.map(|(_, state, _)| state);
        let came = presence.arrive(ann, true, 3).unwrap();
        assert_eq!(state(came), Some(PresenceState::Away));
        let came = presence.arrive(ann, false, 3).unwrap();
        assert_eq!(state(came), Some(PresenceState::Online));
        assert_eq!(state(presence.set_away(ann, true)), Some(PresenceState::Away));
        assert_eq!(state(presence.set_away(ann, false)), Some(PresenceState::Online));
        assert_eq!(
            state(presence.depart(ann, false, at(1))),
            Some(PresenceState::Away)
        );
        assert_eq!(presence.depart(ann, true, at(2)), None);
        let came = presence.arrive(ann, false, 3).unwrap();
        assert_eq!(state(came), Some(PresenceState::Online));
    }

    #[test]
    fn a_user_has_only_so_many_devices() {
        let (presence, ann) = (Presence::default(), UserId::new(Uuid::from_u128(1)));
        assert!(presence.arrive(ann, false, 1).is_ok());
        assert_eq!(presence.arrive(ann, false, 1), Err(()));
        presence.depart(ann, false, at(0));
        assert!(presence.arrive(ann, false, 1).is_ok());
    }
}
