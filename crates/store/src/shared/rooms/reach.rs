//! Who may begin a conversation with whom.

use std::collections::HashMap;

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
    let refusals = refusals(tx, actor, &others).await?;
    match others.iter().find_map(|user| refusals.get(user)) {
        Some(refusal) => Err((*refusal).into()),
        None => Ok(()),
    }
}

/// Of these people, those who are not to be brought into a room by the actor, and why not. The streams of all of them must be
/// locked.
pub(super) async fn refusals(
    tx: &mut Tx<'_>,
    actor: UserRef,
    others: &[UserId],
) -> QueryResult<HashMap<UserId, RoomRefusal>> {
    if others.is_empty() {
        return Ok(HashMap::new());
    }
    let own = blocked_by(tx.conn, actor.id, others).await?;
    let theirs = blockers(tx.conn, actor.id, others).await?;
    let reserved = reserved(tx, others).await?;
    let contact = if reserved.is_empty() {
        Default::default()
    } else {
        whose_contact(tx.conn, actor.id, &reserved).await?
    };
    let refusal = |user: UserId| {
        let id = Id::of(user);
        if own.contains(&id) {
            Some(RoomRefusal::Blocked(user))
        } else if theirs.contains(&id) || reserved.contains(&user) && !contact.contains(&id) {
            Some(RoomRefusal::NotAContact(user))
        } else {
            None
        }
    };
    Ok(others
        .iter()
        .filter_map(|user| Some((*user, refusal(*user)?)))
        .collect())
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
