//! Bytes from a socket, cut into frames and put together to messages.

use actix_http::ws::{Codec, Frame, Item, ProtocolError};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use parlor_wire::CloseReason;
use tokio_util::codec::Decoder;

use super::room::{LONG, Room, Taken};

/// Cuts what one client sends into messages. Holds nothing while no message is under way.
pub(crate) struct Input {
    codec: Codec,
    most: usize,
    /// The fragments so far of a message in several frames.
    fragments: Option<BytesMut>,
    room: Room,
    /// What a long message that is under way has of it.
    taken: Option<Taken>,
}

/// What a frame brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A whole text, or the last part of one.
    Text(ByteString),
    /// A part of a text that is not the last.
    Part,
    /// A ping, which wants its content back.
    Ping(Bytes),
    /// A sign of life.
    Pong,
    /// The client closes.
    Close,
}

impl Input {
    /// Takes messages of at most so many bytes.
    pub(crate) fn new(most: usize, room: Room) -> Self {
        Self {
            codec: Codec::new().max_size(most),
            most,
            fragments: None,
            room,
            taken: None,
        }
    }

    /// What the next frame in the buffer brings; `None` if more bytes are needed. What is left in the buffer then is
    /// the beginning of that frame.
    pub(crate) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Incoming>, CloseReason> {
        // The codec would wait for all of a frame before it looks at its size.
        let claimed = claimed_length(buffer).unwrap_or_default();
        if claimed > self.most as u64 {
            return Err(CloseReason::TooBig);
        }
        if claimed > LONG as u64 {
            self.take_room()?;
        }
        if self.taken.as_ref().is_some_and(Taken::is_late) {
            return Err(CloseReason::Stalled);
        }
        let Some(frame) = self.codec.decode(buffer).map_err(reason)? else {
            return Ok(None);
        };
        let incoming = match frame {
            Frame::Text(text) => whole(text)?,
            Frame::Ping(content) => Incoming::Ping(content),
            Frame::Pong(_) => Incoming::Pong,
            Frame::Close(_) => Incoming::Close,
            Frame::Binary(_) | Frame::Continuation(Item::FirstBinary(_)) => return Err(CloseReason::Binary),
            Frame::Continuation(Item::FirstText(first)) => {
                self.fragments = Some(BytesMut::from(&first[..]));
                Incoming::Part
            }
            Frame::Continuation(Item::Continue(more)) => {
                self.add(&more)?;
                Incoming::Part
            }
            Frame::Continuation(Item::Last(last)) => {
                self.add(&last)?;
                whole(self.fragments.take().unwrap_or_default().freeze())?
            }
        };
        if matches!(incoming, Incoming::Text(_)) {
            self.taken = None;
        }
        Ok(Some(incoming))
    }

    /// Takes room for a long message, unless it has it.
    fn take_room(&mut self) -> Result<(), CloseReason> {
        if self.taken.is_none() {
            let taken = self.room.take(self.most);
            self.taken = Some(taken.ok_or(CloseReason::Unavailable)?);
        }
        Ok(())
    }

    fn add(&mut self, more: &[u8]) -> Result<(), CloseReason> {
        let length = self.fragments.as_ref().map_or(0, BytesMut::len) + more.len();
        if length > self.most {
            return Err(CloseReason::TooBig);
        }
        if length > LONG {
            self.take_room()?;
        }
        let fragments = self.fragments.get_or_insert_default();
        fragments.extend_from_slice(more);
        Ok(())
    }
}

fn whole(text: Bytes) -> Result<Incoming, CloseReason> {
    ByteString::try_from(text)
        .map(Incoming::Text)
        .map_err(|_| CloseReason::InvalidText)
}

fn reason(error: ProtocolError) -> CloseReason {
    match error {
        ProtocolError::Overflow => CloseReason::TooBig,
        _ => CloseReason::Protocol,
    }
}

/// How long the frame at the beginning of the buffer says it is.
fn claimed_length(buffer: &[u8]) -> Option<u64> {
    match buffer.get(1)? & 0x7f {
        126 => Some(u16::from_be_bytes(buffer.get(2..4)?.try_into().ok()?).into()),
        127 => Some(u64::from_be_bytes(buffer.get(2..10)?.try_into().ok()?)),
        short => Some(short.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame, with a mask of zeros.
    fn frame(first: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        match content.len() {
            short @ 0..=125 => bytes.push(0x80 | short as u8),
            long => {
                bytes.push(0x80 | 126);
                bytes.extend((long as u16).to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(content);
        bytes
    }

    fn read(frames: &[Vec<u8>]) -> Result<Vec<Incoming>, CloseReason> {
        let (mut input, mut buffer) = (Input::new(1000, Room::default()), BytesMut::new());
        let mut all = Vec::new();
        // Byte by byte: a frame may come in any number of pieces.
        for byte in frames.concat() {
            buffer.extend([byte]);
            while let Some(incoming) = input.next(&mut buffer)? {
                all.push(incoming);
            }
        }
        Ok(all)
    }

    #[test]
    fn messages_may_come_in_fragments_with_pings_between() {
        let frames = [
            frame(0x01, b"ab"),
            frame(0x89, b"?"),
            frame(0x00, b""),
            frame(0x80, b"c"),
            frame(0x81, b"d"),
        ];
        let expected = [
            Incoming::Part,
            Incoming::Ping(Bytes::from_static(b"?")),
            Incoming::Part,
            Incoming::Text("abc".into()),
            Incoming::Text("d".into()),
        ];
        assert_eq!(read(&frames).unwrap(), expected);
    }

    #[test]
    fn what_is_wrong_closes_with_its_code() {
        let huge = [vec![0x81, 0xff], (1_u64 << 62).to_be_bytes().to_vec()].concat();
        let cases = [
            (vec![frame(0x82, b"x")], CloseReason::Binary),
            (vec![frame(0x02, b"x")], CloseReason::Binary),
            (vec![frame(0x81, b"\xff")], CloseReason::InvalidText),
            (vec![frame(0x81, &[b'x'; 1001])], CloseReason::TooBig),
            (
                vec![frame(0x01, &[b'x'; 600]), frame(0x00, &[b'x'; 600])],
                CloseReason::TooBig,
            ),
            (vec![huge], CloseReason::TooBig),
            (vec![frame(0x80, b"x")], CloseReason::Protocol),
            (vec![frame(0x01, b"x"), frame(0x81, b"x")], CloseReason::Protocol),
            (vec![frame(0x83, b"x")], CloseReason::Protocol),
            (vec![vec![0x81, 0x01, b'x']], CloseReason::Protocol),
        ];
        for (frames, expected) in cases {
            assert_eq!(read(&frames), Err(expected), "{:?}", frames[0]);
        }
    }

    #[test]
    fn long_messages_need_room() {
        let room = Room::of(1 << 20);
        let [mut first, mut second] = [(); 2].map(|()| Input::new(1 << 20, room.clone()));
        let length = 300 << 10;
        let head = [&[0x81_u8, 0xff][..], &u64::to_be_bytes(length), &[0; 4]].concat();
        let mut buffer = BytesMut::from(&head[..]);
        assert_eq!(first.next(&mut buffer), Ok(None));
        let begin = |input: &mut Input| input.next(&mut BytesMut::from(&head[..]));
        assert_eq!(begin(&mut second), Err(CloseReason::Unavailable));
        let small = &mut BytesMut::from(&frame(0x81, b"a")[..]);
        assert_eq!(second.next(small), Ok(Some(Incoming::Text("a".into()))));

        buffer.extend(std::iter::repeat_n(b'x', 300 << 10));
        assert!(matches!(first.next(&mut buffer), Ok(Some(Incoming::Text(_)))));
        assert_eq!(begin(&mut second), Ok(None));
    }

    #[test]
    fn millions_of_empty_fragments_take_no_memory() {
        let mut input = Input::new(1000, Room::default());
        let mut buffer = BytesMut::from(&frame(0x01, b"")[..]);
        assert_eq!(input.next(&mut buffer), Ok(Some(Incoming::Part)));
        for _ in 0..100_000 {
            buffer.extend(frame(0x00, b""));
            assert_eq!(input.next(&mut buffer), Ok(Some(Incoming::Part)));
        }
        assert_eq!(input.fragments.map(|fragments| fragments.len()), Some(0));
    }
}
