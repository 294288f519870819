//! A server, and people who use it.

use hyper::Method;
use parlor::config::Config;
use parlor_client::{NewRoom, Rest, RestError, ServerUrl};
use parlor_testkit::TestApp;
use parlor_wire::{HistoryPolicy, JoinRule, RoomView, StreamPosition, Tokens};
use serde_json::{Value, json};
use uuid::Uuid;

use super::database::Database;
use super::device::Device;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// A server within the test's own process.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) database: Database,
}

/// Somebody with an account, on one device.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) id: Uuid,
    pub(crate) tokens: Tokens,
    /// The HTTP interface for this person.
    pub(crate) rest: Rest,
    pub(crate) server: ServerUrl,
}

impl World {
    pub(crate) async fn new(database: Database) -> Self {
        Self::with(database, |_| ()).await
    }

    /// A server with other settings.
    pub(crate) async fn with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start_with(|config| {
            database.choose(config);
            change(config);
        })
        .await;
        Self { app, database }
    }

    pub(crate) fn url(&self) -> ServerUrl {
        self.app.url().parse().unwrap()
    }

    /// Makes an account.
    pub(crate) async fn person(&self, name: &str) -> Person {
        Person::register(&self.url(), name).await
    }

    /// Makes several accounts.
    pub(crate) async fn people<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let mut people = Vec::new();
        for name in names {
            people.push(self.person(name).await);
        }
        people.try_into().unwrap()
    }
}

impl Person {
    /// Makes an account on any server, and logs in.
    pub(crate) async fn register(server: &ServerUrl, name: &str) -> Self {
        Rest::new(server.clone()).register(name, PASSWORD).await.unwrap();
        Self::log_in(server, name).await
    }

    async fn log_in(server: &ServerUrl, name: &str) -> Self {
        let rest = Rest::new(server.clone());
        let tokens = rest.log_in(name, PASSWORD, "a device").await.unwrap();
        Self {
            name: name.to_owned(),
            id: tokens.user.id,
            rest: rest.with_token(tokens.access_token.clone()),
            tokens,
            server: server.clone(),
        }
    }

    /// The same person on another device.
    pub(crate) async fn elsewhere(&self) -> Self {
        Self::log_in(&self.server, &self.name).await
    }

    /// Opens a socket that has nothing.
    pub(crate) async fn connect(&self) -> Device {
        self.resume(Vec::new()).await
    }

    /// Opens a socket that has this.
    pub(crate) async fn resume(&self, positions: Vec<StreamPosition>) -> Device {
        Device::open(&self.server, &self.tokens.access_token, positions)
            .await
            .unwrap()
    }

    /// Makes a closed group of which members see all.
    pub(crate) async fn group(&self, members: &[&Person]) -> Uuid {
        self.group_with(members, HistoryPolicy::All, JoinRule::Closed)
            .await
    }

    pub(crate) async fn group_with(
        &self,
        members: &[&Person],
        history: HistoryPolicy,
        join: JoinRule,
    ) -> Uuid {
        let room = NewRoom {
            name: "Tea".to_owned(),
            history,
            join,
            members: members.iter().map(|member| member.id).collect(),
        };
        self.rest.create_room(&room).await.unwrap().id
    }

    /// Says something over HTTP, and tells its seq.
    pub(crate) async fn say(&self, room: Uuid, text: &str) -> u64 {
        let client_id = parlor_client::client_id();
        self.rest.send(room, text, &client_id).await.unwrap().seq
    }

    /// Gives one's own message another text.
    pub(crate) async fn edit(&self, room: Uuid, seq: u64, text: &str) {
        let path = format!("/v1/rooms/{room}/messages/{seq}");
        self.ask(Method::PATCH, &path, Some(json!({"body": text})))
            .await
            .unwrap();
    }

    /// Deletes a message for everyone.
    pub(crate) async fn delete(&self, room: Uuid, seq: u64) {
        let path = format!("/v1/rooms/{room}/messages/{seq}");
        self.ask(Method::DELETE, &path, None).await.unwrap();
    }

    /// A room as this person sees it.
    pub(crate) async fn room(&self, room: Uuid) -> RoomView {
        self.rest.room(room).await.unwrap()
    }

    /// Any request.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, RestError> {
        self.rest.request(method, path, body).await
    }
}

/// How a request was refused, such as `404 no_such_room`.
pub(crate) fn refusal<T>(result: Result<T, RestError>) -> String {
    match result {
        Err(RestError::Refused(problem)) => format!("{} {}", problem.status, problem.code),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was not refused"),
    }
}
