//! Where a socket begins: for each stream of its user, what the client has and what it must be sent.

use std::collections::HashMap;
use std::iter;
use std::sync::Arc;

use parlor_domain::{Account, Head, Mark, MsgNo, Position, RoomId, RoomKind, Seq, Session, StreamId, Tag};
use parlor_ports::{Clock, RoomHead, Snapshot, SyncStore};

use crate::{Actor, Error, NotificationsSettings};

mod verdict;

pub use verdict::Verdict;
use verdict::verdict;

/// Limits of resuming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncSettings {
    /// Who is behind by more events than this is told to read pages instead.
    pub reset_after: u64,
    /// How many positions a client may bring.
    pub max_positions: usize,
}

impl Default for SyncSettings {
    fn default() -> Self {
        Self {
            reset_after: 1000,
            max_positions: 10_000,
        }
    }
}

/// What a socket needs to know when it opens.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Whose it is.
    pub account: Account,
    /// The session that it belongs to.
    pub session: Session,
    /// Every stream that the user hears, or those that were asked for, his own first.
    pub streams: Vec<StreamStart>,
    /// Streams that the client has a position of but that are not, or no longer, the user's.
    pub gone: Vec<StreamId>,
    /// How many notifications are unread, counted to 100.
    pub unread: u64,
}

/// Where one stream begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamStart {
    /// The stream.
    pub stream: StreamId,
    /// Whose.
    pub kind: StreamKind,
    /// How far it has grown.
    pub head: Head,
    /// What the client is told.
    pub verdict: Verdict,
    /// What the client has: the socket is fed with what comes after its `seq`, and with marks that changed after its
    /// `rev`.
    pub cursor: Position,
    /// The first event that the user may see.
    pub visible_from: Seq,
    /// The user's own mark.
    pub mark: Mark,
}

/// Whose a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamKind {
    /// The user's own.
    Own,
    /// A room's.
    Room(RoomKind),
}

/// Opens sockets.
pub struct Sync {
    store: Arc<dyn SyncStore>,
    clock: Arc<dyn Clock>,
    settings: SyncSettings,
    notifications: NotificationsSettings,
}

impl Sync {
    /// Streams of this store, within these limits.
    pub(crate) fn new(
        store: Arc<dyn SyncStore>,
        clock: Arc<dyn Clock>,
        settings: SyncSettings,
        notifications: NotificationsSettings,
    ) -> Self {
        Self {
            store,
            clock,
            settings,
            notifications,
        }
    }

    /// How many positions a client may bring.
    pub fn max_positions(&self) -> usize {
        self.settings.max_positions
    }

    /// Compares the positions that a client kept with where the streams are now. Of several positions in one stream
    /// the last counts.
    ///
    /// # Errors
    /// [`Error::SessionOver`], [`Error::Invalid`] (`positions`) if there are too many.
    pub async fn open(&self, actor: &Actor, positions: Vec<(StreamId, Position)>) -> Result<Opened, Error> {
        let most = self.settings.max_positions;
        if positions.len() > most {
            let message = format!("must be at most {most}");
            return Err(Error::invalid("positions", message));
        }
        let given: HashMap<StreamId, Position> = positions.into_iter().collect();
        let asked = given.iter().map(|(stream, at)| (*stream, *at)).collect();
        let now = self.clock.now();
        let since = now - self.notifications.kept;
        let snapshot = self.store.snapshot(actor.session, asked, since, now);
        Ok(self.compare(given, snapshot.await?.ok_or(Error::SessionOver)?))
    }

    /// Where the user's own stream stands, and these rooms as far as he is in them, for who follows no others. Unread notifications are
    /// not counted.
    ///
    /// # Errors
    /// [`Error::SessionOver`]
    pub async fn open_some(&self, actor: &Actor, rooms: Vec<RoomId>) -> Result<Opened, Error> {
        let snapshot = self.store.snapshot_of(actor.session, rooms, self.clock.now());
        Ok(self.compare(HashMap::new(), snapshot.await?.ok_or(Error::SessionOver)?))
    }

    fn compare(&self, mut given: HashMap<StreamId, Position>, snapshot: Snapshot) -> Opened {
        let tags: HashMap<StreamId, Tag> = snapshot.tags.iter().copied().collect();
        let heard = iter::once(Heard::own(&snapshot)).chain(snapshot.rooms.iter().map(Heard::room));
        let streams = heard
            .map(|heard| {
                let at = given.remove(&heard.stream);
                let tag = tags.get(&heard.stream).copied();
                heard.start(at, tag, self.settings.reset_after)
            })
            .collect();
        let mut gone: Vec<StreamId> = given.into_keys().collect();
        gone.sort_unstable();
        Opened {
            account: snapshot.account,
            session: snapshot.session,
            streams,
            gone,
            unread: snapshot.unread,
        }
    }
}

/// A stream that the user hears.
struct Heard {
    stream: StreamId,
    kind: StreamKind,
    head: Head,
    /// The first event of the present membership.
    joined: Seq,
    visible_from: Seq,
    mark: Mark,
}

impl Heard {
    fn own(snapshot: &Snapshot) -> Self {
        Self {
            stream: snapshot.account.user.id.into(),
            kind: StreamKind::Own,
            head: Head {
                position: snapshot.own,
                msg_no: MsgNo::ZERO,
            },
            joined: Seq(1),
            visible_from: Seq(1),
            mark: Mark::default(),
        }
    }

    fn room(room: &RoomHead) -> Self {
        Self {
            stream: room.room.into(),
            kind: StreamKind::Room(room.kind),
            head: room.head,
            joined: room.joined,
            visible_from: room.visible_from,
            mark: room.mark,
        }
    }

    /// Where it begins for a client that is `at` a position, at which the log has this tag.
    fn start(self, at: Option<Position>, tag: Option<Tag>, reset_after: u64) -> StreamStart {
        let head = self.head.position;
        let verdict = verdict(at, head, tag, self.joined, reset_after);
        let cursor = match (verdict, at) {
            (Verdict::Current | Verdict::Replay, Some(at)) => at,
            _ => head,
        };
        StreamStart {
            stream: self.stream,
            kind: self.kind,
            head: self.head,
            verdict,
            cursor,
            visible_from: self.visible_from,
            mark: self.mark,
        }
    }
}
