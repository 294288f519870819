//! A running API, and short words for those who use it.

mod answer;
mod device;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use parlor_auth::{AccessTokens, KeyRing, PasswordHasher, RefreshSecret, SigningKey};
use parlor_http::server::{self, ServerSettings};
use parlor_http::{Api, Jobs, JsonFormat, Readiness, Settings, SocketSettings, Sockets, mount};
use parlor_hub::Hub;
use parlor_services::{Ports, Secrets, Services, Tokens};
use parlor_store::{Database, Store};
use parlor_testkit::{FixedClock, SeededEntropy};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use self::answer::{Answer, text};
pub(crate) use self::device::{Device, Frame};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// A server that answers HTTP.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) ready: Arc<Switch>,
    client: Client<HttpConnector, Full<Bytes>>,
    server: ServerHandle,
    _jobs: Jobs,
    _store: Store,
    _folder: TempDir,
}

/// What a server is like.
pub(crate) struct Setup {
    pub(crate) http: Settings,
    pub(crate) socket: SocketSettings,
    pub(crate) hub: parlor_hub::Settings,
    /// Most connections of one network address that are no sockets.
    pub(crate) per_address: Option<u32>,
    pub(crate) house: House,
}

/// Where the API lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum House {
    /// In a server of its own.
    Own,
    /// In somebody else's application.
    Foreign,
}

impl Default for Setup {
    /// A server of its own that does not count what it is asked.
    fn default() -> Self {
        Self {
            http: Settings {
                rates: None,
                ..Settings::default()
            },
            socket: SocketSettings {
                commands_per_second: None,
                ..SocketSettings::default()
            },
            hub: parlor_hub::Settings::default(),
            per_address: None,
            house: House::Own,
        }
    }
}

/// Ready until it is switched off.
pub(crate) struct Switch(pub(crate) AtomicBool);

#[async_trait]
impl Readiness for Switch {
    async fn ready(&self) -> Result<(), &'static str> {
        if self.0.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err("the server is stopping")
        }
    }
}

impl World {
    /// A server that does not count requests.
    pub(crate) async fn new() -> Self {
        Self::start(Setup::default()).await
    }

    pub(crate) async fn with(http: Settings) -> Self {
        Self::start(Setup {
            http,
            ..Setup::default()
        })
        .await
    }

    pub(crate) async fn start(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::default());
        let entropy = Arc::new(SeededEntropy::default());
        let database = Database::Sqlite(folder.path().join("parlor.db"));
        let opened = parlor_store::open(parlor_store::Settings::new(database), entropy.clone());
        let opened = opened.await.unwrap();
        let formats = vec![Arc::new(JsonFormat) as _];
        let hub = Hub::new(setup.hub, formats, opened.ports().log, clock.clone());
        let store = opened.start(hub.clone()).await.unwrap();
        let stores = store.ports();
        let ports = Ports {
            users: stores.users,
            sessions: stores.sessions,
            rooms: stores.rooms,
            log: stores.log,
            sync: stores.sync,
            clock: clock.clone(),
            entropy,
        };
        let services = Services::new(ports, secrets(), parlor_services::Settings::default());
        let ready = Arc::new(Switch(AtomicBool::new(true)));
        let api = Data::new(Api::new(Arc::new(services), ready.clone(), 7, setup.http));
        let jobs = Jobs::start(&api, &hub);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = match setup.house {
            House::Own => {
                let settings = ServerSettings {
                    workers: 1,
                    request_timeout: Duration::from_secs(10),
                    untaken: Duration::from_secs(30),
                    per_address: setup.per_address,
                    shutdown: Duration::ZERO,
                    socket: setup.socket,
                };
                server::start(listener, api, hub, settings).unwrap()
            }
            House::Foreign => {
                let sockets = Sockets::new(api, hub, setup.socket);
                HttpServer::new(move || App::new().configure(mount(sockets.clone())))
                    .workers(1)
                    .disable_signals()
                    .listen(listener)
                    .unwrap()
                    .run()
            }
        };
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            address,
            clock,
            ready,
            client: Client::builder(TokioExecutor::new()).build_http(),
            server: handle,
            _jobs: jobs,
            _store: store,
            _folder: folder,
        }
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let answer = self.client.request(request).await.unwrap();
        let (head, body) = answer.into_parts();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text: String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap(),
        }
    }

    /// A request to be sent, with these headers.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Request<Full<Bytes>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Full::new(body.into())).unwrap()
    }

    /// Asks as nobody in particular.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, &[], "")).await
    }

    /// Posts JSON as nobody in particular.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let headers = [(CONTENT_TYPE.as_str(), "application/json")];
        self.send(self.request(Method::POST, path, &headers, body.to_string()))
            .await
    }

    /// Registers somebody and logs in.
    pub(crate) async fn person(&self, name: &str) -> Person<'_> {
        let account = json!({"username": name, "password": PASSWORD});
        let made = self.post("/v1/users", account.clone()).await;
        assert_eq!(made.status, 201, "{}", made.text);
        self.log_in(name).await
    }

    pub(crate) async fn log_in(&self, name: &str) -> Person<'_> {
        let proof = json!({"username": name, "password": PASSWORD, "device": "phone"});
        let login = self.post("/v1/sessions", proof).await;
        assert_eq!(login.status, 201, "{}", login.text);
        let login = login.json();
        Person {
            world: self,
            id: text(&login["user"]["id"]),
            session: text(&login["session"]["id"]),
            token: text(&login["access_token"]),
            refresh: text(&login["refresh_token"]),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Told, not waited for: the server's threads end by themselves.
        drop(self.server.stop(false));
    }
}

/// Somebody with an access token.
pub(crate) struct Person<'a> {
    world: &'a World,
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) token: String,
    pub(crate) refresh: String,
}

impl Person<'_> {
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

fn secrets() -> Secrets {
    let keys = KeyRing::new(SigningKey::from_seed(&[1; 32]), Vec::new());
    Secrets {
        hasher: PasswordHasher::new(PasswordHasher::MIN_COST).unwrap(),
        tokens: Tokens {
            access: AccessTokens::new(keys, "https://chat.example", "parlor"),
            refresh: RefreshSecret::from_bytes([2; 32]),
        },
    }
}
