//! JPEG (ITU-T T.81) without its metadata.

use image::metadata::Orientation;

use super::{CUT_OFF, Clean, Rest, Why, orientation, profile};

/// The most scans. Encoders write about ten; each costs a walk over all pixels, however few bytes it has.
const MOST_SCANS: usize = 64;

/// The most bytes of an ICC profile in one segment.
const PROFILE_PART: usize = 65_519;

const PROFILE: &[u8] = b"ICC_PROFILE\0";

/// Copies tables, frame and scans up to the end of the image; of the application segments JFIF without its picture,
/// Adobe's, which tells how colours are stored, and the ICC profile.
pub(super) fn clean(bytes: &[u8]) -> Result<Clean, Why> {
    let mut rest = Rest(bytes);
    let mut kept = Kept::default();
    kept.body.reserve(bytes.len());
    rest.take(2)?;
    loop {
        match marker(&mut rest)? {
            0xD9 => break,
            // Restart markers and the like have no segment, and no place between segments.
            0x01 | 0xD0..=0xD7 => {}
            0xD8 => return Err("it has an image in the image"),
            marker => {
                let length = usize::from(u16::from_be_bytes(rest.array()?));
                let segment = rest.take(length.checked_sub(2).ok_or("a segment has no length")?)?;
                kept.keep(marker, segment)?;
                if marker == 0xDA {
                    kept.body.extend_from_slice(scan(&mut rest)?);
                }
            }
        }
    }
    kept.finish()
}

/// The next marker. Decoders skip what stands before it, so it goes.
fn marker(rest: &mut Rest) -> Result<u8, Why> {
    loop {
        let start = rest.0.iter().position(|byte| *byte == 0xFF).ok_or(CUT_OFF)?;
        rest.take(start + 1)?;
        while rest.0.first() == Some(&0xFF) {
            rest.take(1)?;
        }
        match rest.byte()? {
            0x00 => {}
            marker => return Ok(marker),
        }
    }
}

/// Coded data up to the next marker that is not part of it.
fn scan<'a>(rest: &mut Rest<'a>) -> Result<&'a [u8], Why> {
    let end = rest
        .0
        .windows(2)
        .position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7))
        .ok_or(CUT_OFF)?;
    rest.take(end)
}

#[derive(Default)]
struct Kept<'a> {
    jfif: Option<&'a [u8]>,
    /// How colours are stored.
    adobe: Option<u8>,
    exif: Option<&'a [u8]>,
    profile: Vec<u8>,
    /// Everything that is no application segment.
    body: Vec<u8>,
    frames: usize,
    scans: usize,
}

impl<'a> Kept<'a> {
    fn keep(&mut self, marker: u8, segment: &'a [u8]) -> Result<(), Why> {
        match marker {
            0xE0 if segment.starts_with(b"JFIF\0") => self.jfif = self.jfif.or(segment.get(..12)),
            0xE1 if segment.starts_with(b"Exif\0") => self.exif = self.exif.or(Some(segment)),
            0xE2 => {
                // The order in which parts stand is the one in which they count.
                let part = segment.strip_prefix(PROFILE).and_then(|part| part.get(2..));
                if self.profile.len() <= profile::MOST {
                    self.profile.extend_from_slice(part.unwrap_or_default());
                }
            }
            0xEE if segment.starts_with(b"Adobe") => self.adobe = self.adobe.or(segment.get(11).copied()),
            // Other application segments, comments, and what was reserved for extensions.
            0xE0..=0xFE | 0x02..=0xBF => {}
            _ => self.keep_body(marker, segment)?,
        }
        Ok(())
    }

    fn keep_body(&mut self, marker: u8, segment: &[u8]) -> Result<(), Why> {
        match marker {
            // All of them but those for tables (C4, CC) and the reserved one begin a frame.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => self.frames += 1,
            0xDA => self.scans += 1,
            0xC4 | 0xCC | 0xDB | 0xDC | 0xDD => {}
            _ => return Ok(()),
        }
        if self.frames > 1 {
            return Err("it has more than one frame");
        }
        if self.scans > MOST_SCANS {
            return Err("it has too many scans");
        }
        write(&mut self.body, marker, &[segment]);
        Ok(())
    }

    fn finish(self) -> Result<Clean, Why> {
        if self.frames == 0 || self.scans == 0 {
            return Err("it has no image");
        }
        let profile = profile::check(&self.profile);
        let mut head = vec![0xFF, 0xD8];
        if let Some(jfif) = self.jfif {
            write(&mut head, 0xE0, &[jfif, &[0, 0]]);
        }
        if let Some(transform @ 0..=2) = self.adobe {
            write(&mut head, 0xEE, &[b"Adobe\0\x64\0\0\0\0", &[transform]]);
        }
        if let Some(profile) = &profile {
            let parts = profile.chunks(PROFILE_PART);
            let count = u8::try_from(parts.len()).expect("the largest profile has few parts");
            for (part, number) in parts.zip(1..) {
                write(&mut head, 0xE2, &[PROFILE, &[number, count], part]);
            }
        }
        let mut bytes = self.body;
        bytes.splice(..0, head);
        bytes.extend_from_slice(&[0xFF, 0xD9]);
        Ok(Clean {
            bytes,
            orientation: self.exif.map_or(Orientation::NoTransforms, orientation),
            profile,
        })
    }
}

fn write(to: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    let length = u16::try_from(length).expect("parts are of segments, or cut to their size");
    to.extend_from_slice(&[0xFF, marker]);
    to.extend_from_slice(&length.to_be_bytes());
    for part in parts {
        to.extend_from_slice(part);
    }
}

/// Puts Exif into a clean file, behind its first segment if that is the one of JFIF.
pub(super) fn insert_exif(bytes: &mut Vec<u8>, exif: &[u8]) {
    let at = match bytes[2..] {
        [0xFF, 0xE0, high, low, ..] => 4 + usize::from(u16::from_be_bytes([high, low])),
        _ => 2,
    };
    let mut segment = Vec::new();
    write(&mut segment, 0xE1, &[b"Exif\0\0", exif]);
    bytes.splice(at..at, segment);
}
