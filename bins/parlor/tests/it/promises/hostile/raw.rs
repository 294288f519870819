//! Bytes as they are, for what no client library would send.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::promises::database::PATIENCE;

/// How a request was answered: `101`, or a status with the problem's code and field.
pub(super) async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may have said no before it has read everything.
    let _ = stream.write_all(request).await;
    summary(&until_end(&mut stream).await)
}

/// Everything that comes until the server closes or answers; it must do one of the two.
pub(super) async fn until_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let read = async {
        while !is_whole(&answer) {
            match stream.read_buf(&mut answer).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    };
    timeout(PATIENCE, read).await.expect("an answer, or the end");
    answer
}

/// Whether the head of an answer is there, and as much of its body as the head says.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    head.contains(" 101 ") || body.len() >= length
}

fn summary(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let status = text.split(' ').nth(1).unwrap_or("closed").to_owned();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let problem: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let parts = ["code", "field"].map(|part| problem[part].as_str().unwrap_or_default().to_owned());
    [status, parts.join(" ").trim().to_owned()]
        .join(" ")
        .trim()
        .to_owned()
}

/// The head of a right handshake, with more headers.
pub(super) fn handshake(address: SocketAddr, headers: &str) -> String {
    format!(
        "GET /v1/socket HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
}

/// An open socket, past its handshake.
pub(super) async fn open(address: SocketAddr, token: Option<&str>) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let bearer = token.map_or(String::new(), |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let request = handshake(address, &bearer);
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = until_end(&mut stream).await;
    assert_eq!(summary(&answer), "101");
    stream
}

/// A frame with this first byte, masked with zeros as far as `masked`.
pub(super) fn frame(first: u8, content: &[u8], masked: bool) -> Vec<u8> {
    let mut bytes = vec![first];
    let mask = if masked { 0x80 } else { 0 };
    match content.len() {
        short @ 0..=125 => bytes.push(mask | short as u8),
        middle @ 126..=0xffff => {
            bytes.push(mask | 126);
            bytes.extend((middle as u16).to_be_bytes());
        }
        long => {
            bytes.push(mask | 127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    if masked {
        bytes.extend([0; 4]);
    }
    bytes.extend(content);
    bytes
}

/// Says a text in one good frame. The server may have heard enough already.
pub(super) async fn say(stream: &mut TcpStream, text: &str) {
    let _ = stream.write_all(&frame(0x81, text.as_bytes(), true)).await;
}

/// What the server says until it closes: its text frames, and the code of its close frame.
pub(super) async fn until_closed(stream: &mut TcpStream) -> (Vec<String>, Option<u16>) {
    until_said(stream, |_| false).await
}

/// What the server says until it says this, or closes.
pub(super) async fn until_said(
    stream: &mut TcpStream,
    is_it: impl Fn(&str) -> bool,
) -> (Vec<String>, Option<u16>) {
    let mut bytes = Vec::new();
    loop {
        // A reset comes where the server has not read everything; what it said before is there all the same.
        let read = timeout(PATIENCE, stream.read_buf(&mut bytes)).await;
        let ended = !matches!(read.expect("the server says something"), Ok(1..));
        let (texts, code) = frames(&bytes);
        if ended || code.is_some() || texts.last().is_some_and(|text| is_it(text)) {
            return (texts, code);
        }
    }
}

/// The text frames that are whole, and the code of a close frame.
fn frames(mut bytes: &[u8]) -> (Vec<String>, Option<u16>) {
    let mut texts = Vec::new();
    while let [first, length, ..] = *bytes {
        let (head, length) = match length {
            126 if bytes.len() < 4 => break,
            126 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
            127 => panic!("no frame is so long"),
            short => (2, usize::from(short)),
        };
        let Some(content) = bytes.get(head..head + length) else {
            break;
        };
        match first {
            0x81 => texts.push(String::from_utf8(content.to_vec()).unwrap()),
            0x88 => return (texts, Some(u16::from_be_bytes([content[0], content[1]]))),
            _ => {}
        }
        bytes = &bytes[head + length..];
    }
    (texts, None)
}
