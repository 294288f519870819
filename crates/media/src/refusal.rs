//! Why a file is not kept.

use std::io;

use parlor_domain::MediaKind;

use crate::Kinds;
use crate::sniff::Format;

/// Why an examined file may not be kept.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It is something else than it was said to be.
    #[error("it was sent as {claimed} but is {found}")]
    Mismatch {
        /// What the sender said: a media type, or a kind of media.
        claimed: String,
        /// What its content says: a media type, with the codec where that is what does not fit.
        found: String,
    },
    /// It is of a kind that is not kept here.
    #[error("it is {kind} ({mime}), and what may be sent is {allowed}")]
    NotAllowed {
        /// What it is.
        kind: MediaKind,
        /// Its media type by content.
        mime: &'static str,
        /// What it could be.
        allowed: Kinds,
    },
    /// It is broken, cut off, or uses what is not supported.
    #[error("the {format} cannot be read: {why}")]
    Unreadable {
        /// The format that it begins as, such as `PNG image`.
        format: &'static str,
        /// What is wrong, in a few words that may be shown to the sender; no part of the file's content.
        why: String,
    },
    /// It is beyond a limit.
    #[error("{what} of {kind} may be at most {most}, and is {found}")]
    TooLarge {
        /// Of what kind.
        kind: MediaKind,
        /// Which of its measures: `the size in bytes`, `the width in pixels`, `the frames`, ...
        what: &'static str,
        /// The limit.
        most: u64,
        /// What it is, or at least is.
        found: u64,
    },
    /// Its examination was stopped before its end, because it took too long.
    #[error("the file takes too long to be examined")]
    TimedOut,
    /// The file could not be read or written for a reason that lies with this machine.
    #[error("the file cannot be examined")]
    Io(#[from] io::Error),
}

impl Refusal {
    pub(crate) fn unreadable(format: Format, why: impl Into<String>) -> Self {
        Self::Unreadable {
            format: format.name(),
            why: why.into(),
        }
    }
}
