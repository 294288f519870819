//! What a client says, and what becomes of it; the same over every transport.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use parlor_domain::{Mark, Position, Rev, RoomId, Seq, StreamId, Tag, Timestamp, UserId};
use parlor_hub::{Connection, Follow, Lead, PresenceState, Start};
use parlor_services::{Actor, Error, ErrorKind, Opened, StreamKind, Verdict};
use parlor_wire::{
    AccountView, ClientMark, CloseReason, Command, Failure, Hello, Limits, Notice, Retry, StreamHead, Welcome,
};

use super::entry::Entry;
use super::input::Incoming;
use super::pace::{Pace, Paced};
use super::talk::{Talk, spawn};
use super::{Sockets, commands, format, frame};
use crate::places::Place;
use crate::tokens::Presented;

/// Commands that may wait for their answers; the hub reads no more while so many wait.
const COMMANDS_IN_FLIGHT: usize = 32;

/// One client's socket.
pub(crate) struct Session {
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) connection: Connection,
    stage: RefCell<Stage>,
    /// Set when the session has to end for a reason that a command found.
    ending: Cell<Option<CloseReason>>,
    pace: Pace,
    address: IpAddr,
    _place: Place,
}

/// How far a session is.
enum Stage {
    /// Waiting for `hello`, or for more of it.
    New(Box<Hellos>),
    /// The database is asked where the streams stand.
    Opening,
    /// Welcomed.
    Open(Actor),
}

/// What was said in `hello` so far.
#[derive(Default)]
struct Hellos {
    who: Option<Presented>,
    positions: Vec<(StreamId, Position)>,
    marks: Vec<ClientMark>,
    away: bool,
}

impl Session {
    /// A session that waits for `hello`.
    pub(crate) fn new(sockets: &Arc<Sockets>, connection: Connection, entry: Entry) -> Rc<Self> {
        let hellos = Hellos {
            who: entry.who,
            ..Hellos::default()
        };
        Rc::new(Self {
            sockets: sockets.clone(),
            connection,
            stage: RefCell::new(Stage::New(Box::new(hellos))),
            ending: Cell::new(None),
            pace: Pace::new(sockets.settings.commands_per_second),
            address: entry.address,
            _place: entry.place,
        })
    }

    /// Where the client is.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    fn refuse_for_now(&self, text: &str) {
        self.refuse(Failure {
            id: parlor_wire::command_id(text),
            code: "rate_limited".to_owned(),
            message: "too many frames; send fewer, or wait for the answers".to_owned(),
            field: None,
            retry: Retry::AfterMs(1000),
        });
    }

    /// Reads one text message.
    fn read(self: &Rc<Self>, text: &str) {
        match parlor_wire::decode(text) {
            Ok(Command::Hello(hello)) => self.hello(hello),
            Ok(command) => self.command(command),
            Err(error) => self.refuse((*error).into()),
        }
    }

    fn command(self: &Rc<Self>, command: Command) {
        let stage = self.stage.borrow();
        let Stage::Open(actor) = &*stage else {
            let message = "say hello and wait for the welcome before any command".to_owned();
            let code = "hello_first".to_owned();
            self.refuse(Failure {
                id: command.id(),
                code,
                message,
                field: None,
                retry: Retry::Never,
            });
            return;
        };
        let actor = *actor;
        drop(stage);
        commands::take(self, actor, command);
    }

    /// Says that something was refused that the hub does not count as a command.
    fn refuse(&self, failure: Failure) {
        self.connection.say(frame::notice(&Notice::Error(failure)));
    }

    fn hello(self: &Rc<Self>, hello: Hello) {
        let mut stage = self.stage.borrow_mut();
        let Stage::New(hellos) = &mut *stage else {
            let (code, message) = ("hello_again".to_owned(), "hello was said before".to_owned());
            self.refuse(Failure {
                id: None,
                code,
                message,
                field: None,
                retry: Retry::Never,
            });
            return;
        };
        if hellos.who.is_none() {
            let token = hello.token.unwrap_or_default();
            match self.sockets.api.presented(&token) {
                Ok(who) => hellos.who = Some(who),
                Err(error) => return self.refuse_hello(&error, closing(&error)),
            }
        }
        hellos.positions.extend(hello.positions.into_iter().map(|at| {
            let position = Position {
                seq: Seq(at.seq),
                tag: Tag(at.tag),
                rev: Rev(at.rev),
            };
            (StreamId::new(at.stream), position)
        }));
        hellos.marks.extend(hello.marks);
        hellos.away |= hello.away;
        if hellos.positions.len().max(hellos.marks.len()) > self.sockets.api.services.sync.max_positions() {
            return self.refuse_hello(&Error::invalid("positions", "are too many"), CloseReason::TooMany);
        }
        if hello.more {
            return;
        }
        let mut hellos = std::mem::take(&mut **hellos);
        *stage = Stage::Opening;
        drop(stage);
        if let Some(who) = hellos.who.take() {
            let session = self.clone();
            spawn(async move { session.open(who, hellos).await });
        }
    }

    fn refuse_hello(&self, error: &Error, reason: CloseReason) {
        if matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable) {
            tracing::error!(error = error as &dyn std::error::Error, "a socket was not opened");
        }
        self.refuse(commands::failure(None, error));
        self.end(reason);
    }

    /// Welcomes the client, and begins to feed it.
    async fn open(
        self: Rc<Self>,
        who: Presented,
        Hellos {
            positions,
            marks,
            away,
            ..
        }: Hellos,
    ) {
        let (actor, expires_at, opened) = match self.find(who, positions).await {
            Ok(found) => found,
            Err(error) => {
                self.refuse_hello(&error, closing(&error));
                self.connection.attend();
                return;
            }
        };
        let streams = opened.streams.iter().map(|start| Follow {
            stream: start.stream,
            head: start.head.position,
            cursor: start.cursor,
            visible_from: start.visible_from,
        });
        let start = Start {
            user: actor.user,
            session: actor.session,
            away,
            private: opened.account.profile.private,
            streams: streams.collect(),
            lead: Lead::Hub,
        };
        if self.connection.begin(start).is_err() {
            self.end(CloseReason::TooMany);
            self.connection.attend();
            return;
        }
        self.connection.expire_at(expires_at);
        // Nothing is written before this task pauses, and what is said goes before events.
        self.connection
            .say(frame::notice(&Notice::Welcome(self.welcome(&opened, expires_at))));
        let marks = marks.into_iter().map(|given| {
            let mark = Mark {
                delivered: Seq(given.delivered),
                read: Seq(given.read),
            };
            (RoomId::new(given.room), mark)
        });
        self.sockets.api.services.marks.take_brought(&opened, marks);
        *self.stage.borrow_mut() = Stage::Open(actor);
    }

    /// Who the client is, and where his streams stand.
    async fn find(
        &self,
        who: Presented,
        positions: Vec<(StreamId, Position)>,
    ) -> Result<(Actor, Timestamp, Opened), Error> {
        let (actor, expires_at) = self.sockets.api.identify(who, self.address).await?;
        let opened = self.sockets.api.services.sync.open(&actor, positions).await?;
        Ok((actor, expires_at, opened))
    }

    fn welcome(&self, opened: &Opened, expires_at: Timestamp) -> Welcome {
        let settings = &self.sockets.settings;
        let streams = opened.streams.iter().map(|start| StreamHead {
            stream: start.stream.uuid(),
            kind: match start.kind {
                StreamKind::Own => parlor_wire::StreamKind::User,
                StreamKind::Room(parlor_domain::RoomKind::Direct) => parlor_wire::StreamKind::Direct,
                StreamKind::Room(parlor_domain::RoomKind::Group) => parlor_wire::StreamKind::Group,
                StreamKind::Room(parlor_domain::RoomKind::Channel) => parlor_wire::StreamKind::Channel,
            },
            head: start.head.position.into(),
            verdict: match start.verdict {
                Verdict::Current => parlor_wire::Verdict::Current,
                Verdict::Replay => parlor_wire::Verdict::Replay,
                Verdict::Reset => parlor_wire::Verdict::Reset,
            },
        });
        Welcome {
            user: Box::new(AccountView::from(&opened.account)),
            session: opened.session.id.uuid(),
            token_expires_at: expires_at.into(),
            heartbeat_seconds: settings.heartbeat.as_secs() as u32,
            limits: Limits {
                body_bytes: settings.body_bytes,
                frame_bytes: settings.frame_bytes,
                commands_in_flight: COMMANDS_IN_FLIGHT,
            },
            streams: streams.collect(),
            gone: opened.gone.iter().map(|stream| stream.uuid()).collect(),
            unread_notifications: opened.unread,
        }
    }

    /// Asks again whether the presence of these people may be followed; where it may not, or nobody knows, it ends.
    pub(crate) fn review(self: &Rc<Self>, actor: Actor, people: Vec<UserId>) {
        let session = self.clone();
        spawn(async move {
            for user in people {
                let allowed = session
                    .sockets
                    .api
                    .services
                    .presence
                    .may_follow(&actor, user)
                    .await;
                if let Err(error) = &allowed {
                    tracing::warn!(
                        error = error as &dyn std::error::Error,
                        "presence is followed no longer"
                    );
                }
                // It may be asked twice at once: when somebody is followed, and when that is put into doubt.
                if !allowed.unwrap_or(false) && session.connection.unwatch(user) {
                    // What was known of him before is not to be shown for ever.
                    let users = vec![format::presence(user, PresenceState::Offline, None)];
                    session.connection.say(frame::notice(&Notice::Presence { users }));
                }
            }
        });
    }
}

impl Talk for Session {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether it was welcomed, or is about to be.
    fn is_open(&self) -> bool {
        !matches!(*self.stage.borrow(), Stage::New(_))
    }

    fn take(self: Rc<Self>, incoming: Incoming) {
        let paced = self.pace.count();
        if paced == Paced::Gone {
            self.end(CloseReason::TooMany);
        }
        match incoming {
            Incoming::Text(text) if paced == Paced::Timely => self.read(&text),
            Incoming::Text(text) => self.refuse_for_now(&text),
            Incoming::Ping(content) if paced == Paced::Timely => self.connection.say(frame::pong(&content)),
            Incoming::Ping(_) | Incoming::Pong | Incoming::Part => {}
            Incoming::Close => self.end(CloseReason::Normal),
        }
    }

    /// Looks into what the hub doubts: whether those whose presence is followed may still be.
    fn look(self: Rc<Self>) {
        let Stage::Open(actor) = *self.stage.borrow() else {
            return;
        };
        let doubted = self.connection.doubted();
        if !doubted.is_empty() {
            self.review(actor, doubted);
        }
    }

    fn end(&self, reason: CloseReason) {
        self.ending.set(Some(reason));
    }

    fn ending(&self) -> Option<u16> {
        let reason = self.ending.get().or_else(|| {
            self.connection.closing().map(|reason| match reason {
                parlor_hub::CloseReason::Broken => CloseReason::Normal,
                parlor_hub::CloseReason::Stalled => CloseReason::Stalled,
                parlor_hub::CloseReason::SessionRevoked => CloseReason::SessionEnded,
                parlor_hub::CloseReason::TokenExpired => CloseReason::Unauthenticated,
                parlor_hub::CloseReason::Stopping => CloseReason::Stopping,
            })
        });
        reason.map(CloseReason::code)
    }
}

/// With which words a client goes who was refused for this reason.
fn closing(error: &Error) -> CloseReason {
    match error.kind() {
        ErrorKind::Unauthenticated if matches!(error, Error::SessionOver) => CloseReason::SessionEnded,
        ErrorKind::Unauthenticated => CloseReason::Unauthenticated,
        // Another token would help as little.
        ErrorKind::Forbidden => CloseReason::SessionEnded,
        _ => CloseReason::Unavailable,
    }
}
