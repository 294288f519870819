//! A web server that does what the test says, request by request.

use parlor_client::Rest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Listens on a port of its own.
pub(crate) struct Web(TcpListener);

/// A request, on a connection of its own.
pub(crate) struct Asked {
    stream: TcpStream,
    /// Its head, in small letters.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Web {
    pub(crate) async fn start() -> (Self, Rest) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        (
            Self(listener),
            Rest::new(url.parse().unwrap()).with_token("token"),
        )
    }

    /// The next request, all of it.
    pub(crate) async fn next(&self) -> Asked {
        let (mut stream, _) = self.0.accept().await.unwrap();
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
        };
        let mut body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).unwrap().to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().unwrap());
        let chunked = head.contains("transfer-encoding: chunked");
        while body.len() < length || chunked && !body.ends_with(b"\r\n0\r\n\r\n") {
            assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0);
        }
        let body = if chunked { unchunk(&body) } else { body };
        Asked { stream, head, body }
    }
}

impl Asked {
    /// Its method and path.
    pub(crate) fn what(&self) -> &str {
        let line = self.head.lines().next().unwrap();
        line.strip_suffix(" http/1.1").unwrap()
    }

    /// Answers with such headers, and a body.
    pub(crate) async fn answer(mut self, status: u16, headers: &str, body: &[u8]) {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
        self.stream
            .write_all(&[head.as_bytes(), body].concat())
            .await
            .unwrap();
    }

    /// Answers with a part of what it says it will.
    pub(crate) async fn break_off(mut self, length: usize, body: &[u8]) {
        let head = format!("HTTP/1.1 200 x\r\ncontent-length: {length}\r\n\r\n");
        self.stream
            .write_all(&[head.as_bytes(), body].concat())
            .await
            .unwrap();
    }

    pub(crate) async fn tell(self, status: u16, body: Value) {
        self.answer(status, "", body.to_string().as_bytes()).await;
    }

    pub(crate) async fn refuse(self, status: u16, code: &str) {
        let problem =
            json!({"type": "about:blank", "title": "No", "status": status, "code": code, "detail": "No."});
        self.tell(status, problem).await;
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
}
