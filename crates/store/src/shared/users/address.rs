//! Whose an e-mail address is. Many can say that it is theirs; one can have proved it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Email, Timestamp, UserId};

use super::super::Tx;
use crate::id::Id;
use crate::schema::users;

/// An address that somebody proves to be his. Until the end of the transaction nobody else proves that it is his, and
/// those who only say so keep still.
pub(in super::super) struct Address<'a> {
    email: &'a Email,
    key: String,
    claimants: Vec<Id>,
}

impl<'a> Address<'a> {
    /// Takes hold of an address, and of the streams of these people.
    pub(in super::super) async fn hold(
        tx: &mut Tx<'_>,
        email: &'a Email,
        people: &[UserId],
    ) -> QueryResult<Self> {
        let key = email.key();
        let claimants: Vec<Id> = users::table
            .filter(users::unproved_key.eq(&key))
            .select(users::id)
            .load(tx.conn)
            .await?;
        tx.lock(people.iter().map(|user| Id::of(*user)).chain(claimants.clone()))
            .await?;
        tx.claim(&format!("address {key}")).await?;
        Ok(Self {
            email,
            key,
            claimants,
        })
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

    /// Makes it this person's, and takes it from those who only said that it was theirs.
    pub(in super::super) async fn give(
        self,
        tx: &mut Tx<'_>,
        user: UserId,
        at: Timestamp,
    ) -> QueryResult<()> {
        let owner = Id::of(user);
        // In one order, like all who change several accounts, so that nobody waits in a circle.
        let mut people = self.claimants;
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
}
