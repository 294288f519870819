//! JPEG 2000 (ISO/IEC 15444-1) and JPEG XL (ISO/IEC 18181-2): coded pictures in boxes.
//!
//! Kept are the boxes that a picture needs to be decoded and shown. Every other one becomes zeros: Exif and XMP, also
//! compressed, what else is told beside a picture, and the JPEG from which one was made.

use crate::boxes::{Top, brands, children, free};
use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// How many boxes a file may have.
const MOST: usize = 10_000;

/// The longest header, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// What is in the header of a JPEG 2000.
const HEADERS: &[&[u8; 4]] = &[b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"res "];

pub(super) fn clean(tape: &mut Tape) -> Result<(), Fault> {
    let mut at = 0;
    let mut tops = 0;
    while let Some(top) = Top::read(tape, at)? {
        tops += 1;
        if tops > MOST {
            return Err(broken("it has too many boxes"));
        }
        match &top.name {
            b"ftyp" if tops == 2 => {
                brands::clean(tape, &top)?;
                if ![*b"jp2 ", *b"jpx ", *b"jph ", *b"jxl "].contains(&tape.array(top.body)?) {
                    return Err(broken("it is more than a picture"));
                }
            }
            b"jP  " | b"JXL " if tops == 1 => {}
            b"jp2c" | b"jxlc" | b"jxlp" | b"jxll" | b"jxli" => {}
            b"jp2h" => header(tape, &top)?,
            // Where its parts lie that are not here, and its layers.
            b"moov" | b"moof" | b"mdat" | b"ftbl" | b"dtbl" | b"jpch" | b"jplh" | b"comp" => {
                return Err(broken("it is more than a picture"));
            }
            _ => top.free(tape)?,
        }
        at = top.end;
    }
    tape.cut(at)
}

fn header(tape: &mut Tape, top: &Top) -> Result<(), Fault> {
    if top.end - top.body > LONGEST {
        return Err(broken("its header is too long"));
    }
    let mut bytes = tape.bytes(top.body, top.end)?;
    let all = 0..bytes.len();
    let mut end = 0;
    for atom in children(&bytes, all)? {
        end = atom.end;
        if !HEADERS.contains(&&atom.name) {
            free(&mut bytes, &atom);
        }
    }
    bytes[end..].fill(0);
    tape.write(top.body, &bytes)
}
