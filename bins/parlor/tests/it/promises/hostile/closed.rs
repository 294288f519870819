//! Frames after which there is nothing more to be said: the socket is closed with the code that says why.

use tokio::io::AsyncWriteExt;

use super::Hostile;
use super::raw::{self, frame, until_closed};
use super::tally::Tally;

/// The first bytes of a masked frame that announces so many more.
fn announced(first: u8, length: u64) -> Vec<u8> {
    [&[first, 0xff][..], &length.to_be_bytes(), &[0; 4]].concat()
}

/// Tries them all.
pub(super) async fn with_their_codes(hostile: &Hostile, tally: &mut Tally) {
    let fragment = frame(0x00, &[b' '; 60_000], true);
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("a binary frame", frame(0x82, b"hello", true), 1003),
        ("an empty binary frame", frame(0x82, b"", true), 1003),
        (
            "the first part of a binary frame",
            frame(0x02, b"hello", true),
            1003,
        ),
        ("a frame without mask", frame(0x81, b"{}", false), 1002),
        ("an opcode that is reserved", frame(0x83, b"{}", true), 1002),
        ("a control opcode that is reserved", frame(0x8b, b"", true), 1002),
        ("bits that are reserved", frame(0xc1, b"{}", true), 1002),
        ("a continuation of nothing", frame(0x80, b"{}", true), 1002),
        (
            "a frame within the fragments of another",
            [frame(0x01, b"{", true), frame(0x81, b"{}", true)].concat(),
            1002,
        ),
        ("a ping in fragments", frame(0x09, b"a", true), 1002),
        ("a ping that is too long", frame(0x89, &[b'a'; 126], true), 1002),
        (
            "something else than WebSocket",
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            1002,
        ),
        (
            "text that is not UTF-8",
            frame(0x81, b"{\"type\":\"\xff\"}", true),
            1007,
        ),
        ("a surrogate in UTF-8", frame(0x81, b"\xed\xa0\x80", true), 1007),
        (
            "a character in two halves, of which one is missing",
            [frame(0x01, b"\xc3", true), frame(0x80, b"x", true)].concat(),
            1007,
        ),
        ("one byte too many", frame(0x81, &[b' '; 262_145], true), 1009),
        ("10 MB", frame(0x81, &vec![b'a'; 10_000_000], true), 1009),
        ("an announcement of an exabyte", announced(0x81, 1 << 60), 1009),
        (
            "an announcement of more than there can be",
            announced(0x81, u64::MAX),
            1009,
        ),
        ("a ping of a gigabyte", announced(0x89, 1 << 30), 1009),
        (
            "fragments without end",
            [frame(0x01, b" ", true), fragment.repeat(5)].concat(),
            1009,
        ),
    ];
    let token = &hostile.person.tokens.access_token;
    for (what, bytes, expected) in cases {
        let mut stream = raw::open(hostile.address, Some(token)).await;
        // It may be closed before it has read everything.
        let _ = stream.write_all(&bytes).await;
        let (_, code) = until_closed(&mut stream).await;
        tally.expect(what, &code, &Some(expected));
    }
}
