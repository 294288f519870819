//! Why a socket was closed, and whether to come back.

/// What a close code means; docs/PROTOCOL.md has the same table for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The client closed.
    Normal,
    /// The server stops or restarts.
    Stopping,
    /// The frames are no WebSocket.
    Protocol,
    /// A binary frame came.
    Binary,
    /// The text is not UTF-8.
    InvalidText,
    /// A frame is larger than allowed.
    TooBig,
    /// A fault of the server.
    Internal,
    /// The server has no place, or its database is away.
    Unavailable,
    /// The token expired or is not good.
    Unauthenticated,
    /// The session is over.
    SessionEnded,
    /// No `hello` came in time.
    HelloTimeout,
    /// Nothing came, and nothing could be written, for too long.
    Stalled,
    /// Too many connections, or too many frames.
    TooMany,
}

/// When a client whose socket was closed may connect anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComeBack {
    /// At once.
    Now,
    /// At once, with another token.
    WithNewToken,
    /// After a random pause that grows with each failure.
    Later,
    /// Not before somebody has changed something: the same would happen again.
    Never,
}

const TABLE: [(u16, CloseReason, ComeBack); 13] = [
    (1000, CloseReason::Normal, ComeBack::Never),
    (1012, CloseReason::Stopping, ComeBack::Later),
    (1002, CloseReason::Protocol, ComeBack::Never),
    (1003, CloseReason::Binary, ComeBack::Never),
    (1007, CloseReason::InvalidText, ComeBack::Never),
    (1009, CloseReason::TooBig, ComeBack::Never),
    (1011, CloseReason::Internal, ComeBack::Later),
    (1013, CloseReason::Unavailable, ComeBack::Later),
    (4001, CloseReason::Unauthenticated, ComeBack::WithNewToken),
    (4003, CloseReason::SessionEnded, ComeBack::Never),
    (4008, CloseReason::HelloTimeout, ComeBack::Later),
    (4009, CloseReason::Stalled, ComeBack::Now),
    (4029, CloseReason::TooMany, ComeBack::Later),
];

impl CloseReason {
    /// The code in the close frame (RFC 6455, section 7.4).
    pub fn code(self) -> u16 {
        self.row().0
    }

    /// The reason behind a code; `None` for codes that Parlor does not send.
    pub fn of(code: u16) -> Option<Self> {
        TABLE
            .iter()
            .find(|row| row.0 == code)
            .map(|(_, reason, _)| *reason)
    }

    /// When to come back.
    pub fn come_back(self) -> ComeBack {
        self.row().2
    }

    fn row(self) -> &'static (u16, Self, ComeBack) {
        TABLE
            .iter()
            .find(|row| row.1 == self)
            .expect("every reason stands in the table")
    }
}

impl ComeBack {
    /// What follows from a close code. A connection that broke without one (`None`), and codes that are not known,
    /// mean the network or a newer server: later.
    pub fn after(code: Option<u16>) -> Self {
        code.and_then(CloseReason::of)
            .map_or(Self::Later, CloseReason::come_back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_reasons_name_each_other() {
        for (code, reason, come_back) in TABLE {
            assert_eq!(reason.code(), code);
            assert_eq!(CloseReason::of(code), Some(reason));
            assert_eq!(ComeBack::after(Some(code)), come_back);
        }
    }

    #[test]
    fn a_broken_connection_and_an_unknown_code_mean_later() {
        assert_eq!(ComeBack::after(None), ComeBack::Later);
        assert_eq!(ComeBack::after(Some(1001)), ComeBack::Later);
        assert_eq!(ComeBack::after(Some(4999)), ComeBack::Later);
    }
}
