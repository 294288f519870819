//! PNG (<https://www.w3.org/TR/png-3/>) without its metadata.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use image::metadata::Orientation;

use super::{Clean, Rest, Why, orientation, profile};

/// Copies the chunks of the image and of its animation, those that say how its colours are meant, and its resolution.
pub(super) fn clean(bytes: &[u8]) -> Result<Clean, Why> {
    let mut rest = Rest(bytes);
    let mut kept = Kept {
        bytes: Vec::with_capacity(bytes.len()),
        ..Kept::default()
    };
    kept.bytes.extend_from_slice(rest.take(8)?);
    loop {
        let whole = rest.0;
        let length = u32::from_be_bytes(rest.array()?);
        let name = rest.array()?;
        let data = rest.take(length as usize)?;
        rest.take(4)?;
        let is_kept = kept.keep(name, data, &whole[..12 + data.len()]);
        if !is_kept && name[0].is_ascii_uppercase() {
            return Err("it has a critical chunk that nobody knows, or twice, or in a wrong size");
        }
        if name == *b"IEND" {
            return kept.finish();
        }
    }
}

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    /// The names of those that may stand there once.
    seen: Vec<[u8; 4]>,
    orientation: Option<Orientation>,
    profile: Option<Vec<u8>>,
    /// How many pictures the animation says that it has.
    announced: Option<u32>,
    frames: u32,
}

impl Kept {
    /// Keeps what is needed of a chunk; `whole` is the chunk with its length, name and checksum. False if that is
    /// nothing.
    fn keep(&mut self, name: [u8; 4], data: &[u8], whole: &[u8]) -> bool {
        let is_kept = has_right_length(name, data.len())
            && match &name {
                b"IDAT" => true,
                // Decoders ignore pictures that nobody announced.
                b"fcTL" | b"fdAT" => self.announced.is_some(),
                _ => !self.seen.contains(&name),
            };
        if !is_kept {
            return false;
        }
        match &name {
            b"IDAT" | b"fdAT" => {}
            b"fcTL" => self.frames = self.frames.saturating_add(1),
            _ => self.seen.push(name),
        }
        match &name {
            b"eXIf" => self.orientation = Some(orientation(data)),
            b"iCCP" => {
                self.profile = inflate(data).and_then(|profile| profile::check(&profile));
                if let Some(profile) = &self.profile {
                    write_profile(&mut self.bytes, profile);
                }
            }
            b"acTL" => {
                self.announced = data.first_chunk().map(|count| u32::from_be_bytes(*count));
                self.bytes.extend_from_slice(whole);
            }
            _ => self.bytes.extend_from_slice(whole),
        }
        true
    }

    fn finish(self) -> Result<Clean, Why> {
        if self.announced.unwrap_or(0) != self.frames {
            return Err("its animation has more or fewer frames than it says");
        }
        Ok(Clean {
            bytes: self.bytes,
            orientation: self.orientation.unwrap_or(Orientation::NoTransforms),
            profile: self.profile,
        })
    }
}

/// Whether it is one of the chunks that are read, in a length that the standard allows: nothing hides behind it.
fn has_right_length(name: [u8; 4], length: usize) -> bool {
    match &name {
        b"IDAT" | b"fdAT" | b"eXIf" | b"iCCP" => true,
        b"IHDR" => length == 13,
        b"PLTE" => length <= 768,
        b"IEND" => length == 0,
        b"acTL" => length == 8,
        b"fcTL" => length == 26,
        b"tRNS" => length <= 256,
        b"gAMA" | b"cICP" => length == 4,
        b"cHRM" => length == 32,
        b"sRGB" => length == 1,
        b"sBIT" => length <= 4,
        b"pHYs" => length == 9,
        _ => false,
    }
}

/// The profile in an iCCP chunk, or its beginning if it is too large to be kept.
fn inflate(data: &[u8]) -> Option<Vec<u8>> {
    let name = data.iter().position(|byte| *byte == 0)?;
    let [0, 0, compressed @ ..] = &data[name..] else {
        return None;
    };
    let mut profile = Vec::new();
    let most = profile::MOST as u64 + 1;
    ZlibDecoder::new(compressed)
        .take(most)
        .read_to_end(&mut profile)
        .ok()?;
    Some(profile)
}

/// Writes it compressed anew, so that nothing stands behind it, and under a name that says nothing.
fn write_profile(to: &mut Vec<u8>, profile: &[u8]) {
    let mut data = ZlibEncoder::new(b"ICC\0\0".to_vec(), Compression::default());
    data.write_all(profile).expect("a vector takes all bytes");
    let data = data.finish().expect("a vector takes all bytes");
    let mut checksum = flate2::Crc::new();
    checksum.update(b"iCCP");
    checksum.update(&data);
    let length = u32::try_from(data.len()).expect("the largest profile is small");
    to.extend_from_slice(&length.to_be_bytes());
    to.extend_from_slice(b"iCCP");
    to.extend_from_slice(&data);
    to.extend_from_slice(&checksum.sum().to_be_bytes());
}
