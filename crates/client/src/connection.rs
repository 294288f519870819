//! The bare socket: frames in, frames out.

use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use parlor_wire::{Command, Push, StreamPosition};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use crate::{ConnectionError, ServerUrl};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One socket, from the handshake to its end. It answers pings, and resumes and repeats nothing.
pub struct Connection {
    /// What speaks.
    pub sender: Sender,
    /// What hears.
    pub receiver: Receiver,
}

/// The half of a [`Connection`] that speaks.
pub struct Sender(SplitSink<Socket, Message>);

/// The half of a [`Connection`] that hears. It must be read for pings to be answered.
pub struct Receiver(SplitStream<Socket>);

/// Something that the server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A frame.
    Push(Box<Push>),
    /// An event of a type that this client does not know; its stream is there now.
    Unknown(StreamPosition),
    /// A ping, or a frame that says nothing to this client: the server is alive.
    Alive,
}

impl Connection {
    /// Connects. Without a token the first `hello` must bring one.
    pub async fn open(server: &ServerUrl, token: Option<&str>) -> Result<Self, ConnectionError> {
        let mut request = server.socket().into_client_request().map_err(network)?;
        if let Some(token) = token {
            let value = format!("Bearer {token}")
                .parse()
                .map_err(|_| ConnectionError::Protocol("a token must be visible ASCII"))?;
            request.headers_mut().insert("authorization", value);
        }
        let stream = TcpStream::connect(server.host_and_port())
            .await
            .map_err(|error| ConnectionError::Network(error.into()))?;
        stream
            .set_nodelay(true)
            .map_err(|error| ConnectionError::Network(error.into()))?;
        // The library's own buffers of 128 KiB are for bulk, not for chat.
        let config = WebSocketConfig::default()
            .read_buffer_size(8 * 1024)
            .write_buffer_size(0);
        let tls = Connector::Rustls(server.tls());
        match client_async_tls_with_config(request, stream, Some(config), Some(tls)).await {
            Ok((socket, _)) => {
                let (sink, stream) = socket.split();
                Ok(Self {
                    sender: Sender(sink),
                    receiver: Receiver(stream),
                })
            }
            Err(Error::Http(response)) => Err(refused(&response)),
            Err(error) => Err(network(error)),
        }
    }

    /// Sends a command and everything before it.
    pub async fn send(&mut self, command: &Command) -> Result<(), ConnectionError> {
        self.sender.feed(command).await?;
        self.sender.flush().await
    }

    /// The next frame that is not only a sign of life.
    pub async fn receive(&mut self) -> Result<Push, ConnectionError> {
        loop {
            if let Incoming::Push(push) = self.receiver.next().await? {
                return Ok(*push);
            }
        }
    }
}

impl Sender {
    /// Puts a command into the buffer. At once, unless a [`flush`](Self::flush) is still due.
    pub async fn feed(&mut self, command: &Command) -> Result<(), ConnectionError> {
        let text = serde_json::to_string(command).expect("a command is JSON");
        self.0.feed(Message::text(text)).await.map_err(broken)
    }

    /// Waits until the network has taken the buffer. May be dropped and called again.
    pub async fn flush(&mut self) -> Result<(), ConnectionError> {
        self.0.flush().await.map_err(broken)
    }

    /// Sends any text, for trying what the server makes of it.
    pub async fn send_text(&mut self, text: &str) -> Result<(), ConnectionError> {
        self.0.send(Message::text(text)).await.map_err(broken)
    }

    /// Says goodbye (code 1000).
    pub async fn close(&mut self) -> Result<(), ConnectionError> {
        self.0.close().await.map_err(broken)
    }
}

impl Receiver {
    /// What comes next. May be dropped and called again.
    pub async fn next(&mut self) -> Result<Incoming, ConnectionError> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Ok(read(text.as_str())),
            Some(Ok(Message::Close(frame))) => Err(closed(frame)),
            Some(Ok(_)) => Ok(Incoming::Alive),
            Some(Err(error)) => Err(broken(error)),
            None => Err(closed(None)),
        }
    }
}

/// The part that every event has, whatever its type.
#[derive(Deserialize)]
struct AnyEvent {
    stream: uuid::Uuid,
    seq: u64,
    tag: u32,
}

fn read(text: &str) -> Incoming {
    if let Ok(push) = serde_json::from_str(text) {
        return Incoming::Push(Box::new(push));
    }
    match serde_json::from_str::<AnyEvent>(text) {
        Ok(event) => Incoming::Unknown(StreamPosition {
            stream: event.stream,
            seq: event.seq,
            tag: event.tag,
            rev: 0,
        }),
        Err(error) => {
            tracing::debug!(%error, "a frame of an unknown kind");
            Incoming::Alive
        }
    }
}

fn closed(frame: Option<CloseFrame>) -> ConnectionError {
    ConnectionError::Closed {
        code: frame.as_ref().map(|frame| frame.code.into()),
        reason: frame.map_or(String::new(), |frame| frame.reason.to_string()),
    }
}

fn network(error: Error) -> ConnectionError {
    ConnectionError::Network(error.into())
}

fn broken(error: Error) -> ConnectionError {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => closed(None),
        Error::Protocol(_) | Error::Capacity(_) | Error::Utf8(_) => {
            ConnectionError::Protocol("the frames are no good WebSocket")
        }
        error => network(error),
    }
}

fn refused(response: &Response) -> ConnectionError {
    let header = response.headers().get("retry-after");
    let seconds = header
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    ConnectionError::Refused {
        status: response.status().as_u16(),
        retry_after: seconds.map(Duration::from_secs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_an_unknown_type_still_has_a_position() {
        let text =
            r#"{"stream":"01890a5d-ac96-774b-bcce-b302099a8057","seq":7,"tag":9,"type":"poll.closed","x":1}"#;
        let Incoming::Unknown(position) = read(text) else {
            panic!("an unknown event")
        };
        assert_eq!((position.seq, position.tag), (7, 9));
        assert_eq!(
            read(r#"{"type":"weather","degrees":21}"#),
            Incoming::Alive,
            "a notice of a later version"
        );
    }
}
