//! Pages of rooms, which may be old by the time they come.

use parlor_domain::{PageSize, RoomId, RoomKind, Seq, UserRef};
use parlor_ports::{HistoryPage, HistoryRange, MembersPage, PinsPage, RoomView, StoreError};

use crate::{Fixture, ReplicaState};

/// A page of a room.
pub(super) enum Page {
    /// The room itself.
    View(Box<RoomView>),
    /// All its members.
    Members(RoomId, Vec<MembersPage>),
    /// Some of its messages.
    History(RoomId, HistoryPage),
    /// Those that are pinned.
    Pins(RoomId, PinsPage),
}

impl Page {
    /// The room and its members; nothing if this person is none of them.
    pub(super) async fn who_is_there(
        f: &Fixture,
        room: RoomId,
        me: UserRef,
    ) -> Result<Vec<Self>, StoreError> {
        let view = f.rooms.find(room, me.id).await?;
        let members = f.member_pages(room, me, 2).await?;
        let pins = f.log.pins(room, me.id).await?;
        let view = view.map(|view| Self::View(Box::new(view)));
        Ok(view
            .into_iter()
            .chain(members.map(|pages| Self::Members(room, pages)))
            .chain(pins.map(|page| Self::Pins(room, page)))
            .collect())
    }

    /// All messages, in several pages; nothing if this person is not in the room.
    pub(super) async fn everything_said(
        f: &Fixture,
        room: RoomId,
        me: UserRef,
    ) -> Result<Vec<Self>, StoreError> {
        let (mut pages, mut range) = (Vec::new(), HistoryRange::Newest);
        while let Some(page) = f.log.history(room, me.id, range, PageSize::clamped(7)).await? {
            let (more, first) = (
                page.more,
                page.messages.first().map_or(Seq::ZERO, |event| event.seq),
            );
            pages.push(Self::History(room, page));
            if !more {
                break;
            }
            range = HistoryRange::Before(first);
        }
        Ok(pages)
    }

    /// Of which room it is.
    pub(super) fn room(&self) -> RoomId {
        match self {
            Self::View(view) => view.room.id,
            Self::Members(room, _) | Self::History(room, _) | Self::Pins(room, _) => *room,
        }
    }

    /// Whether it shows that this is a channel.
    pub(super) fn shows_channel(&self) -> bool {
        matches!(self, Self::View(view) if view.room.kind == RoomKind::Channel)
    }

    /// Shows it to a device; in vain if that does not hold the room any more.
    pub(super) fn show(&self, state: &mut ReplicaState) {
        let Some(replica) = state.rooms.get_mut(&self.room()) else {
            return;
        };
        match self {
            Self::View(view) => replica.view(view),
            Self::Members(_, pages) => replica.members_pages(pages),
            Self::History(_, page) => replica.history_page(page),
            Self::Pins(_, page) => replica.pins_page(page),
        }
    }
}
