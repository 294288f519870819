//! Typed identifiers: which thing is meant cannot be confused with another.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is no UUID where one is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct ParseIdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is known to name such a thing.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            /// Reads the hyphenated form only, so that one id has one spelling.
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                match Uuid::try_parse(text) {
                    Ok(id) if text.len() == uuid::fmt::Hyphenated::LENGTH => Ok(Self(id)),
                    _ => Err(ParseIdError),
                }
            }
        }
    };
}

id!(
    /// A person's account, or a program's.
    UserId
);
id!(
    /// A conversation: direct, or of a group.
    RoomId
);
id!(
    /// A picture, a sound, a video or a file that was uploaded.
    MediaId
);
id!(
    /// Something that somebody shows for a day.
    StatusId
);
id!(
    /// A list of recipients.
    BroadcastListId
);
id!(
    /// What was sent to a list of recipients.
    BroadcastId
);
id!(
    /// One log in of one device; the family of its refresh tokens.
    SessionId
);
id!(
    /// An append-only log of events. Every room and every user has one, under the same UUID.
    StreamId
);

impl From<RoomId> for StreamId {
    fn from(room: RoomId) -> Self {
        Self(room.0)
    }
}

impl From<UserId> for StreamId {
    fn from(user: UserId) -> Self {
        Self(user.0)
    }
}

/// A socket of this process, numbered as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// Which command of which socket asked for an event, so that the hub can answer it before its echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The socket.
    pub connection: ConnectionId,
    /// The command, as the hub numbers those of a socket.
    pub command: u64,
}

/// What a client calls its own message, so that a repeated send is stored once: 1 to 36 visible ASCII characters.
///
/// A UUIDv7 is recommended: random keys cost more per insert as the log grows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(Box<str>);

/// Why a text cannot be a [`ClientId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 36 visible ASCII characters; a UUIDv7 is recommended")]
pub struct ClientIdError;

impl ClientId {
    /// Longest client id, in bytes.
    pub const MAX_BYTES: usize = 36;

    /// The text as the client gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        let fits = (1..=Self::MAX_BYTES).contains(&text.len());
        if fits && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text.into()))
        } else {
            Err(ClientIdError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let text = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(text.parse::<RoomId>().unwrap().to_string(), text);
        for other in [
            "",
            "01890a5dac96774bbcceb302099a8057",
            "{01890a5d-ac96-774b-bcce-b302099a8057}",
            "x",
        ] {
            assert_eq!(other.parse::<RoomId>(), Err(ParseIdError));
        }
    }

    #[test]
    fn client_ids_are_short_visible_ascii() {
        assert!("a".parse::<ClientId>().is_ok());
        assert!("x".repeat(36).parse::<ClientId>().is_ok());
        for bad in ["", " ", "a b", "é", "a\n", &"x".repeat(37)] {
            assert_eq!(bad.parse::<ClientId>(), Err(ClientIdError), "{bad:?}");
        }
    }
}
