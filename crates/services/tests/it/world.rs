//! Services on a real store, and short words for the people who use them.

use std::sync::Arc;

use parlor_auth::{AccessTokens, KeyRing, PasswordHasher, RefreshSecret, SigningKey};
use parlor_domain::{Event, History, JoinPolicy, MessageBody, RoomId, Seq, What};
use parlor_services::{
    Actor, Device, Error, Login, Made, NewGroup, NewMessage, Ports, Registration, Secrets, Services,
    Settings, Tokens,
};
use parlor_store::{Database, Store};
use parlor_testkit::{FixedClock, Heard, SeededEntropy};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// A server without its edge.
pub(crate) struct World {
    pub(crate) services: Services,
    pub(crate) ports: Ports,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) heard: Arc<Heard>,
    _store: Store,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::default());
        let entropy = Arc::new(SeededEntropy::default());
        let heard = Arc::new(Heard::default());
        let database = Database::Sqlite(folder.path().join("parlor.db"));
        let opened = parlor_store::open(parlor_store::Settings::new(database), entropy.clone())
            .await
            .unwrap();
        let stores = opened.ports();
        let ports = Ports {
            users: stores.users,
            sessions: stores.sessions,
            rooms: stores.rooms,
            log: stores.log,
            sync: stores.sync,
            clock: clock.clone(),
            entropy,
        };
        let services = Services::new(ports.clone(), secrets(), settings);
        let sink = services.sessions.ended().before(heard.clone());
        Self {
            services,
            ports,
            clock,
            heard,
            _store: opened.start(sink).await.unwrap(),
            _folder: folder,
        }
    }

    /// The services as they are after a restart, before they have heard of anything.
    pub(crate) fn services_anew(&self) -> Services {
        Services::new(self.ports.clone(), secrets(), Settings::default())
    }

    /// Registers somebody and logs in.
    pub(crate) async fn person(&self, name: &str) -> Actor {
        self.services.accounts.register(registration(name)).await.unwrap();
        self.actor(&self.log_in(name).await.unwrap())
    }

    pub(crate) async fn people<const N: usize>(&self, names: [&str; N]) -> [Actor; N] {
        let mut people = Vec::new();
        for name in names {
            people.push(self.person(name).await);
        }
        people.try_into().unwrap()
    }

    pub(crate) async fn log_in(&self, name: &str) -> Result<Login, Error> {
        self.log_in_with(name, PASSWORD).await
    }

    pub(crate) async fn log_in_with(&self, name: &str, password: &str) -> Result<Login, Error> {
        self.services
            .sessions
            .log_in(name, password.into(), device())
            .await
    }

    /// Who the access token of a log in says it is.
    pub(crate) fn actor(&self, login: &Login) -> Actor {
        let access = login.access.expose_secret();
        self.services.sessions.authenticate(access).unwrap()
    }

    pub(crate) async fn refresh(&self, token: &SecretString) -> Result<Login, Error> {
        self.services.sessions.refresh(token, None).await
    }

    /// Makes an open group in which new members see everything.
    pub(crate) async fn group(&self, owner: &Actor, members: &[Actor]) -> RoomId {
        let group = NewGroup {
            members: members.iter().map(|member| member.user.id).collect(),
            ..group("tea")
        };
        let made = self.services.rooms.create(owner, group).await.unwrap();
        made.into_inner().room.id
    }

    /// Says something new.
    pub(crate) async fn say(&self, actor: &Actor, room: RoomId, body: &str) -> Arc<Event> {
        let id = self.ports.entropy.uuid(self.ports.clock.now()).to_string();
        let sent = self
            .services
            .messages
            .send(actor, room, message(&id, body), None)
            .await;
        match sent.unwrap() {
            Made::New(event) => event,
            Made::Known(event) => panic!("was said before: {event:?}"),
        }
    }

    /// Says `count` things, and gives the seq of the last.
    pub(crate) async fn chatter(&self, actor: &Actor, room: RoomId, count: usize) -> Seq {
        let mut last = Seq::ZERO;
        for number in 0..count {
            last = self.say(actor, room, &number.to_string()).await.seq;
        }
        last
    }
}

pub(crate) fn registration(name: &str) -> Registration {
    Registration {
        username: name.parse().unwrap(),
        password: password(PASSWORD),
        display_name: None,
        email: None,
    }
}

pub(crate) fn password(text: &str) -> parlor_domain::Password {
    parlor_domain::Password::parse(text.into()).unwrap()
}

pub(crate) fn device() -> Device {
    Device {
        name: "phone".parse().unwrap(),
        address: Some("192.0.2.7".into()),
    }
}

pub(crate) fn group(name: &str) -> NewGroup {
    NewGroup {
        client_id: None,
        name: name.parse().unwrap(),
        topic: "".parse().unwrap(),
        history: History::All,
        join: JoinPolicy::Open,
        capacity: None,
        members: Vec::new(),
    }
}

pub(crate) fn message(client_id: &str, body: &str) -> NewMessage {
    NewMessage {
        client_id: client_id.parse().unwrap(),
        body: body.to_owned(),
        reply_to: None,
    }
}

/// What a message says; `None` if it was deleted.
pub(crate) fn body(event: &Event) -> Option<&str> {
    match &event.what {
        What::Message(message) => message.body.as_ref().map(MessageBody::as_str),
        other => panic!("no message: {other:?}"),
    }
}

/// The code of a refusal.
pub(crate) fn code<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code(),
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
