//! Loading what a new device does not have.

use parlor_wire::RoomView;
use uuid::Uuid;

use super::State;
use crate::{HistoryRange, Rest, RestError};

impl State {
    /// Loads every stale room whole: itself, its members and all its messages. Rooms that turn out to be no longer
    /// one's own are passed over; the event that says so is on its way.
    pub async fn load(&mut self, rest: &Rest) -> Result<(), RestError> {
        for room in self.stale() {
            match rest.room(room).await {
                Ok(view) => self.load_room(rest, &view).await?,
                Err(error) if error.code() == Some("no_such_room") => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn load_room(&mut self, rest: &Rest, view: &RoomView) -> Result<(), RestError> {
        self.room(view);
        let mut after = None;
        loop {
            let page = rest.members(view.id, after).await?;
            self.members(view.id, &page);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut range = HistoryRange::Newest;
        loop {
            let page = rest.messages(view.id, range).await?;
            self.messages(view.id, &page);
            match page.messages.first() {
                Some(oldest) if page.more => range = HistoryRange::Before(oldest.seq),
                _ => return Ok(()),
            }
        }
    }

    /// Whether a room is known whole: itself, all members, all messages.
    pub fn is_whole(&self, room: Uuid) -> bool {
        let known = self.rooms.get(&room);
        known.is_some_and(|room| !room.is_stale() && room.messages().is_complete())
    }
}
