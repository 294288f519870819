//! How a message is remembered that is more than a text.
//!
//! A client may call its messages what it likes. The client of these messages is this dialect, and so what it calls them says of what
//! type they are and what their text stands for.

use std::fmt::Write;

use parlor_domain::ClientId;

use super::kind::Kind;

const BEGINNING: &str = "relay-";
/// How many random bytes keep one message from being called as another.
pub(super) const DRAWN: usize = 13;

/// What a message is whose text is not all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    /// Its type.
    pub(super) kind: Kind,
    /// Whether its text is JSON, and it says the value of that.
    pub(super) is_json: bool,
}

impl Label {
    /// A text as it stands.
    pub(super) const PLAIN: Self = Self {
        kind: Kind::Text,
        is_json: false,
    };

    /// What a message is that is called so.
    pub(super) fn of(name: &ClientId) -> Self {
        Self::read(name.as_str()).unwrap_or(Self::PLAIN)
    }

    /// What a new message is called, with these random bytes.
    pub(super) fn name(self, random: [u8; DRAWN]) -> ClientId {
        let (kind, form) = self.letters();
        let mut name = format!("{BEGINNING}{kind}{form}-");
        for byte in random {
            write!(name, "{byte:02x}").expect("a String takes everything");
        }
        name.parse().expect("it is short and ASCII")
    }

    fn read(name: &str) -> Option<Self> {
        let mut letters = name.strip_prefix(BEGINNING)?.chars();
        let given = (letters.next()?, letters.next()?);
        let mut all = Kind::ALL
            .into_iter()
            .flat_map(|kind| [true, false].map(|is_json| Self { kind, is_json }));
        let found = all.find(|label| label.letters() == given)?;
        letters.as_str().starts_with('-').then_some(found)
    }

    fn letters(self) -> (char, char) {
        let kind = match self.kind {
            Kind::Text => 't',
            Kind::Image => 'i',
            Kind::Voice => 'v',
        };
        (kind, if self.is_json { 'j' } else { 's' })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_it_was_made_for() {
        for kind in Kind::ALL {
            for is_json in [true, false] {
                let label = Label { kind, is_json };
                assert_eq!(Label::of(&label.name([0xab; DRAWN])), label);
            }
        }
    }

    #[test]
    fn other_names_tell_nothing() {
        for name in [
            "01890a5d-ac96-774b-bcce-b302099a8057",
            "relay-",
            "relay-i",
            "relay-is",
            "relay-xs-00",
            "relay-ix-00",
            "Relay-is-00",
        ] {
            assert_eq!(Label::of(&name.parse().unwrap()), Label::PLAIN, "{name}");
        }
    }
}
