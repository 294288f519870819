//! WebSocket frames (RFC 6455, section 5.2) as a client sees them: no allocation for what is received.

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Close,
    Ping,
    Pong,
}

impl Kind {
    fn opcode(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    fn of(opcode: u8) -> Option<Self> {
        [Self::Text, Self::Close, Self::Ping, Self::Pong]
            .into_iter()
            .find(|kind| kind.opcode() == opcode)
    }
}

/// A frame at the beginning of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// Where its payload begins.
    pub(crate) start: usize,
    /// Where it ends, and the next frame begins.
    pub(crate) end: usize,
}

/// A frame that no Parlor server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unexpected;

/// The first frame of the buffer; `None` while it is not there in full.
pub(crate) fn parse(buffer: &[u8]) -> Result<Option<Frame>, Unexpected> {
    let [first, second, ..] = *buffer else {
        return Ok(None);
    };
    // The last or only fragment, no extension, not masked.
    if first & 0xf0 != 0x80 || second & 0x80 != 0 {
        return Err(Unexpected);
    }
    let kind = Kind::of(first & 0x0f).ok_or(Unexpected)?;
    let (start, length) = match second {
        126 => match buffer.get(2..4) {
            Some(bytes) => (4, u64::from(u16::from_be_bytes([bytes[0], bytes[1]]))),
            None => return Ok(None),
        },
        127 => match buffer.get(2..10) {
            Some(bytes) => (10, u64::from_be_bytes(bytes.try_into().expect("8 bytes"))),
            None => return Ok(None),
        },
        length => (2, u64::from(length)),
    };
    let end = usize::try_from(length)
        .ok()
        .and_then(|length| length.checked_add(start));
    let end = end.ok_or(Unexpected)?;
    Ok((buffer.len() >= end).then_some(Frame { kind, start, end }))
}

/// Appends a frame of a client, masked with this key.
pub(crate) fn encode(kind: Kind, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
    out.push(0x80 | kind.opcode());
    match payload.len() {
        length @ 0..126 => out.push(0x80 | length as u8),
        length @ 126..65536 => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&key);
    out.extend(
        payload
            .iter()
            .zip(key.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server would send: a client's frame without its mask.
    fn from_server(payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(Kind::Text, payload, [0; 4], &mut bytes);
        let key_at = bytes.len() - payload.len() - 4;
        bytes.drain(key_at..key_at + 4);
        bytes[1] &= 0x7f;
        bytes
    }

    #[test]
    fn each_form_of_length_is_read() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let bytes = from_server(&vec![b'x'; length]);
            let frame = parse(&bytes).unwrap().unwrap();
            assert_eq!((frame.end, frame.end - frame.start), (bytes.len(), length));
        }
    }

    #[test]
    fn half_a_frame_is_waited_for() {
        let bytes = from_server(&[b'x'; 300]);
        for length in 0..bytes.len() {
            assert_eq!(parse(&bytes[..length]), Ok(None), "{length}");
        }
    }

    #[test]
    fn what_no_server_sends_is_an_error() {
        for bytes in [[0x81, 0x80], [0x01, 0], [0xc1, 0], [0x82, 0]] {
            assert_eq!(parse(&bytes), Err(Unexpected), "{bytes:x?}");
        }
        let mut huge = vec![0x81, 127];
        huge.extend([0xff; 8]);
        assert_eq!(parse(&huge), Err(Unexpected));
    }

    #[test]
    fn payloads_are_masked() {
        let mut out = Vec::new();
        encode(Kind::Text, b"abcde", [1, 2, 3, 4], &mut out);
        assert_eq!(
            out,
            [
                0x81,
                0x85,
                1,
                2,
                3,
                4,
                b'a' ^ 1,
                b'b' ^ 2,
                b'c' ^ 3,
                b'd' ^ 4,
                b'e' ^ 1
            ]
        );
    }
}
