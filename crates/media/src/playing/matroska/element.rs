//! Elements of EBML (RFC 8794).

use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// The ids of elements, as they are written, length marker and all.
pub(super) mod id {
    pub(in super::super) const EBML: u32 = 0x1A45_DFA3;
    pub(in super::super) const DOC_TYPE: u32 = 0x4282;
    pub(in super::super) const VOID: u32 = 0xEC;
    pub(in super::super) const SEGMENT: u32 = 0x1853_8067;
    pub(in super::super) const SEEK_HEAD: u32 = 0x114D_9B74;
    pub(in super::super) const SEEK: u32 = 0x4DBB;
    pub(in super::super) const SEEK_ID: u32 = 0x53AB;
    pub(in super::super) const INFO: u32 = 0x1549_A966;
    pub(in super::super) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
    pub(in super::super) const MUXING_APP: u32 = 0x4D80;
    pub(in super::super) const WRITING_APP: u32 = 0x5741;
    pub(in super::super) const TRACKS: u32 = 0x1654_AE6B;
    pub(in super::super) const TRACK_ENTRY: u32 = 0xAE;
    pub(in super::super) const TRACK_NUMBER: u32 = 0xD7;
    pub(in super::super) const TRACK_TYPE: u32 = 0x83;
    pub(in super::super) const CODEC_ID: u32 = 0x86;
    pub(in super::super) const CODEC_PRIVATE: u32 = 0x63A2;
    pub(in super::super) const DEFAULT_DURATION: u32 = 0x23_E383;
    pub(in super::super) const CONTENT_ENCODINGS: u32 = 0x6D80;
    pub(in super::super) const CONTENT_ENCODING: u32 = 0x6240;
    pub(in super::super) const ENCODING_SCOPE: u32 = 0x5032;
    pub(in super::super) const ENCODING_TYPE: u32 = 0x5033;
    pub(in super::super) const COMPRESSION: u32 = 0x5034;
    pub(in super::super) const COMPRESSION_SETTINGS: u32 = 0x4255;
    pub(in super::super) const VIDEO: u32 = 0xE0;
    pub(in super::super) const AUDIO: u32 = 0xE1;
    pub(in super::super) const COLOUR: u32 = 0x55B0;
    pub(in super::super) const MASTERING: u32 = 0x55D0;
    pub(in super::super) const CUES: u32 = 0x1C53_BB6B;
    pub(in super::super) const CUE_POINT: u32 = 0xBB;
    pub(in super::super) const CUE_POSITIONS: u32 = 0xB7;
    pub(in super::super) const TAGS: u32 = 0x1254_C367;
    pub(in super::super) const CHAPTERS: u32 = 0x1043_A770;
    pub(in super::super) const ATTACHMENTS: u32 = 0x1941_A469;
    pub(in super::super) const CLUSTER: u32 = 0x1F43_B675;
    pub(in super::super) const TIMESTAMP: u32 = 0xE7;
    pub(in super::super) const POSITION: u32 = 0xA7;
    pub(in super::super) const PREVIOUS_SIZE: u32 = 0xAB;
    pub(in super::super) const SIMPLE_BLOCK: u32 = 0xA3;
    pub(in super::super) const BLOCK_GROUP: u32 = 0xA0;
    pub(in super::super) const BLOCK: u32 = 0xA1;
    pub(in super::super) const BLOCK_DURATION: u32 = 0x9B;
    pub(in super::super) const ADDITIONS: u32 = 0x75A1;
    pub(in super::super) const ADDITION: u32 = 0xA6;
    pub(in super::super) const ADDITION_ID: u32 = 0xEE;
    pub(in super::super) const ADDITIONAL: u32 = 0xA5;
    pub(in super::super) const ALPHA: u32 = 0x53C0;
}

/// An element in a file or in memory; the positions are of the one or the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) id: u32,
    pub(super) start: u64,
    /// Where its size is written.
    pub(super) size_at: u64,
    pub(super) body: u64,
    /// `None` if it ends where something begins that cannot be in it.
    pub(super) end: Option<u64>,
}

impl Element {
    /// Reads the head of the element at `at`. `None` if none begins there.
    pub(super) fn read(tape: &mut Tape, at: u64) -> Result<Option<Self>, Fault> {
        let (head, len) = tape.up_to::<12>(at)?;
        Ok(Self::parse(&head[..len], at))
    }

    fn parse(head: &[u8], start: u64) -> Option<Self> {
        let id_len = head.first()?.leading_zeros() as usize + 1;
        if id_len > 4 {
            return None;
        }
        let id = head
            .get(..id_len)?
            .iter()
            .fold(0, |id, byte| id << 8 | u32::from(*byte));
        let (size, size_len) = number(head.get(id_len..)?)?;
        let body = start + (id_len + size_len) as u64;
        let is_unknown = size == (1 << (7 * size_len)) - 1;
        let end = if is_unknown {
            None
        } else {
            Some(body.checked_add(size)?)
        };
        Some(Self {
            id,
            start,
            size_at: start + id_len as u64,
            body,
            end,
        })
    }

    /// Where it lies in the buffer that it was read from. It ends there, because it is one of its [`children`].
    pub(super) fn of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let end = self.end.unwrap_or(self.body);
        &bytes[self.body as usize..end as usize]
    }
}

/// Reads a number of variable length; returns it without its marker, and its length in bytes.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let len = bytes.first()?.leading_zeros() as usize + 1;
    let bytes = bytes.get(..len).filter(|_| len <= 8)?;
    let number = bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte));
    Some((number & ((1_u64 << (7 * len)) - 1), len))
}

/// Most elements side by side in a buffer: the cues of a day, a second apart, are fewer.
const MOST_CHILDREN: usize = 100_000;

/// The elements that lie side by side from `from` to `to` in a buffer.
pub(super) fn children(bytes: &[u8], from: u64, to: u64) -> Result<Vec<Element>, Fault> {
    let mut elements = Vec::new();
    let mut at = from;
    while at < to {
        if elements.len() == MOST_CHILDREN {
            return Err(broken("it has too many elements side by side"));
        }
        let head = bytes.get(at as usize..to as usize).unwrap_or_default();
        let element = Element::parse(head, at);
        let element = element.filter(|element| element.end.is_some_and(|end| end <= to));
        let element = element.ok_or_else(|| broken("an element of it has a size that cannot be"))?;
        at = element.end.unwrap_or(to);
        elements.push(element);
    }
    Ok(elements)
}

/// An unsigned integer.
pub(super) fn unsigned(bytes: &[u8]) -> Result<u64, Fault> {
    if bytes.len() > 8 {
        return Err(broken("a number of it is too long"));
    }
    Ok(bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// A `Void` element of zeros, without them: the head of one that is `len` bytes long as a whole, which is at least two.
pub(super) fn void(len: u64) -> Vec<u8> {
    let mut head = vec![id::VOID as u8];
    match len.saturating_sub(2) {
        size @ 0..=126 => head.push(0x80 | size as u8),
        size => head.extend_from_slice(&((size - 7) | 1 << 56).to_be_bytes()),
    }
    head
}

#[cfg(test)]
mod tests {
    use super::{Element, MOST_CHILDREN, children, number, void};

    #[test]
    fn numbers_have_the_length_that_they_say() {
        assert_eq!(number(&[0x81]), Some((1, 1)));
        assert_eq!(number(&[0x40, 0x02]), Some((2, 2)));
        assert_eq!(number(&[0x01, 0, 0, 0, 0, 0, 0, 3]), Some((3, 8)));
        assert_eq!(number(&[0x40]), None);
        assert_eq!(number(&[0x00; 9]), None);
        assert_eq!(number(&[]), None);
    }

    #[test]
    fn there_are_only_so_many_side_by_side() {
        let most = [0xEC, 0x80].repeat(MOST_CHILDREN);
        let end = most.len() as u64;
        assert_eq!(children(&most, 0, end).unwrap().len(), MOST_CHILDREN);
        let more = [&most[..], &[0xEC, 0x80]].concat();
        assert!(children(&more, 0, end + 2).is_err());
    }

    #[test]
    fn a_void_is_as_long_as_what_it_stands_for() {
        for len in [2, 3, 9, 10, 127, 128, 129, 130, 1_000, 1 << 40] {
            let element = Element::parse(&void(len), 0).unwrap();
            assert_eq!((element.id, element.end), (0xEC, Some(len)), "{len}");
        }
    }

    #[test]
    fn a_size_of_ones_is_unknown() {
        for head in [
            &[0xA3, 0xFF][..],
            &[0xA3, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ] {
            assert_eq!(Element::parse(head, 0).unwrap().end, None);
        }
        assert!(
            Element::parse(&[0x08, 0, 0, 0, 0, 0x81], 0).is_none(),
            "an id of five bytes"
        );
    }
}
