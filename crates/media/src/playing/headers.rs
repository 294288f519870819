//! The headers of codecs that tell more than a decoder has to know.

use std::ops::Range;

use crate::fault::{Fault, broken};

/// Comment headers without comments: of Opus (RFC 7845, section 5.2), of Vorbis, and of Theora.
pub(super) const OPUS: &[u8] = b"OpusTags\0\0\0\0\0\0\0\0";
pub(super) const VORBIS: &[u8] = b"\x03vorbis\0\0\0\0\0\0\0\0\x01";
pub(super) const THEORA: &[u8] = b"\x81theora\0\0\0\0\0\0\0\0";

/// Where three headers lie that Matroska keeps laced as by Xiph: the number of packets less one, the lengths of all but
/// the last, and the packets. `None` if they are not.
pub(super) fn laced(private: &[u8]) -> Option<[Range<usize>; 3]> {
    let mut at = 1;
    let mut length = || -> Option<usize> {
        let mut length = 0;
        loop {
            let byte = *private.get(at)?;
            at += 1;
            length += usize::from(byte);
            if byte < u8::MAX {
                return Some(length);
            }
        }
    };
    let (first, second) = (length()?, length()?);
    let ends = (at + first, at + first + second);
    (private.first() == Some(&2) && ends.1 <= private.len()).then_some([
        at..ends.0,
        ends.0..ends.1,
        ends.1..private.len(),
    ])
}

/// Writes a comment header without comments over one that has them, which stays as long as it was. `None` if it is no
/// such header.
pub(super) fn clear(comments: &mut [u8], without: &[u8]) -> Option<()> {
    let fits = comments.len() >= without.len() && comments.starts_with(&without[..7]);
    fits.then(|| {
        comments.fill(0);
        comments[..without.len()].copy_from_slice(without);
    })
}

/// The comments of Theora in three headers that are laced become none.
pub(super) fn clear_theora(private: &mut [u8]) -> Result<(), Fault> {
    let comments = laced(private).and_then(|[_, comments, _]| private.get_mut(comments));
    let cleared = comments.and_then(|comments| clear(comments, THEORA));
    cleared.ok_or_else(|| broken("its header is none of Theora"))
}

/// What becomes of a block of metadata of FLAC (RFC 9639, section 8), by the byte that it begins with: those that
/// describe the sound stay, and all others become padding.
pub(super) const fn flac_block(kind: u8) -> Option<u8> {
    match kind & 0x7F {
        0 | 3 => None,
        _ => Some(kind & 0x80 | 1),
    }
}

/// The comments and pictures of FLAC in its header, as Matroska keeps it, become padding.
pub(super) fn clear_flac(private: &mut [u8]) -> Result<(), Fault> {
    let fault = || broken("its header is none of FLAC");
    if !private.starts_with(b"fLaC") {
        return Err(fault());
    }
    let mut at = 4;
    while at < private.len() {
        let [kind, size @ ..] = *private[at..].first_chunk::<4>().ok_or_else(fault)?;
        let size = size.iter().fold(0, |size, byte| size << 8 | usize::from(*byte));
        let content = private.get_mut(at + 4..at + 4 + size).ok_or_else(fault)?;
        if let Some(padding) = flac_block(kind) {
            content.fill(0);
            private[at] = padding;
        }
        at += 4 + size;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{clear_flac, clear_theora, laced};

    #[test]
    fn headers_that_are_laced_are_taken_apart() {
        assert_eq!(laced(b"\x02\x01\x02abbccc"), Some([3..4, 4..6, 6..9]));
        assert_eq!(laced(b"\x02\x01\x09abbccc"), None);
        assert_eq!(laced(b"\x01\x01\x02abbccc"), None);
        assert_eq!(laced(b"\x02\xFF"), None);
    }

    #[test]
    fn comments_become_none_and_are_as_long_as_they_were() {
        let mut theora = b"\x02\x01\x11a\x81theora\x06\0\0\0Canarysetup".to_vec();
        clear_theora(&mut theora).unwrap();
        assert_eq!(theora, b"\x02\x01\x11a\x81theora\0\0\0\0\0\0\0\0\0\0setup");
        let mut flac = b"fLaC\x03\0\0\x02ab\x84\0\0\x06Canary".to_vec();
        clear_flac(&mut flac).unwrap();
        assert_eq!(flac, b"fLaC\x03\0\0\x02ab\x81\0\0\x06\0\0\0\0\0\0");
        assert!(clear_flac(&mut b"fLaC\x84\0\0\x07Canary".to_vec()).is_err());
    }
}
