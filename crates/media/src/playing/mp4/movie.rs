//! The movie header.

use parlor_domain::Dimensions;

use super::track::{Media, Track};
use crate::boxes::{Atom, children};
use crate::fault::{Fault, broken};
use crate::playing::decoder::SoundCodec;

/// How many tracks are looked at.
const MOST_TRACKS: usize = 64;

/// What `moov` says of the tracks that are kept.
pub(super) struct Movie {
    pub(super) tracks: Vec<Track>,
    /// The first video track.
    pub(super) picture: Option<Picture>,
    /// The first codec that is not known here.
    pub(super) foreign: Option<String>,
    /// Whether it is continued in fragments.
    pub(super) is_fragmented: bool,
}

/// How large the picture is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture {
    pub(super) shown: Dimensions,
    /// The width or height, whichever is greater, of what is decoded.
    pub(super) edge: u32,
}

impl Movie {
    /// Reads the content of a `moov` box.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let boxes = children(bytes, 0..bytes.len())?;
        let mut tracks: Vec<Track> = Vec::new();
        let mut unknown = Vec::new();
        for atom in boxes.iter().filter(|atom| atom.name == *b"trak") {
            match Track::read(bytes, atom)? {
                Some(track) if track.media.is_known() => tracks.push(track),
                Some(track) => unknown.push(track),
                None => {}
            }
            if tracks.len() + unknown.len() > MOST_TRACKS {
                return Err(broken("it has too many tracks"));
            }
        }
        // A second track with the same sound in another codec, as phones record it, is left out.
        unknown.retain(|track| !tracks.iter().any(|known| known.is_video == track.is_video));
        let foreign = unknown.iter().find_map(Track::foreign);
        tracks.append(&mut unknown);
        if tracks.is_empty() {
            return Err(broken("it has neither sound nor pictures"));
        }
        let picture = tracks.iter().find_map(|track| match track.media {
            Media::Video(picture) => Some(picture),
            _ => None,
        });
        Ok(Self {
            picture,
            foreign,
            is_fragmented: boxes.iter().any(|atom| atom.name == *b"mvex"),
            tracks,
        })
    }

    pub(super) fn has_pictures(&self) -> bool {
        self.tracks.iter().any(|track| track.is_video)
    }

    /// The number and the codec of the first track of sound, if there are no pictures.
    pub(super) fn sound(&self) -> Option<(usize, &SoundCodec)> {
        let mut tracks = self.tracks.iter().enumerate();
        tracks.find_map(|(number, track)| match &track.media {
            Media::Sound(codec) if self.picture.is_none() && self.foreign.is_none() => Some((number, codec)),
            _ => None,
        })
    }

    /// Whether this `trak` is kept.
    pub(super) fn keeps(&self, trak: &Atom) -> bool {
        self.tracks.iter().any(|track| track.start == trak.start)
    }

    /// The track with this id, and its number here.
    pub(super) fn track(&self, id: u32) -> Option<(usize, &Track)> {
        self.tracks.iter().enumerate().find(|(_, track)| track.id == id)
    }
}
