//! The tracks.

mod fields;

use parlor_domain::Dimensions;

use super::element::{Element, children, id};
use crate::fault::{Fault, broken};
use crate::playing::decoder::SoundCodec;
use fields::Fields;

/// How many tracks are looked at.
const MOST: usize = 64;

/// A track of sound or pictures.
pub(super) struct Track {
    pub(super) number: u64,
    /// `None` for pictures.
    pub(super) sound: Option<SoundCodec>,
    /// Whether its blocks come with how transparent the picture is.
    pub(super) has_alpha: bool,
    /// How long a frame lasts if nothing else is said, in nanoseconds.
    pub(super) frame: Option<u64>,
    /// Where its entry begins in the content of `Tracks`.
    start: u64,
}

/// How large the picture is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture {
    pub(super) shown: Dimensions,
    /// The width or height, whichever is greater, of what is decoded.
    pub(super) edge: u32,
}

/// The tracks that are kept.
pub(super) struct Tracks {
    pub(super) tracks: Vec<Track>,
    /// Of the first track that has one, of those in a codec that is known.
    pub(super) picture: Option<Picture>,
    /// The first codec that is not known here.
    pub(super) foreign: Option<String>,
}

impl Tracks {
    /// Reads the content of `Tracks`. The comments in the header of Vorbis become none.
    pub(super) fn read(bytes: &mut [u8]) -> Result<Self, Fault> {
        let mut found = Self {
            tracks: Vec::new(),
            picture: None,
            foreign: None,
        };
        for entry in children(bytes, 0, bytes.len() as u64)? {
            if entry.id == id::TRACK_ENTRY {
                found.add(bytes, &entry)?;
            }
            if found.tracks.len() > MOST {
                return Err(broken("it has too many tracks"));
            }
        }
        if found.tracks.is_empty() {
            return Err(broken("it has neither sound nor pictures"));
        }
        Ok(found)
    }

    /// The codec of the first track of sound.
    pub(super) fn sound(&self) -> Option<&SoundCodec> {
        self.tracks.iter().find_map(|track| track.sound.as_ref())
    }

    pub(super) fn has_pictures(&self) -> bool {
        self.tracks.iter().any(|track| track.sound.is_none())
    }

    /// Whether this entry is of a track that is kept.
    pub(super) fn keeps(&self, entry: &Element) -> bool {
        self.tracks.iter().any(|track| track.start == entry.start)
    }

    fn add(&mut self, bytes: &mut [u8], entry: &Element) -> Result<(), Fault> {
        let fields = Fields::read(bytes, entry)?;
        // Others are subtitles, buttons, and what else is told beside.
        if !matches!(fields.kind, 1 | 2) {
            return Ok(());
        }
        let is_known = fields.is_known();
        if !is_known {
            let name = fields.foreign(bytes)?;
            self.foreign.get_or_insert(name);
        }
        let (sound, picture) = match (fields.kind, is_known) {
            (1, true) => (None, Some(fields.picture(bytes)?)),
            (1, false) => (None, None),
            (_, true) => (Some(fields.sound(bytes)?), None),
            (_, false) => (Some(SoundCodec::Mute), None),
        };
        if self.tracks.iter().any(|track| track.number == fields.number) {
            return Err(broken("two tracks of it have one number"));
        }
        self.picture = self.picture.or(picture);
        self.tracks.push(Track {
            number: fields.number,
            sound,
            has_alpha: fields.has_alpha(bytes)?,
            frame: fields.frame,
            start: entry.start,
        });
        Ok(())
    }
}
