//! A real store of rooms that can be told to fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use parlor_domain::{
    LeaveReason, MediaId, MemberMark, Notify, PageSize, RequestNote, Role, RoomChange, RoomId, RoomName, Seq,
    Timestamp, UserId, UserRef,
};
use parlor_ports::{
    Added, Attended, AttendedPage, AttendedRoom, ChannelCursor, ChannelsPage, DirectOpened, Joined,
    MembersPage, NewRoom, RoomAct, RoomCreated, RoomCursor, RoomRefusal, RoomStore, RoomView, RoomsPage,
    StoreError,
};

/// Passes everything on; while it is broken, marks cannot be written.
pub(crate) struct Faulty {
    rooms: Arc<dyn RoomStore>,
    broken: AtomicBool,
    writes: AtomicUsize,
}

impl Faulty {
    pub(crate) fn new(rooms: Arc<dyn RoomStore>) -> Self {
        Self {
            rooms,
            broken: AtomicBool::new(false),
            writes: AtomicUsize::new(0),
        }
    }

    pub(crate) fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    /// How often marks were to be written.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl RoomStore for Faulty {
    async fn advance_marks(&self, marks: Vec<(RoomId, Vec<MemberMark>)>) -> Result<(), StoreError> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        self.rooms.advance_marks(marks).await
    }

    async fn create(&self, new: NewRoom) -> Result<RoomCreated, StoreError> {
        self.rooms.create(new).await
    }

    async fn open_direct(
        &self,
        actor: UserRef,
        peer: UserId,
        new_id: RoomId,
        at: Timestamp,
    ) -> Result<DirectOpened, StoreError> {
        self.rooms.open_direct(actor, peer, new_id, at).await
    }

    async fn directory(
        &self,
        viewer: UserId,
        beginning: Option<String>,
        after: Option<ChannelCursor>,
        size: PageSize,
    ) -> Result<ChannelsPage, StoreError> {
        self.rooms.directory(viewer, beginning, after, size).await
    }

    async fn find(&self, room: RoomId, viewer: UserId) -> Result<Option<RoomView>, StoreError> {
        self.rooms.find(room, viewer).await
    }

    async fn list(
        &self,
        user: UserId,
        after: Option<RoomCursor>,
        size: PageSize,
    ) -> Result<RoomsPage, StoreError> {
        self.rooms.list(user, after, size).await
    }

    async fn members(
        &self,
        room: RoomId,
        viewer: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Result<MembersPage, RoomRefusal>, StoreError> {
        self.rooms.members(room, viewer, after, size).await
    }

    async fn join(
        &self,
        room: RoomId,
        user: UserRef,
        note: Option<RequestNote>,
        at: Timestamp,
    ) -> Result<Joined, StoreError> {
        self.rooms.join(room, user, note, at).await
    }

    async fn set_avatar(
        &self,
        room: RoomId,
        actor: UserRef,
        avatar: Option<MediaId>,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.rooms.set_avatar(room, actor, avatar, at).await
    }

    async fn set_notify(
        &self,
        room: RoomId,
        actor: UserRef,
        notify: Notify,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.rooms.set_notify(room, actor, notify, at).await
    }

    async fn add(
        &self,
        room: RoomId,
        actor: UserRef,
        users: Vec<UserId>,
        at: Timestamp,
    ) -> Result<Added, StoreError> {
        self.rooms.add(room, actor, users, at).await
    }

    async fn remove(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        reason: LeaveReason,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.rooms.remove(room, actor, user, reason, at).await
    }

    async fn change_role(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        role: Role,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.rooms.change_role(room, actor, user, role, at).await
    }

    async fn hand_over(
        &self,
        room: RoomId,
        actor: UserRef,
        to: UserId,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.rooms.hand_over(room, actor, to, at).await
    }

    async fn update(
        &self,
        room: RoomId,
        actor: UserRef,
        change: RoomChange,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.rooms.update(room, actor, change, at).await
    }

    async fn attend(
        &self,
        room: RoomId,
        user: UserRef,
        attending: bool,
        at: Timestamp,
    ) -> Result<Attended, StoreError> {
        self.rooms.attend(room, user, attending, at).await
    }

    async fn attended(&self, user: UserId, skip: u64, most: usize) -> Result<AttendedPage, StoreError> {
        self.rooms.attended(user, skip, most).await
    }

    async fn attended_numbers(&self, user: UserId) -> Result<Vec<(RoomId, i64)>, StoreError> {
        self.rooms.attended_numbers(user).await
    }

    async fn attendance(&self, number: i64, user: UserId) -> Result<Option<(RoomId, bool)>, StoreError> {
        self.rooms.attendance(number, user).await
    }

    async fn attended_room(&self, room: RoomId) -> Result<Option<AttendedRoom>, StoreError> {
        self.rooms.attended_room(room).await
    }

    async fn is_named(&self, name: &RoomName) -> Result<bool, StoreError> {
        self.rooms.is_named(name).await
    }

    async fn owns_any(&self, user: UserId) -> Result<bool, StoreError> {
        self.rooms.owns_any(user).await
    }

    async fn delete(&self, room: RoomId, actor: UserRef, at: Timestamp) -> Result<RoomAct, StoreError> {
        self.rooms.delete(room, actor, at).await
    }

    async fn find_direct(&self, one: UserId, other: UserId) -> Result<Option<RoomId>, StoreError> {
        self.rooms.find_direct(one, other).await
    }

    async fn id_of(&self, number: i64) -> Result<Option<RoomId>, StoreError> {
        self.rooms.id_of(number).await
    }

    async fn numbers(&self, rooms: Vec<RoomId>) -> Result<Vec<(RoomId, i64)>, StoreError> {
        self.rooms.numbers(rooms).await
    }

    async fn share_a_room(&self, one: UserId, other: UserId) -> Result<bool, StoreError> {
        self.rooms.share_a_room(one, other).await
    }

    async fn sharing(&self, one: UserId, others: Vec<UserId>) -> Result<Vec<UserId>, StoreError> {
        self.rooms.sharing(one, others).await
    }

    async fn read_by_others(&self, room: RoomId, viewer: UserId) -> Result<Option<Seq>, StoreError> {
        self.rooms.read_by_others(room, viewer).await
    }
}
