//! The tag in the text of each message, by which it is found again in the bytes of a frame.

use memchr::memmem;

/// Which message it is, and when it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) lane: u32,
    pub(crate) number: u32,
    /// Nanoseconds since the tool began.
    pub(crate) sent_at: u64,
}

/// `pb~LANE~NUMBER~NANOSECONDS~`, in hexadecimal of fixed width.
const MARK: &[u8] = b"pb~";
/// Bytes of a tag, and so of the shortest message.
const LENGTH: usize = MARK.len() + 8 + 1 + 8 + 1 + 16 + 1;

impl Tag {
    /// A text of this many bytes that carries the tag.
    pub(crate) fn text(self, bytes: usize) -> String {
        let Self {
            lane,
            number,
            sent_at,
        } = self;
        let mut text = format!("pb~{lane:08x}~{number:08x}~{sent_at:016x}~");
        text += &filling(bytes.saturating_sub(LENGTH));
        text
    }

    /// The tag in a frame, if there is one.
    pub(crate) fn find(frame: &[u8]) -> Option<Self> {
        let at = memmem::find(frame, MARK)?;
        let text = frame.get(at + MARK.len()..at + LENGTH)?;
        Some(Self {
            lane: u32::try_from(hex(&text[..8])?).ok()?,
            number: u32::try_from(hex(&text[9..17])?).ok()?,
            sent_at: hex(&text[18..34])?,
        })
    }
}

/// A text of this many bytes.
pub(crate) fn filling(bytes: usize) -> String {
    let text = "The quick brown fox jumps over the lazy dog. ".chars().cycle();
    text.take(bytes).collect()
}

fn hex(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |value, digit| {
        Some(value << 4 | u64::from((*digit as char).to_digit(16)?))
    })
}

/// The whole number that follows the first `"name":` in a frame.
pub(crate) fn number(frame: &[u8], name: &str) -> Option<u64> {
    let at = memmem::find(frame, name.as_bytes())? + name.len();
    let digits = frame[at..].iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(None, |value, digit| {
        Some(
            value
                .unwrap_or(0_u64)
                .wrapping_mul(10)
                .wrapping_add(u64::from(digit - b'0')),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_any_frame() {
        let tag = Tag {
            lane: 7,
            number: 0xffff_ffff,
            sent_at: 1 << 40,
        };
        let text = tag.text(128);
        assert_eq!(text.len(), 128);
        assert_eq!(
            Tag::find(format!("{{\"body\":\"{text}\"}}").as_bytes()),
            Some(tag)
        );
        assert_eq!(Tag::find(&text.as_bytes()[..LENGTH - 1]), None);
        assert_eq!(tag.text(0).len(), LENGTH);
    }

    #[test]
    fn numbers_are_found_by_name() {
        let frame = br#"{"stream":"x","seq":123,"tag":4}"#;
        assert_eq!(number(frame, "\"seq\":"), Some(123));
        assert_eq!(number(frame, "\"id\":"), None);
        assert_eq!(number(frame, "\"stream\":"), None);
    }
}
