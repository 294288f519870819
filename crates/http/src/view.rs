//! Values of the services as the API shows them.

use parlor_services::{HistoryPage, Login, MembersPage, RevisionsPage, RoomView, RoomsPage};
use parlor_wire as wire;
use parlor_wire::{AccountView, EventView, MemberView, RevisionView, SessionView};
use secrecy::ExposeSecret;

use crate::cursor;

/// What a client holds after logging in or refreshing.
pub(crate) fn tokens(login: &Login) -> wire::Tokens {
    wire::Tokens {
        access_token: login.access.expose_secret().to_owned(),
        access_expires_at: login.access_expires_at.into(),
        refresh_token: login.refresh.expose_secret().to_owned(),
        session: SessionView::new(&login.session, true),
        user: AccountView::from(&login.account),
    }
}

/// A room as one of its members sees it.
pub(crate) fn room(view: &RoomView) -> wire::RoomView {
    let room = &view.room;
    wire::RoomView {
        id: room.id.uuid(),
        number: room.number,
        kind: room.kind.into(),
        name: room.name.as_ref().map(ToString::to_string),
        topic: room.topic.to_string(),
        owner: room.owner.map(|owner| owner.uuid()),
        history: room.history.into(),
        join: room.join.into(),
        capacity: room.capacity.members(),
        members: room.members,
        created_at: room.created_at.into(),
        active_at: view.active_at.into(),
        role: view.role.into(),
        read: view.mark.read.0,
        delivered: view.mark.delivered.0,
        unread: view.unread,
        visible_from: view.visible_from.0,
        peer: view.peer.as_ref().map(MemberView::from),
        last_message: view.last_message.as_deref().map(EventView::from),
        as_of: view.head.position.into(),
    }
}

/// Some of a user's rooms.
pub(crate) fn rooms(page: &RoomsPage) -> wire::RoomsPage {
    wire::RoomsPage {
        rooms: page.rooms.iter().map(room).collect(),
        next: page.next.map(cursor::write),
        as_of: page.as_of.into(),
    }
}

/// Some of a room's members.
pub(crate) fn members(page: &MembersPage) -> wire::MembersPage {
    wire::MembersPage {
        members: page.members.iter().map(MemberView::from).collect(),
        next: page.next.map(|user| user.uuid()),
        as_of: page.as_of.into(),
    }
}

/// Some of a room's messages.
pub(crate) fn messages(page: &HistoryPage) -> wire::MessagesPage {
    wire::MessagesPage {
        messages: page
            .messages
            .iter()
            .map(|event| EventView::from(&**event))
            .collect(),
        more: page.more,
        as_of: page.as_of.into(),
    }
}

/// Some of what edits of a message replaced.
pub(crate) fn revisions(page: &RevisionsPage) -> wire::RevisionsPage {
    wire::RevisionsPage {
        revisions: page.revisions.iter().map(RevisionView::from).collect(),
        next: page.next,
    }
}
