//! Ogg with Opus or Vorbis (RFC 3533, RFC 7845).
//!
//! The first of its streams that is sound is kept; other sound, and what only describes it, is left out, and a stream
//! with pictures is refused. The comments become none, and the pages are numbered and summed anew. A file cut short is
//! kept as far as its pages are whole.

mod codec;
mod page;
mod stream;

use super::Played;
use super::bounds::Bounds;
use super::fault::{Fault, cut_short, unknown_codec};
use super::tape::Tape;
use super::waveform;

use codec::Codec;
use page::Page;
use stream::Stream;

const MIME: &str = "audio/ogg";

/// How many streams may begin.
const MOST_STREAMS: u32 = 32;

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let kind = bounds.sound()?;
    let (mut stream, mut at) = beginning(tape)?;
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
    let waveform = waveform::draw(tape, &heard.codec, &heard.index, heard.duration)?;
    Ok(Played {
        mime: MIME,
        kind,
        dimensions: None,
        duration: heard.duration,
        waveform,
    })
}

/// Reads the pages on which streams begin, which come before all others. Returns the stream that is kept, and where
/// the next page lies.
fn beginning(tape: &mut Tape) -> Result<(Stream, u64), Fault> {
    let mut kept: Option<(Page, Codec)> = None;
    let mut other = None;
    let mut at = 0;
    for _ in 0..MOST_STREAMS {
        let Some(page) = Page::read(tape, at)? else { break };
        if !page.is_first() {
            break;
        }
        at = page.end();
        if let Some(name) = picture(&page.bytes) {
            return Err(unknown_codec(name));
        }
        match Codec::of(&page.bytes)? {
            Some(codec) if kept.is_none() => kept = Some((page, codec)),
            Some(_) => {}
            None if page.bytes.starts_with(b"fishead\0") => {}
            None => other = Some(page.bytes),
        }
    }
    match (kept, other) {
        (Some((page, codec)), _) => Ok((Stream::begin(tape, &page, codec)?, at)),
        (None, Some(bytes)) => Err(unknown_codec(&bytes[..bytes.len().min(8)])),
        (None, None) => Err(cut_short()),
    }
}

/// The name of a codec of pictures, if a stream begins as one.
fn picture(packet: &[u8]) -> Option<&'static [u8]> {
    const NAMES: [(&[u8], &[u8]); 4] = [
        (b"\x80theora", b"Theora"),
        (b"BBCD\0", b"Dirac"),
        (b"\x80daala", b"Daala"),
        (b"OVP80", b"VP8 in Ogg"),
    ];
    let (_, name) = NAMES
        .iter()
        .find(|(beginning, _)| packet.starts_with(beginning))?;
    Some(name)
}
