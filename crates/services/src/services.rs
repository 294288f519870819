//! All services of a server together.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use parlor_auth::{ForeignSettings, PasswordHasher, Vault};
use parlor_ports::{
    AdmissionStore, AnnouncementStore, ApiKeyStore, Blobs, BroadcastStore, ChallengeStore, Clock,
    ContactStore, CounterStore, DialectStore, Entropy, EventLog, ImportStore, InviteStore, KeySource, Mailer,
    MediaStore, ModerationStore, NotificationStore, Outbox, ProofStore, RegisterIdStore, RoomStore, Scanner,
    SecondStepStore, SessionStore, StatusStore, SyncStore, UploadStore, UserStore,
};

use tokio::sync::{Notify, Semaphore};

use crate::accounts::Counted;
use crate::codes::Codes;
use crate::confirm::Confirm;
use crate::letters::Letters;
use crate::media::{Intake, Spool};
use crate::throttle::Throttle;
use crate::workshop::Workshop;
use crate::{
    Accounts, AccountsSettings, Announcements, AnnouncementsSettings, ApiKeys, Backends, Broadcasts,
    BroadcastsSettings, Contacts, ContactsSettings, Dialects, Error, Halls, Hosts, Imports, Invites, Library,
    LogIns, LogInsSettings, Marks, MarksSettings, MediaSettings, Messages, MessagesSettings, Notifications,
    NotificationsSettings, Passwords, PasswordsSettings, Post, Presence, Proofs, ProofsSettings, RegisterIds,
    Renditions, Rooms, RoomsSettings, SecondSteps, Sessions, SessionsSettings, Statuses, StatusesSettings,
    Sync, SyncSettings, Tally, Tokens, TwoStep, Uploads,
};

/// Files that are scanned at the same time.
const SCANS: usize = 4;

/// What a user can do with this server.
pub struct Services {
    /// Accounts.
    pub accounts: Accounts,
    /// Logging in.
    pub log_ins: Arc<LogIns>,
    /// Who comes by the tokens and keys of dialects.
    pub dialects: Dialects,
    /// Register ids, and logging in by them.
    pub register_ids: Arc<RegisterIds>,
    /// Rooms that dialects have for everybody.
    pub halls: Arc<Halls>,
    /// What comes from older servers.
    pub imports: Imports,
    /// What people show besides the password.
    pub second_steps: Arc<SecondSteps>,
    /// Links that prove an address.
    pub proofs: Arc<Proofs>,
    /// Invitations.
    pub invites: Invites,
    /// People of a host application, if there is one.
    pub hosts: Option<Hosts>,
    /// Sessions and their tokens.
    pub sessions: Arc<Sessions>,
    /// Mail on its way. Its [`run`](Post::run) must be spawned.
    pub post: Arc<Post>,
    /// Rooms and memberships.
    pub rooms: Rooms,
    /// Messages.
    pub messages: Arc<Messages>,
    /// Counts reactions in channels. Its [`run`](Tally::run) must be spawned.
    pub tally: Arc<Tally>,
    /// What people are notified of. Their [`run`](Notifications::run) must be spawned.
    pub notifications: Arc<Notifications>,
    /// The room of all accounts. Its [`run`](Announcements::run) must be spawned.
    pub announcements: Arc<Announcements>,
    /// API keys.
    pub api_keys: ApiKeys,
    /// What backends do with them.
    pub backends: Backends,
    /// The ways in for media.
    pub uploads: Uploads,
    /// The ways out for media. Its [`run`](Library::run) must be spawned.
    pub library: Arc<Library>,
    /// Media as every program reads them.
    pub renditions: Renditions,
    /// Delivered and read marks. Their [`run`](Marks::run) must be spawned.
    pub marks: Arc<Marks>,
    /// Where sockets begin.
    pub sync: Sync,
    /// Who may know who is there.
    pub presence: Presence,
    /// Contacts and blocks.
    pub contacts: Contacts,
    /// What people show for a day. Their [`run`](Statuses::run) must be spawned.
    pub statuses: Arc<Statuses>,
    /// Broadcast lists, and what is sent to them. Their [`run`](Broadcasts::run) must be spawned.
    pub broadcasts: Arc<Broadcasts>,
    throttle: Arc<Throttle>,
}

/// What the services ask of the world.
#[derive(Clone)]
pub struct Ports {
    /// Accounts.
    pub users: Arc<dyn UserStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Log-ins that need a code.
    pub challenges: Arc<dyn ChallengeStore>,
    /// What people show besides the password.
    pub second_steps: Arc<dyn SecondStepStore>,
    /// Links that were mailed.
    pub proofs: Arc<dyn ProofStore>,
    /// Invitations.
    pub invites: Arc<dyn InviteStore>,
    /// What people are notified of.
    pub notifications: Arc<dyn NotificationStore>,
    /// The room of all accounts.
    pub announcements: Arc<dyn AnnouncementStore>,
    /// What dialects keep of accounts.
    pub dialects: Arc<dyn DialectStore>,
    /// Register ids, and the codes that go with them.
    pub register_ids: Arc<dyn RegisterIdStore>,
    /// What comes from older servers.
    pub imports: Arc<dyn ImportStore>,
    /// API keys.
    pub api_keys: Arc<dyn ApiKeyStore>,
    /// Counts of what was tried.
    pub counters: Arc<dyn CounterStore>,
    /// Mail that waits.
    pub outbox: Arc<dyn Outbox>,
    /// What carries it away.
    pub mailer: Arc<dyn Mailer>,
    /// The host application's public keys; `None` if there is none.
    pub host_keys: Option<Arc<dyn KeySource>>,
    /// Whom people know, and whom they have blocked.
    pub contacts: Arc<dyn ContactStore>,
    /// Rooms.
    pub rooms: Arc<dyn RoomStore>,
    /// Links to rooms, and requests to be let in.
    pub admission: Arc<dyn AdmissionStore>,
    /// Who may not write in rooms, and who is kept out.
    pub moderation: Arc<dyn ModerationStore>,
    /// The streams' log.
    pub log: Arc<dyn EventLog>,
    /// Where streams stand.
    pub sync: Arc<dyn SyncStore>,
    /// Media.
    pub media: Arc<dyn MediaStore>,
    /// Uploads that come in parts.
    pub uploads: Arc<dyn UploadStore>,
    /// What people show for a day.
    pub statuses: Arc<dyn StatusStore>,
    /// Broadcast lists, and what is sent to them.
    pub broadcasts: Arc<dyn BroadcastStore>,
    /// The bytes of media.
    pub blobs: Arc<dyn Blobs>,
    /// What looks for malware; `None` if nothing does.
    pub scanner: Option<Arc<dyn Scanner>>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// How this server keeps passwords and signs tokens.
#[derive(Debug)]
pub struct Secrets {
    /// Makes and checks hashes.
    pub hasher: PasswordHasher,
    /// Makes and checks tokens.
    pub tokens: Tokens,
    /// Seals what must not be read in the database.
    pub vault: Vault,
}

/// Rules and limits of all services. The defaults are what a small server needs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Of accounts.
    pub accounts: AccountsSettings,
    /// Of password hashing.
    pub passwords: PasswordsSettings,
    /// Of logging in.
    pub log_ins: LogInsSettings,
    /// Of mailed links.
    pub proofs: ProofsSettings,
    /// The host application whose users are ours; `None` if there is none.
    pub host: Option<ForeignSettings>,
    /// Of sessions.
    pub sessions: SessionsSettings,
    /// Of contacts and blocks.
    pub contacts: ContactsSettings,
    /// Of rooms.
    pub rooms: RoomsSettings,
    /// Of messages.
    pub messages: MessagesSettings,
    /// Of notifications.
    pub notifications: NotificationsSettings,
    /// Of what is told to everybody.
    pub announcements: AnnouncementsSettings,
    /// Of statuses.
    pub statuses: StatusesSettings,
    /// Of broadcast lists.
    pub broadcasts: BroadcastsSettings,
    /// Of media.
    pub media: MediaSettings,
    /// Of marks.
    pub marks: MarksSettings,
    /// Of resuming.
    pub sync: SyncSettings,
    /// What authenticator apps call this server.
    pub name: Box<str>,
    /// Whether it is counted per account how often something is tried.
    pub limits: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            accounts: AccountsSettings::default(),
            passwords: PasswordsSettings::default(),
            log_ins: LogInsSettings::default(),
            proofs: ProofsSettings::default(),
            host: None,
            sessions: SessionsSettings::default(),
            contacts: ContactsSettings::default(),
            rooms: RoomsSettings::default(),
            messages: MessagesSettings::default(),
            notifications: NotificationsSettings::default(),
            announcements: AnnouncementsSettings::default(),
            statuses: StatusesSettings::default(),
            broadcasts: BroadcastsSettings::default(),
            media: MediaSettings::default(),
            marks: MarksSettings::default(),
            sync: SyncSettings::default(),
            name: "Parlor".into(),
            limits: true,
        }
    }
}

impl Services {
    /// Puts the services together. Files on their way in lie in this folder, which must be there and be nobody else's.
    ///
    /// # Errors
    /// If that folder cannot be used.
    pub fn new(ports: Ports, secrets: Secrets, settings: Settings, spool: PathBuf) -> io::Result<Self> {
        let Ports {
            users,
            sessions,
            challenges,
            second_steps,
            proofs,
            invites,
            notifications,
            announcements,
            dialects,
            register_ids,
            imports,
            api_keys,
            counters,
            outbox,
            mailer,
            host_keys,
            contacts,
            rooms,
            admission,
            moderation,
            log,
            sync,
            media,
            uploads,
            statuses,
            broadcasts,
            blobs,
            scanner,
            clock,
            entropy,
        } = ports;
        let passwords = Passwords::new(secrets.hasher, entropy.clone(), settings.passwords);
        let passwords = Arc::new(passwords);
        let vault = Arc::new(secrets.vault);
        let codes = Arc::new(Codes::new(vault.clone(), entropy.clone()));
        let letters = Arc::new(Letters::new(vault.clone(), entropy.clone()));
        let throttle = Arc::new(Throttle::new(counters, clock.clone(), settings.limits));
        let confirm = Confirm::new(users.clone(), passwords.clone(), throttle.clone());
        let confirm = Arc::new(confirm);
        let post = Arc::new(Post::new(outbox, mailer, letters.clone(), clock.clone()));
        let sessions = Arc::new(Sessions::new(
            sessions,
            secrets.tokens,
            clock.clone(),
            entropy.clone(),
            settings.sessions,
        ));
        let proofs = Arc::new(Proofs {
            users: users.clone(),
            proofs,
            passwords: passwords.clone(),
            confirm: confirm.clone(),
            codes: codes.clone(),
            letters: letters.clone(),
            post: post.clone(),
            throttle: throttle.clone(),
            clock: clock.clone(),
            settings: settings.proofs,
        });
        let apps = Arc::new(SecondSteps {
            users: users.clone(),
            store: second_steps.clone(),
            confirm: confirm.clone(),
            codes: codes.clone(),
            vault: vault.clone(),
            throttle: throttle.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            issuer: settings.name,
            enabled: settings.log_ins.two_step != TwoStep::Off,
        });
        let notices = Arc::new(Notifications {
            store: notifications.clone(),
            clock: clock.clone(),
            settings: settings.notifications,
            said: Notify::new(),
        });
        let announcements = Arc::new(Announcements {
            store: announcements,
            clock: clock.clone(),
            entropy: entropy.clone(),
            settings: settings.announcements,
            said: Notify::new(),
        });
        let tally = Arc::new(Tally::new(log.clone(), clock.clone()));
        let messages = Arc::new(Messages::new(
            log,
            rooms.clone(),
            clock.clone(),
            entropy.clone(),
            notices.clone(),
            tally.clone(),
            settings.messages,
        ));
        let intake = Arc::new(Intake {
            store: media.clone(),
            blobs: blobs.clone(),
            scanner,
            spool: Arc::new(Spool::open(spool, &settings.media)?),
            workshop: Workshop::open("parlor-media", settings.media.concurrent, settings.media.waiting),
            scans: Semaphore::new(SCANS),
            clock: clock.clone(),
            settings: settings.media,
        });
        let library = Arc::new(Library {
            store: media,
            uploads: uploads.clone(),
            blobs: blobs.clone(),
            vault: vault.clone(),
            clock: clock.clone(),
            settings: settings.media,
        });
        let log_ins = Arc::new(LogIns {
            users: users.clone(),
            challenges,
            second_steps,
            passwords: passwords.clone(),
            apps: apps.clone(),
            sessions: sessions.clone(),
            codes: codes.clone(),
            letters: letters.clone(),
            post: post.clone(),
            throttle: throttle.clone(),
            clock: clock.clone(),
            settings: settings.log_ins,
        });
        let register_ids = Arc::new(RegisterIds {
            store: register_ids,
            users: users.clone(),
            log_ins: log_ins.clone(),
            codes: codes.clone(),
            letters: letters.clone(),
            post: post.clone(),
            throttle: throttle.clone(),
            clock: clock.clone(),
        });
        let halls = Arc::new(Halls {
            dialects: dialects.clone(),
            rooms: rooms.clone(),
            users: users.clone(),
            messages: messages.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            places: settings.rooms.max_readers,
        });
        Ok(Self {
            imports: Imports {
                store: imports.clone(),
                users: users.clone(),
                rooms: rooms.clone(),
                dialects: dialects.clone(),
                halls: halls.clone(),
                intake: intake.clone(),
                vault: vault.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                max_members: settings.rooms.max_members,
                max_body: settings.messages.max_body,
                most_keys: settings.sessions.most,
            },
            dialects: Dialects {
                store: dialects,
                imports,
                media: library.store.clone(),
                log_ins: log_ins.clone(),
                register_ids: register_ids.clone(),
                sessions: sessions.clone(),
                vault: vault.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                most_keys: settings.sessions.most,
            },
            halls,
            broadcasts: Arc::new(Broadcasts {
                store: broadcasts,
                messages: messages.clone(),
                throttle: throttle.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                settings: settings.broadcasts,
                accepted: Notify::new(),
            }),
            statuses: Arc::new(Statuses {
                store: statuses,
                rooms: rooms.clone(),
                messages: messages.clone(),
                library: library.clone(),
                throttle: throttle.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                settings: settings.statuses,
                changed: Notify::new(),
            }),
            accounts: Accounts {
                users: users.clone(),
                throttle: throttle.clone(),
                passwords: passwords.clone(),
                confirm,
                proofs: proofs.clone(),
                letters: letters.clone(),
                post: post.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                two_step: settings.log_ins.two_step,
                listed: Counted::default(),
                settings: settings.accounts,
            },
            log_ins,
            register_ids,
            invites: Invites {
                store: invites,
                codes: codes.clone(),
                clock: clock.clone(),
            },
            hosts: settings.host.zip(host_keys).map(|(host, keys)| {
                Hosts::new(
                    host,
                    keys,
                    users.clone(),
                    sessions.clone(),
                    clock.clone(),
                    entropy.clone(),
                )
            }),
            second_steps: apps,
            proofs,
            sessions,
            post,
            api_keys: ApiKeys {
                store: api_keys,
                users: users.clone(),
                codes: codes.clone(),
                throttle: throttle.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
            },
            backends: Backends {
                notifications,
                announcements: announcements.clone(),
                messages: messages.clone(),
                clock: clock.clone(),
            },
            announcements,
            messages,
            tally,
            notifications: notices,
            marks: Arc::new(Marks::new(rooms.clone(), clock.clone(), settings.marks)),
            sync: Sync::new(sync, clock.clone(), settings.sync, settings.notifications),
            presence: Presence::new(rooms.clone(), contacts.clone(), users),
            contacts: Contacts {
                store: contacts,
                throttle: throttle.clone(),
                clock: clock.clone(),
                settings: settings.contacts,
            },
            rooms: Rooms {
                rooms,
                admission,
                moderation,
                throttle: throttle.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                settings: settings.rooms,
            },
            renditions: Renditions {
                store: library.store.clone(),
                blobs: blobs.clone(),
                intake: intake.clone(),
                clock: clock.clone(),
            },
            library,
            throttle,
            uploads: Uploads {
                store: uploads,
                blobs,
                intake,
                entropy,
                settings: settings.media,
                assembled: Mutex::default(),
            },
        })
    }

    /// Forgets some of what is over: sessions, challenges, links, counts, letters, requests,
    /// notifications. Says whether there may be more.
    pub async fn forget_over(&self) -> Result<bool, Error> {
        let sessions = self.sessions.forget_over().await?;
        let challenges = self.log_ins.forget_over().await?;
        let proofs = self.proofs.forget_over().await?;
        let counts = self.throttle.sweep().await?;
        let letters = self.post.forget_over().await?;
        let requests = self.contacts.forget_over().await?;
        let notices = self.notifications.forget_over().await?;
        Ok(sessions || challenges || proofs || counts || letters || requests || notices)
    }
}
