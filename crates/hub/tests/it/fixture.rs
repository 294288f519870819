//! A hub to test, and sockets that take as much as a test allows.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parlor_domain::{
    Event, Mark, MarksUpdate, MemberMark, Mentions, Message, MessageBody, MsgNo, Origin, Position, Reactions,
    Rev, RoomId, Seq, SessionId, StreamId, Tag, Timestamp, UserId, UserRef, What,
};
use parlor_hub::{Connection, Follow, Format, Hub, Lead, Settings, Start, Transport, WireFormat, Worker};
use parlor_ports::{Clock, EventSink, Published};
use uuid::Uuid;

use crate::lines::{Lines, name};
use crate::log::Log;

/// A hub with one worker, and the log that it reads.
pub(crate) struct House {
    pub(crate) hub: Arc<Hub>,
    pub(crate) log: Arc<Log>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) lines: Arc<Lines>,
    worker: Rc<Worker>,
}

/// A clock that a test moves.
#[derive(Default)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

pub(crate) fn user(number: u128) -> UserRef {
    UserRef {
        id: UserId::new(Uuid::from_u128(number)),
        number: number as i64,
    }
}

pub(crate) fn room(number: u128) -> RoomId {
    RoomId::new(Uuid::from_u128(1000 + number))
}

pub(crate) fn text(text: &str) -> What {
    let body = Some(MessageBody::stored(text));
    let client_id = "c".parse().expect("a client id");
    What::Message(Message {
        client_id,
        body,
        media: Box::default(),
        reply_to: None,
        mentions: Mentions::default(),
        status: None,
        forwarded: false,
        edited_at: None,
        rev: Seq::ZERO,
        reactions: Reactions::default(),
    })
}

/// An edit of a message; `at` is the seq that it will have.
pub(crate) fn edit(target: Seq, at: Seq, text: &str) -> What {
    What::MessageEdited {
        target,
        number: 0,
        at: Timestamp::from_micros(0),
        body: Some(MessageBody::stored(text)),
        media: Box::default(),
        mentions: Mentions::default(),
        edited_at: Some(Timestamp::from_micros(1)),
        rev: at,
    }
}

impl House {
    pub(crate) fn new(settings: Settings) -> Self {
        let (log, clock) = (Arc::new(Log::default()), Arc::new(TestClock::default()));
        let lines = Arc::new(Lines::default());
        let formats: Vec<Arc<dyn WireFormat>> = vec![lines.clone(), lines.clone()];
        let hub = Hub::new(settings, formats, log.clone(), clock.clone());
        Self {
            worker: Worker::start(hub.clone()),
            hub,
            log,
            clock,
            lines,
        }
    }

    /// Commits an event, and tells nobody.
    pub(crate) fn commit(&self, stream: impl Into<StreamId>, what: What) -> Arc<Event> {
        let stream = stream.into();
        let mut streams = self.log.streams.lock().expect("no panic");
        let events = streams.entry(stream).or_default();
        let seq = Seq(events.len() as u64 + 1);
        let tag = Tag(seq.0 as u32 * 7);
        let at = Timestamp::from_micros(0);
        let event = Event {
            stream,
            seq,
            tag,
            number: 0,
            msg_no: MsgNo(0),
            at,
            actor: None,
            what,
        };
        if let Some(target) = event.target()
            && let Some(changed) = event.changed(&events[target.0 as usize - 1])
        {
            events[target.0 as usize - 1] = Arc::new(changed);
        }
        let event = Arc::new(event);
        events.push(event.clone());
        event
    }

    /// Tells the hub of an event.
    pub(crate) fn publish(&self, event: &Arc<Event>, origin: Option<Origin>) {
        self.hub.publish(vec![Published::Event {
            event: event.clone(),
            origin,
        }]);
    }

    /// Commits an event and tells the hub of it.
    pub(crate) fn append(&self, stream: impl Into<StreamId>, what: What) -> Arc<Event> {
        let event = self.commit(stream, what);
        self.publish(&event, None);
        event
    }

    /// Commits a flush of marks.
    pub(crate) fn commit_marks(&self, stream: impl Into<StreamId>) -> Arc<MarksUpdate> {
        let stream = stream.into();
        let mut marks = self.log.marks.lock().expect("no panic");
        let updates = marks.entry(stream).or_default();
        let after = Rev(updates.len() as u64);
        let update = Arc::new(MarksUpdate {
            stream,
            after,
            rev: after.next(),
            marks: vec![MemberMark {
                user: user(9).id,
                mark: Mark::read(Seq(after.0 + 1)),
            }],
            own: Vec::new(),
        });
        updates.push(update.clone());
        update
    }

    pub(crate) fn publish_marks(&self, update: &Arc<MarksUpdate>) {
        self.hub.publish(vec![Published::Marks(update.clone())]);
    }

    /// Where a stream stands.
    pub(crate) fn head(&self, stream: impl Into<StreamId>) -> Position {
        let stream = stream.into();
        let streams = self.log.streams.lock().expect("no panic");
        let marks = self.log.marks.lock().expect("no panic");
        let last = streams.get(&stream).and_then(|events| events.last());
        Position {
            seq: last.map_or(Seq::ZERO, |event| event.seq),
            tag: last.map_or(Tag(0), |event| event.tag),
            rev: Rev(marks.get(&stream).map_or(0, |updates| updates.len() as u64)),
        }
    }

    /// A connected device of this user, in these rooms, that has everything.
    pub(crate) fn connect(&self, user: UserRef, rooms: &[RoomId]) -> Device {
        self.connect_at(user, rooms, None)
    }

    /// A connected device that decides itself what it follows.
    pub(crate) fn connect_led(&self, user: UserRef, rooms: &[RoomId], lead: Lead) -> Device {
        self.begin(user, rooms, None, lead, Format(0))
    }

    /// A connected device that has everything, but of the rooms only what lies before this.
    pub(crate) fn connect_at(&self, user: UserRef, rooms: &[RoomId], has: Option<Seq>) -> Device {
        self.begin(user, rooms, has, Lead::Hub, Format(0))
    }

    /// A connected device that has everything and speaks another format, whose frames look the same.
    pub(crate) fn connect_otherwise(&self, user: UserRef, rooms: &[RoomId]) -> Device {
        self.begin(user, rooms, None, Lead::Hub, Format(1))
    }

    fn begin(&self, user: UserRef, rooms: &[RoomId], has: Option<Seq>, lead: Lead, format: Format) -> Device {
        let socket = Rc::new(Socket::default());
        let connection = self.worker.connect(socket.clone(), format).expect("a place");
        let follow = |stream: StreamId, has: Option<Seq>| {
            let head = self.head(stream);
            let cursor = has.map_or(head, |seq| Position {
                seq,
                rev: Rev::ZERO,
                ..head
            });
            Follow {
                stream,
                head,
                cursor,
                visible_from: Seq(1),
            }
        };
        let mut streams = vec![follow(user.id.into(), None)];
        streams.extend(rooms.iter().map(|room| follow((*room).into(), has)));
        let start = Start {
            user,
            session: session(user),
            away: false,
            private: false,
            streams,
            lead,
        };
        connection.begin(start).expect("a place");
        Device { connection, socket }
    }
}

/// The one session of a user.
pub(crate) fn session(user: UserRef) -> SessionId {
    SessionId::new(user.id.uuid())
}

/// A client.
pub(crate) struct Device {
    pub(crate) connection: Connection,
    pub(crate) socket: Rc<Socket>,
}

impl Device {
    /// What it was told so far, a word a frame.
    pub(crate) fn heard(&self) -> Vec<String> {
        let bytes = self.socket.bytes.borrow();
        String::from_utf8_lossy(&bytes)
            .split_terminator('\n')
            .map(str::to_owned)
            .collect()
    }

    /// The seqs of the events of a stream that it was told of.
    pub(crate) fn seqs(&self, stream: impl Into<StreamId>) -> Vec<u64> {
        let name = name(stream.into());
        let prefix = format!("{name}:");
        let events = self
            .heard()
            .into_iter()
            .filter_map(|word| word.strip_prefix(&prefix).map(str::to_owned));
        events
            .filter_map(|rest| rest.split(':').next()?.parse().ok())
            .collect()
    }

    /// The socket takes so many more bytes.
    pub(crate) fn take(&self, bytes: usize) {
        self.socket.room.set(Some(bytes));
        if self.connection.wants_to_write() {
            self.connection.writable();
        }
    }
}

/// A socket that takes everything, or as much as a test allows.
#[derive(Default)]
pub(crate) struct Socket {
    bytes: RefCell<Vec<u8>>,
    pub(crate) room: Cell<Option<usize>>,
    pub(crate) writes: Cell<usize>,
    /// How often it was told to look.
    pub(crate) looks: Cell<usize>,
}

impl Transport for Socket {
    fn write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut whole: Vec<u8> = frames.iter().flat_map(|frame| frame.iter().copied()).collect();
        if let Some(room) = self.room.get() {
            if room == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            whole.truncate(room);
            self.room.set(Some(room - whole.len()));
        }
        self.writes.set(self.writes.get() + 1);
        self.bytes.borrow_mut().extend(&whole);
        Ok(whole.len())
    }

    fn attend(&self) {
        self.looks.set(self.looks.get() + 1);
    }
}

/// Lets everything happen that can happen now.
pub(crate) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Runs a test where workers can run.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    tokio::task::LocalSet::new().block_on(&runtime.expect("a runtime"), test);
}
