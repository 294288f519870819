//! The stream that is kept.

use super::codec::Codec;
use super::page::{Page, Part};
use crate::fault::{Fault, broken, cut_short};
use crate::fields::micros;
use crate::playing::decoder::SoundCodec;
use crate::playing::index::{Index, Noted};
use crate::playing::{headers, packets};
use crate::tape::Tape;

/// The longest setup header of Vorbis, in bytes.
const LONGEST_SETUP: usize = 256 * 1024;

/// The rate at which the granules of Opus count.
const OPUS_RATE: u64 = 48_000;

/// The sound that was kept.
pub(super) struct Heard {
    pub(super) codec: SoundCodec,
    pub(super) index: Index,
    /// In microseconds.
    pub(super) duration: u64,
    /// How much of it comes before that, in microseconds.
    pub(super) skip: u64,
    /// Where the file ends now.
    pub(super) end: u64,
}

/// A stream, as it is rewritten towards the beginning of the file. What is written never overtakes what is read: the
/// headers become shorter, and a page stays as long as it was.
pub(super) struct Stream {
    codec: Codec,
    serial: u32,
    index: Index,
    /// Where the next page is written, and its number.
    end: u64,
    pages: u32,
    /// How many packets ended, headers included.
    packets: u64,
    /// The header packet that is being read, as far as it is kept.
    header: Vec<u8>,
    setup: Vec<u8>,
    /// Up to where the file was read.
    read: u64,
    /// How much of Opus was heard, in microseconds.
    heard: u64,
    /// Where the granules begin and end.
    first: Option<u64>,
    last: u64,
}

impl Stream {
    /// A stream that begins with this page.
    pub(super) fn begin(tape: &mut Tape, page: &Page, codec: Codec, noted: Noted) -> Result<Self, Fault> {
        if !matches!(page.parts()[..], [Part { ends: true, .. }]) {
            return Err(broken("its first page has more than a header"));
        }
        let mut stream = Self {
            codec,
            serial: page.serial,
            index: Index::new(noted),
            end: 0,
            pages: 0,
            packets: 1,
            header: Vec::new(),
            setup: Vec::new(),
            read: page.end(),
            heard: 0,
            first: None,
            last: 0,
        };
        stream.write(tape, page)?;
        Ok(stream)
    }

    pub(super) const fn serial(&self) -> u32 {
        self.serial
    }

    /// Takes the next page of the stream.
    pub(super) fn add(&mut self, tape: &mut Tape, page: &Page) -> Result<(), Fault> {
        if page.is_first() {
            return Err(broken("a stream of it begins twice"));
        }
        self.read = page.end();
        if self.packets >= self.headers() {
            return self.add_sound(tape, page);
        }
        for part in page.parts() {
            if self.packets >= self.headers() {
                return Err(broken("its sound does not begin on a page of its own"));
            }
            self.add_header(&page.bytes[part.from..part.to]);
            if part.ends {
                self.end_header()?;
            }
        }
        if self.packets == self.headers() {
            self.write_headers(tape)?;
        }
        Ok(())
    }

    /// Ends the stream.
    pub(super) fn finish(self, tape: &mut Tape) -> Result<Heard, Fault> {
        if self.packets <= self.headers() {
            return Err(cut_short());
        }
        let granules = self.last.saturating_sub(self.first.unwrap_or_default());
        let (codec, duration, skip) = match self.codec {
            // The last granule cuts off what the encoder filled its last packet with.
            Codec::Opus { channels, skip } => {
                let skip = micros(skip, OPUS_RATE);
                let played = self.heard.min(micros(granules, OPUS_RATE));
                (SoundCodec::Opus(channels), played.saturating_sub(skip), skip)
            }
            Codec::Vorbis {
                mut identification,
                rate,
            } => {
                identification.extend_from_slice(&self.setup);
                (
                    SoundCodec::Vorbis(identification),
                    micros(self.last, rate.into()),
                    0,
                )
            }
        };
        tape.stop().check()?;
        Ok(Heard {
            codec,
            index: self.index,
            duration,
            skip,
            end: self.end,
        })
    }

    /// How many packets come before the sound.
    const fn headers(&self) -> u64 {
        match self.codec {
            Codec::Opus { .. } => 2,
            Codec::Vorbis { .. } => 3,
        }
    }

    /// Comments may hold pictures of many megabytes, of which nothing is kept.
    fn add_header(&mut self, part: &[u8]) {
        let room = LONGEST_SETUP.saturating_sub(self.header.len());
        self.header.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn end_header(&mut self) -> Result<(), Fault> {
        let beginning: &[u8] = match (&self.codec, self.packets) {
            (Codec::Opus { .. }, _) => b"OpusTags",
            (Codec::Vorbis { .. }, 1) => b"\x03vorbis",
            (Codec::Vorbis { .. }, _) => b"\x05vorbis",
        };
        let header = std::mem::take(&mut self.header);
        if !header.starts_with(beginning) {
            return Err(broken("its headers are not in their order"));
        }
        if header.len() == LONGEST_SETUP && self.packets == 2 {
            return Err(broken("its setup header is too long"));
        }
        self.setup = header;
        self.packets += 1;
        Ok(())
    }

    fn write_headers(&mut self, tape: &mut Tape) -> Result<(), Fault> {
        let packets: &[&[u8]] = match self.codec {
            Codec::Opus { .. } => &[headers::OPUS],
            Codec::Vorbis { .. } => &[headers::VORBIS, &self.setup],
        };
        let mut segments = Vec::new();
        for packet in packets {
            segments.resize(segments.len() + packet.len() / 255, u8::MAX);
            segments.push((packet.len() % 255) as u8);
        }
        let bytes = packets.concat();
        let mut rest = &bytes[..];
        let mut continues = false;
        for table in segments.chunks(255) {
            let (now, later) = rest.split_at(table.iter().map(|segment| usize::from(*segment)).sum());
            rest = later;
            let mut page = Page::new(self.serial, table.to_vec(), now.to_vec());
            if continues {
                page = page.continuing();
            }
            continues = table.last() == Some(&u8::MAX);
            if !table.iter().any(|segment| *segment < u8::MAX) {
                page = page.unfinished();
            }
            self.write(tape, &page)?;
        }
        Ok(())
    }

    fn add_sound(&mut self, tape: &mut Tape, page: &Page) -> Result<(), Fault> {
        let parts = page.parts();
        let ended = parts.iter().filter(|part| part.ends).count() as u64;
        let before = self.heard;
        let body = self.end + page.header_len();
        let begin = self.last;
        for (number, part) in parts.iter().enumerate() {
            let bytes = &page.bytes[part.from..part.to];
            let start = match self.codec {
                Codec::Opus { .. } => self.heard,
                // How long a packet of Vorbis plays is not said in it: those of a page share its time.
                Codec::Vorbis { rate, .. } => {
                    let granules = page.granule.unwrap_or(begin).saturating_sub(begin);
                    let share = u128::from(granules) * number as u128 / u128::from(ended.max(1));
                    micros(begin.saturating_add(share as u64), rate.into())
                }
            };
            let (at, len) = (body + part.from as u64, bytes.len() as u64);
            if part.begins && part.ends && len > 0 {
                self.index.push(at, len, start);
            } else if part.begins {
                self.index.begin(at, len, start);
            } else {
                self.index.go_on(at, len);
            }
            if part.begins && matches!(self.codec, Codec::Opus { .. }) && !bytes.is_empty() {
                self.hear(bytes)?;
            }
        }
        self.packets += ended;
        self.note_granule(page, self.heard - before);
        self.write(tape, page)
    }

    fn hear(&mut self, packet: &[u8]) -> Result<(), Fault> {
        let length = packets::opus(packet).ok_or_else(|| broken("a packet of it is none of Opus"))?;
        self.heard += length;
        Ok(())
    }

    /// A stream that was cut out of a longer one does not begin at 0: its first page tells where, by its granule and
    /// how long it plays.
    fn note_granule(&mut self, page: &Page, heard: u64) {
        let Some(granule) = page.granule else { return };
        if self.first.is_none() {
            let heard = heard * OPUS_RATE / 1_000_000;
            self.first = Some(if page.is_last() {
                0
            } else {
                granule.saturating_sub(heard)
            });
        }
        self.last = self.last.max(granule);
    }

    fn write(&mut self, tape: &mut Tape, page: &Page) -> Result<(), Fault> {
        let bytes = page.with_number(self.pages);
        if self.end + bytes.len() as u64 > self.read {
            return Err(broken("its headers are shorter than they can be"));
        }
        tape.write(self.end, &bytes)?;
        self.end += bytes.len() as u64;
        self.pages = self.pages.wrapping_add(1);
        Ok(())
    }
}
