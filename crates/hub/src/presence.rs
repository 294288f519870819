//! Who is online, and who wants to know.

use std::collections::{HashMap, VecDeque};
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
    watchers: HashMap<UserId, HashMap<ConnectionId, Watch>>,
}

/// How closely somebody is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    /// As he is: who has gone counts for a while as he was.
    Patient,
    /// By his devices alone: he is there as long as one is connected, be he away from it or not.
    Prompt,
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

    /// A device of the user connects, which he may have left for a while; an error if he has `most` already. Gives what changes by it.
    pub(crate) fn arrive(&self, user: UserId, away: bool, most: u32) -> Result<Vec<Change>, ()> {
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
        let is_first = devices.connected == 0;
        devices.connected += 1;
        devices.away += u32::from(away);
        devices.gone_at = None;
        let came = is_first.then(|| board.change(user, PresenceState::Online, Watch::Prompt));
        Ok(board.settle(user).into_iter().chain(came.flatten()).collect())
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

    /// A device of the user is gone. Gives what changes by it.
    pub(crate) fn depart(&self, user: UserId, away: bool, now: Timestamp) -> Vec<Change> {
        let mut board = self.board();
        let Some(devices) = board.online.get_mut(&user) else {
            return Vec::new();
        };
        devices.connected = devices.connected.saturating_sub(1);
        devices.away = devices.away.saturating_sub(u32::from(away));
        let mut gone = None;
        if devices.connected == 0 {
            devices.gone_at = Some(now);
            board.going.push_back((now, user));
            gone = board.change(user, PresenceState::Offline, Watch::Prompt);
        }
        board.settle(user).into_iter().chain(gone).collect()
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
                changes.extend(board.change(user, PresenceState::Offline, Watch::Patient));
            }
        }
        (gone, changes)
    }

    /// A connection wants to know when this user comes or goes. Says how he is now.
    pub(crate) fn watch(&self, user: UserId, connection: ConnectionId, watch: Watch) -> PresenceState {
        let mut board = self.board();
        board.watchers.entry(user).or_default().insert(connection, watch);
        match (board.online.get(&user), watch) {
            (None, _) => PresenceState::Offline,
            (Some(devices), Watch::Patient) => devices.state,
            (Some(devices), Watch::Prompt) if devices.connected == 0 => PresenceState::Offline,
            (Some(_), Watch::Prompt) => PresenceState::Online,
        }
    }

    /// The connections that want to know when this user comes or goes.
    pub(crate) fn watchers(&self, user: UserId) -> Vec<ConnectionId> {
        let board = self.board();
        let watchers = board.watchers.get(&user);
        watchers.map_or_else(Vec::new, |watchers| watchers.keys().copied().collect())
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
        is_news
            .then(|| self.change(user, state, Watch::Patient))
            .flatten()
    }

    /// What those are to be told who follow a user so closely, if there is anybody.
    fn change(&self, user: UserId, state: PresenceState, watch: Watch) -> Option<Change> {
        let watchers = self.watchers.get(&user)?.iter();
        let told: Vec<ConnectionId> = watchers
            .filter(|(_, theirs)| **theirs == watch)
            .map(|(connection, _)| *connection)
            .collect();
        (!told.is_empty()).then_some((user, state, told))
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
        let watch = || presence.watch(ann, watcher, Watch::Patient);
        assert_eq!(watch(), PresenceState::Offline);
        let came = presence.arrive(ann, false, 2).unwrap();
        assert_eq!(came, [(ann, PresenceState::Online, vec![watcher])]);
        assert!(presence.depart(ann, false, at(100)).is_empty());
        assert_eq!(
            presence.arrive(ann, false, 2),
            Ok(Vec::new()),
            "came back within the grace"
        );
        assert!(presence.depart(ann, false, at(110)).is_empty());
        assert!(
            presence.sweep(at(125), GRACE).0.is_empty(),
            "the first absence ended, the second is short"
        );
        let (gone, changes) = presence.sweep(at(130), GRACE);
        assert_eq!(gone, [(ann, at(110))]);
        assert_eq!(changes, [(ann, PresenceState::Offline, vec![watcher])]);
        assert_eq!(watch(), PresenceState::Offline);
    }

    #[test]
    fn whoever_follows_closely_is_told_of_the_first_device_and_the_last() {
        let (presence, ann) = (Presence::default(), UserId::new(Uuid::from_u128(1)));
        let (close, patient) = (ConnectionId(8), ConnectionId(9));
        let watch = || presence.watch(ann, close, Watch::Prompt);
        assert_eq!(watch(), PresenceState::Offline);
        presence.watch(ann, patient, Watch::Patient);
        let came = presence.arrive(ann, true, 3).unwrap();
        assert_eq!(
            came,
            [
                (ann, PresenceState::Away, vec![patient]),
                (ann, PresenceState::Online, vec![close]),
            ]
        );
        assert_eq!(watch(), PresenceState::Online);
        let second = presence.arrive(ann, false, 3).unwrap();
        assert_eq!(second, [(ann, PresenceState::Online, vec![patient])]);
        assert!(presence.depart(ann, true, at(1)).is_empty());
        let gone = (ann, PresenceState::Offline, vec![close]);
        assert_eq!(presence.depart(ann, false, at(2)), [gone]);
        assert_eq!(watch(), PresenceState::Offline);
        let back = presence.arrive(ann, false, 3).unwrap();
        assert_eq!(back, [(ann, PresenceState::Online, vec![close])]);
        presence.depart(ann, false, at(3));
        let (_, changes) = presence.sweep(at(60), GRACE);
        assert_eq!(changes, [(ann, PresenceState::Offline, vec![patient])]);
    }

    #[test]
    fn somebody_is_away_who_has_left_all_his_devices() {
        let (presence, ann) = (Presence::default(), UserId::new(Uuid::from_u128(1)));
        presence.watch(ann, ConnectionId(9), Watch::Patient);
        let only = |changes: Vec<Change>| changes.first().map(|(_, state, _)| *state);
        let state = |change: Option<Change>| change.map(|(_, state, _)| state);
        let came = presence.arrive(ann, true, 3).unwrap();
        assert_eq!(only(came), Some(PresenceState::Away));
        let came = presence.arrive(ann, false, 3).unwrap();
        assert_eq!(only(came), Some(PresenceState::Online));
        assert_eq!(state(presence.set_away(ann, true)), Some(PresenceState::Away));
        assert_eq!(state(presence.set_away(ann, false)), Some(PresenceState::Online));
        assert_eq!(
            only(presence.depart(ann, false, at(1))),
            Some(PresenceState::Away)
        );
        assert!(presence.depart(ann, true, at(2)).is_empty());
        let came = presence.arrive(ann, false, 3).unwrap();
        assert_eq!(only(came), Some(PresenceState::Online));
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
