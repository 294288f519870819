//! The segment: all that plays, and all that is said of it.

use parlor_domain::MediaKind;

use super::blocks::Blocks;
use super::cluster;
use super::element::{Element, children, id, unsigned};
use super::header::Header;
use super::strip;
use super::tracks::Tracks;
use crate::Refusal;
use crate::fault::{Fault, broken, cut_short};
use crate::playing::bounds::Bounds;
use crate::playing::index::Index;
use crate::tape::Tape;

/// The longest element that is read whole, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// How many elements may lie side by side in a segment. Four hours in clusters of a tenth of a second fit.
const MOST: u32 = 200_000;

/// What a segment has that plays.
pub(super) struct Segment {
    pub(super) tracks: Tracks,
    pub(super) mime: &'static str,
    pub(super) kind: MediaKind,
    pub(super) index: Index,
    /// In microseconds.
    pub(super) duration: u64,
}

impl Segment {
    /// Reads the segment that begins behind the header, cleans it, and cuts off what follows.
    pub(super) fn read(tape: &mut Tape, header: &Header, bounds: &Bounds<'_>) -> Result<Self, Fault> {
        let segment = begin(tape, header.end)?;
        let limit = segment.end.unwrap_or(u64::MAX).min(tape.len());
        let mut parts = Parts::default();
        let mut at = segment.body;
        let mut count = 0;
        while let Some(element) = Element::read(tape, at)? {
            count += 1;
            if count > MOST {
                return Err(broken("it has too many elements"));
            }
            let next = if element.id == id::CLUSTER {
                let blocks = parts.blocks(header, bounds)?;
                cluster::walk(tape, &element, limit, blocks)?
            } else {
                parts.take(tape, &element, limit)?
            };
            at = next.at;
            if next.is_end || at >= limit {
                break;
            }
        }
        if segment.end.is_some_and(|end| end != at) {
            segment.resize(tape, at)?;
        }
        tape.cut(at)?;
        parts.finish(bounds)
    }
}

/// Where a segment goes on.
pub(super) struct Next {
    pub(super) at: u64,
    /// Whether what lies there is not part of it.
    pub(super) is_end: bool,
}

/// Finds the segment. Nothing but padding may come before it.
fn begin(tape: &mut Tape, at: u64) -> Result<Element, Fault> {
    let mut at = at;
    for _ in 0..MOST {
        let element = Element::read(tape, at)?.ok_or_else(cut_short)?;
        match (element.id, element.end) {
            (id::SEGMENT, _) => return Ok(element),
            (id::VOID, Some(end)) if end <= tape.len() => {
                strip::blank_in_file(tape, at, end)?;
                at = end;
            }
            _ => break,
        }
    }
    Err(broken("it has no segment"))
}

/// What was read of a segment.
#[derive(Default)]
struct Parts {
    /// How many nanoseconds a tick has.
    scale: Option<u64>,
    tracks: Option<Tracks>,
    blocks: Option<Blocks>,
    kind: Option<(&'static str, MediaKind)>,
}

impl Parts {
    /// Takes an element that is no cluster.
    fn take(&mut self, tape: &mut Tape, element: &Element, limit: u64) -> Result<Next, Fault> {
        let Element { start, body, .. } = *element;
        let end = element.end.filter(|end| *end <= limit);
        let Some(end) = end.filter(|_| ![id::EBML, id::SEGMENT].contains(&element.id)) else {
            return Ok(Next {
                at: start,
                is_end: true,
            });
        };
        let is_wanted = match element.id {
            id::INFO => self.scale.is_none(),
            id::TRACKS => self.tracks.is_none(),
            id::SEEK_HEAD | id::CUES => true,
            _ => false,
        };
        if !is_wanted {
            strip::blank_in_file(tape, start, end)?;
        } else if end - body > LONGEST {
            return Err(broken("its tables are too long"));
        } else {
            let mut bytes = tape.bytes(body, end)?;
            self.read(element.id, &mut bytes)?;
            tape.write(body, &bytes)?;
        }
        Ok(Next {
            at: end,
            is_end: false,
        })
    }

    /// Reads the content of an element, and cleans it.
    fn read(&mut self, id: u32, bytes: &mut [u8]) -> Result<(), Fault> {
        match id {
            id::INFO => self.scale = Some(scale(bytes)?),
            id::TRACKS => self.tracks = Some(Tracks::read(bytes)?),
            _ => {}
        }
        let tracks = self.tracks.as_ref();
        let all = (0, bytes.len() as u64);
        strip::contents(bytes, id, all, &|bytes, element| match element.id {
            id::TRACK_ENTRY => tracks.is_some_and(|tracks| tracks.keeps(element)),
            id::SEEK => leads_to_what_is_kept(bytes, element),
            _ => true,
        })
    }

    /// What takes the blocks, once it is known what they are.
    fn blocks(&mut self, header: &Header, bounds: &Bounds<'_>) -> Result<&mut Blocks, Fault> {
        let tracks = self.tracks.as_ref();
        let tracks = tracks.ok_or_else(|| broken("its blocks come before its tracks"))?;
        if self.kind.is_none() {
            self.kind = Some(verdict(tracks, header.is_webm, bounds)?);
        }
        let scale = self.scale.unwrap_or(1_000_000);
        Ok(self
            .blocks
            .get_or_insert_with(|| Blocks::of(tracks, scale, bounds.noted)))
    }

    fn finish(self, bounds: &Bounds<'_>) -> Result<Segment, Fault> {
        let (Some(tracks), Some(blocks), Some((mime, kind))) = (self.tracks, self.blocks, self.kind) else {
            return Err(cut_short());
        };
        let (index, duration) = blocks.finish().ok_or_else(cut_short)?;
        bounds.lasts(kind, duration)?;
        Ok(Segment {
            tracks,
            mime,
            kind,
            index,
            duration,
        })
    }
}

/// The media type and the kind of a file with these tracks that may be as large as it is.
fn verdict(
    tracks: &Tracks,
    is_webm: bool,
    bounds: &Bounds<'_>,
) -> Result<(&'static str, MediaKind), Refusal> {
    let foreign = tracks.foreign.as_deref();
    let mime = match (is_webm, tracks.has_pictures()) {
        (true, true) => "video/webm",
        (true, false) => "audio/webm",
        (false, true) => "video/x-matroska",
        (false, false) => "audio/x-matroska",
    };
    let kind = match tracks.picture {
        _ if !is_webm || foreign.is_some() => bounds.file(mime, foreign)?,
        Some(picture) => bounds.video(mime, picture.shown, picture.edge)?,
        None => bounds.sound()?,
    };
    Ok((mime, kind))
}

/// How many nanoseconds a tick has, by the content of `Info`.
fn scale(bytes: &[u8]) -> Result<u64, Fault> {
    for child in children(bytes, 0, bytes.len() as u64)? {
        if child.id == id::TIMESTAMP_SCALE {
            return match unsigned(child.of(bytes))? {
                0 => Err(broken("it has no time")),
                scale => Ok(scale),
            };
        }
    }
    Ok(1_000_000)
}

/// Whether an entry of the seek head names something that is still there.
fn leads_to_what_is_kept(bytes: &[u8], seek: &Element) -> bool {
    let end = seek.end.unwrap_or(seek.body);
    let children = children(bytes, seek.body, end).unwrap_or_default();
    let id = children.iter().find(|child| child.id == id::SEEK_ID);
    let id = id.and_then(|id| unsigned(id.of(bytes)).ok());
    let kept = [id::SEEK_HEAD, id::INFO, id::TRACKS, id::CUES, id::CLUSTER];
    id.is_some_and(|id| kept.iter().any(|kept| u64::from(*kept) == id))
}
