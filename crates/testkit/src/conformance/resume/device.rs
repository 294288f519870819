//! A device that reads when chance will have it.

use parlor_domain::{PageSize, Position, RoomId, Seq, UserRef, What};
use parlor_ports::{HistoryRange, StoreError};

use super::page::Page;
use crate::conformance::Tested;
use crate::{Fixture, OwnChange, ReplicaState, SeededEntropy};

/// A device that reads when chance will have it.
pub(super) struct Device {
    pub(super) me: UserRef,
    pub(super) state: ReplicaState,
    /// Pages that were asked for and have not come yet.
    underway: Vec<Page>,
}

impl Device {
    pub(super) fn new(me: UserRef) -> Self {
        Self {
            me,
            state: ReplicaState::new(me),
            underway: Vec::new(),
        }
    }

    /// A device that holds everything as the pages show it now.
    pub(super) async fn fresh(f: &Fixture, me: UserRef) -> Result<ReplicaState, StoreError> {
        let mut state = ReplicaState::new(me);
        let list = f.rooms.list(me.id, None, PageSize::MAX).await?;
        state.own = list.as_of;
        state.people = f.lists(me).await?;
        state.statuses = f.held_statuses(me).await?;
        state.lists = f.held_lists(me).await?;
        for view in list.rooms {
            let room = view.room.id;
            state.open(room, view.visible_from, view.head.position);
            let pages = Page::who_is_there(f, room, me).await?.into_iter();
            pages
                .chain(Page::everything_said(f, room, me).await?)
                .for_each(|page| page.show(&mut state));
            let shown = state.rooms[&room].shown();
            assert_eq!(shown.unread, view.unread, "the server counts like the client");
            assert_eq!(shown.members[&me.id].mark, view.mark);
        }
        Ok(state)
    }

    /// Does one of the things that a device does.
    pub(super) async fn read_a_piece(&mut self, f: &Fixture, chance: &SeededEntropy) -> Tested {
        let rooms: Vec<RoomId> = self.state.rooms.keys().copied().collect();
        if rooms.is_empty() {
            return self.read_own(f, 1).await;
        }
        let room = rooms[chance.below(rooms.len())];
        match chance.below(17) {
            0..=3 => self.read_own(f, 1 + chance.below(3)).await,
            4..=6 => self.read_room(f, room, 1 + chance.below(6)).await,
            7 | 8 => self.hear_room(f, room, 1 + chance.below(4)),
            9 => self.read_marks(f, room).await,
            10 => self.read_own_marks(f).await,
            11 => self.hear_own_marks(f, 1 + chance.below(3)),
            12 | 13 => self.ask(f, room, chance).await,
            14 => self.start_over(f, room).await,
            _ => self.arrive(chance),
        }
    }

    /// Reads the own marks that nobody else sees.
    async fn read_own_marks(&mut self, f: &Fixture) -> Tested {
        let update = f.log.marks_after(self.me.id.into(), self.state.own.rev).await?;
        self.state.own_marks(&update).expect("they were asked for");
        Ok(())
    }

    /// Hears a few of them as they were published.
    fn hear_own_marks(&mut self, f: &Fixture, most: usize) -> Tested {
        let rev = self.state.own.rev;
        for update in f
            .heard
            .marks(self.me.id)
            .iter()
            .filter(|update| update.rev > rev)
            .take(most)
        {
            self.state.own_marks(update).expect("revs have no gaps");
        }
        Ok(())
    }

    /// Reads a few events of the own stream from the log.
    async fn read_own(&mut self, f: &Fixture, most: usize) -> Tested {
        let page = f.log.events_after(self.me.id.into(), self.state.own.seq).await?;
        for event in page.iter().take(most) {
            if let OwnChange::Opened(room) = self.state.own_event(event).expect("the log has no gaps") {
                self.ask_for_all(f, room).await?;
            }
            if matches!(event.what, What::PrivacyChanged { private: false, .. }) {
                // Meanwhile nothing was told of what others have read.
                let rooms: Vec<RoomId> = self.state.rooms.keys().copied().collect();
                for room in rooms {
                    self.underway.extend(Page::who_is_there(f, room, self.me).await?);
                }
            }
        }
        Ok(())
    }

    /// Reads a few events of a room from the log.
    async fn read_room(&mut self, f: &Fixture, room: RoomId, most: usize) -> Tested {
        let Some(replica) = self.state.rooms.get(&room) else {
            return Ok(());
        };
        let page = f.log.events_after(room.into(), replica.position.seq).await?;
        for event in page.iter().take(most) {
            self.state.room_event(room, event).expect("the log has no gaps");
        }
        Ok(())
    }

    /// Hears a few events of a room, and marks, as they were published when they happened.
    fn hear_room(&mut self, f: &Fixture, room: RoomId, most: usize) -> Tested {
        let Some(replica) = self.state.rooms.get_mut(&room) else {
            return Ok(());
        };
        let Position { seq, rev, .. } = replica.position;
        for update in f
            .heard
            .marks(room)
            .iter()
            .filter(|update| update.rev > rev)
            .take(most)
        {
            replica.marks(update).expect("revs have no gaps");
        }
        for event in f
            .heard
            .events(room)
            .iter()
            .filter(|event| event.seq > seq)
            .take(most)
        {
            self.state
                .room_event(room, event)
                .expect("what is published has no gaps");
        }
        Ok(())
    }

    async fn read_marks(&mut self, f: &Fixture, room: RoomId) -> Tested {
        if let Some(replica) = self.state.rooms.get_mut(&room) {
            let update = f.log.marks_after(room.into(), replica.position.rev).await?;
            replica.marks(&update).expect("they were asked for");
        }
        Ok(())
    }

    /// Asks for pages of a room, which will come later.
    async fn ask(&mut self, f: &Fixture, room: RoomId, chance: &SeededEntropy) -> Tested {
        if chance.below(3) == 0 {
            self.underway.extend(Page::who_is_there(f, room, self.me).await?);
            return Ok(());
        }
        let size = PageSize::clamped(u64::try_from(1 + chance.below(9)).expect("a small size"));
        let before = HistoryRange::Before(Seq(u64::try_from(1 + chance.below(40)).expect("a small seq")));
        let page = f.log.history(room, self.me.id, before, size).await?;
        self.underway.extend(page.map(|page| Page::History(room, page)));
        Ok(())
    }

    /// Forgets a room, and holds it from its head on; all its pages will come later.
    async fn start_over(&mut self, f: &Fixture, room: RoomId) -> Tested {
        if let Some(view) = f.rooms.find(room, self.me.id).await? {
            self.state.open(room, view.visible_from, view.head.position);
            self.ask_for_all(f, room).await?;
        }
        Ok(())
    }

    /// Asks for all pages of a room that is held anew. Of a channel none is awaited any more that was asked for before: it does not
    /// tell what its readers do, so a page from before need not look older than one of now.
    async fn ask_for_all(&mut self, f: &Fixture, room: RoomId) -> Tested {
        let there = Page::who_is_there(f, room, self.me).await?;
        if there.iter().any(Page::shows_channel) {
            self.underway.retain(|page| page.room() != room);
        }
        self.underway.extend(there);
        self.underway
            .extend(Page::everything_said(f, room, self.me).await?);
        Ok(())
    }

    /// One of the pages that were asked for comes.
    fn arrive(&mut self, chance: &SeededEntropy) -> Tested {
        if !self.underway.is_empty() {
            let page = self.underway.swap_remove(chance.below(self.underway.len()));
            page.show(&mut self.state);
        }
        Ok(())
    }

    /// Reads every stream to its end (none is longer here than two or three pages of the log), and takes what is still underway.
    pub(super) async fn catch_up(&mut self, f: &Fixture, chance: &SeededEntropy) -> Tested {
        for _ in 0..3 {
            self.read_own(f, usize::MAX).await?;
        }
        self.read_own_marks(f).await?;
        let rooms: Vec<RoomId> = self.state.rooms.keys().copied().collect();
        for room in rooms {
            self.read_room(f, room, usize::MAX).await?;
            self.read_room(f, room, usize::MAX).await?;
            self.read_marks(f, room).await?;
        }
        while !self.underway.is_empty() {
            self.arrive(chance)?;
        }
        Ok(())
    }
}
