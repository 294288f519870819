//! Services on a real store, and short words for the people who use them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parlor_auth::{AccessTokens, KeyRing, PasswordHasher, RefreshSecret, SigningKey, Vault};
use parlor_blobs::LocalBlobs;
use parlor_domain::{
    Event, History, JoinPolicy, LetterKind, MessageBody, RoomId, RoomKind, Rules, Seq, UserId, What,
};
use parlor_services::{
    Actor, Challenged, Device, Error, LoggedIn, Login, Made, NewGroup, NewMessage, Ports, Registration,
    Secrets, Services, Settings, Tokens,
};
use parlor_store::{Database, Store};
use parlor_testkit::{FixedClock, Heard, Inbox, PostgresDatabase, SeededEntropy};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::{host, on_postgres};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// A server without its edge.
pub(crate) struct World {
    pub(crate) services: Services,
    pub(crate) ports: Ports,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) heard: Arc<Heard>,
    pub(crate) inbox: Arc<Inbox>,
    _store: Store,
    folder: TempDir,
    _postgres: Option<PostgresDatabase>,
    /// Where media are.
    pub(crate) media: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::with_store(settings, |_| {}).await
    }

    /// With a store whose settings are changed.
    pub(crate) async fn with_store(
        settings: Settings,
        change: impl FnOnce(&mut parlor_store::Settings),
    ) -> Self {
        let (folder, media) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let clock = Arc::new(FixedClock::default());
        let entropy = Arc::new(SeededEntropy::default());
        let heard = Arc::new(Heard::default());
        let inbox = Arc::new(Inbox::default());
        let postgres = on_postgres::database().await;
        let mut store = parlor_store::Settings::new(match &postgres {
            Some(database) => database.url().parse().unwrap(),
            None => Database::Sqlite(folder.path().join("parlor.db")),
        });
        change(&mut store);
        let opened = parlor_store::open(store, entropy.clone()).await.unwrap();
        let stores = opened.ports();
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
            host_keys: Some(Arc::new(host::keys())),
            contacts: stores.contacts,
            rooms: stores.rooms,
            admission: stores.admission,
            moderation: stores.moderation,
            log: stores.log,
            sync: stores.sync,
            media: stores.media,
            uploads: stores.uploads,
            statuses: stores.statuses,
            broadcasts: stores.broadcasts,
            blobs: Arc::new(LocalBlobs::open(media.path().join("kept")).unwrap()),
            scanner: None,
            clock: clock.clone(),
            entropy,
        };
        let services = open(ports.clone(), settings, media.path());
        let sink = services.sessions.ended().before(heard.clone());
        Self {
            services,
            ports,
            clock,
            heard,
            inbox,
            _store: opened.start(sink).await.unwrap(),
            folder,
            _postgres: postgres,
            media,
        }
    }

    /// The services as they are after a restart, before they have heard of anything.
    pub(crate) fn services_anew(&self) -> Services {
        self.services_with(self.ports.clone(), Settings::default())
    }

    /// Services of another process, with ports of its own.
    pub(crate) fn services_with(&self, ports: Ports, settings: Settings) -> Services {
        open(ports, settings, self.media.path())
    }

    /// Whether the files of the database hold this.
    pub(crate) fn keeps(&self, bytes: &[u8]) -> bool {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .any(|file| file.windows(bytes.len()).any(|window| window == bytes))
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Registers somebody and logs in.
    pub(crate) async fn person(&self, name: &str) -> Actor {
        self.services.accounts.register(registration(name)).await.unwrap();
        self.actor(&self.log_in(name).await.unwrap())
    }

    /// Whose name this is.
    pub(crate) async fn id(&self, name: &str) -> UserId {
        let accounts = &self.services.accounts;
        let account = accounts.find_by_username(&name.parse().unwrap()).await;
        account.unwrap().user.id
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
        match self.begin(name, password).await? {
            LoggedIn::Done(login) => Ok(*login),
            LoggedIn::Challenged(asked) => panic!("a code is wanted: {asked:?}"),
        }
    }

    /// Logs in, as far as that goes with a password.
    pub(crate) async fn begin(&self, name: &str, password: &str) -> Result<LoggedIn, Error> {
        self.begin_at(name, password, device()).await
    }

    pub(crate) async fn begin_at(
        &self,
        name: &str,
        password: &str,
        device: Device,
    ) -> Result<LoggedIn, Error> {
        let log_ins = &self.services.log_ins;
        log_ins.log_in(name, password.into(), device).await
    }

    /// Logs in as far as the question for a code.
    pub(crate) async fn challenge(&self, name: &str) -> Challenged {
        challenged(self.begin(name, PASSWORD).await.unwrap())
    }

    /// Shows a code.
    pub(crate) async fn complete(&self, asked: &Challenged, code: &str) -> Result<Login, Error> {
        match self.services.log_ins.complete(&asked.token, code).await? {
            LoggedIn::Done(login) => Ok(*login),
            LoggedIn::Challenged(asked) => panic!("another code is wanted: {asked:?}"),
        }
    }

    /// Sends all letters that are due, and gives what is secret in the last one of this kind to this address.
    pub(crate) async fn mailed(&self, to: &str, kind: LetterKind) -> Option<String> {
        while self.services.post.send_due().await.unwrap() > 0 {}
        self.inbox.secret(to, kind)
    }

    /// Registers somebody with a verified address, `NAME@example.org`, and logs in.
    pub(crate) async fn person_with_mail(&self, name: &str) -> Actor {
        let email = format!("{name}@example.org");
        let registration = Registration {
            email: Some(email.parse().unwrap()),
            ..registration(name)
        };
        let account = self.services.accounts.register(registration).await.unwrap();
        let proof = self.mailed(&email, LetterKind::VerifyEmail).await.unwrap();
        self.services.proofs.verify_email(&proof.into()).await.unwrap();
        let login = self.services.sessions.open(account, device()).await.unwrap();
        self.actor(&login)
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
        invite: None,
    }
}

pub(crate) fn password(text: &str) -> parlor_domain::Password {
    parlor_domain::Password::parse(text.into()).unwrap()
}

pub(crate) fn device() -> Device {
    device_at("192.0.2.7")
}

pub(crate) fn device_at(address: &str) -> Device {
    Device {
        name: "phone".parse().unwrap(),
        address: Some(address.into()),
    }
}

/// Another code than this one, or another text of its kind.
pub(crate) fn other_than(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..code.len() - 1])
}

pub(crate) fn group(name: &str) -> NewGroup {
    NewGroup {
        kind: RoomKind::Group,
        client_id: None,
        name: name.parse().unwrap(),
        unique_name: false,
        topic: "".parse().unwrap(),
        rules: Rules {
            join: JoinPolicy::Open,
            ..Rules::default()
        },
        creator_absent: false,
        capacity: None,
        members: Vec::new(),
    }
}

/// Rules of an open group whose members see nothing of what was before.
pub(crate) fn discreet() -> Rules {
    Rules {
        history: History::FromJoin,
        join: JoinPolicy::Open,
        ..Rules::default()
    }
}

pub(crate) fn message(client_id: &str, body: &str) -> NewMessage {
    NewMessage {
        client_id: client_id.parse().unwrap(),
        body: body.to_owned(),
        media: Vec::new(),
        reply_to: None,
        forward: None,
    }
}

/// What a message says; `None` if it was deleted.
pub(crate) fn body(event: &Event) -> Option<&str> {
    match &event.what {
        What::Message(message) => message.body.as_ref().map(MessageBody::as_str),
        other => panic!("no message: {other:?}"),
    }
}

/// How many of these came to the same end, in the order of the ends' names.
pub(crate) fn tally<T>(results: Vec<Result<T, Error>>) -> Vec<(&'static str, usize)> {
    let mut tally = BTreeMap::new();
    for result in results {
        *tally.entry(code(result)).or_default() += 1;
    }
    tally.into_iter().collect()
}

/// The question for a code.
pub(crate) fn challenged(logged_in: LoggedIn) -> Challenged {
    match logged_in {
        LoggedIn::Challenged(asked) => asked,
        LoggedIn::Done(login) => panic!("no code is wanted: {login:?}"),
    }
}

/// The code of a refusal.
pub(crate) fn code<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code(),
    }
}

/// Services whose files on their way in lie in a folder of their own below this one.
fn open(ports: Ports, settings: Settings, folder: &Path) -> Services {
    let spool = tempfile::tempdir_in(folder).unwrap().keep();
    Services::new(ports, secrets(), settings, spool).unwrap()
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
