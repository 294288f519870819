//! People who come from older servers.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{About, AccountStatus, Timestamp, UserId, UserRef};
use parlor_ports::{CodeDigest, Numbering, OldPerson, PersonBrought, Registered, Source};

use super::super::Tx;
use super::super::register_ids;
use super::super::users::register_numbered;
use super::{begin, end};
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::AccountRow;
use crate::schema::{register_ids as ids, streams, users};

pub(super) async fn bring(tx: &mut Tx<'_>, from: Source, new: OldPerson) -> QueryResult<PersonBrought> {
    if !begin(tx, &from, new.numbering.beyond).await? {
        return Ok(PersonBrought::Known);
    }
    let id = new.account.id;
    let used = diesel::select(diesel::dsl::exists(streams::table.find(Id::of(id))));
    if used.get_result::<bool>(tx.conn).await? {
        return Ok(PersonBrought::IdTaken);
    }
    if let Some(register_id) = &new.register_id
        && is_given(tx, register_id).await?
    {
        return Ok(PersonBrought::RegisterIdTaken);
    }
    let number = number(tx, new.numbering).await?;
    match register_numbered(tx, new.account, Some(number)).await? {
        Registered::Done(_) => {}
        Registered::UsernameTaken => return Ok(PersonBrought::UsernameTaken),
        Registered::EmailTaken => return Ok(PersonBrought::EmailTaken),
        Registered::MobileTaken => return Ok(PersonBrought::MobileTaken),
        Registered::HostUserTaken | Registered::InviteUnknown => {
            return Err(corrupt(
                "account",
                "nobody comes by an invitation, or from a host",
            ));
        }
    }
    if let Some(register_id) = new.register_id
        && !register_ids::give(tx, id, register_id).await?
    {
        return Err(corrupt("register id of", id));
    }
    let status = if new.locked {
        AccountStatus::Disabled
    } else {
        AccountStatus::Active
    };
    let row: AccountRow = diesel::update(users::table.find(Id::of(id)))
        .set((
            users::about.eq(new.about.as_ref().map(About::as_str)),
            users::last_seen.eq(new.last_seen.map(Timestamp::micros)),
            users::status.eq(status.code()),
        ))
        .returning(AccountRow::as_returning())
        .get_result(tx.conn)
        .await?;
    end(tx, &from, Some(id.uuid()), new.print).await?;
    Ok(PersonBrought::Done(Box::new(row.try_into()?)))
}

/// The number that an account shall have.
async fn number(tx: &mut Tx<'_>, numbering: Numbering) -> QueryResult<i64> {
    if let Some(had) = numbering.had.filter(|number| *number > 0) {
        let taken = users::table.filter(users::number.eq(had));
        if !diesel::select(diesel::dsl::exists(taken))
            .get_result::<bool>(tx.conn)
            .await?
        {
            return Ok(had);
        }
    }
    let last: Option<i64> = users::table
        .select(diesel::dsl::max(users::number))
        .first(tx.conn)
        .await?;
    Ok(last.unwrap_or(0).max(numbering.beyond.people) + 1)
}

/// Whether a register id is somebody's.
async fn is_given(tx: &mut Tx<'_>, register_id: &CodeDigest) -> QueryResult<bool> {
    let owner = ids::table.filter(ids::digest.eq(register_id.0.to_vec()));
    diesel::select(diesel::dsl::exists(owner))
        .get_result(tx.conn)
        .await
}

/// Those of these people whose accounts can be used.
pub(super) async fn usable(tx: &mut Tx<'_>, people: Vec<UserId>) -> QueryResult<Vec<UserRef>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<Id> = people.into_iter().map(Id::of).collect();
    let found: Vec<(Id, i64)> = users::table
        .filter(users::id.eq_any(people))
        .filter(users::status.eq(AccountStatus::Active.code()))
        .order(users::number)
        .select((users::id, users::number))
        .load(tx.conn)
        .await?;
    let found = found.into_iter().map(|(id, number)| UserRef {
        id: id.into(),
        number,
    });
    Ok(found.collect())
}
