//! Delivered and read marks: taken at once, written a little later.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlor_domain::{Mark, MemberMark, RoomId, StreamId, UserId};
use parlor_ports::{Clock, RoomStore, RoomView};
use tokio::sync::Notify;

use crate::{Actor, Error, Opened};

mod waiting;

use waiting::{Batch, Waiting};

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

    /// Takes a mark, to be written soon; one beyond the end of the stream becomes one at its end. That the user is in
    /// the room is seen when it is written; until then it takes up room, so pass only marks in rooms that the user's
    /// socket follows.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait.
    pub fn take(&self, user: UserId, room: RoomId, mark: Mark) -> Result<(), Error> {
        let mut waiting = self.waiting();
        let quiet = waiting.rooms.is_empty();
        if !waiting.put(room, user, mark, self.settings.most) {
            return Err(Error::Busy);
        }
        drop(waiting);
        if quiet {
            self.awake.notify_one();
        }
        Ok(())
    }

    /// Takes the marks that a device brings when its socket opens, as far as they say more than is known: a crash may
    /// have lost the last of them. Those for which there is no place are let go: the device brings them again.
    pub fn take_brought(&self, opened: &Opened, brought: impl IntoIterator<Item = (RoomId, Mark)>) {
        let known: HashMap<StreamId, Mark> = opened
            .streams
            .iter()
            .map(|start| (start.stream, start.mark))
            .collect();
        let news = brought.into_iter().filter(|(room, mark)| {
            known
                .get(&(*room).into())
                .is_some_and(|known| known.merge(*mark) != *known)
        });
        for (room, mark) in news {
            if self.take(opened.account.user.id, room, mark).is_err() {
                return;
            }
        }
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

    /// Writes now what waits of a user's marks in these rooms. Says whether there was any.
    pub async fn flush_of(&self, user: UserId, rooms: &[RoomId]) -> Result<bool, Error> {
        let own = self.waiting().draw_of(user, rooms);
        let have_waited = !own.is_empty();
        self.write(own).await?;
        Ok(have_waited)
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
                // They had their place before.
                waiting.put(room, user, mark, usize::MAX);
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
