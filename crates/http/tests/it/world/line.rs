//! A connection on which a test sends byte by byte what it wants, and goes when it wants.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Answer, World};

/// After so long a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection for one request.
pub(crate) struct Line(TcpStream);

impl Line {
    /// Begins a request with these lines of its head, besides `Host`.
    pub(crate) async fn begin(world: &World, head: &str) -> Self {
        let stream = TcpStream::connect(world.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut line = Self(stream);
        let (first, rest) = head.split_once('\n').unwrap_or((head, ""));
        let rest = rest.lines().map(|header| format!("{}\r\n", header.trim()));
        let rest: String = rest.collect();
        let host = world.address;
        line.say(format!("{first}\r\nHost: {host}\r\nConnection: close\r\n{rest}\r\n").as_bytes())
            .await;
        line
    }

    /// Sends bytes. The server may have heard enough already.
    pub(crate) async fn say(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// Sends bytes as one chunk of a chunked body (RFC 9112, section 7.1); none are its end.
    pub(crate) async fn chunk(&mut self, bytes: &[u8]) {
        let head = format!("{:x}\r\n", bytes.len());
        self.say(&[head.as_bytes(), bytes, b"\r\n"].concat()).await;
    }

    /// Goes away in the middle.
    pub(crate) fn hang_up(self, how: HangUp) {
        if how == HangUp::Reset {
            SockRef::from(&self.0).set_linger(Some(Duration::ZERO)).unwrap();
        }
    }

    /// What is answered.
    pub(crate) async fn answer(mut self) -> Answer {
        let mut bytes = Vec::new();
        let read = timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await;
        let _ = read.expect("an answer");
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let body = Bytes::copy_from_slice(&bytes[end.expect("a head") + 4..]);
        let head = String::from_utf8(bytes).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let mut headers = HeaderMap::new();
        for line in lines.take_while(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').unwrap();
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value.trim()).unwrap(),
            );
        }
        Answer {
            status: status.parse().unwrap(),
            headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
            bytes: body,
        }
    }
}

/// How somebody goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HangUp {
    /// In peace.
    Close,
    /// As when a network is lost and found.
    Reset,
}
