//! Whom people know, who asks to be known, and whom they do not want to hear of.

use async_trait::async_trait;
use parlor_domain::{
    Account, DisplayName, PageSize, Position, RequestNote, RoomId, Timestamp, UserId, UserRef,
};

use crate::StoreError;

/// Contacts, requests to become one, and blocks. Whatever changes is told in the same transaction in the own streams of those
/// whose lists it changes, and of nobody else.
#[async_trait]
pub trait ContactStore: Send + Sync {
    /// Adds somebody to a list, or gives him another name in it. If he has asked for it, that accepts his request.
    async fn put(&self, new: NewContact) -> Result<ContactPut, StoreError>;

    /// Takes somebody off a list; false if he is not in it.
    async fn remove(&self, owner: UserRef, contact: UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// Whom somebody has added, in the order of their ids.
    async fn contacts(
        &self,
        owner: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<ContactsPage, StoreError>;

    /// Asks somebody to become a contact, once until it has ended; if he has asked as well, both are contacts of each other.
    ///
    /// Who is blocked, or was declined since `declined_since`, gets the same answer as everybody, but nobody is told.
    async fn request(&self, new: NewRequest) -> Result<Requested, StoreError>;

    /// Makes contacts of each other of somebody and who has asked him. Only the one who accepts is kept from it by the number of
    /// his contacts: to a full list of the other nothing is added.
    async fn accept(
        &self,
        owner: UserRef,
        from: UserId,
        most: u32,
        at: Timestamp,
    ) -> Result<Accepted, StoreError>;

    /// Declines a request, of which who has made it learns nothing; false if there is none.
    async fn decline(&self, owner: UserRef, from: UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// Takes back a request, as far as who has made it knows that it waits; false if there is none.
    async fn withdraw(&self, from: UserRef, to: UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// The requests that wait for somebody's answer, or of somebody who waits for theirs, in the order of the others' ids.
    async fn requests(
        &self,
        owner: UserId,
        direction: Direction,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<RequestsPage, StoreError>;

    /// Blocks somebody: ends the requests between the two, and keeps both from writing in their direct room. Whatever of them is
    /// committed later is refused.
    async fn block(
        &self,
        owner: UserRef,
        user: UserId,
        most: u32,
        at: Timestamp,
    ) -> Result<BlockPut, StoreError>;

    /// Ends a block; false if there is none.
    async fn unblock(&self, owner: UserRef, user: UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// Whom somebody has blocked, in the order of their ids.
    async fn blocks(
        &self,
        owner: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<BlocksPage, StoreError>;

    /// Whether one of two people has blocked the other.
    async fn blocked(&self, one: UserId, other: UserId) -> Result<bool, StoreError>;

    /// Those of these people between whom and somebody there is a block, in no order.
    async fn blocked_among(&self, one: UserId, others: Vec<UserId>) -> Result<Vec<UserId>, StoreError>;

    /// Whether somebody is kept from being heard in a room, otherwise than by a message, and by what; `None` if he is not.
    async fn barred(&self, room: RoomId, user: UserId) -> Result<Option<Bar>, StoreError>;

    /// Forgets some of the requests that were declined by then and taken back; false if there are no more.
    async fn forget_declined(&self, until: Timestamp) -> Result<bool, StoreError>;
}

/// Somebody who is to be added to a list.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Whose list.
    pub owner: UserRef,
    /// Whom.
    pub contact: UserId,
    /// What the owner calls him.
    pub name: Option<DisplayName>,
    /// How many the list may have.
    pub most: u32,
    /// When.
    pub at: Timestamp,
}

/// What became of a wish to add somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactPut {
    /// In the list now.
    New,
    /// Was in the list before.
    Known,
    /// Not in the list.
    Refused(ContactRefusal),
}

/// Why somebody cannot be added, asked or blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactRefusal {
    /// No such account, or it cannot be used.
    NoUser,
    /// Whoever wants it has blocked this person.
    Blocked,
    /// The list is full.
    Full,
}

/// Somebody in a list of contacts.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Who.
    pub account: Account,
    /// What the owner of the list calls him.
    pub name: Option<DisplayName>,
    /// Since when.
    pub added_at: Timestamp,
}

/// Some of somebody's contacts as they were at one moment.
#[derive(Debug, Clone)]
pub struct ContactsPage {
    /// The contacts.
    pub contacts: Vec<Contact>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
    /// The position of the owner's own stream at that moment.
    pub as_of: Position,
}

/// A request to be made.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Who asks.
    pub from: UserRef,
    /// Who is asked.
    pub to: UserId,
    /// What is said to it.
    pub note: Option<RequestNote>,
    /// How many requests may wait of one who asks.
    pub most: u32,
    /// How many contacts one may have.
    pub most_contacts: u32,
    /// Whoever was declined since then cannot ask again.
    pub declined_since: Timestamp,
    /// When.
    pub at: Timestamp,
}

/// What became of a wish to ask somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    /// It waits now.
    New,
    /// It has waited before, with the note that it had.
    Known,
    /// The other one had asked as well: both are contacts of each other.
    Accepted,
    /// Not asked.
    Refused(ContactRefusal),
}

/// What became of a wish to accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Both are contacts of each other.
    Done,
    /// There is no such request.
    NoRequest,
    /// Whoever wants to accept has as many contacts as one may have.
    Full,
}

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Those of others, which wait for one's answer.
    Incoming,
    /// One's own.
    Outgoing,
}

/// A request that waits.
#[derive(Debug, Clone)]
pub struct Request {
    /// The other one.
    pub account: Account,
    /// What was said to it.
    pub note: Option<RequestNote>,
    /// Since when.
    pub at: Timestamp,
}

/// Some of somebody's requests as they were at one moment.
#[derive(Debug, Clone)]
pub struct RequestsPage {
    /// The requests.
    pub requests: Vec<Request>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
    /// The position of the owner's own stream at that moment.
    pub as_of: Position,
}

/// What became of a wish to block somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockPut {
    /// Blocked now.
    New,
    /// Was blocked before.
    Known,
    /// Not blocked.
    Refused(ContactRefusal),
}

/// Somebody who is blocked.
#[derive(Debug, Clone)]
pub struct Block {
    /// Who.
    pub account: Account,
    /// Since when.
    pub at: Timestamp,
}

/// Some of those whom somebody has blocked as they were at one moment.
#[derive(Debug, Clone)]
pub struct BlocksPage {
    /// Who is blocked.
    pub blocks: Vec<Block>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
    /// The position of the owner's own stream at that moment.
    pub as_of: Position,
}

/// What keeps somebody from being heard in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// He himself, who has blocked the other one.
    Own,
    /// The other one, who has blocked him.
    Others,
    /// The room, a channel: nobody is seen there.
    Unseen,
}
