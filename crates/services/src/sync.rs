//! Where a socket begins: for each stream of its user, what the client has and what it must be sent.

use std::collections::HashMap;
use std::sync::Arc;

use parlor_domain::{Account, Head, Mark, MsgNo, Position, RoomKind, Seq, Session, StreamId, Tag};
use parlor_ports::{Clock, Snapshot, SyncStore};

use crate::{Actor, Error};

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

/// What becomes of a client's position in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The client has everything.
    Current,
    /// The client gets what it lacks.
    Replay,
    /// The client must forget what it has and read pages; what is new from now on it gets.
    Reset,
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
        let mut start = |stream: StreamId, kind, head: Head, visible_from, mark| {
            let at = given.remove(&stream);
            let tag = tags.get(&stream).copied();
            let verdict = verdict(at, head.position, tag, visible_from, self.settings.reset_after);
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
        streams.push(start(own_stream, StreamKind::Own, own, Seq(1), Mark::default()));
        streams.extend(snapshot.rooms.into_iter().map(|room| {
            let kind = StreamKind::Room(room.kind);
            start(room.room.into(), kind, room.head, room.visible_from, room.mark)
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

/// What becomes of a position. `tag` is what the log has at its seq, if that is neither the beginning nor the head.
fn verdict(
    at: Option<Position>,
    head: Position,
    tag: Option<Tag>,
    visible_from: Seq,
    reset_after: u64,
) -> Verdict {
    let Some(at) = at else {
        return Verdict::Reset;
    };
    let expected = match at.seq {
        seq if seq == head.seq => Some(head.tag),
        Seq::ZERO => Some(Tag::default()),
        _ => tag,
    };
    let beyond = at.seq > head.seq || at.rev > head.rev;
    let unseen = at.seq.0.saturating_add(1) < visible_from.0;
    if beyond || unseen || expected != Some(at.tag) || head.seq.0 - at.seq.0 > reset_after {
        Verdict::Reset
    } else if at == head {
        Verdict::Current
    } else {
        Verdict::Replay
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::Rev;
    use proptest::prelude::*;

    use super::*;

    const HEAD: Position = at(20, 7, 5);

    const fn at(seq: u64, tag: u32, rev: u64) -> Position {
        Position {
            seq: Seq(seq),
            tag: Tag(tag),
            rev: Rev(rev),
        }
    }

    /// The verdict on a position in a log that ends at [`HEAD`], has the tag 3 everywhere before, and is followed by
    /// somebody who may see it from 5 on.
    fn judge(position: Position) -> Verdict {
        verdict(Some(position), HEAD, Some(Tag(3)), Seq(5), 10)
    }

    #[test]
    fn whoever_has_everything_gets_nothing() {
        assert_eq!(judge(HEAD), Verdict::Current);
    }

    #[test]
    fn whoever_is_behind_gets_the_rest() {
        assert_eq!(judge(at(19, 3, 5)), Verdict::Replay);
        assert_eq!(judge(at(10, 3, 0)), Verdict::Replay);
        assert_eq!(judge(at(20, 7, 4)), Verdict::Replay, "marks alone");
    }

    #[test]
    fn whoever_is_far_behind_begins_anew() {
        assert_eq!(judge(at(9, 3, 5)), Verdict::Reset);
    }

    #[test]
    fn another_log_is_never_continued() {
        assert_eq!(judge(at(20, 8, 5)), Verdict::Reset, "another event at the head");
        assert_eq!(judge(at(19, 4, 5)), Verdict::Reset, "another event before it");
        assert_eq!(judge(at(21, 7, 5)), Verdict::Reset, "beyond the head");
        assert_eq!(judge(at(20, 7, 6)), Verdict::Reset, "beyond the marks");
        let missing = verdict(Some(at(19, 3, 5)), HEAD, None, Seq(1), 10);
        assert_eq!(missing, Verdict::Reset, "no such event");
    }

    #[test]
    fn what_may_not_be_seen_is_not_replayed() {
        let judge = |seq| verdict(Some(at(seq, 3, 5)), HEAD, Some(Tag(3)), Seq(15), 10);
        assert_eq!(judge(13), Verdict::Reset);
        assert_eq!(judge(14), Verdict::Replay);
    }

    #[test]
    fn the_beginning_is_a_position() {
        let judge = |position| verdict(Some(position), at(3, 7, 0), None, Seq(1), 10);
        assert_eq!(judge(Position::default()), Verdict::Replay);
        assert_eq!(judge(at(0, 1, 0)), Verdict::Reset);
        let nothing = Position::default();
        assert_eq!(
            verdict(Some(nothing), nothing, None, Seq(1), 10),
            Verdict::Current
        );
    }

    #[test]
    fn a_new_device_reads_pages() {
        assert_eq!(verdict(None, HEAD, None, Seq(1), 10), Verdict::Reset);
    }

    proptest! {
        #[test]
        fn no_position_is_continued_that_could_not_be_one(
            seq in any::<u64>(), tag in 0..4u32, rev in any::<u64>(), visible_from in 1..30u64,
        ) {
            let verdict = verdict(Some(at(seq, tag, rev)), HEAD, Some(Tag(3)), Seq(visible_from), 10);
            if verdict != Verdict::Reset {
                prop_assert!(seq <= 20 && seq >= 10 && seq + 1 >= visible_from && rev <= 5);
            }
        }
    }
}
