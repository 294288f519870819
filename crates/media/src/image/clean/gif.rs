//! GIF (<https://www.w3.org/Graphics/GIF/spec-gif89a.txt>) without its metadata.

use image::metadata::Orientation;

use super::{Clean, Rest, Why};

/// Copies the pictures, how each is shown, and how often they are repeated.
pub(super) fn clean(bytes: &[u8]) -> Result<Clean, Why> {
    let mut rest = Rest(bytes);
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(rest.take(6)?);
    let screen = rest.array::<7>()?;
    kept.extend_from_slice(&screen);
    kept.extend_from_slice(rest.take(palette(screen[4]))?);

    // How the next picture is shown: the blocks of an extension that stands before it.
    let mut control = None;
    let mut has_picture = false;
    loop {
        // Some encoders leave out the end, and browsers do not miss it.
        if has_picture && rest.0.is_empty() {
            break;
        }
        match rest.byte()? {
            0x2C => {
                if let Some(control) = control.take() {
                    kept.extend_from_slice(&[0x21, 0xF9]);
                    kept.extend_from_slice(control);
                }
                kept.push(0x2C);
                let frame = rest.array::<9>()?;
                kept.extend_from_slice(&frame);
                kept.extend_from_slice(rest.take(palette(frame[8]) + 1)?);
                kept.extend_from_slice(blocks(&mut rest)?);
                has_picture = true;
            }
            0x21 => {
                let label = rest.byte()?;
                let blocks = blocks(&mut rest)?;
                match (label, blocks) {
                    (0xF9, [4, _, _, _, _, 0]) => control = Some(blocks),
                    // A plain text is a picture too, with a control of its own. No browser shows it.
                    (0x01, _) => control = None,
                    (0xFF, [11, name @ ..]) => {
                        if let Some([3, 1, low, high, ..]) = name.strip_prefix(b"NETSCAPE2.0") {
                            kept.extend_from_slice(b"\x21\xFF\x0BNETSCAPE2.0\x03\x01");
                            kept.extend_from_slice(&[*low, *high, 0]);
                        }
                    }
                    _ => {}
                }
            }
            0x3B => break,
            // Some encoders end a picture twice.
            0x00 => {}
            _ => return Err("it has a block that nobody knows"),
        }
    }
    kept.push(0x3B);
    Ok(Clean {
        bytes: kept,
        orientation: Orientation::NoTransforms,
        profile: None,
    })
}

/// How long the palette is that the flags announce.
fn palette(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

/// Blocks up to and with the empty one that ends them.
fn blocks<'a>(rest: &mut Rest<'a>) -> Result<&'a [u8], Why> {
    let all = rest.0;
    loop {
        match rest.byte()? {
            0 => return Ok(&all[..all.len() - rest.0.len()]),
            length => rest.take(length.into())?,
        };
    }
}
