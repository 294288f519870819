//! Requests to become a contact. One that was declined, or whose maker is blocked, goes on waiting in his eyes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{RequestNote, Timestamp, UserId, UserRef, What};
use parlor_ports::{Accepted, ContactRefusal, NewRequest, Requested};

use super::super::Tx;
use super::super::care::STEP;
use super::near::has_blocked;
use super::{adding, is_full, pair, reference};
use crate::counter::rows;
use crate::id::Id;
use crate::schema::contact_requests;

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It waits.
    Waiting,
    /// It was declined, which its maker does not know.
    Declined(i64),
    /// It was declined, and its maker has taken it back.
    Over(i64),
}

/// How somebody's request to somebody stands; `None` if there is none.
pub(super) async fn standing(tx: &mut Tx<'_>, from: UserId, to: UserId) -> QueryResult<Option<Standing>> {
    let row: Option<(Option<i64>, bool)> = contact_requests::table
        .find((Id::of(to), Id::of(from)))
        .select((contact_requests::declined_at, contact_requests::withdrawn))
        .first(tx.conn)
        .await
        .optional()?;
    Ok(row.map(|row| match row {
        (None, _) => Standing::Waiting,
        (Some(at), false) => Standing::Declined(at),
        (Some(at), true) => Standing::Over(at),
    }))
}

pub(super) async fn request(tx: &mut Tx<'_>, new: NewRequest) -> QueryResult<Requested> {
    tx.lock([Id::of(new.from.id), Id::of(new.to)]).await?;
    let Some(to) = pair(tx, new.from, new.to).await? else {
        return Ok(Requested::Refused(ContactRefusal::NoUser));
    };
    if has_blocked(tx.conn, new.from.id, to.id).await? {
        return Ok(Requested::Refused(ContactRefusal::Blocked));
    }
    let before = standing(tx, new.from.id, to.id).await?;
    if let Some(Standing::Waiting | Standing::Declined(_)) = before {
        return Ok(Requested::Known);
    }
    let crossed = matches!(
        standing(tx, to.id, new.from.id).await?,
        Some(Standing::Waiting | Standing::Declined(_))
    );
    if crossed {
        if adding::name(tx, new.from, to).await?.is_none()
            && is_full(adding::count(tx, new.from).await?, new.most_contacts)
        {
            return Ok(Requested::Refused(ContactRefusal::Full));
        }
        adding::add(tx, new.from, to, new.most_contacts, new.at).await?;
        settle(tx, to, new.from, new.most_contacts, new.at).await?;
        return Ok(Requested::Accepted);
    }
    if is_full(count_waiting(tx, new.from).await?, new.most) {
        return Ok(Requested::Refused(ContactRefusal::Full));
    }
    let declined_at = if has_blocked(tx.conn, to.id, new.from.id).await? {
        Some(new.at.micros())
    } else {
        match before {
            Some(Standing::Over(at)) if at > new.declined_since.micros() => Some(at),
            _ => None,
        }
    };
    insert(tx, (new.from, to), new.note.as_ref(), declined_at, new.at).await?;
    let requested = What::ContactRequested {
        from: new.from,
        to,
        note: new.note,
    };
    if declined_at.is_none() {
        tx.notify(to.id, Some(new.from), requested.clone(), new.at)
            .await?;
    }
    tx.append(new.from.id, Some(new.from), requested, new.at).await?;
    Ok(Requested::New)
}

async fn insert(
    tx: &mut Tx<'_>,
    (from, to): (UserRef, UserRef),
    note: Option<&RequestNote>,
    declined_at: Option<i64>,
    at: Timestamp,
) -> QueryResult<()> {
    remove(tx, from.id, to.id).await?;
    diesel::insert_into(contact_requests::table)
        .values((
            contact_requests::user_id.eq(Id::of(to.id)),
            contact_requests::from_id.eq(Id::of(from.id)),
            contact_requests::note.eq(note.map(RequestNote::as_str)),
            contact_requests::created_at.eq(at.micros()),
            contact_requests::declined_at.eq(declined_at),
            contact_requests::withdrawn.eq(false),
        ))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// How many requests of somebody's wait, as far as he knows.
async fn count_waiting(tx: &mut Tx<'_>, from: UserRef) -> QueryResult<i64> {
    contact_requests::table
        .filter(contact_requests::from_id.eq(Id::of(from.id)))
        .filter(diesel::dsl::not(contact_requests::withdrawn))
        .count()
        .get_result(tx.conn)
        .await
}

pub(super) async fn accept(
    tx: &mut Tx<'_>,
    owner: UserRef,
    from: UserId,
    most: u32,
    at: Timestamp,
) -> QueryResult<Accepted> {
    tx.lock([Id::of(owner.id), Id::of(from)]).await?;
    if standing(tx, from, owner.id).await? != Some(Standing::Waiting) {
        return Ok(Accepted::NoRequest);
    }
    let Some(from) = pair(tx, owner, from).await? else {
        return Ok(Accepted::NoRequest);
    };
    if adding::name(tx, owner, from).await?.is_none() && is_full(adding::count(tx, owner).await?, most) {
        return Ok(Accepted::Full);
    }
    adding::add(tx, owner, from, most, at).await?;
    settle(tx, from, owner, most, at).await?;
    Ok(Accepted::Done)
}

/// Ends a request because its maker is in the other one's list now: so is the other one in his. Nothing if there is none that
/// waits in his eyes. Both streams must be locked.
pub(super) async fn settle(
    tx: &mut Tx<'_>,
    from: UserRef,
    to: UserRef,
    most: u32,
    at: Timestamp,
) -> QueryResult<()> {
    let before = standing(tx, from.id, to.id).await?;
    let Some(Standing::Waiting | Standing::Declined(_)) = before else {
        return Ok(());
    };
    remove(tx, from.id, to.id).await?;
    adding::add(tx, from, to, most, at).await?;
    let ended = What::RequestEnded {
        from,
        to,
        accepted: true,
    };
    if before == Some(Standing::Waiting) {
        tx.append(to.id, Some(to), ended.clone(), at).await?;
    }
    tx.append(from.id, Some(to), ended, at).await?;
    Ok(())
}

pub(super) async fn decline(
    tx: &mut Tx<'_>,
    owner: UserRef,
    from: UserId,
    at: Timestamp,
) -> QueryResult<bool> {
    tx.lock([Id::of(owner.id), Id::of(from)]).await?;
    decline_silently(tx, from, owner, at).await
}

/// Declines a request that waits, of which its maker learns nothing; false if there is none. Both streams must be locked.
pub(super) async fn decline_silently(
    tx: &mut Tx<'_>,
    from: UserId,
    to: UserRef,
    at: Timestamp,
) -> QueryResult<bool> {
    let Some(from) = reference(tx, from).await? else {
        return Ok(false);
    };
    if standing(tx, from.id, to.id).await? != Some(Standing::Waiting) {
        return Ok(false);
    }
    diesel::update(contact_requests::table.find((Id::of(to.id), Id::of(from.id))))
        .set(contact_requests::declined_at.eq(at.micros()))
        .execute(tx.conn)
        .await?;
    let ended = What::RequestEnded {
        from,
        to,
        accepted: false,
    };
    tx.append(to.id, Some(to), ended, at).await?;
    Ok(true)
}

pub(super) async fn withdraw(tx: &mut Tx<'_>, from: UserRef, to: UserId, at: Timestamp) -> QueryResult<bool> {
    tx.lock([Id::of(from.id), Id::of(to)]).await?;
    take_back(tx, from, to, at).await
}

/// Takes a request back; false if there is none. Whoever has declined it is told nothing more. Both streams must be locked.
pub(super) async fn take_back(
    tx: &mut Tx<'_>,
    from: UserRef,
    to: UserId,
    at: Timestamp,
) -> QueryResult<bool> {
    let Some(to) = reference(tx, to).await? else {
        return Ok(false);
    };
    let ended = What::RequestEnded {
        from,
        to,
        accepted: false,
    };
    match standing(tx, from.id, to.id).await? {
        None | Some(Standing::Over(_)) => return Ok(false),
        Some(Standing::Waiting) => {
            remove(tx, from.id, to.id).await?;
            tx.append(to.id, Some(from), ended.clone(), at).await?;
        }
        Some(Standing::Declined(_)) => {
            diesel::update(contact_requests::table.find((Id::of(to.id), Id::of(from.id))))
                .set((
                    contact_requests::withdrawn.eq(true),
                    contact_requests::note.eq(None::<String>),
                ))
                .execute(tx.conn)
                .await?;
        }
    }
    tx.append(from.id, Some(from), ended, at).await?;
    Ok(true)
}

/// Forgets a request, however it stands, and tells nobody.
pub(super) async fn remove(tx: &mut Tx<'_>, from: UserId, to: UserId) -> QueryResult<()> {
    diesel::delete(contact_requests::table.find((Id::of(to), Id::of(from))))
        .execute(tx.conn)
        .await?;
    Ok(())
}

pub(super) async fn forget_declined(tx: &mut Tx<'_>, until: Timestamp) -> QueryResult<bool> {
    let over: Vec<(Id, Id)> = contact_requests::table
        .filter(contact_requests::withdrawn)
        .filter(contact_requests::declined_at.le(until.micros()))
        .order(contact_requests::declined_at)
        .limit(STEP)
        .select((contact_requests::user_id, contact_requests::from_id))
        .load(tx.conn)
        .await?;
    for (user, from) in &over {
        // It may have been made again since.
        diesel::delete(contact_requests::table.find((*user, *from)))
            .filter(contact_requests::withdrawn)
            .execute(tx.conn)
            .await?;
    }
    Ok(rows(over.len()) == STEP)
}
