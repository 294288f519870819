//! What people tell about themselves.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Account, Audience, Mobile, ProfileChange, Timestamp, UserId, What};
use parlor_ports::MobileSet;

use super::super::super::Conn;
use super::super::Tx;
use super::hold;
use crate::id::Id;
use crate::rows::{AccountRow, ProfileColumns};
use crate::schema::users;

pub(super) async fn change(
    tx: &mut Tx<'_>,
    user: UserId,
    change: ProfileChange,
    at: Timestamp,
) -> QueryResult<Option<Account>> {
    let Some(account) = hold(tx, user).await? else {
        return Ok(None);
    };
    if change == ProfileChange::default() {
        return Ok(Some(account));
    }
    let before = privacy(&account);
    let row = diesel::update(users::table.find(Id::of(user)))
        .set(ProfileColumns::from(change))
        .returning(AccountRow::as_returning())
        .get_result(tx.conn)
        .await?;
    let account = Account::try_from(row)?;
    if privacy(&account) != before {
        let (private, presence) = privacy(&account);
        let changed = What::PrivacyChanged { private, presence };
        tx.append(user, Some(account.user), changed, at).await?;
    }
    Ok(Some(account))
}

/// What an account lets others learn of what its person does.
fn privacy(account: &Account) -> (bool, Audience) {
    (account.profile.private, account.profile.shows.presence)
}

/// Those of these people who are in private mode.
pub(in super::super) async fn private_among(
    conn: &mut Conn,
    people: impl IntoIterator<Item = UserId>,
) -> QueryResult<BTreeSet<Id>> {
    let people: BTreeSet<Id> = people.into_iter().map(Id::of).collect();
    let private: Vec<Id> = users::table
        .filter(users::id.eq_any(people))
        .filter(users::private)
        .select(users::id)
        .load(conn)
        .await?;
    Ok(private.into_iter().collect())
}

/// Whether somebody is in private mode.
pub(in super::super) async fn is_private(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    Ok(!private_among(conn, [user]).await?.is_empty())
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
    if let Some(mobile) = &mobile {
        let owner = hold_mobile(tx, mobile).await?;
        if owner.is_some_and(|owner| owner != Id::of(user)) {
            return Ok(MobileSet::Taken);
        }
    }
    let row = diesel::update(users::table.find(Id::of(user)))
        .set((users::mobile.eq(number), users::found_by_mobile.eq(false)))
        .returning(AccountRow::as_returning())
        .get_result(tx.conn)
        .await?;
    Ok(MobileSet::Done(Box::new(row.try_into()?)))
}

/// Whose a mobile number is, which nobody else makes his until the end of the transaction.
pub(super) async fn hold_mobile(tx: &mut Tx<'_>, mobile: &Mobile) -> QueryResult<Option<Id>> {
    let number = mobile.as_str();
    tx.claim(&format!("mobile {number}")).await?;
    users::table
        .filter(users::mobile.eq(number))
        .select(users::id)
        .first(tx.conn)
        .await
        .optional()
}

pub(super) async fn give_mobile(tx: &mut Tx<'_>, user: UserId, mobile: Mobile) -> QueryResult<MobileSet> {
    let set = set_mobile(tx, user, Some(mobile)).await?;
    if let MobileSet::Done(_) = set {
        diesel::update(users::table.find(Id::of(user)))
            .set(users::found_by_mobile.eq(true))
            .execute(tx.conn)
            .await?;
    }
    Ok(set)
}
