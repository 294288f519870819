//! WebSocket frames from the server (RFC 6455, section 5.2): not masked, never fragmented.

use std::cell::RefCell;

use bytes::{BufMut, Bytes, BytesMut};
use parlor_wire::Notice;
use serde::Serialize;

const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

/// The longest header of a frame that is not masked.
const HEADER: usize = 10;

/// How much of the place where texts are made a thread keeps.
const TEXT_KEPT: usize = 64 << 10;

thread_local! {
    /// Where texts are made, before it is known how long they are.
    static TEXTS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A value as a text frame of JSON.
pub fn json(value: &impl Serialize) -> Bytes {
    TEXTS.with_borrow_mut(|text| {
        text.clear();
        serde_json::to_writer(&mut *text, value).expect("what we say is JSON");
        let frame = frame(TEXT, text);
        text.shrink_to(TEXT_KEPT);
        frame
    })
}

/// A text as a frame.
pub fn text(text: &str) -> Bytes {
    frame(TEXT, text.as_bytes())
}

/// A notice as a text frame.
pub(crate) fn notice(notice: &Notice) -> Bytes {
    json(notice)
}

/// That a command was done, and nothing else: what marks and many others are answered, so it is made without detours.
pub(crate) fn ok(id: u64) -> Bytes {
    frame(TEXT, format!(r#"{{"type":"ok","id":{id}}}"#).as_bytes())
}

/// A ping without content.
pub const fn ping() -> Bytes {
    Bytes::from_static(&[PING, 0])
}

/// The answer to a ping: with the same content, at most 125 bytes.
pub(crate) fn pong(content: &[u8]) -> Bytes {
    frame(PONG, &content[..content.len().min(125)])
}

/// The end, with this code.
pub(crate) fn close(code: u16) -> Bytes {
    frame(CLOSE, &code.to_be_bytes())
}

fn frame(kind: u8, content: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(content.len() + HEADER);
    frame.put_u8(kind);
    match content.len() {
        short @ 0..=125 => frame.put_u8(short as u8),
        middle @ 126..=0xffff => {
            frame.put_u8(126);
            frame.put_u16(middle as u16);
        }
        long => {
            frame.put_u8(127);
            frame.put_u64(long as u64);
        }
    }
    frame.put_slice(content);
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use actix_http::ws::{Codec, Frame};
    use tokio_util::codec::Decoder;

    use parlor_wire::Success;

    use super::*;

    #[test]
    fn the_shortest_answer_is_what_the_types_say() {
        for id in [0, 7, u64::MAX] {
            let success = Success {
                id,
                ..Success::default()
            };
            assert_eq!(ok(id), notice(&Notice::Ok(success)));
        }
    }

    #[test]
    fn other_implementations_read_our_frames() {
        let mut client = Codec::new().client_mode().max_size(1 << 20);
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let content = vec![b'x'; length];
            let mut bytes = BytesMut::from(&frame(TEXT, &content)[..]);
            assert_eq!(
                client.decode(&mut bytes).unwrap(),
                Some(Frame::Text(content.into())),
                "{length}"
            );
            assert!(bytes.is_empty());
        }
        let mut bytes = BytesMut::from(&close(1009)[..]);
        let Some(Frame::Close(Some(reason))) = client.decode(&mut bytes).unwrap() else {
            panic!("no close frame")
        };
        assert_eq!(u16::from(reason.code), 1009);
        let mut bytes = BytesMut::from(&pong(b"abc")[..]);
        assert_eq!(
            client.decode(&mut bytes).unwrap(),
            Some(Frame::Pong(Bytes::from_static(b"abc")))
        );
    }
}
