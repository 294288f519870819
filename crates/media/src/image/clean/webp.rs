//! WebP (RFC 9649) without its metadata.

use image::metadata::Orientation;

use super::{CUT_OFF, Clean, Rest, Why, orientation, profile};

/// In the flags of the extended header.
const ANIMATION: u8 = 0x02;
const ALPHA: u8 = 0x10;
const PROFILE: u8 = 0x20;
const EXIF: u8 = 0x08;

/// Copies the chunks of the image and of its animation, and the ICC profile.
pub(super) fn clean(bytes: &[u8]) -> Result<Clean, Why> {
    let mut rest = Rest(bytes);
    rest.take(4)?;
    let size = u32::from_le_bytes(rest.array()?);
    let mut rest = Rest(rest.take(size as usize)?);
    rest.take(4)?;

    let mut clean = Clean {
        bytes: Vec::with_capacity(bytes.len()),
        orientation: Orientation::NoTransforms,
        profile: None,
    };
    clean.bytes.extend_from_slice(b"RIFF\0\0\0\0WEBP");
    match chunk(&mut rest)? {
        (name, data) if name == *b"VP8X" => extended(data, rest, &mut clean)?,
        (name, data) if name == *b"VP8 " || name == *b"VP8L" => write(&mut clean.bytes, name, data),
        _ => return Err("it has no image"),
    }
    let size = u32::try_from(clean.bytes.len() - 8).map_err(|_| "it is too large for its format")?;
    clean.bytes[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(clean)
}

/// The header of a file with more than one chunk, and what follows it.
fn extended(header: &[u8], mut rest: Rest, clean: &mut Clean) -> Result<(), Why> {
    let mut header = *header.first_chunk::<10>().ok_or(CUT_OFF)?;
    let is_animated = header[0] & ANIMATION != 0;
    header[0] &= ANIMATION | ALPHA;
    header[1..4].fill(0);
    let flags = clean.bytes.len() + 8;
    write(&mut clean.bytes, *b"VP8X", &header);

    let mut seen = Vec::new();
    while !rest.0.is_empty() {
        let (name, data) = chunk(&mut rest)?;
        match &name {
            b"ANMF" if is_animated => write(&mut clean.bytes, name, &frame(data)?),
            _ if seen.contains(&name) => {}
            b"EXIF" => clean.orientation = orientation(data),
            b"ICCP" => {
                clean.profile = profile::check(data);
                if let Some(profile) = &clean.profile {
                    clean.bytes[flags] |= PROFILE;
                    write(&mut clean.bytes, name, profile);
                }
            }
            b"ANIM" if is_animated => {
                write(&mut clean.bytes, name, data.first_chunk::<6>().ok_or(CUT_OFF)?);
            }
            _ if is_picture(name) && !is_animated => {
                check_size(name, data, size_minus_one(&header[4..]))?;
                write(&mut clean.bytes, name, data);
            }
            _ => continue,
        }
        if name != *b"ANMF" {
            seen.push(name);
        }
    }
    Ok(())
}

/// One picture of an animation: where and how long it is shown, and its chunks.
fn frame(data: &[u8]) -> Result<Vec<u8>, Why> {
    let mut rest = Rest(data);
    let mut frame = Vec::with_capacity(data.len());
    let header = rest.array::<16>()?;
    frame.extend_from_slice(&header);
    let mut seen = Vec::new();
    while !rest.0.is_empty() {
        let (name, data) = chunk(&mut rest)?;
        if is_picture(name) && !seen.contains(&name) {
            check_size(name, data, size_minus_one(&header[6..]))?;
            write(&mut frame, name, data);
            seen.push(name);
        }
    }
    Ok(frame)
}

fn is_picture(name: [u8; 4]) -> bool {
    matches!(&name, b"VP8 " | b"VP8L" | b"ALPH")
}

/// Width and height, each less one, at the beginning of a part of a header.
fn size_minus_one(header: &[u8]) -> [u32; 2] {
    [0, 3].map(|at| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], 0]))
}

/// Refuses a picture that has another size (RFC 6386, 9.1; RFC 9649, 3.4) than the header around it says: the decoder
/// would take memory for the one, and panics over the difference.
fn check_size(name: [u8; 4], data: &[u8], minus_one: [u32; 2]) -> Result<(), Why> {
    let found = match (&name, data) {
        (b"VP8 ", [_, _, _, 0x9D, 0x01, 0x2A, size @ ..]) => {
            let [width, width_high, height, height_high] = *size.first_chunk().ok_or(CUT_OFF)?;
            [[width, width_high], [height, height_high]]
                .map(|side| u32::from(u16::from_le_bytes(side) & 0x3FFF).wrapping_sub(1))
        }
        (b"VP8L", [0x2F, size @ ..]) => {
            let bits = u32::from_le_bytes(*size.first_chunk().ok_or(CUT_OFF)?);
            [bits & 0x3FFF, bits >> 14 & 0x3FFF]
        }
        (b"ALPH", _) => return Ok(()),
        _ => return Err("it has a picture that cannot be decoded"),
    };
    if found == minus_one {
        Ok(())
    } else {
        Err("it has a picture of another size than it says")
    }
}

fn chunk<'a>(rest: &mut Rest<'a>) -> Result<([u8; 4], &'a [u8]), Why> {
    let name = rest.array()?;
    let length = u32::from_le_bytes(rest.array()?) as usize;
    let data = rest.take(length)?;
    if length % 2 == 1 && !rest.0.is_empty() {
        rest.take(1)?;
    }
    Ok((name, data))
}

fn write(to: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("it is part of a chunk");
    to.extend_from_slice(&name);
    to.extend_from_slice(&length.to_le_bytes());
    to.extend_from_slice(data);
    if length % 2 == 1 {
        to.push(0);
    }
}

/// Puts Exif at the end of a clean file, which has an extended header, or else it would have had none before.
pub(super) fn append_exif(bytes: &mut Vec<u8>, exif: &[u8]) {
    write(bytes, *b"EXIF", exif);
    bytes[20] |= EXIF;
    let size = u32::try_from(bytes.len() - 8).expect("it is no longer than it was");
    bytes[4..8].copy_from_slice(&size.to_le_bytes());
}
