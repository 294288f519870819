//! How long packets play.

/// The greatest length of a packet of Opus, in microseconds (RFC 6716, section 3.2.5).
const LONGEST_OPUS: u64 = 120_000;

/// How long a packet of Opus plays that begins with these bytes, in microseconds (RFC 6716, section 3.1). `None` if it
/// is none.
pub(super) fn opus(beginning: &[u8]) -> Option<u64> {
    let configuration = beginning.first()?;
    let frame = match configuration >> 3 {
        mode @ 0..12 => [10_000, 20_000, 40_000, 60_000][usize::from(mode % 4)],
        mode @ 12..16 => [10_000, 20_000][usize::from(mode % 2)],
        mode => [2_500, 5_000, 10_000, 20_000][usize::from(mode % 4)],
    };
    let frames = match configuration & 0b11 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(beginning.get(1)? & 0b11_1111),
    };
    let length = frame * frames;
    (1..=LONGEST_OPUS).contains(&length).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::opus;

    #[test]
    fn an_opus_packet_says_how_long_it_is() {
        let celt_20_ms = 31 << 3;
        assert_eq!(opus(&[celt_20_ms]), Some(20_000));
        assert_eq!(opus(&[celt_20_ms | 1, 0]), Some(40_000));
        assert_eq!(opus(&[celt_20_ms | 3, 3]), Some(60_000));
        assert_eq!(opus(&[3 << 3]), Some(60_000));
        assert_eq!(opus(&[12 << 3]), Some(10_000));
        assert_eq!(opus(&[16 << 3]), Some(2_500));
    }

    #[test]
    fn what_is_no_opus_packet_has_no_length() {
        assert_eq!(opus(&[]), None);
        assert_eq!(opus(&[3]), None);
        assert_eq!(opus(&[3, 0]), None);
        assert_eq!(opus(&[3 << 3 | 3, 63]), None);
    }
}
