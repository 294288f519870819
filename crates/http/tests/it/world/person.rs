//! Somebody who asks with an access token.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::{Answer, World, text};

/// Somebody with an access token.
pub(crate) struct Person<'a> {
    world: &'a World,
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) token: String,
    pub(crate) refresh: String,
}

impl<'a> Person<'a> {
    /// Whose tokens these are.
    pub(super) fn logged_in(world: &'a World, tokens: &Value) -> Self {
        Self {
            world,
            id: text(&tokens["user"]["id"]),
            session: text(&tokens["session"]["id"]),
            token: text(&tokens["access_token"]),
            refresh: text(&tokens["refresh_token"]),
        }
    }

    /// Asks as who has this token, and nothing else.
    pub(crate) fn bearer(world: &'a World, token: String) -> Self {
        Self {
            world,
            id: String::new(),
            session: String::new(),
            token,
            refresh: String::new(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// Puts JSON, or nothing for `null`.
    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body).filter(|body| !body.is_null()))
            .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// Makes a group, and gives its path.
    pub(crate) async fn group(&self, members: &[&Person<'_>]) -> String {
        let members: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
        let room = json!({"name": "Tea", "members": members});
        let made = self.post("/v1/rooms", room).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.header("location").unwrap().to_owned()
    }

    /// Says something in the room of this path, and gives the path of the message.
    pub(crate) async fn say(&self, room: &str, client_id: &str, body: &str) -> String {
        let message = json!({"client_id": client_id, "body": body});
        let sent = self.post(&format!("{room}/messages"), message).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        sent.header("location").unwrap().to_owned()
    }

    /// Asks with these headers and this body.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [&[(AUTHORIZATION.as_str(), bearer.as_str())], headers].concat();
        self.world
            .send(self.world.request(method, path, &headers, body))
            .await
    }

    /// Uploads a file as JSON, and gives what it became.
    pub(crate) async fn upload(&self, file: &[u8], name: &str) -> Value {
        let made = self
            .post("/v1/media", json!({"data": BASE64.encode(file), "name": name}))
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()
    }

    /// Shows a piece of media in the room of this path, and gives the path of the message.
    pub(crate) async fn show(&self, room: &str, media: &Value) -> String {
        let message = json!({"client_id": media["id"], "media": [media["id"]]});
        let sent = self.post(&format!("{room}/messages"), message).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        sent.header("location").unwrap().to_owned()
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![(AUTHORIZATION.as_str(), bearer.as_str())];
        if body.is_some() {
            headers.push((CONTENT_TYPE.as_str(), "application/json"));
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.world
            .send(self.world.request(method, path, &headers, body))
            .await
    }
}
