//! What the operator decides about sockets.

use std::num::NonZeroU32;
use std::time::Duration;

/// Limits of sockets. Those on their number and their silence are the hub's.
#[derive(Debug, Clone)]
pub struct SocketSettings {
    /// Largest text frame, fragments together, in bytes.
    pub frame_bytes: usize,
    /// Largest text of a message, in bytes; told to clients.
    pub body_bytes: usize,
    /// How long a client may take to say hello.
    pub hello: Duration,
    /// A silence after which a client takes the connection for dead; told to clients. Longer than between pings.
    pub heartbeat: Duration,
    /// How long a client may take nothing of what the kernel holds for it. The hub has the same limit for its own part.
    pub stalled: Duration,
    /// Most sockets of one network address; `None` for any number.
    pub per_address: Option<u32>,
    /// Frames a second of one socket, on average, four seconds' worth at once; `None` for any number.
    pub commands_per_second: Option<NonZeroU32>,
    /// Origins of web pages, besides the server's own, that may open sockets.
    pub allowed_origins: Vec<String>,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            frame_bytes: 256 << 10,
            body_bytes: 65_536,
            hello: Duration::from_secs(10),
            heartbeat: Duration::from_secs(60),
            stalled: Duration::from_secs(120),
            per_address: Some(100),
            commands_per_second: NonZeroU32::new(50),
            allowed_origins: Vec::new(),
        }
    }
}
