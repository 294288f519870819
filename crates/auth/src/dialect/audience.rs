//! For which dialects a token is.

use parlor_domain::Dialect;

/// The dialects that share a token, and so the key under which it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    Relay,
    Greeter,
    RelayAndGreeter,
    Messenger,
    Conversations,
}

impl Audience {
    pub(super) const ALL: [Self; 5] = [
        Self::Relay,
        Self::Greeter,
        Self::RelayAndGreeter,
        Self::Messenger,
        Self::Conversations,
    ];

    pub(super) fn includes(self, dialect: Dialect) -> bool {
        self.dialects().contains(&dialect)
    }

    /// As the claim `aud` has them.
    pub(super) fn names(self) -> Vec<&'static str> {
        self.dialects().iter().map(|dialect| dialect.name()).collect()
    }

    fn dialects(self) -> &'static [Dialect] {
        match self {
            Self::Relay => &[Dialect::Relay],
            Self::Greeter => &[Dialect::Greeter],
            Self::RelayAndGreeter => &[Dialect::Relay, Dialect::Greeter],
            Self::Messenger => &[Dialect::Messenger],
            Self::Conversations => &[Dialect::Conversations],
        }
    }
}
