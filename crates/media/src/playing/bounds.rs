//! The limits of what plays.

use parlor_domain::{Dimensions, MediaKind};

use super::index::Noted;
use crate::{Limits, Refusal, SoundLimits};

/// What a file may be, by what it is sent as and what is configured.
pub(super) struct Bounds<'a> {
    /// The kind that it is sent as, if that was said.
    pub(super) claimed: Option<MediaKind>,
    pub(super) limits: &'a Limits,
    /// The size of the file as it came.
    pub(super) bytes: u64,
    /// How much of its sound is asked for.
    pub(super) noted: Noted,
}

impl Bounds<'_> {
    /// Which kind a file is that has sound only, if it may be as large as it is.
    pub(super) fn sound(&self) -> Result<MediaKind, Refusal> {
        let (kind, limits) = self.of_sound();
        at_most(kind, "the size in bytes", limits.bytes, self.bytes)?;
        Ok(kind)
    }

    /// Whether a file that is shown at this size, decoded from pictures of at most `edge` pixels in width and height,
    /// may be.
    pub(super) fn video(
        &self,
        mime: &'static str,
        shown: Dimensions,
        edge: u32,
    ) -> Result<MediaKind, Refusal> {
        if self.is_voice() {
            return Err(Refusal::Mismatch {
                claimed: MediaKind::Voice.as_str().to_owned(),
                found: mime.to_owned(),
            });
        }
        let limits = self.limits.video;
        let most = |what, most: u64, found: u64| at_most(MediaKind::Video, what, most, found);
        most("the size in bytes", limits.bytes, self.bytes)?;
        most(
            "the width in pixels",
            limits.edge.into(),
            shown.width.max(edge).into(),
        )?;
        most(
            "the height in pixels",
            limits.edge.into(),
            shown.height.max(edge).into(),
        )?;
        Ok(MediaKind::Video)
    }

    /// Whether a file that nothing here plays may be kept as a plain one: for this codec, if that is why.
    pub(super) fn file(&self, mime: &'static str, codec: Option<&str>) -> Result<MediaKind, Refusal> {
        let kind = MediaKind::File;
        if let Some(claimed) = self.claimed.filter(|claimed| *claimed != kind) {
            return Err(Refusal::Mismatch {
                claimed: claimed.as_str().to_owned(),
                found: codec.map_or_else(|| mime.to_owned(), |codec| format!("{mime} in the codec {codec}")),
            });
        }
        at_most(kind, "the size in bytes", self.limits.file_bytes, self.bytes)?;
        Ok(kind)
    }

    /// Whether something of this kind may play for so many microseconds.
    pub(super) fn lasts(&self, kind: MediaKind, micros: u64) -> Result<(), Refusal> {
        let seconds = match kind {
            MediaKind::File => return Ok(()),
            MediaKind::Video => self.limits.video.seconds,
            _ => self.of_sound().1.seconds,
        };
        at_most(kind, "the length in seconds", seconds, micros.div_ceil(1_000_000))
    }

    fn is_voice(&self) -> bool {
        self.claimed == Some(MediaKind::Voice)
    }

    fn of_sound(&self) -> (MediaKind, SoundLimits) {
        if self.is_voice() {
            (MediaKind::Voice, self.limits.voice)
        } else {
            (MediaKind::Audio, self.limits.audio)
        }
    }
}

const fn at_most(kind: MediaKind, what: &'static str, most: u64, found: u64) -> Result<(), Refusal> {
    if found <= most {
        return Ok(());
    }
    Err(Refusal::TooLarge {
        kind,
        what,
        most,
        found,
    })
}
