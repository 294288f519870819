//! Where a socket begins: for each stream of its user, what the client has and what it must be sent.

use std::collections::HashMap;
use std::sync::Arc;

use parlor_domain::{Account, Head, Mark, MsgNo, Position, RoomKind, Seq, Session, StreamId, Tag};
use parlor_ports::{Clock, Snapshot, SyncStore};

use crate::{Actor, Error};

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
            max_positions: 4096,
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
    /// Every stream that the user hears, his own first.
    pub streams: Vec<StreamStart>,
    /// Streams that the client has a position of but that are not, or no longer, the user's.
    pub gone: Vec<StreamId>,
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
}

impl Sync {
    /// Streams of this store, within these limits.
    pub fn new(store: Arc<dyn SyncStore>, clock: Arc<dyn Clock>, settings: SyncSettings) -> Self {
        Self {
            store,
            clock,
            settings,
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
        let snapshot = self.store.snapshot(actor.session, asked, now).await?;
        Ok(self.compare(given, snapshot.ok_or(Error::SessionOver)?))
    }

    fn compare(&self, mut given: HashMap<StreamId, Position>, snapshot: Snapshot) -> Opened {
        let tags: HashMap<StreamId, Tag> = snapshot.tags.into_iter().collect();
        let mut start = |stream: StreamId, kind, head: Head, joined, visible_from, mark| {
            let at = given.remove(&stream);
            let tag = tags.get(&stream).copied();
            let verdict = verdict(at, head.position, tag, joined, self.settings.reset_after);
            let cursor = match (verdict, at) {
                (Verdict::Current | Verdict::Replay, Some(at)) => at,
                _ => head.position,
            };
            StreamStart {
                stream,
                kind,
                head,
                verdict,
                cursor,
                visible_from,
                mark,
            }
        };
        let own = Head {
            position: snapshot.own,
            msg_no: MsgNo::ZERO,
        };
        let own_stream = snapshot.account.user.id.into();
        let mut streams = Vec::with_capacity(1 + snapshot.rooms.len());
        streams.push(start(
            own_stream,
            StreamKind::Own,
            own,
            Seq(1),
            Seq(1),
            Mark::default(),
        ));
        streams.extend(snapshot.rooms.into_iter().map(|room| {
            let kind = StreamKind::Room(room.kind);
            let (joined, visible_from) = (room.joined, room.visible_from);
            start(room.room.into(), kind, room.head, joined, visible_from, room.mark)
        }));
        let mut gone: Vec<StreamId> = given.into_keys().collect();
        gone.sort_unstable();
        Opened {
            account: snapshot.account,
            session: snapshot.session,
            streams,
            gone,
        }
    }
}
