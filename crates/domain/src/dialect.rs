//! The chat APIs that Parlor speaks besides its own.

/// A chat API that Parlor speaks besides its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// One socket of notifications for everybody.
    Relay,
    /// Direct, group and broadcast chats after a login with a mailed code.
    Messenger,
    /// A chat that greets with the time.
    Greeter,
    /// One conversation for each pair of people.
    Conversations,
    /// Rooms with a limit, all on one socket.
    Rooms,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Relay,
        Self::Messenger,
        Self::Greeter,
        Self::Conversations,
        Self::Rooms,
    ];

    /// The name by which paths, settings and tokens call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Messenger => "messenger",
            Self::Greeter => "greeter",
            Self::Conversations => "conversations",
            Self::Rooms => "rooms",
        }
    }
}
