//! What is taken out of the elements that are read whole.

use super::element::{Element, children, id, void};
use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// Which elements are kept in which, as ids. Whatever is not here becomes `Void`, checksums included.
const KEPT: &[(u32, &[u32])] = &[
    // Versions, the greatest lengths of ids and sizes, and the kind of document.
    (
        id::EBML,
        &[0x4286, 0x42F7, 0x42F2, 0x42F3, id::DOC_TYPE, 0x4287, 0x4285],
    ),
    (id::SEEK_HEAD, &[id::SEEK]),
    (id::SEEK, &[id::SEEK_ID, 0x53AC]),
    // The scale, the duration, and the names of two programs, which have to be there and become empty.
    (
        id::INFO,
        &[id::TIMESTAMP_SCALE, 0x4489, id::MUXING_APP, id::WRITING_APP],
    ),
    (id::TRACKS, &[id::TRACK_ENTRY]),
    (
        id::TRACK_ENTRY,
        &[
            id::TRACK_NUMBER,
            0x73C5, // its unique id
            id::TRACK_TYPE,
            0xB9,   // enabled
            0x88,   // default
            0x55AA, // forced
            0x9C,   // lacing
            0x6DE7, // the least and
            0x6DF8, // the greatest cache
            id::DEFAULT_DURATION,
            id::CODEC_ID,
            id::CODEC_PRIVATE,
            0x55EE, // the greatest id of what is added to blocks
            0x56AA, // delay
            0x56BB, // pre-roll
            id::CONTENT_ENCODINGS,
            id::VIDEO,
            id::AUDIO,
        ],
    ),
    (id::CONTENT_ENCODINGS, &[id::CONTENT_ENCODING]),
    // How blocks are packed: the order, the scope, and the algorithm.
    (
        id::CONTENT_ENCODING,
        &[0x5031, id::ENCODING_SCOPE, id::ENCODING_TYPE, id::COMPRESSION],
    ),
    (id::COMPRESSION, &[0x4254, id::COMPRESSION_SETTINGS]),
    (
        id::VIDEO,
        &[
            0x9A,   // interlaced
            0x9D,   // order of fields
            0x53B8, // stereo
            id::ALPHA,
            0xB0,
            0xBA, // width and height
            0x54AA,
            0x54BB,
            0x54CC,
            0x54DD, // cropped at the bottom, the top, the left, the right
            0x54B0,
            0x54BA,
            0x54B2,
            0x54B3, // shown width and height, their unit and ratio
            id::COLOUR,
        ],
    ),
    (
        id::COLOUR,
        &[
            0x55B1,
            0x55B2,
            0x55B3,
            0x55B4,
            0x55B5,
            0x55B6,
            0x55B7,
            0x55B8,
            0x55B9,
            0x55BA,
            0x55BB,
            0x55BC,
            0x55BD,
            id::MASTERING,
        ],
    ),
    (
        id::MASTERING,
        &[
            0x55D1, 0x55D2, 0x55D3, 0x55D4, 0x55D5, 0x55D6, 0x55D7, 0x55D8, 0x55D9, 0x55DA,
        ],
    ),
    // Two rates, channels, bits.
    (id::AUDIO, &[0xB5, 0x78B5, 0x9F, 0x6264]),
    (id::CUES, &[id::CUE_POINT]),
    (id::CUE_POINT, &[0xB3, id::CUE_POSITIONS]),
    // Track, cluster, place in it, duration, block.
    (id::CUE_POSITIONS, &[0xF7, 0xF1, 0xF0, 0xB2, 0x5378]),
];

/// Which elements there may be more than one of in another.
const REPEATED: &[u32] = &[
    id::SEEK,
    id::TRACK_ENTRY,
    id::CONTENT_ENCODING,
    id::CUE_POINT,
    id::CUE_POSITIONS,
];

/// How much of an element is written at once, in bytes.
const AT_ONCE: usize = 4_096;

/// The longest content of an element that is a number, and of a seek id.
const LONGEST_NUMBER: u64 = 8;

/// Cleans what is in the element `parent`, whose content lies in `bytes` from `from` to `to`. `keeps` is asked about
/// each element that is known.
pub(super) fn contents(
    bytes: &mut [u8],
    parent: u32,
    (from, to): (u64, u64),
    keeps: &dyn Fn(&[u8], &Element) -> bool,
) -> Result<(), Fault> {
    let (_, kept) = *KEPT
        .iter()
        .find(|(id, _)| *id == parent)
        .unwrap_or(&(parent, &[]));
    let mut seen = Vec::new();
    for child in children(bytes, from, to)? {
        let end = child.end.unwrap_or(to);
        if !kept.contains(&child.id) || !keeps(bytes, &child) {
            blank(bytes, &child);
            continue;
        }
        // Readers differ in which of two they take.
        if !REPEATED.contains(&child.id) {
            if seen.contains(&child.id) {
                return Err(broken("its header says something twice"));
            }
            seen.push(child.id);
        }
        if KEPT.iter().any(|(id, _)| *id == child.id) {
            contents(bytes, child.id, (child.body, end), keeps)?;
        } else {
            match child.id {
                id::MUXING_APP | id::WRITING_APP => bytes[child.body as usize..end as usize].fill(0),
                id::CODEC_ID | id::CODEC_PRIVATE | id::DOC_TYPE | id::COMPRESSION_SETTINGS => {}
                _ if end - child.body > LONGEST_NUMBER => return Err(broken("a number of it is too long")),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Makes an element in a buffer `Void`.
fn blank(bytes: &mut [u8], element: &Element) {
    let end = element.end.unwrap_or(element.body);
    let head = void(end - element.start);
    let whole = &mut bytes[element.start as usize..end as usize];
    whole.fill(0);
    whole[..head.len()].copy_from_slice(&head);
}

/// Makes an element in the file `Void`, from its start to `end`.
pub(super) fn blank_in_file(tape: &mut Tape, start: u64, end: u64) -> Result<(), Fault> {
    let mut head = void(end - start);
    head.resize(usize::try_from(end - start).unwrap_or(AT_ONCE).min(AT_ONCE), 0);
    tape.write(start, &head)?;
    tape.wipe(start + head.len() as u64, end)
}
