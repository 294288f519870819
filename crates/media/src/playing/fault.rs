//! What keeps a file from being played.

use std::borrow::Cow;
use std::io;

use crate::Refusal;

/// Why a reader gives up.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file is broken or unsupported, in a few words.
    Broken(Cow<'static, str>),
    /// Any other reason.
    Refused(Refusal),
}

impl Fault {
    /// The refusal of a file of this format.
    pub(super) fn of(self, format: &'static str) -> Refusal {
        match self {
            Self::Broken(why) => Refusal::Unreadable {
                format,
                why: why.into_owned(),
            },
            Self::Refused(refusal) => refusal,
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Refused(error.into())
    }
}

/// A file that cannot be read.
pub(super) fn broken(why: impl Into<Cow<'static, str>>) -> Fault {
    Fault::Broken(why.into())
}

/// A file that ends before what it says that it has.
pub(super) fn cut_short() -> Fault {
    broken("it is cut short")
}

/// A file whose codec nobody here knows. The name is one from the file: letters, digits and dashes of it are shown.
pub(super) fn unknown_codec(name: &[u8]) -> Fault {
    let name: String = name
        .iter()
        .take(32)
        .map(|byte| char::from(*byte))
        .filter(|letter| letter.is_ascii_alphanumeric() || "-_/.".contains(*letter))
        .collect();
    broken(format!("its codec {name} is not supported"))
}
