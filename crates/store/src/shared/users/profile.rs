//! What people tell about themselves.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Account, Mobile, ProfileChange, UserId};
use parlor_ports::MobileSet;

use super::super::Tx;
use super::hold;
use crate::id::Id;
use crate::rows::{AccountRow, ProfileColumns};
use crate::schema::users;

pub(super) async fn change(
    tx: &mut Tx<'_>,
    user: UserId,
    change: ProfileChange,
) -> QueryResult<Option<Account>> {
    let Some(account) = hold(tx, user).await? else {
        return Ok(None);
    };
    if change == ProfileChange::default() {
        return Ok(Some(account));
    }
    let row = diesel::update(users::table.find(Id::of(user)))
        .set(ProfileColumns::from(change))
        .returning(AccountRow::as_returning())
        .get_result(tx.conn)
        .await?;
    Ok(Some(row.try_into()?))
}

pub(super) async fn set_mobile(
    tx: &mut Tx<'_>,
    user: UserId,
    mobile: Option<Mobile>,
) -> QueryResult<MobileSet> {
    if hold(tx, user).await?.is_none() {
        return Ok(MobileSet::Unknown);
    }
    let number = mobile.as_ref().map(Mobile::as_str);
    if let Some(number) = number {
        tx.claim(&format!("mobile {number}")).await?;
        let owner: Option<Id> = users::table
            .filter(users::mobile.eq(number))
            .select(users::id)
            .first(tx.conn)
            .await
            .optional()?;
        if owner.is_some_and(|owner| owner != Id::of(user)) {
            return Ok(MobileSet::Taken);
        }
    }
    let row = diesel::update(users::table.find(Id::of(user)))
        .set(users::mobile.eq(number))
        .returning(AccountRow::as_returning())
        .get_result(tx.conn)
        .await?;
    Ok(MobileSet::Done(Box::new(row.try_into()?)))
}
