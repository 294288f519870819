//! The stable keys of dialects, and what they call rooms and broadcast lists.

use async_trait::async_trait;
use parlor_domain::{
    Account, BroadcastListId, DeviceName, Dialect, RoomId, Session, SessionId, Timestamp, UserRef,
};

use crate::StoreError;

/// The sessions for which the stable keys of dialects stand. A key is the same at every log in as long as its session lives; it
/// follows from the user's number and a counter, and is kept nowhere.
///
/// Such a session is one like others, but for having no refresh token: it is listed, ends and takes a place as they do, and with it
/// ends what its key is good for. No counter comes again, however long ago its session ended.
///
/// Dialects may have names of their own for rooms and broadcast lists, which end with them: each dialect gives a name once, be it to a
/// room or to a list, and each of these one name.
#[async_trait]
pub trait DialectStore: Send + Sync {
    /// The live session of the user's key in this dialect, used now and kept alive until then: never moved back. If there is none it
    /// is opened, under a counter one higher than the last, which begins at 0; beyond `most` sessions of the user the one that was
    /// unused longest ends. Whether the account can be used is for the caller to check.
    async fn open_key(&self, new: NewKeySession, most: usize) -> Result<KeySession, StoreError>;

    /// The live session of the key that the user with this number has in this dialect; `None` if there is none, or the account is
    /// disabled.
    async fn find_key(
        &self,
        dialect: Dialect,
        user_number: i64,
        now: Timestamp,
    ) -> Result<Option<KeySession>, StoreError>;

    /// Ends some of the groups of this owner that have a name in this dialect and in which nobody else is, the oldest first, as long as
    /// there are more than `keep` of them.
    async fn end_lonely(
        &self,
        dialect: Dialect,
        owner: UserRef,
        keep: usize,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Names a room in a dialect, for good; false if the name or the room is taken there, or there is no such room.
    async fn name_room(&self, dialect: Dialect, name: &str, room: RoomId) -> Result<bool, StoreError>;

    /// The room with this name in a dialect, whoever asks.
    async fn room_named(&self, dialect: Dialect, name: &str) -> Result<Option<RoomId>, StoreError>;

    /// Names rooms in a dialect, for good, as [`Self::name_room`] does: about 100 at a time, since others wait for it. Those that cannot
    /// be named so stay as they are.
    async fn name_rooms(&self, dialect: Dialect, named: Vec<(RoomId, String)>) -> Result<(), StoreError>;

    /// What a dialect calls a room.
    async fn name_of(&self, dialect: Dialect, room: RoomId) -> Result<Option<String>, StoreError>;

    /// What a dialect calls these rooms. Those without a name are passed over.
    async fn names_of(
        &self,
        dialect: Dialect,
        rooms: Vec<RoomId>,
    ) -> Result<Vec<(RoomId, String)>, StoreError>;

    /// Names a broadcast list in a dialect, for good, and gives it a number there that no room has or will have; false if the name or
    /// the list is taken there, or there is no such list.
    async fn name_list(
        &self,
        dialect: Dialect,
        name: &str,
        list: BroadcastListId,
    ) -> Result<bool, StoreError>;

    /// The broadcast list with this name in a dialect, whoever asks.
    async fn list_named(&self, dialect: Dialect, name: &str) -> Result<Option<BroadcastListId>, StoreError>;

    /// The broadcast list with this number in a dialect, whoever asks.
    async fn list_numbered(
        &self,
        dialect: Dialect,
        number: i64,
    ) -> Result<Option<BroadcastListId>, StoreError>;

    /// What a dialect calls a broadcast list, and its number there.
    async fn name_of_list(
        &self,
        dialect: Dialect,
        list: BroadcastListId,
    ) -> Result<Option<(String, i64)>, StoreError>;
}

/// A log in that is answered with a stable key.
#[derive(Debug, Clone)]
pub struct NewKeySession {
    /// Where.
    pub dialect: Dialect,
    /// The id of the session, if one is opened.
    pub session: SessionId,
    /// Whose.
    pub user: UserRef,
    /// What the device calls itself.
    pub device: DeviceName,
    /// Where it comes from.
    pub address: Option<Box<str>>,
    /// When.
    pub at: Timestamp,
    /// Until when the session lives from now on.
    pub expires_at: Timestamp,
}

/// What a stable key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySession {
    /// How many keys of the user went before it in its dialect.
    pub counter: u32,
    /// Its session.
    pub session: Session,
    /// Whose it is.
    pub account: Account,
}
