//! Who may begin a conversation with whom.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Reach, UserId, UserRef};
use parlor_ports::RoomRefusal;

use super::super::Tx;
use super::super::contacts::{blocked_by, blockers, whose_contact};
use super::act::Act;
use crate::code::Code;
use crate::id::Id;
use crate::schema::users;

/// Refuses if one of these people is not to be brought into a room by the actor: a block is between the two, or the other is
/// reached by contacts only. The streams of all of them must be locked.
pub(super) async fn reaches(tx: &mut Tx<'_>, actor: UserRef, people: &[UserRef]) -> Act<()> {
    let others: Vec<UserId> = people
        .iter()
        .map(|user| user.id)
        .filter(|user| *user != actor.id)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let own = blocked_by(tx.conn, actor.id, &others).await?;
    let theirs = blockers(tx.conn, actor.id, &others).await?;
    let reserved = reserved(tx, &others).await?;
    let contact = if reserved.is_empty() {
        Default::default()
    } else {
        whose_contact(tx.conn, actor.id, &reserved).await?
    };
    for user in others {
        let id = Id::of(user);
        if own.contains(&id) {
            return Err(RoomRefusal::Blocked(user).into());
        }
        if theirs.contains(&id) || reserved.contains(&user) && !contact.contains(&id) {
            return Err(RoomRefusal::NotAContact(user).into());
        }
    }
    Ok(())
}

/// Of these people, those who are reached by contacts only.
async fn reserved(tx: &mut Tx<'_>, people: &[UserId]) -> QueryResult<Vec<UserId>> {
    let ids: Vec<Id> = people.iter().copied().map(Id::of).collect();
    let found: Vec<Id> = users::table
        .filter(users::id.eq_any(ids))
        .filter(users::reach.eq(Reach::Contacts.code()))
        .select(users::id)
        .load(tx.conn)
        .await?;
    Ok(found.into_iter().map(Into::into).collect())
}
