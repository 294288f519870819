//! What keeps a file from being played.

use std::borrow::Cow;
use std::io;

use crate::Refusal;

/// Why a reader gives up.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The file is broken or unsupported, in a few words.
    Broken(Cow<'static, str>),
    /// Any other reason.
    Refused(Refusal),
}

impl Fault {
    /// The refusal of a file of this format.
    pub(crate) fn of(self, format: &'static str) -> Refusal {
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
pub(crate) fn broken(why: impl Into<Cow<'static, str>>) -> Fault {
    Fault::Broken(why.into())
}

/// A file that ends before what it says that it has.
pub(crate) fn cut_short() -> Fault {
    broken("it is cut short")
}

/// A file whose codec nobody here knows.
pub(crate) fn unknown_codec(name: &[u8]) -> Fault {
    broken(format!("its codec {} is not supported", codec_name(name)))
}

/// The name of a codec as it may be shown: letters, digits and dashes of what a file says.
pub(crate) fn codec_name(name: &[u8]) -> String {
    name.iter()
        .take(32)
        .map(|byte| char::from(*byte))
        .filter(|letter| letter.is_ascii_alphanumeric() || "-_/.".contains(*letter))
        .collect()
}
