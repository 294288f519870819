//! A socket as a device holds it, frame by frame, and no politer than the test wants.

use std::time::Duration;

use actix_http::ws::{self, Codec};
use bytes::BytesMut;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::codec::{Decoder, Encoder};

use super::World;

/// After so long a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open socket.
pub(crate) struct Device {
    stream: TcpStream,
    codec: Codec,
    unread: BytesMut,
}

/// What a device hears.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    Said(Value),
    Pong,
    /// The last frame, and its code.
    Closed(u16),
    /// Nothing follows, and no close frame came before.
    Lost,
}

impl Device {
    /// Opens a socket. `Err` has the answer to a handshake that was refused: nothing, if there was none.
    pub(crate) async fn try_open(world: &World, headers: &str) -> Result<Self, String> {
        Self::begin(world, headers, &[]).await
    }

    /// Opens a socket, with its first frames in the packet of the handshake.
    async fn begin(world: &World, headers: &str, first: &[u8]) -> Result<Self, String> {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        let request = format!(
            "GET /v1/socket HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n",
            world.address
        );
        let _ = stream.write_all(&[request.as_bytes(), first].concat()).await;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            match timeout(PATIENCE, stream.read_u8()).await.unwrap() {
                Ok(byte) => answer.push(byte),
                Err(_) => break,
            }
        }
        if !answer.starts_with(b"HTTP/1.1 101") {
            let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
            return Err(String::from_utf8(answer).unwrap());
        }
        Ok(Self {
            stream,
            codec: Codec::new().client_mode().max_size(1 << 20),
            unread: BytesMut::new(),
        })
    }

    /// Opens a socket with a token, and says a command without waiting for the answer to the handshake.
    pub(crate) async fn open_saying(world: &World, token: &str, command: &Value) -> Self {
        let mut first = BytesMut::new();
        let mut codec = Codec::new().client_mode();
        codec.encode(Self::text(command), &mut first).unwrap();
        let header = format!("Authorization: Bearer {token}\r\n");
        Self::begin(world, &header, &first).await.unwrap()
    }

    /// Opens a socket with a token.
    pub(crate) async fn open(world: &World, token: &str) -> Self {
        let header = format!("Authorization: Bearer {token}\r\n");
        Self::try_open(world, &header).await.unwrap()
    }

    /// Says all this at once. The server may have heard enough already.
    pub(crate) async fn say(&mut self, messages: impl IntoIterator<Item = ws::Message>) {
        let mut bytes = BytesMut::new();
        for message in messages {
            self.codec.encode(message, &mut bytes).unwrap();
        }
        let _ = self.stream.write_all(&bytes).await;
    }

    /// A command, as a frame.
    pub(crate) fn text(command: &Value) -> ws::Message {
        ws::Message::Text(command.to_string().into())
    }

    /// Says one command.
    pub(crate) async fn command(&mut self, command: Value) {
        self.say([Self::text(&command)]).await;
    }

    /// What is said next.
    pub(crate) async fn said(&mut self) -> Value {
        match self.hear().await {
            Frame::Said(value) => value,
            other => panic!("nothing is said: {other:?}"),
        }
    }

    /// What comes next; the server's own pings do not count.
    pub(crate) async fn hear(&mut self) -> Frame {
        loop {
            match self.codec.decode(&mut self.unread).unwrap() {
                Some(ws::Frame::Text(text)) => return Frame::Said(serde_json::from_slice(&text).unwrap()),
                Some(ws::Frame::Pong(_)) => return Frame::Pong,
                Some(ws::Frame::Close(reason)) => return Frame::Closed(reason.unwrap().code.into()),
                Some(_) => {}
                None => {
                    let read = timeout(PATIENCE, self.stream.read_buf(&mut self.unread)).await;
                    if !matches!(read.expect("something to hear"), Ok(1..)) {
                        return Frame::Lost;
                    }
                }
            }
        }
    }

    /// What is said until this device is closed, and how it ended.
    pub(crate) async fn hear_out(&mut self) -> (Vec<Value>, Frame) {
        let mut said = Vec::new();
        loop {
            match self.hear().await {
                Frame::Said(value) => said.push(value),
                Frame::Pong => {}
                end => return (said, end),
            }
        }
    }
}
