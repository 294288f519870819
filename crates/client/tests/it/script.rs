//! A server that does what the test says, frame by frame.

use futures_util::{SinkExt, StreamExt};
use parlor_client::ServerUrl;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// Listens on a port of its own.
pub(crate) struct Server(TcpListener);

/// One client's connection.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Server {
    pub(crate) async fn start() -> (Self, ServerUrl) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        (Self(listener), url.parse().unwrap())
    }

    pub(crate) async fn accept(&self) -> Socket {
        let (stream, _) = self.0.accept().await.unwrap();
        Socket(accept_async(stream).await.unwrap())
    }

    /// Accepts, hears `hello` and welcomes; returns what the client said.
    pub(crate) async fn welcome(&self, streams: Value) -> (Socket, Value) {
        let mut socket = self.accept().await;
        let hello = socket.hear().await;
        assert_eq!(hello["type"], "hello");
        socket.say(welcome(streams)).await;
        (socket, hello)
    }
}

impl Socket {
    /// The next frame of the client.
    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    pub(crate) async fn say(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub(crate) async fn close(mut self, code: u16) {
        let frame = CloseFrame {
            code: code.into(),
            reason: "the script says so".into(),
        };
        self.0.close(Some(frame)).await.unwrap();
    }
}

fn welcome(streams: Value) -> Value {
    json!({
        "type": "welcome",
        "user": {
            "id": "00000000-0000-0000-0000-000000000000", "number": 1, "username": "me", "display_name": "Me",
            "email": null, "email_verified": false, "admin": false, "created_at": "2026-11-21T03:42:02.123456Z",
            "shows": {"email": "nobody", "mobile": "nobody", "last_seen": "contacts", "presence": "everyone"}, "reach": "everyone",
        "private": false, "discoverable": true,
        },
        "session": "00000000-0000-0000-0000-000000000001",
        "token_expires_at": "2026-11-21T03:57:02.123456Z",
        "heartbeat_seconds": 30,
        "unread_notifications": 0,
        "limits": {"body_bytes": 65536, "frame_bytes": 262_144, "commands_in_flight": 32},
        "streams": streams,
    })
}
