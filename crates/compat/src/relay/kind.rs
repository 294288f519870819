//! Of what type a notification is.

use parlor_domain::MediaKind;

/// The type of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Image,
    Voice,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Text, Self::Image, Self::Voice];

    /// What it is called in frames and lists.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Voice => "voice",
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As what media are told; `None` if by their URL.
    pub(super) fn of(media: MediaKind) -> Option<Self> {
        match media {
            MediaKind::Image => Some(Self::Image),
            MediaKind::Voice => Some(Self::Voice),
            MediaKind::Audio | MediaKind::Video | MediaKind::File => None,
        }
    }
}
