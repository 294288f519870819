//! Rooms and memberships.

mod act;
mod admission;
mod attendance;
mod attended;
mod brought;
mod called;
mod create;
mod delete;
mod direct;
mod directory;
mod enter;
mod everyones;
mod leave;
mod links;
mod marks;
mod members;
mod moderation;
mod names;
mod numbers;
mod others;
mod reach;
mod requests;
mod roles;
mod sanctions;
mod settings;
mod views;

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{
    LeaveReason, MediaId, MemberMark, Notify, PageSize, RequestNote, Role, RoomChange, RoomId, RoomName, Seq,
    Timestamp, UserId, UserRef,
};
use parlor_ports::{
    Added, Attended, AttendedPage, AttendedRoom, ChannelCursor, ChannelsPage, DirectOpened, Joined,
    MembersPage, NewRoom, RoomAct, RoomCreated, RoomCursor, RoomRefusal, RoomStore, RoomView, RoomsPage,
    StoreError,
};

use self::act::settle;
use super::super::{Backend, Conn};
use crate::code::Code;
use crate::id::Id;
use crate::schema::members as memberships;

pub(super) use self::act::find as find_room;
pub(super) use self::attended::attended_by;
pub(super) use self::brought::{direct as bring_direct, group as bring_group, number as number_brought};
pub(super) use self::called::end_lonely;
pub(super) use self::delete::erase;
pub(super) use self::direct::open_many as open_directs;
pub(super) use self::everyones::{hold as hold_everyones, welcome};
pub(super) use self::leave::depart;
pub(super) use self::requests::with_hosts;

#[async_trait]
impl RoomStore for Backend {
    async fn create(&self, new: NewRoom) -> Result<RoomCreated, StoreError> {
        self.write(move |tx| settle(create::create(tx, new), RoomCreated::Refused).boxed())
            .await
    }

    async fn open_direct(
        &self,
        actor: UserRef,
        peer: UserId,
        new_id: RoomId,
        at: Timestamp,
    ) -> Result<DirectOpened, StoreError> {
        self.write(move |tx| settle(direct::open(tx, actor, peer, new_id, at), DirectOpened::Refused).boxed())
            .await
    }

    async fn find_direct(&self, one: UserId, other: UserId) -> Result<Option<RoomId>, StoreError> {
        self.read(move |conn| direct::find(conn, one, other).boxed())
            .await
    }

    async fn find(&self, room: RoomId, viewer: UserId) -> Result<Option<RoomView>, StoreError> {
        self.snapshot(move |conn| views::find(conn, room, viewer).boxed())
            .await
    }

    async fn list(
        &self,
        user: UserId,
        after: Option<RoomCursor>,
        size: PageSize,
    ) -> Result<RoomsPage, StoreError> {
        self.snapshot(move |conn| views::list(conn, user, after, size).boxed())
            .await
    }

    async fn directory(
        &self,
        viewer: UserId,
        beginning: Option<String>,
        after: Option<ChannelCursor>,
        size: PageSize,
    ) -> Result<ChannelsPage, StoreError> {
        self.snapshot(move |conn| directory::list(conn, viewer, beginning, after, size).boxed())
            .await
    }

    async fn members(
        &self,
        room: RoomId,
        viewer: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Result<MembersPage, RoomRefusal>, StoreError> {
        self.snapshot(move |conn| members::list(conn, room, viewer, after, size).boxed())
            .await
    }

    async fn join(
        &self,
        room: RoomId,
        user: UserRef,
        note: Option<RequestNote>,
        at: Timestamp,
    ) -> Result<Joined, StoreError> {
        self.write(move |tx| settle(enter::join(tx, room, user, note, at), Joined::Refused).boxed())
            .await
    }

    async fn add(
        &self,
        room: RoomId,
        actor: UserRef,
        users: Vec<UserId>,
        at: Timestamp,
    ) -> Result<Added, StoreError> {
        self.write(move |tx| settle(enter::add(tx, room, actor, users, at), Added::Refused).boxed())
            .await
    }

    async fn remove(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        reason: LeaveReason,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        let act = self
            .write(move |tx| {
                settle(leave::remove(tx, room, actor, user, reason, at), RoomAct::Refused).boxed()
            })
            .await;
        self.erase_soon();
        act
    }

    async fn change_role(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        role: Role,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.write(move |tx| settle(roles::change(tx, room, actor, user, role, at), RoomAct::Refused).boxed())
            .await
    }

    async fn hand_over(
        &self,
        room: RoomId,
        actor: UserRef,
        to: UserId,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.write(move |tx| settle(roles::hand_over(tx, room, actor, to, at), RoomAct::Refused).boxed())
            .await
    }

    async fn update(
        &self,
        room: RoomId,
        actor: UserRef,
        change: RoomChange,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.write(move |tx| settle(settings::update(tx, room, actor, change, at), RoomAct::Refused).boxed())
            .await
    }

    async fn set_avatar(
        &self,
        room: RoomId,
        actor: UserRef,
        avatar: Option<MediaId>,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.write(move |tx| {
            settle(
                settings::set_avatar(tx, room, actor, avatar, at),
                RoomAct::Refused,
            )
            .boxed()
        })
        .await
    }

    async fn set_notify(
        &self,
        room: RoomId,
        actor: UserRef,
        notify: Notify,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.write(move |tx| {
            settle(
                settings::set_notify(tx, room, actor, notify, at),
                RoomAct::Refused,
            )
            .boxed()
        })
        .await
    }

    async fn attend(
        &self,
        room: RoomId,
        user: UserRef,
        attending: bool,
        at: Timestamp,
    ) -> Result<Attended, StoreError> {
        self.write(move |tx| attendance::attend(tx, room, user, attending, at).boxed())
            .await
    }

    async fn attended(&self, user: UserId, skip: u64, most: usize) -> Result<AttendedPage, StoreError> {
        self.snapshot(move |conn| attended::list(conn, user, skip, most).boxed())
            .await
    }

    async fn attended_numbers(&self, user: UserId) -> Result<Vec<(RoomId, i64)>, StoreError> {
        self.read(move |conn| attended::all_numbers(conn, user).boxed())
            .await
    }

    async fn attendance(&self, number: i64, user: UserId) -> Result<Option<(RoomId, bool)>, StoreError> {
        self.snapshot(move |conn| attended::attendance(conn, number, user).boxed())
            .await
    }

    async fn attended_room(&self, room: RoomId) -> Result<Option<AttendedRoom>, StoreError> {
        self.snapshot(move |conn| attended::find(conn, room).boxed())
            .await
    }

    async fn is_named(&self, name: &RoomName) -> Result<bool, StoreError> {
        let name = name.clone();
        self.read(move |conn| names::exists(conn, name).boxed()).await
    }

    async fn owns_any(&self, user: UserId) -> Result<bool, StoreError> {
        self.read(move |conn| owns_any(conn, user).boxed()).await
    }

    async fn delete(&self, room: RoomId, actor: UserRef, at: Timestamp) -> Result<RoomAct, StoreError> {
        let act = self
            .write(move |tx| settle(delete::delete(tx, room, actor, at), RoomAct::Refused).boxed())
            .await;
        self.erase_soon();
        act
    }

    async fn advance_marks(&self, marks: Vec<(RoomId, Vec<MemberMark>)>) -> Result<(), StoreError> {
        self.write(move |tx| marks::advance(tx, marks).boxed()).await
    }

    async fn id_of(&self, number: i64) -> Result<Option<RoomId>, StoreError> {
        self.read(move |conn| numbers::id_of(conn, number).boxed()).await
    }

    async fn numbers(&self, rooms: Vec<RoomId>) -> Result<Vec<(RoomId, i64)>, StoreError> {
        self.read(move |conn| numbers::of(conn, rooms).boxed()).await
    }

    async fn share_a_room(&self, one: UserId, other: UserId) -> Result<bool, StoreError> {
        self.read(move |conn| others::share(conn, one, other).boxed())
            .await
    }

    async fn sharing(&self, one: UserId, others: Vec<UserId>) -> Result<Vec<UserId>, StoreError> {
        self.snapshot(move |conn| others::sharing(conn, one, others).boxed())
            .await
    }

    async fn read_by_others(&self, room: RoomId, viewer: UserId) -> Result<Option<Seq>, StoreError> {
        self.snapshot(move |conn| others::have_read(conn, room, viewer).boxed())
            .await
    }
}

/// Whether somebody owns a room, which has him as a member.
async fn owns_any(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    let owned = memberships::table
        .filter(memberships::user_id.eq(Id::of(user)))
        .filter(memberships::role.eq(Role::Owner.code()));
    diesel::select(diesel::dsl::exists(owned)).get_result(conn).await
}
