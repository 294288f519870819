//! Broadcast lists, and what is sent to them.

use async_trait::async_trait;
use parlor_domain::{
    Broadcast, BroadcastId, BroadcastList, BroadcastListId, ClientId, ListName, MediaId, MessageBody,
    PageSize, Position, RoomId, Seq, Timestamp, UserId, UserRef,
};

use crate::StoreError;

/// Lists of recipients and what is sent to them, known to their owner alone, whose own stream tells of every change:
/// [`What::BroadcastListChanged`], [`What::BroadcastListDeleted`] and [`What::BroadcastMoved`].
///
/// A broadcast is sent batch by batch: [`BroadcastStore::prepare`] says to which direct rooms the next messages go, the caller
/// appends them under the broadcast's id as their client id, and [`BroadcastStore::settle`] writes down what became of them. If
/// that is interrupted anywhere, the same batch comes again, and what was appended is known by its client id: each recipient gets
/// it exactly once.
///
/// [`What::BroadcastListChanged`]: parlor_domain::What::BroadcastListChanged
/// [`What::BroadcastListDeleted`]: parlor_domain::What::BroadcastListDeleted
/// [`What::BroadcastMoved`]: parlor_domain::What::BroadcastMoved
#[async_trait]
pub trait BroadcastStore: Send + Sync {
    /// Makes a list.
    async fn create(&self, new: NewList) -> Result<ListPut, StoreError>;

    /// A list of the owner's.
    async fn find(&self, list: BroadcastListId, owner: UserId) -> Result<Option<BroadcastList>, StoreError>;

    /// The owner's lists, the oldest first.
    async fn lists(
        &self,
        owner: UserId,
        after: Option<BroadcastListId>,
        size: PageSize,
    ) -> Result<ListsPage, StoreError>;

    /// Calls a list something else; `None` if there is none.
    async fn rename(
        &self,
        list: BroadcastListId,
        owner: UserRef,
        name: ListName,
        at: Timestamp,
    ) -> Result<Option<BroadcastList>, StoreError>;

    /// Ends a list, with all that was sent to it: whoever waits for it gets nothing more. False if there is none. What of it is left
    /// in the database goes by [`BroadcastStore::erase`].
    async fn delete(&self, list: BroadcastListId, owner: UserRef, at: Timestamp) -> Result<bool, StoreError>;

    /// Adds recipients, all or none, at most `most` in all. Those who are in the list stay in it.
    async fn add(
        &self,
        list: BroadcastListId,
        owner: UserRef,
        people: Vec<UserId>,
        most: u32,
        at: Timestamp,
    ) -> Result<ListAct, StoreError>;

    /// Removes recipients, as far as they are in the list.
    async fn remove(
        &self,
        list: BroadcastListId,
        owner: UserRef,
        people: Vec<UserId>,
        at: Timestamp,
    ) -> Result<ListAct, StoreError>;

    /// The recipients of a list, in the order of their ids; `None` if there is no such list of the owner's.
    async fn recipients(
        &self,
        list: BroadcastListId,
        owner: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Option<RecipientsPage>, StoreError>;

    /// Writes down that a message is to be sent to all who are in a list now. Its media are kept as long as it is.
    async fn send(&self, new: NewBroadcast) -> Result<BroadcastPut, StoreError>;

    /// What [`BroadcastStore::send`] answers without sending anything, because the client id was used before for this list; `None` if
    /// it was not, or there is no such list of the sender's.
    async fn known(&self, new: &NewBroadcast) -> Result<Option<BroadcastPut>, StoreError>;

    /// A broadcast of the owner's, and how many of those to whom it was sent have it and have read it.
    async fn sent(&self, broadcast: BroadcastId, owner: UserId) -> Result<Option<BroadcastView>, StoreError>;

    /// What was sent to a list, the newest first, before the given one; `None` if there is no such list of the owner's. A page ends
    /// early after about 256 KiB of text.
    async fn history(
        &self,
        list: BroadcastListId,
        owner: UserId,
        before: Option<BroadcastId>,
        size: PageSize,
    ) -> Result<Option<BroadcastsPage>, StoreError>;

    /// Those of these broadcasts of the owner's that all to whom they were sent have read, as far as they let him know; none if he is in
    /// private mode. In no order.
    async fn read_by_all(
        &self,
        broadcasts: Vec<BroadcastId>,
        owner: UserId,
    ) -> Result<Vec<BroadcastId>, StoreError>;

    /// What became of a broadcast, recipient by recipient, in the order of their ids; `None` if there is no such broadcast of the
    /// owner's.
    async fn fates(
        &self,
        broadcast: BroadcastId,
        owner: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Option<FatesPage>, StoreError>;

    /// The next messages to be sent, at most 50, of the broadcast that waits longest, with their direct rooms, which are opened by
    /// the rules of [`RoomStore::open_direct`](crate::RoomStore::open_direct) where there are none. `None` if nothing is to be sent.
    /// Broadcasts of senders whose accounts are locked wait.
    async fn prepare(&self, now: Timestamp) -> Result<Option<Batch>, StoreError>;

    /// Writes down what became of a batch, for each of its recipients in their order, and tells the sender how far the
    /// broadcast has come. A batch that was settled before changes nothing.
    async fn settle(&self, batch: &Batch, fates: Vec<Fate>, at: Timestamp) -> Result<(), StoreError>;

    /// Erases some of what belongs to lists that were deleted, and of broadcasts that ended before `until`. Says whether there may be
    /// more.
    async fn erase(&self, until: Timestamp) -> Result<bool, StoreError>;
}

/// A list to be made, without recipients.
#[derive(Debug, Clone)]
pub struct NewList {
    /// Its id.
    pub id: BroadcastListId,
    /// Whose.
    pub owner: UserRef,
    /// What the owner calls it.
    pub name: ListName,
    /// How many lists the owner may have.
    pub most: u32,
    /// When.
    pub at: Timestamp,
}

/// What became of a wish for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListPut {
    /// Made.
    Done(BroadcastList),
    /// The owner has as many as one may have.
    TooMany,
    /// The owner's account cannot be used.
    NoOwner,
}

/// What became of a wish to change who is in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListAct {
    /// The list as it is now.
    Done(BroadcastList),
    /// There is no such list of the owner's.
    NoList,
    /// No such account, or it cannot be used.
    NoUser(UserId),
    /// The list has no place left for as many.
    Full,
}

/// Some of somebody's lists as they were at one moment.
#[derive(Debug, Clone)]
pub struct ListsPage {
    /// The lists.
    pub lists: Vec<BroadcastList>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<BroadcastListId>,
    /// The position of the owner's own stream at that moment.
    pub as_of: Position,
}

/// Some of the recipients of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientsPage {
    /// Who.
    pub recipients: Vec<UserRef>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
    /// The position of the owner's own stream at that moment.
    pub as_of: Position,
}

/// A broadcast to be sent.
#[derive(Debug, Clone)]
pub struct NewBroadcast {
    /// Its id.
    pub id: BroadcastId,
    /// To which list.
    pub list: BroadcastListId,
    /// Who sends it.
    pub sender: UserRef,
    /// What the sender's client calls it, so that a repeated request sends once.
    pub client_id: ClientId,
    /// The text, which may be empty beside media.
    pub body: MessageBody,
    /// What it shows besides, uploaded by the sender.
    pub media: Vec<MediaId>,
    /// When.
    pub at: Timestamp,
}

/// What became of a wish to send something to a list.
#[derive(Debug, Clone)]
pub enum BroadcastPut {
    /// It is sent from now on.
    New(Broadcast),
    /// It was sent to this list earlier under the same client id.
    Known(Broadcast),
    /// Not sent.
    Refused(BroadcastRefusal),
}

/// Why nothing is sent to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BroadcastRefusal {
    /// There is no such list of the sender's.
    NoList,
    /// There is nobody in it.
    Empty,
    /// The sender has not uploaded the media, or it is forgotten by now.
    NoMedia,
    /// The client id was used before for something else.
    Conflict,
}

/// A broadcast, and what became of it at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroadcastView {
    /// The broadcast.
    pub broadcast: Broadcast,
    /// How many have it.
    pub delivered: u32,
    /// How many have read it.
    pub read: u32,
}

/// Some of what was sent to a list.
#[derive(Debug, Clone)]
pub struct BroadcastsPage {
    /// The broadcasts.
    pub broadcasts: Vec<Broadcast>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<BroadcastId>,
    /// The position of the owner's own stream at that moment.
    pub as_of: Position,
}

/// What became of a broadcast for some of its recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FatesPage {
    /// Who, and what became of it.
    pub recipients: Vec<Recipient>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
}

/// A recipient of a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub user: UserRef,
    /// What became of it; `None` if it is still to be sent.
    pub fate: Option<Fate>,
    /// Whether he has it.
    pub delivered: bool,
    /// Whether he has read it.
    pub read: bool,
}

/// What became of a broadcast for one of its recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was sent.
    Sent {
        /// Into which direct room.
        room: RoomId,
        /// As which message.
        seq: Seq,
    },
    /// It could not be sent.
    Skipped(Skip),
}

/// Why somebody was passed over: no more than a direct message to him would have been refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Skip {
    /// His account is gone, or it cannot be used.
    NoUser,
    /// The sender has blocked him.
    Blocked,
    /// He has blocked the sender, or is reached by contacts only, of whom the sender is none.
    NotAContact,
    /// He or the sender has as many rooms as one may have.
    TooManyRooms,
    /// The message itself was refused.
    Refused,
}

/// The next messages of a broadcast.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Which.
    pub broadcast: BroadcastId,
    /// Who sends it.
    pub sender: UserRef,
    /// The text.
    pub body: MessageBody,
    /// What it shows besides.
    pub media: Vec<MediaId>,
    /// After whom the batch begins.
    pub after: UserId,
    /// To whom the messages go: the direct room, or why there is none.
    pub recipients: Vec<(UserId, Result<RoomId, Skip>)>,
}
