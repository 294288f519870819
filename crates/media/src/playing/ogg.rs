//! Ogg with Opus or Vorbis (RFC 3533, RFC 7845).
//!
//! The first of its streams that is such sound is kept; other sound, and what only describes it, is left out. With
//! pictures, or in other codecs, it is a plain file. The comments become none, and the pages are numbered and summed anew. A file cut short is
//! kept as far as its pages are whole.

mod codec;
mod page;
mod plain;
mod stream;

use super::bounds::Bounds;
use super::index::Noted;
use super::{Played, Sound};
use crate::fault::{Fault, cut_short};
use crate::tape::Tape;

use codec::Codec;
use page::Page;
use stream::Stream;

const MIME: &str = "audio/ogg";

/// How many streams may begin.
const MOST_STREAMS: u32 = 32;

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let Some((mut stream, mut at)) = beginning(tape, bounds.noted)? else {
        return plain::examine(tape, bounds);
    };
    let kind = bounds.sound()?;
    while let Some(page) = Page::read(tape, at)? {
        at = page.end();
        if page.serial != stream.serial() {
            continue;
        }
        stream.add(tape, &page)?;
        if page.is_last() {
            break;
        }
    }
    let heard = stream.finish(tape)?;
    bounds.lasts(kind, heard.duration)?;
    tape.cut(heard.end)?;
    Ok(Played {
        mime: MIME,
        kind,
        dimensions: None,
        duration: heard.duration,
        sound: Some(Sound::Packets {
            codec: heard.codec,
            index: heard.index,
            skip: heard.skip,
        }),
    })
}

/// Reads the pages on which streams begin, which come before all others. Returns the stream that is kept, and where
/// the next page lies; `None` if that would leave out what the file is for.
fn beginning(tape: &mut Tape, noted: Noted) -> Result<Option<(Stream, u64)>, Fault> {
    let mut kept: Option<(Page, Codec)> = None;
    let mut has_other = false;
    let mut at = 0;
    for _ in 0..MOST_STREAMS {
        let Some(page) = Page::read(tape, at)? else { break };
        if !page.is_first() {
            break;
        }
        at = page.end();
        if has_pictures(&page.bytes) {
            return Ok(None);
        }
        match Codec::of(&page.bytes)? {
            Some(codec) if kept.is_none() => kept = Some((page, codec)),
            Some(_) => {}
            None => has_other = true,
        }
    }
    match kept {
        Some((page, codec)) => Ok(Some((Stream::begin(tape, &page, codec, noted)?, at))),
        None if has_other => Ok(None),
        None => Err(cut_short()),
    }
}

/// Whether a stream begins as one of pictures.
fn has_pictures(packet: &[u8]) -> bool {
    let names: [&[u8]; 5] = [b"\x80theora", b"BBCD\0", b"\x80daala", b"OVP80", b"\x01video"];
    names.iter().any(|name| packet.starts_with(name))
}
