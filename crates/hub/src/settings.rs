//! What the hub may use.

use std::time::Duration;

/// Limits and times of the hub.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Most sockets in all.
    pub connections: usize,
    /// Most sockets of one user.
    pub connections_per_user: u32,
    /// Bytes that the rings of one worker may take, and again as many for its pages of the log.
    pub ring_bytes: usize,
    /// How long an event stays in a ring.
    pub ring_age: Duration,
    /// After how long a silence a connection is pinged.
    pub ping: Duration,
    /// After how long without any sign of life a connection is closed at the latest.
    pub stalled: Duration,
    /// How long after the last device went a user still counts as online.
    pub offline_grace: Duration,
    /// How many people one connection may follow.
    pub follows: usize,
    /// A new member gets what he may see of the room pushed up to so many events; of more, only what is new.
    pub replay: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 100_000,
            connections_per_user: 20,
            ring_bytes: 64 << 20,
            ring_age: Duration::from_secs(30),
            ping: Duration::from_secs(25),
            stalled: Duration::from_secs(120),
            offline_grace: Duration::from_secs(20),
            follows: 500,
            replay: 1000,
        }
    }
}
