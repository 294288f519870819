//! Which kinds of media may be kept.

use std::fmt;

use parlor_domain::MediaKind;

/// A set of kinds of media.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// All of them.
    pub const ALL: Self = Self(0b1_1111);

    const ORDER: [MediaKind; 5] = [
        MediaKind::Image,
        MediaKind::Voice,
        MediaKind::Audio,
        MediaKind::Video,
        MediaKind::File,
    ];

    /// The same without `kind`.
    #[must_use]
    pub const fn without(self, kind: MediaKind) -> Self {
        Self(self.0 & !Self::bit(kind))
    }

    /// Whether `kind` is one of them.
    pub const fn has(self, kind: MediaKind) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// Those that it has.
    pub fn iter(self) -> impl Iterator<Item = MediaKind> {
        Self::ORDER.into_iter().filter(move |kind| self.has(*kind))
    }

    const fn bit(kind: MediaKind) -> u8 {
        1 << kind as u8
    }
}

impl FromIterator<MediaKind> for Kinds {
    fn from_iter<I: IntoIterator<Item = MediaKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |all, kind| all | Self::bit(kind)))
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Their words with commas between, or `nothing`.
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds = self.iter();
        let Some(first) = kinds.next() else {
            return f.write_str("nothing");
        };
        f.write_str(first.as_str())?;
        kinds.try_for_each(|kind| write!(f, ", {kind}"))
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::MediaKind;

    use super::Kinds;

    #[test]
    fn a_set_has_what_was_put_in_and_not_taken_out() {
        assert_eq!(Kinds::ALL.to_string(), "image, voice, audio, video, file");
        let without = Kinds::ALL.without(MediaKind::Audio).without(MediaKind::File);
        assert_eq!(without.to_string(), "image, voice, video");
        assert_eq!(without.iter().collect::<Kinds>(), without);
        assert!(without.has(MediaKind::Voice) && !without.has(MediaKind::Audio));
        assert_eq!(Kinds::from_iter([]).to_string(), "nothing");
    }
}
