//! A server, and a front end that talks to one dialect of it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use parlor_testkit::TestApp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, redirect};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::described;

/// After so long a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server, and where a dialect of it is.
pub(crate) struct World {
    pub(crate) app: TestApp,
    http: Client,
    prefix: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// What the body is, without parameters.
    pub(crate) fn media_type(&self) -> &str {
        let said = self.header("content-type").unwrap_or_default();
        said.split(';').next().unwrap_or_default().trim()
    }

    /// Passes if it is this.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: Value) {
        assert_eq!((self.status, self.json()), (status, body));
    }
}

impl World {
    /// A server whose front ends go to this path, such as `/compat/conversations`, or to the root if it is empty.
    pub(crate) async fn at(prefix: &str) -> Self {
        Self::of(TestApp::start().await, prefix)
    }

    pub(crate) fn of(app: TestApp, prefix: &str) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).build();
        Self {
            app,
            http: http.unwrap(),
            prefix: prefix.to_owned(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.app.url(), self.prefix)
    }

    /// A request with a JSON body, if there is one, and these headers.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let json = [("content-type", "application/json")];
        let headers = [headers, if body.is_null() { &[] } else { &json }].concat();
        self.send(method, path, &headers, text.into_bytes()).await
    }

    /// A request to Parlor's own API.
    pub(crate) async fn ask_parlor(&self, method: &str, path: &str, token: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let url = format!("{}{path}", self.app.url());
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send_to(url, method, &headers, text.into_bytes()).await
    }

    /// A request with any body. Whatever is answered, the documents must say so.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let answer = self.send_to(self.url(path), method, headers, body).await;
        described::check(&format!("{}{path}", self.prefix), method, &answer);
        answer
    }

    async fn send_to(&self, url: String, method: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let method: Method = method.parse().unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        let request = self.http.request(method, url).headers(map).body(body);
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.call("GET", path, &[("authorization", &bearer)], Value::Null)
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, &[], body).await
    }

    /// Opens a socket; `Err` has the status of the answer if it is refused.
    pub(crate) async fn socket(&self, path: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let path = format!("{}{path}", self.prefix);
        self.socket_anywhere(&path, headers).await
    }

    /// The same at a path of the server, whatever dialect is there.
    pub(crate) async fn socket_anywhere(&self, path: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let url = format!("{}{path}", self.app.url()).replacen("http", "ws", 1);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request
                .headers_mut()
                .append(name, HeaderValue::from_str(value).unwrap());
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Socket { stream }),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

/// A front end's socket.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What a front end hears.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Text(String),
    /// The last frame, and its code.
    Closed(u16),
}

impl Socket {
    pub(crate) async fn say(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn say_json(&mut self, value: Value) {
        self.say(&value.to_string()).await;
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &[u8]) {
        self.stream.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// Says one text in two frames.
    pub(crate) async fn say_in_two(&mut self, first: String, last: &'static str) {
        let first = Frame::message(first, OpCode::Data(Data::Text), false);
        let last = Frame::message(last, OpCode::Data(Data::Continue), true);
        for part in [first, last] {
            self.stream.send(Message::Frame(part)).await.unwrap();
        }
    }

    /// Begins a text of so many bytes, and says none of them.
    pub(crate) async fn begin(&mut self, bytes: u64) {
        // The last frame of a text, which is masked with zeros.
        let head = [&[0x81_u8, 0xff][..], &bytes.to_be_bytes(), &[0; 4]].concat();
        self.stream.get_mut().write_all(&head).await.unwrap();
    }

    /// The next thing that is said.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await;
            match next.expect("something is said in time") {
                Some(Ok(Message::Text(text))) => return Heard::Text(text.to_string()),
                Some(Ok(Message::Close(Some(frame)))) => return Heard::Closed(frame.code.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next thing that is said, as JSON.
    pub(crate) async fn hear_json(&mut self) -> Value {
        match self.hear().await {
            Heard::Text(text) => serde_json::from_str(&text).unwrap_or_else(|_| json!(text)),
            closed @ Heard::Closed(_) => panic!("{closed:?}"),
        }
    }
}
