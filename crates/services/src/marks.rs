//! Delivered and read marks: taken at once, written a little later.

use std::collections::HashMap;
use std::mem;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlor_domain::{Mark, MemberMark, RoomId, Timestamp, UserId};
use parlor_ports::{Clock, RoomStore, RoomView};
use tokio::sync::Notify;

use crate::{Actor, Error};

/// How often marks are written, and how many may wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarksSettings {
    /// The least time between two writes of one room's marks.
    pub interval: Duration,
    /// How long a mark in a quiet room waits for others to be written with it.
    pub tick: Duration,
    /// How many marks may wait, over all rooms.
    pub most: usize,
}

impl Default for MarksSettings {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(1),
            tick: Duration::from_millis(100),
            most: 100_000,
        }
    }
}

/// Collects marks in memory, where a later one of the same member replaces an earlier, and writes them in batches.
///
/// What was taken may be lost in a crash: a client sends its own marks again when it comes back. What could not be
/// written is kept and tried again.
pub struct Marks {
    rooms: Arc<dyn RoomStore>,
    clock: Arc<dyn Clock>,
    settings: MarksSettings,
    waiting: Mutex<Waiting>,
    /// Told when the first mark comes after a quiet time.
    awake: Notify,
}

/// The marks of one room, as the store takes them.
type Batch = Vec<(RoomId, Vec<MemberMark>)>;

/// Marks that wait to be written.
#[derive(Default)]
struct Waiting {
    rooms: HashMap<RoomId, RoomMarks>,
    /// Marks in all rooms together.
    marks: usize,
}

/// Marks of one room that wait; none, while the room may not be written again.
#[derive(Default)]
struct RoomMarks {
    marks: HashMap<UserId, Mark>,
    written_at: Option<Timestamp>,
}

impl Marks {
    /// Marks that are written at once in one transaction: as many as delay nobody's message.
    const BATCH: usize = 500;

    /// Marks of this store's rooms.
    pub fn new(rooms: Arc<dyn RoomStore>, clock: Arc<dyn Clock>, settings: MarksSettings) -> Self {
        Self {
            rooms,
            clock,
            settings,
            waiting: Mutex::default(),
            awake: Notify::new(),
        }
    }

    /// Takes a mark, to be written soon. That the user is in the room is seen when it is written; until then it takes
    /// up room, so pass only marks in rooms that the user's socket follows.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait.
    pub fn take(&self, user: UserId, room: RoomId, mark: Mark) -> Result<(), Error> {
        let mut waiting = self.waiting();
        let quiet = waiting.rooms.is_empty();
        let known = waiting.has(room, user);
        if !known && waiting.marks >= self.settings.most {
            return Err(Error::Busy);
        }
        waiting.put(room, user, mark);
        drop(waiting);
        if quiet {
            self.awake.notify_one();
        }
        Ok(())
    }

    /// Writes a mark now, and answers with the room as it is then.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`]
    pub async fn mark_now(&self, actor: &Actor, room: RoomId, mark: Mark) -> Result<RoomView, Error> {
        let user = actor.user.id;
        let marks = vec![(room, vec![MemberMark { user, mark }])];
        self.rooms.advance_marks(marks).await?;
        let view = self.rooms.find(room, user).await?;
        view.ok_or(Error::NoSuchRoom)
    }

    /// Writes the marks of all rooms whose turn it is.
    pub async fn flush_due(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let interval = self.settings.interval;
        let due = self
            .waiting()
            .draw(now, |room| room.may_be_written(now, interval));
        self.write(due).await
    }

    /// Writes all marks that wait.
    pub async fn flush_all(&self) -> Result<(), Error> {
        let all = self.waiting().draw(self.clock.now(), |_| true);
        self.write(all).await
    }

    /// Writes marks when they are due until `shutdown`, and then the rest.
    pub async fn run(self: Arc<Self>, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = self.next_turn() => complain(self.flush_due().await),
                () = &mut shutdown => break,
            }
        }
        complain(self.flush_all().await);
    }

    /// Passes when there may be something to write.
    async fn next_turn(&self) {
        if self.waiting().rooms.is_empty() {
            self.awake.notified().await;
        }
        tokio::time::sleep(self.settings.tick).await;
    }

    async fn write(&self, marks: Batch) -> Result<(), Error> {
        let mut unwritten = Unwritten { of: self, marks };
        while !unwritten.marks.is_empty() {
            let batch = unwritten.first(Self::BATCH);
            let rooms = batch.len();
            self.rooms.advance_marks(batch).await?;
            unwritten.marks.drain(..rooms);
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn has(&self, room: RoomId, user: UserId) -> bool {
        self.rooms
            .get(&room)
            .is_some_and(|room| room.marks.contains_key(&user))
    }

    fn put(&mut self, room: RoomId, user: UserId, mark: Mark) {
        let marks = &mut self.rooms.entry(room).or_default().marks;
        let before = marks.len();
        let latest = marks.entry(user).or_default();
        *latest = latest.merge(mark);
        self.marks += marks.len() - before;
    }

    /// Takes out the marks of these rooms, and forgets rooms that may be written again and have nothing to be written.
    fn draw(&mut self, now: Timestamp, mut turn: impl FnMut(&RoomMarks) -> bool) -> Batch {
        let mut drawn = Batch::new();
        self.rooms.retain(|id, room| {
            if !turn(room) {
                return true;
            }
            if room.marks.is_empty() {
                return false;
            }
            let marks = mem::take(&mut room.marks);
            self.marks -= marks.len();
            let marks = marks.into_iter().map(|(user, mark)| MemberMark { user, mark });
            drawn.push((*id, marks.collect()));
            room.written_at = Some(now);
            true
        });
        drawn
    }
}

impl RoomMarks {
    /// Whether the last write is long enough ago. A clock that was set back does not keep marks waiting.
    fn may_be_written(&self, now: Timestamp, interval: Duration) -> bool {
        self.written_at
            .is_none_or(|at| now < at || now.since(at) >= interval)
    }
}

/// Marks that are being written. Those that were not, because it failed or nobody waited for it, go back.
struct Unwritten<'a> {
    of: &'a Marks,
    marks: Batch,
}

impl Unwritten<'_> {
    /// The first rooms that have at most this many marks together, but at least one room.
    fn first(&self, most: usize) -> Batch {
        let mut marks = 0;
        let rooms = self.marks.iter().take_while(|(_, room)| {
            let first = marks == 0;
            marks += room.len();
            first || marks <= most
        });
        rooms.cloned().collect()
    }
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        if self.marks.is_empty() {
            return;
        }
        let mut waiting = self.of.waiting();
        for (room, marks) in self.marks.drain(..) {
            for MemberMark { user, mark } in marks {
                waiting.put(room, user, mark);
            }
        }
    }
}

fn complain(written: Result<(), Error>) {
    if let Err(error) = written {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "marks were not written; they wait"
        );
    }
}
