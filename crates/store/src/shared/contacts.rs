//! Whom people know, who asks to be known, and whom they do not want to hear of.

mod adding;
mod asking;
mod blocking;
mod depart;
mod lists;
mod near;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{AccountStatus, PageSize, RoomId, Timestamp, UserId, UserRef};
use parlor_ports::{
    Accepted, Bar, BlockPut, BlocksPage, ContactPut, ContactStore, ContactsPage, Direction, NewContact,
    NewRequest, Requested, RequestsPage, StoreError,
};

use super::super::Backend;
use super::Tx;
use crate::code::Code;
use crate::id::Id;
use crate::schema::users;

pub(super) use self::depart::{depart, others};
pub(super) use self::near::{blocked_by, blockers, whose_contact};

#[async_trait]
impl ContactStore for Backend {
    async fn put(&self, new: NewContact) -> Result<ContactPut, StoreError> {
        self.write(move |tx| adding::put(tx, new).boxed()).await
    }

    async fn remove(&self, owner: UserRef, contact: UserId, at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| adding::remove(tx, owner, contact, at).boxed())
            .await
    }

    async fn contacts(
        &self,
        owner: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<ContactsPage, StoreError> {
        self.snapshot(move |conn| lists::contacts(conn, owner, after, size).boxed())
            .await
    }

    async fn request(&self, new: NewRequest) -> Result<Requested, StoreError> {
        self.write(move |tx| asking::request(tx, new).boxed()).await
    }

    async fn accept(
        &self,
        owner: UserRef,
        from: UserId,
        most: u32,
        at: Timestamp,
    ) -> Result<Accepted, StoreError> {
        self.write(move |tx| asking::accept(tx, owner, from, most, at).boxed())
            .await
    }

    async fn decline(&self, owner: UserRef, from: UserId, at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| asking::decline(tx, owner, from, at).boxed())
            .await
    }

    async fn withdraw(&self, from: UserRef, to: UserId, at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| asking::withdraw(tx, from, to, at).boxed())
            .await
    }

    async fn requests(
        &self,
        owner: UserId,
        direction: Direction,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<RequestsPage, StoreError> {
        self.snapshot(move |conn| lists::requests(conn, owner, direction, after, size).boxed())
            .await
    }

    async fn block(
        &self,
        owner: UserRef,
        user: UserId,
        most: u32,
        at: Timestamp,
    ) -> Result<BlockPut, StoreError> {
        loop {
            let put = self
                .write(move |tx| blocking::block(tx, owner, user, most, at).boxed())
                .await?;
            if let Some(put) = put {
                return Ok(put);
            }
        }
    }

    async fn unblock(&self, owner: UserRef, user: UserId, at: Timestamp) -> Result<bool, StoreError> {
        loop {
            let ended = self
                .write(move |tx| blocking::unblock(tx, owner, user, at).boxed())
                .await?;
            if let Some(ended) = ended {
                return Ok(ended);
            }
        }
    }

    async fn blocks(
        &self,
        owner: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<BlocksPage, StoreError> {
        self.snapshot(move |conn| lists::blocks(conn, owner, after, size).boxed())
            .await
    }

    async fn blocked(&self, one: UserId, other: UserId) -> Result<bool, StoreError> {
        self.read(move |conn| near::between(conn, one, other).boxed())
            .await
    }

    async fn blocked_among(&self, one: UserId, others: Vec<UserId>) -> Result<Vec<UserId>, StoreError> {
        self.snapshot(move |conn| near::among(conn, one, others).boxed())
            .await
    }

    async fn barred(&self, room: RoomId, user: UserId) -> Result<Option<Bar>, StoreError> {
        self.read(move |conn| blocking::barred(conn, room, user).boxed())
            .await
    }

    async fn forget_declined(&self, until: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| asking::forget_declined(tx, until).boxed())
            .await
    }
}

/// Two people of whom the first wants something of the second, whose account can be used; `None` if there is no such account.
async fn pair(tx: &mut Tx<'_>, actor: UserRef, other: UserId) -> QueryResult<Option<UserRef>> {
    let usable = |account: &(UserRef, AccountStatus)| account.1 == AccountStatus::Active;
    let there = account(tx, actor.id)
        .await?
        .is_some_and(|account| usable(&account));
    let other = account(tx, other).await?.filter(usable);
    Ok(other.filter(|_| there).map(|(user, _)| user))
}

/// Somebody whose account may be locked or deleted by now.
async fn reference(tx: &mut Tx<'_>, user: UserId) -> QueryResult<Option<UserRef>> {
    Ok(account(tx, user).await?.map(|(user, _)| user))
}

async fn account(tx: &mut Tx<'_>, id: UserId) -> QueryResult<Option<(UserRef, AccountStatus)>> {
    let found: Option<(i64, i16)> = users::table
        .filter(users::id.eq(Id::of(id)))
        .select((users::number, users::status))
        .first(tx.conn)
        .await
        .optional()?;
    found
        .map(|(number, status)| Ok((UserRef { id, number }, AccountStatus::decode(status)?)))
        .transpose()
}

/// Whether a list of so many has no place left.
fn is_full(count: i64, most: u32) -> bool {
    count >= i64::from(most)
}
