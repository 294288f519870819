//! What the holder of an API key may do.

use std::fmt;
use std::str::FromStr;

/// One thing that the holder of an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Notify single users.
    NotifyUser,
    /// Notify all members of a room in which the key's bot is.
    NotifyRoom,
    /// Notify all accounts.
    NotifyEveryone,
    /// Post in rooms in which the key's bot is.
    Post,
}

/// What the holder of an API key may do: at least one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

/// A text that names no scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one or more of notify:user, notify:room, notify:everyone and post, each once")]
pub struct ScopesError;

impl Scope {
    /// All there are.
    pub const ALL: [Self; 4] = [
        Self::NotifyUser,
        Self::NotifyRoom,
        Self::NotifyEveryone,
        Self::Post,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotifyUser => "notify:user",
            Self::NotifyRoom => "notify:room",
            Self::NotifyEveryone => "notify:everyone",
            Self::Post => "post",
        }
    }

    /// Whether it is of use only to a key that has a bot.
    pub fn needs_bot(self) -> bool {
        self != Self::NotifyUser
    }

    const fn bit(self) -> u8 {
        match self {
            Self::NotifyUser => 1,
            Self::NotifyRoom => 2,
            Self::NotifyEveryone => 4,
            Self::Post => 8,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = ScopesError;

    fn from_str(text: &str) -> Result<Self, ScopesError> {
        let scope = Self::ALL.into_iter().find(|scope| scope.name() == text);
        scope.ok_or(ScopesError)
    }
}

impl Scopes {
    /// These, of which each stands there once.
    ///
    /// # Errors
    /// [`ScopesError`] if there is none, or one stands there twice.
    pub fn of(scopes: &[Scope]) -> Result<Self, ScopesError> {
        let mut bits = 0;
        for scope in scopes {
            if bits & scope.bit() != 0 {
                return Err(ScopesError);
            }
            bits |= scope.bit();
        }
        if bits == 0 {
            Err(ScopesError)
        } else {
            Ok(Self(bits))
        }
    }

    /// Those that were stored.
    pub fn stored(bits: u8) -> Self {
        Self(bits)
    }

    /// As a number to be stored.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether this is among them.
    pub fn allow(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.allow(*scope))
    }
}

impl FromStr for Scopes {
    type Err = ScopesError;

    /// Reads names with commas between them.
    fn from_str(text: &str) -> Result<Self, ScopesError> {
        let scopes: Vec<Scope> = text
            .split(',')
            .map(|name| name.trim().parse())
            .collect::<Result<_, _>>()?;
        Self::of(&scopes)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Scope::name).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_as_themselves() {
        for text in [
            "post",
            "notify:user",
            "notify:user,notify:room,notify:everyone,post",
        ] {
            assert_eq!(text.parse::<Scopes>().unwrap().to_string(), text);
        }
        let scopes: Scopes = "post, notify:user".parse().unwrap();
        assert_eq!(scopes.to_string(), "notify:user,post");
        assert_eq!(Scopes::stored(scopes.bits()), scopes);
        assert!(scopes.allow(Scope::Post) && !scopes.allow(Scope::NotifyRoom));
    }

    #[test]
    fn unknown_and_repeated_scopes_are_refused() {
        for text in ["", "all", "post,post", "post,", "POST", "notify"] {
            assert_eq!(text.parse::<Scopes>(), Err(ScopesError), "{text:?}");
        }
    }
}
