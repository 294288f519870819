//! Lists of contacts, which are their owner's alone.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{DisplayName, Timestamp, UserId, UserRef, What};
use parlor_ports::{ContactPut, ContactRefusal, NewContact};

use super::super::{Tx, statuses};
use super::near::has_blocked;
use super::{asking, is_full, pair, reference};
use crate::id::Id;
use crate::schema::contacts;

pub(super) async fn put(tx: &mut Tx<'_>, new: NewContact) -> QueryResult<ContactPut> {
    // The other one's stream as well, in case he waits for this.
    tx.lock([Id::of(new.owner.id), Id::of(new.contact)]).await?;
    let Some(contact) = pair(tx, new.owner, new.contact).await? else {
        return Ok(ContactPut::Refused(ContactRefusal::NoUser));
    };
    if has_blocked(tx.conn, new.owner.id, contact.id).await? {
        return Ok(ContactPut::Refused(ContactRefusal::Blocked));
    }
    let known = name(tx, new.owner, contact).await?;
    if known.is_none() && is_full(count(tx, new.owner).await?, new.most) {
        return Ok(ContactPut::Refused(ContactRefusal::Full));
    }
    let wanted = new.name.as_ref().map(ToString::to_string);
    if known.as_ref() != Some(&wanted) {
        set(tx, new.owner, contact, new.name, new.at).await?;
    }
    asking::settle(tx, contact, new.owner, new.most, new.at).await?;
    Ok(match known {
        Some(_) => ContactPut::Known,
        None => ContactPut::New,
    })
}

pub(super) async fn remove(
    tx: &mut Tx<'_>,
    owner: UserRef,
    contact: UserId,
    at: Timestamp,
) -> QueryResult<bool> {
    // The contact's stream as well, because what he could see of the owner's statuses is taken from him.
    tx.lock([Id::of(owner.id), Id::of(contact)]).await?;
    let removed = diesel::delete(contacts::table.find((Id::of(owner.id), Id::of(contact))))
        .execute(tx.conn)
        .await?;
    if removed == 0 {
        return Ok(false);
    }
    statuses::part(tx, owner.id, contact, at).await?;
    if let Some(user) = reference(tx, contact).await? {
        tx.append(owner.id, Some(owner), What::ContactRemoved { user }, at)
            .await?;
    }
    Ok(true)
}

/// Adds somebody to a list in which he may be, unless it is full. The owner's stream must be locked.
pub(super) async fn add(
    tx: &mut Tx<'_>,
    owner: UserRef,
    contact: UserRef,
    most: u32,
    at: Timestamp,
) -> QueryResult<()> {
    if name(tx, owner, contact).await?.is_some() || is_full(count(tx, owner).await?, most) {
        return Ok(());
    }
    set(tx, owner, contact, None, at).await
}

/// What the owner of a list calls somebody in it; `None` if he is not in it.
pub(super) async fn name(
    tx: &mut Tx<'_>,
    owner: UserRef,
    contact: UserRef,
) -> QueryResult<Option<Option<String>>> {
    contacts::table
        .find((Id::of(owner.id), Id::of(contact.id)))
        .select(contacts::name)
        .first(tx.conn)
        .await
        .optional()
}

/// How many are in a list.
pub(super) async fn count(tx: &mut Tx<'_>, owner: UserRef) -> QueryResult<i64> {
    contacts::table
        .filter(contacts::user_id.eq(Id::of(owner.id)))
        .count()
        .get_result(tx.conn)
        .await
}

async fn set(
    tx: &mut Tx<'_>,
    owner: UserRef,
    contact: UserRef,
    name: Option<DisplayName>,
    at: Timestamp,
) -> QueryResult<()> {
    let called = contacts::name.eq(name.as_ref().map(ToString::to_string));
    diesel::insert_into(contacts::table)
        .values((
            contacts::user_id.eq(Id::of(owner.id)),
            contacts::contact_id.eq(Id::of(contact.id)),
            called.clone(),
            contacts::created_at.eq(at.micros()),
        ))
        .on_conflict((contacts::user_id, contacts::contact_id))
        .do_update()
        .set(called)
        .execute(tx.conn)
        .await?;
    let changed = What::ContactChanged { user: contact, name };
    tx.append(owner.id, Some(owner), changed, at).await?;
    Ok(())
}
