//! Whose an e-mail address is. Many can say that it is theirs; one can have proved it. Until then one of them can claim it, and log
//! in by it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Email, Timestamp, UserId};

use super::super::super::Conn;
use super::super::Tx;
use crate::id::Id;
use crate::schema::{claimed_addresses, users};

/// An address that somebody proves to be his, or claims. Until the end of the transaction nobody else proves or claims that it is
/// his, and those who only say so keep still.
pub(in super::super) struct Address<'a> {
    email: &'a Email,
    key: String,
    /// Those who only say that it is theirs.
    hopeful: Vec<Id>,
}

impl<'a> Address<'a> {
    /// Takes hold of an address, and of the streams of these people.
    pub(in super::super) async fn hold(
        tx: &mut Tx<'_>,
        email: &'a Email,
        people: &[UserId],
    ) -> QueryResult<Self> {
        let key = email.key();
        let hopeful: Vec<Id> = users::table
            .filter(users::unproved_key.eq(&key))
            .select(users::id)
            .load(tx.conn)
            .await?;
        tx.lock(people.iter().map(|user| Id::of(*user)).chain(hopeful.clone()))
            .await?;
        tx.claim(&format!("address {key}")).await?;
        Ok(Self { email, key, hopeful })
    }

    /// Whether somebody else has proved that it is his.
    pub(in super::super) async fn is_taken(&self, tx: &mut Tx<'_>, user: UserId) -> QueryResult<bool> {
        let owner: Option<Id> = users::table
            .filter(users::email_key.eq(&self.key))
            .select(users::id)
            .first(tx.conn)
            .await
            .optional()?;
        Ok(owner.is_some_and(|owner| owner != Id::of(user)))
    }

    /// Whether somebody else claims it.
    pub(super) async fn is_claimed(&self, tx: &mut Tx<'_>, user: UserId) -> QueryResult<bool> {
        let owner = claimant(tx.conn, &self.key).await?;
        Ok(owner.is_some_and(|owner| owner != Id::of(user)))
    }

    /// Claims it for this person, as nobody else has done.
    pub(super) async fn claim(&self, tx: &mut Tx<'_>, user: UserId) -> QueryResult<()> {
        diesel::insert_into(claimed_addresses::table)
            .values((
                claimed_addresses::email_key.eq(&self.key),
                claimed_addresses::user_id.eq(Id::of(user)),
            ))
            .execute(tx.conn)
            .await?;
        Ok(())
    }

    /// Whether somebody else has proved that it is his, or claims it.
    pub(in super::super) async fn belongs_to_another(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
    ) -> QueryResult<bool> {
        Ok(self.is_taken(tx, user).await? || self.is_claimed(tx, user).await?)
    }

    /// Makes it this person's, who has not proved it and so claims it, in the place of the one that he had; it is nobody else's.
    pub(in super::super) async fn claim_instead(self, tx: &mut Tx<'_>, user: UserId) -> QueryResult<()> {
        let owner = Id::of(user);
        diesel::update(users::table.find(owner))
            .set((
                users::email.eq(self.email.as_str()),
                users::email_key.eq(None::<String>),
                users::email_verified_at.eq(None::<i64>),
                users::unproved_key.eq(&self.key),
            ))
            .execute(tx.conn)
            .await?;
        diesel::delete(claimed_addresses::table.filter(claimed_addresses::user_id.eq(owner)))
            .execute(tx.conn)
            .await?;
        self.claim(tx, user).await
    }

    /// Makes it this person's, and takes it from those who only said that it was theirs. If he claims an address, it is this one from
    /// now on.
    pub(in super::super) async fn give(
        self,
        tx: &mut Tx<'_>,
        user: UserId,
        at: Timestamp,
    ) -> QueryResult<()> {
        let owner = Id::of(user);
        self.move_claim(tx, owner).await?;
        // In one order, like all who change several accounts, so that nobody waits in a circle.
        let mut people = self.hopeful;
        people.push(owner);
        people.sort_unstable();
        people.dedup();
        for person in people {
            if person == owner {
                diesel::update(users::table.find(owner))
                    .set((
                        users::email.eq(self.email.as_str()),
                        users::email_key.eq(&self.key),
                        users::email_verified_at.eq(at.micros()),
                        users::unproved_key.eq(None::<String>),
                    ))
                    .execute(tx.conn)
                    .await?;
            } else {
                diesel::update(users::table.find(person))
                    .filter(users::unproved_key.eq(&self.key))
                    .set((
                        users::email.eq(None::<String>),
                        users::unproved_key.eq(None::<String>),
                        users::epoch.eq(users::epoch + 1),
                    ))
                    .execute(tx.conn)
                    .await?;
            }
        }
        Ok(())
    }

    /// Lets nobody else claim it, and its owner claim no other.
    async fn move_claim(&self, tx: &mut Tx<'_>, owner: Id) -> QueryResult<()> {
        diesel::delete(claimed_addresses::table.find(&self.key))
            .filter(claimed_addresses::user_id.ne(owner))
            .execute(tx.conn)
            .await?;
        diesel::update(claimed_addresses::table.filter(claimed_addresses::user_id.eq(owner)))
            .set(claimed_addresses::email_key.eq(&self.key))
            .execute(tx.conn)
            .await?;
        Ok(())
    }
}

/// Who has verified the address with this key, else who claims it.
pub(super) async fn holder(conn: &mut Conn, key: &str) -> QueryResult<Option<Id>> {
    let owner: Option<Id> = users::table
        .filter(users::email_key.eq(key))
        .select(users::id)
        .first(conn)
        .await
        .optional()?;
    match owner {
        Some(owner) => Ok(Some(owner)),
        None => claimant(conn, key).await,
    }
}

/// Who claims it.
async fn claimant(conn: &mut Conn, key: &str) -> QueryResult<Option<Id>> {
    claimed_addresses::table
        .find(key)
        .select(claimed_addresses::user_id)
        .first(conn)
        .await
        .optional()
}
