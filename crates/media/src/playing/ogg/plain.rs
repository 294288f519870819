//! Ogg with other streams than Opus and Vorbis: Theora, Speex, FLAC. It is a plain file.
//!
//! Every stream that is known stays, page by page, with comments that are none and as long as they were. Streams that
//! only describe others go, and any other stream is refused, since nobody knows what it tells.

use std::collections::HashMap;

use super::page::{Page, Part};
use crate::fault::{Fault, broken, cut_short, unknown_codec};
use crate::fields::le_u32_at;
use crate::playing::bounds::Bounds;
use crate::playing::headers;
use crate::playing::{Played, plain_file};
use crate::tape::Tape;

/// How many streams a file may have.
const MOST: usize = 1_000;

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let codec = foreign(tape)?;
    let mime = if codec.has_pictures {
        "video/ogg"
    } else {
        "audio/ogg"
    };
    let played = plain_file(mime, Some(codec.name), bounds)?;

    let mut streams: HashMap<u32, Stream> = HashMap::new();
    let (mut at, mut end) = (0, 0);
    while let Some(mut page) = Page::read(tape, at)? {
        at = page.end();
        if page.is_first() {
            if streams.len() == MOST {
                return Err(broken("it has too many streams"));
            }
            let stream = Stream::begin(&page)?;
            if streams
                .insert(page.serial, stream)
                .is_some_and(|old| !old.is_over)
            {
                return Err(broken("a stream of it begins twice"));
            }
        }
        let Some(stream) = streams.get_mut(&page.serial) else {
            return Err(broken("a stream of it has no beginning"));
        };
        if stream.add(&mut page)? {
            let bytes = page.whole();
            tape.write(end, &bytes)?;
            end += bytes.len() as u64;
        }
    }
    tape.cut(end)?;
    Ok(played)
}

/// What keeps the file from being played, by the pages on which its first streams begin.
fn foreign(tape: &mut Tape) -> Result<&'static Codec, Fault> {
    let mut found: Option<&Codec> = None;
    let mut at = 0;
    while let Some(page) = Page::read(tape, at)?.filter(Page::is_first) {
        at = page.end();
        let codec = Codec::of(&page.bytes)?;
        let is_plain = !matches!(
            codec.headers,
            Headers::Described | Headers::Opus | Headers::Vorbis
        );
        if is_plain && found.is_none_or(|found| !found.has_pictures && codec.has_pictures) {
            found = Some(codec);
        }
    }
    found.ok_or_else(cut_short)
}

/// The codec of a stream.
struct Codec {
    name: &'static str,
    /// What its first packet begins with.
    beginning: &'static [u8],
    has_pictures: bool,
    headers: Headers,
}

/// Where the comments of a stream stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Headers {
    /// In the second packet.
    Opus,
    Vorbis,
    Theora,
    /// There, and in nothing but them.
    Speex,
    /// In packets up to the one that says that it is the last.
    Flac,
    /// Nowhere.
    None,
    /// In all of its packets.
    Described,
}

const CODECS: &[Codec] = &[
    Codec::new("Opus", b"OpusHead", false, Headers::Opus),
    Codec::new("Vorbis", b"\x01vorbis", false, Headers::Vorbis),
    Codec::new("Theora", b"\x80theora", true, Headers::Theora),
    Codec::new("Dirac", b"BBCD\0", true, Headers::None),
    Codec::new("Speex", b"Speex   ", false, Headers::Speex),
    Codec::new("FLAC", b"\x7FFLAC", false, Headers::Flac),
    Codec::new("Skeleton", b"fishead\0", false, Headers::Described),
    Codec::new("Kate", b"\x80kate", false, Headers::Described),
    Codec::new("CMML", b"CMML\0\0\0\0", false, Headers::Described),
];

impl Codec {
    const fn new(name: &'static str, beginning: &'static [u8], has_pictures: bool, headers: Headers) -> Self {
        Self {
            name,
            beginning,
            has_pictures,
            headers,
        }
    }

    /// The one of a stream that begins with this packet.
    fn of(packet: &[u8]) -> Result<&'static Self, Fault> {
        let known = CODECS.iter().find(|codec| packet.starts_with(codec.beginning));
        known.ok_or_else(|| unknown_codec(&packet[..packet.len().min(8)]))
    }
}

/// A stream, up to where its headers end.
struct Stream {
    headers: Headers,
    /// Which packet comes next, and how much of it came.
    packet: u64,
    seen: usize,
    /// What is written over the packet from its beginning on, and then zeros; nothing if it stays.
    over: Option<Vec<u8>>,
    is_sound: bool,
    is_over: bool,
}

impl Stream {
    /// The stream that begins with this page.
    fn begin(page: &Page) -> Result<Self, Fault> {
        if !matches!(page.parts()[..], [Part { ends: true, .. }]) {
            return Err(broken("its first page has more than a header"));
        }
        let headers = Codec::of(&page.bytes)?.headers;
        // Headers of Speex beyond its comments were never used.
        if headers == Headers::Speex && le_u32_at(&page.bytes, 68)? != 0 {
            return Err(unknown_codec(b"Speex"));
        }
        Ok(Self {
            headers,
            packet: 0,
            seen: 0,
            over: None,
            is_sound: headers == Headers::None,
            is_over: false,
        })
    }

    /// Takes the next page, and clears the comments on it. Returns whether it is kept.
    fn add(&mut self, page: &mut Page) -> Result<bool, Fault> {
        self.is_over |= page.is_last();
        if self.headers == Headers::Described {
            return Ok(false);
        }
        for part in page.parts() {
            if self.is_sound {
                break;
            }
            let bytes = &mut page.bytes[part.from..part.to];
            if self.seen == 0 {
                self.over = self.begin_packet(bytes)?;
            }
            if let Some(over) = &self.over {
                let rest = over.get(self.seen..).unwrap_or_default();
                let count = rest.len().min(bytes.len());
                bytes[..count].copy_from_slice(&rest[..count]);
                bytes[count..].fill(0);
            }
            self.seen += bytes.len();
            if part.ends {
                if self.over.as_ref().is_some_and(|over| self.seen < over.len()) {
                    return Err(broken("its comments are cut short"));
                }
                self.packet += 1;
                self.seen = 0;
            }
        }
        Ok(true)
    }

    /// What is written over the packet that begins so; notes where the last header is.
    fn begin_packet(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let comments = match (self.headers, self.packet) {
            (_, 0) | (Headers::None | Headers::Described, _) => return Ok(None),
            (Headers::Opus, 1) => headers::OPUS,
            (Headers::Vorbis, 1) => headers::VORBIS,
            (Headers::Theora, 1) => headers::THEORA,
            (Headers::Speex, 1) => return Ok(Some(vec![0; 8])),
            (Headers::Flac, _) => return Ok(self.begin_flac(bytes)),
            _ => {
                self.is_sound = true;
                return Ok(None);
            }
        };
        if bytes.starts_with(&comments[..7]) {
            Ok(Some(comments.to_vec()))
        } else {
            Err(broken("its headers are not in their order"))
        }
    }

    /// The comments of FLAC have to be there, and so they become none and no padding.
    fn begin_flac(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        match bytes {
            [0xFF, ..] => {
                self.is_sound = true;
                None
            }
            [kind @ (4 | 0x84), high, middle, low, ..] => Some(vec![*kind, *high, *middle, *low]),
            [kind, high, middle, low, ..] => {
                headers::flac_block(*kind).map(|padding| vec![padding, *high, *middle, *low])
            }
            _ => Some(Vec::new()),
        }
    }
}
