//! A running API, and short words for those who use it.

mod answer;
mod device;
mod host;
mod line;
mod person;

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use parlor_auth::{AccessTokens, ForeignSettings, KeyRing, PasswordHasher, RefreshSecret, SigningKey, Vault};
use parlor_blobs::LocalBlobs;
use parlor_domain::LetterKind;
use parlor_http::server::{self, ServerSettings};
use parlor_http::{Api, Jobs, JsonFormat, Readiness, Settings, SocketSettings, Sockets, mount};
use parlor_hub::Hub;
use parlor_services::{Ports, Secrets, Services, Tokens};
use parlor_store::{Database, Store};
use parlor_testkit::{FixedClock, Inbox, SeededEntropy};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use self::answer::{Answer, text};
pub(crate) use self::device::{Device, Frame};
pub(crate) use self::host::{HOST, HostKey};
pub(crate) use self::line::{HangUp, Line};
pub(crate) use self::person::Person;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// A server that answers HTTP.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) ready: Arc<Switch>,
    pub(crate) services: Arc<Services>,
    pub(crate) inbox: Arc<Inbox>,
    /// How many letters of each kind to each address were looked at.
    read: Mutex<HashMap<(String, LetterKind), usize>>,
    client: Client<HttpConnector, Full<Bytes>>,
    server: ServerHandle,
    _jobs: Jobs,
    _store: Store,
    folder: TempDir,
}

/// What a server is like.
pub(crate) struct Setup {
    pub(crate) http: Settings,
    pub(crate) services: parlor_services::Settings,
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
            services: parlor_services::Settings {
                limits: false,
                ..parlor_services::Settings::default()
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

    pub(crate) async fn with_services(services: parlor_services::Settings) -> Self {
        Self::start(Setup {
            services,
            ..Setup::default()
        })
        .await
    }

    /// A server that takes the tokens of a host application, as [`HostKey`] signs them.
    pub(crate) async fn with_host() -> Self {
        Self::with_services(parlor_services::Settings {
            host: Some(ForeignSettings::new(HostKey::ISSUER, HostKey::AUDIENCE)),
            ..parlor_services::Settings::default()
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
        let stores = opened.ports();
        let inbox = Arc::new(Inbox::default());
        let ports = Ports {
            users: stores.users,
            sessions: stores.sessions,
            challenges: stores.challenges,
            second_steps: stores.second_steps,
            proofs: stores.proofs,
            invites: stores.invites,
            notifications: stores.notifications,
            announcements: stores.announcements,
            dialects: stores.dialects,
            register_ids: stores.register_ids,
            imports: stores.imports,
            api_keys: stores.api_keys,
            counters: stores.counters,
            outbox: stores.outbox,
            mailer: inbox.clone(),
            host_keys: Some(Arc::new(HostKey::published())),
            contacts: stores.contacts,
            admission: stores.admission,
            moderation: stores.moderation,
            rooms: stores.rooms,
            log: stores.log,
            sync: stores.sync,
            media: stores.media,
            uploads: stores.uploads,
            statuses: stores.statuses,
            broadcasts: stores.broadcasts,
            blobs: Arc::new(LocalBlobs::open(folder.path().join("kept")).unwrap()),
            scanner: None,
            clock: clock.clone(),
            entropy,
        };
        let spool = folder.path().join("spool");
        std::fs::create_dir(&spool).unwrap();
        let services = Services::new(ports, secrets(), setup.services, spool).unwrap();
        let services = Arc::new(services);
        let sink = services.sessions.ended().before(hub.clone());
        let store = opened.start(sink).await.unwrap();
        let ready = Arc::new(Switch(AtomicBool::new(true)));
        let api = Data::new(Api::new(services.clone(), ready.clone(), 7, setup.http));
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
                server::start(listener, api, hub, settings, server::Besides::default()).unwrap()
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
            services,
            inbox,
            read: Mutex::default(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            server: handle,
            _jobs: jobs,
            _store: store,
            folder,
        }
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let answer = self.client.request(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, so: impl Fn() -> bool) {
        let waited = async {
            while !so() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), waited).await;
        waited.expect("it becomes so");
    }

    /// How many files lie in a folder of the server: `spool` for those on their way in, `kept/content` and `kept/parts`.
    pub(crate) fn files(&self, folder: &str) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).into_iter().flatten();
            let paths = entries.map(|entry| entry.unwrap().path());
            paths
                .map(|path| if path.is_dir() { count(&path) } else { 1 })
                .sum()
        }
        count(&self.folder.path().join(folder))
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

    /// What is secret in the next letter of this kind to this address, once it has come.
    pub(crate) async fn mailed(&self, to: &str, kind: LetterKind) -> String {
        let known = {
            let mut read = self.read.lock().unwrap();
            let known = read.entry((to.to_owned(), kind)).or_default();
            *known += 1;
            *known
        };
        let arrived = async {
            while self.inbox.count(to, kind) < known {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let arrived = tokio::time::timeout(Duration::from_secs(20), arrived).await;
        arrived.unwrap_or_else(|_| panic!("no {kind:?} for {to}"));
        self.inbox.secret(to, kind).unwrap_or_default()
    }

    /// Registers somebody with a verified address, `NAME@example.org`, and logs in.
    pub(crate) async fn person_with_mail(&self, name: &str) -> Person<'_> {
        let email = format!("{name}@example.org");
        let account = json!({"username": name, "password": PASSWORD, "email": email});
        let made = self.post("/v1/users", account).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let token = self.mailed(&email, LetterKind::VerifyEmail).await;
        let verified = self
            .post("/v1/proofs/verify-email", json!({"token": token}))
            .await;
        assert_eq!(verified.status, 204, "{}", verified.text);
        self.log_in(name).await
    }

    /// Registers an administrator and logs in.
    pub(crate) async fn admin(&self, name: &str) -> Person<'_> {
        let user = self.person(name).await.id.parse().unwrap();
        self.services.accounts.set_admin(user, true).await.unwrap();
        self.log_in(name).await
    }

    /// Registers somebody and logs in.
    pub(crate) async fn person(&self, name: &str) -> Person<'_> {
        let account = json!({"username": name, "password": PASSWORD});
        let made = self.post("/v1/users", account.clone()).await;
        assert_eq!(made.status, 201, "{}", made.text);
        self.log_in(name).await
    }

    pub(crate) async fn log_in(&self, name: &str) -> Person<'_> {
        self.logged_in(&self.begin(name).await)
    }

    /// Logs in, as far as that goes with a password.
    pub(crate) async fn begin(&self, name: &str) -> Answer {
        let proof = json!({"username": name, "password": PASSWORD, "device": "phone"});
        self.post("/v1/sessions", proof).await
    }

    /// Shows the code that a log in wants.
    pub(crate) async fn complete(&self, challenge: &Value, code: &str) -> Answer {
        let shown = json!({"challenge": challenge, "code": code});
        self.post("/v1/challenges/complete", shown).await
    }

    /// Who has the tokens of this answer.
    pub(crate) fn logged_in(&self, answer: &Answer) -> Person<'_> {
        assert_eq!(answer.status, 201, "{}", answer.text);
        Person::logged_in(self, &answer.json())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Told, not waited for: the server's threads end by themselves.
        drop(self.server.stop(false));
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
        vault: Vault::new([3; 32], Vec::new()),
    }
}
