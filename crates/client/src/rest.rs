//! Requests over HTTP, as far as chatting needs them.

mod download;
mod exchange;
mod form;
mod media;
mod uploads;

use std::time::Duration;

use hyper::{Method, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use parlor_wire::{
    AccountView, ChallengeView, EventView, HistoryPolicy, JoinRule, MembersPage, MessagesPage, RoleName,
    RoomView, RoomsPage, Tokens,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::download::Download;
use self::exchange::{Body, read};
pub use self::media::{Claims, MediaFile};
pub use self::uploads::Upload;
use crate::{NewMessage, RestError, ServerUrl};

/// A connection that was not used for so long is not used again: the server closes it after a few seconds, perhaps in
/// the moment in which the next request is sent.
const IDLE: Duration = Duration::from_secs(2);

/// A server's HTTP interface. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Rest {
    server: ServerUrl,
    http: legacy::Client<HttpsConnector<HttpConnector>, Body>,
    token: Option<String>,
}

/// A group to be made.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// What it is called.
    pub name: String,
    /// What new members may see.
    pub history: HistoryPolicy,
    /// Who may enter.
    pub join: JoinRule,
    /// Who is in it from the start, besides oneself: at most 100.
    pub members: Vec<Uuid>,
}

/// Which messages of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryRange {
    /// The newest.
    Newest,
    /// The newest of those before this seq.
    Before(u64),
    /// The oldest of those after this seq.
    After(u64),
}

impl Rest {
    /// The interface of a server, for somebody who did not log in.
    pub fn new(server: ServerUrl) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config((*server.tls()).clone())
            .https_or_http()
            .enable_http1()
            .build();
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self {
            server,
            http,
            token: None,
        }
    }

    /// The same for whom this access token is.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// Makes an account.
    pub async fn register(&self, username: &str, password: &str) -> Result<AccountView, RestError> {
        self.post("/v1/users", json!({"username": username, "password": password}))
            .await
    }

    /// Opens a session. The name may also be the verified e-mail address.
    ///
    /// # Errors
    /// [`RestError::CodeWanted`] where the password is not enough
    pub async fn log_in(&self, username: &str, password: &str, device: &str) -> Result<Tokens, RestError> {
        let body = json!({"username": username, "password": password, "device": device});
        self.open_session("/v1/sessions", body).await
    }

    /// Has a code mailed to whoever has this name or verified e-mail address, to log in without the password. The answer
    /// is the same for a name that nobody has.
    pub async fn log_in_by_mail(&self, login: &str, device: &str) -> Result<ChallengeView, RestError> {
        self.post("/v1/challenges", json!({"login": login, "device": device}))
            .await
    }

    /// Has another code mailed in the place of the last one.
    pub async fn send_code_again(&self, challenge: &str) -> Result<ChallengeView, RestError> {
        self.post("/v1/challenges/resend", json!({"challenge": challenge}))
            .await
    }

    /// Opens the session for which a code was wanted.
    ///
    /// # Errors
    /// [`RestError::CodeWanted`] if one more is
    pub async fn complete(&self, challenge: &str, code: &str) -> Result<Tokens, RestError> {
        let body = json!({"challenge": challenge, "code": code});
        self.open_session("/v1/challenges/complete", body).await
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, RestError> {
        self.post("/v1/sessions/refresh", json!({"refresh_token": refresh_token}))
            .await
    }

    /// Makes a group.
    pub async fn create_room(&self, room: &NewRoom) -> Result<RoomView, RestError> {
        let NewRoom {
            name,
            history,
            join,
            members,
        } = room;
        let body = json!({"name": name, "history": history, "join": join, "members": members});
        self.post("/v1/rooms", body).await
    }

    /// Opens the direct room with somebody, which may be there already.
    pub async fn open_direct(&self, peer: Uuid) -> Result<RoomView, RestError> {
        self.request(Method::PUT, &format!("/v1/directs/{peer}"), None)
            .await
    }

    /// Enters an open group.
    pub async fn join(&self, room: Uuid) -> Result<RoomView, RestError> {
        self.request(Method::PUT, &format!("/v1/rooms/{room}/members/me"), None)
            .await
    }

    /// Brings people into a group: at most 100.
    pub async fn add_members(&self, room: Uuid, users: &[Uuid]) -> Result<(), RestError> {
        let _: Value = self
            .post(&format!("/v1/rooms/{room}/members"), json!({"users": users}))
            .await?;
        Ok(())
    }

    /// Puts a member out.
    pub async fn remove_member(&self, room: Uuid, user: Uuid) -> Result<(), RestError> {
        self.request(Method::DELETE, &format!("/v1/rooms/{room}/members/{user}"), None)
            .await
    }

    /// Goes out of a group.
    pub async fn leave(&self, room: Uuid) -> Result<(), RestError> {
        self.request(Method::DELETE, &format!("/v1/rooms/{room}/members/me"), None)
            .await
    }

    /// Gives a member another role.
    pub async fn change_role(&self, room: Uuid, user: Uuid, role: RoleName) -> Result<(), RestError> {
        let path = format!("/v1/rooms/{room}/members/{user}/role");
        self.request(Method::PUT, &path, Some(json!({"role": role})))
            .await
    }

    /// One's rooms, the one that changed last first.
    pub async fn rooms(&self, cursor: Option<&str>) -> Result<RoomsPage, RestError> {
        let cursor = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
        self.get(&format!("/v1/rooms?limit=200{cursor}")).await
    }

    /// A room.
    pub async fn room(&self, room: Uuid) -> Result<RoomView, RestError> {
        self.get(&format!("/v1/rooms/{room}")).await
    }

    /// Members by id, after one.
    pub async fn members(&self, room: Uuid, after: Option<Uuid>) -> Result<MembersPage, RestError> {
        let after = after.map_or(String::new(), |after| format!("&after={after}"));
        self.get(&format!("/v1/rooms/{room}/members?limit=200{after}"))
            .await
    }

    /// Up to 200 messages.
    pub async fn messages(&self, room: Uuid, range: HistoryRange) -> Result<MessagesPage, RestError> {
        let range = match range {
            HistoryRange::Newest => String::new(),
            HistoryRange::Before(seq) => format!("&before={seq}"),
            HistoryRange::After(seq) => format!("&after={seq}"),
        };
        self.get(&format!("/v1/rooms/{room}/messages?limit=200{range}"))
            .await
    }

    /// Sends a text; sent again under the same `client_id`, it is stored once.
    pub async fn send(&self, room: Uuid, body: &str, client_id: &str) -> Result<EventView, RestError> {
        let body = json!({"body": body, "client_id": client_id});
        self.post(&format!("/v1/rooms/{room}/messages"), body).await
    }

    /// Sends any message, with its media; sent again as it is, it is stored once.
    pub async fn send_message(&self, message: &NewMessage) -> Result<EventView, RestError> {
        let NewMessage {
            room,
            body,
            media,
            reply_to,
            forward,
            client_id,
        } = message;
        let body = json!({
            "body": body,
            "media": media,
            "reply_to": reply_to,
            "forward": forward,
            "client_id": client_id,
        });
        self.post(&format!("/v1/rooms/{room}/messages"), body).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RestError> {
        self.request(Method::GET, path, None).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: Value) -> Result<T, RestError> {
        self.request(Method::POST, path, Some(body)).await
    }

    async fn open_session(&self, path: &str, body: Value) -> Result<Tokens, RestError> {
        let (status, answer) = self.ask(Method::POST, path, Some(body)).await?;
        if status == StatusCode::ACCEPTED {
            return Err(RestError::CodeWanted(Box::new(read(status, &answer)?)));
        }
        read(status, &answer)
    }
}
