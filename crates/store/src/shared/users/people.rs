//! Lists of people, and many people at once.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Account, AccountStatus, UserId};
use parlor_ports::PeopleOrder;
use uuid::Uuid;

use super::super::super::Conn;
use crate::code::Code;
use crate::counter::{loaded_amount, rows, stored_amount};
use crate::id::Id;
use crate::rows::AccountRow;
use crate::schema::{blocks, users};

/// Those who are in lists of people for this viewer. They have an index of their own, which knows all that is asked here.
macro_rules! listed {
    ($viewer:expr) => {{
        let blocked = blocks::table
            .filter(blocks::user_id.eq($viewer))
            .select(blocks::blocked_id);
        let blockers = blocks::table
            .filter(blocks::blocked_id.eq($viewer))
            .select(blocks::user_id);
        users::table
            .filter(users::status.eq(AccountStatus::Active.code()))
            .filter(users::discoverable)
            .filter(not(users::bot))
            .filter(users::id.ne($viewer))
            .filter(not(users::id.eq_any(blocked)))
            .filter(not(users::id.eq_any(blockers)))
    }};
}

pub(super) async fn list(
    conn: &mut Conn,
    viewer: Option<UserId>,
    order: PeopleOrder,
    skip: u64,
    most: usize,
) -> QueryResult<Vec<Account>> {
    let page = listed!(id_of(viewer))
        .limit(rows(most))
        .offset(stored_amount(skip))
        .select(AccountRow::as_select())
        .into_boxed();
    let page = match order {
        PeopleOrder::Oldest => page.order(users::number.asc()),
        PeopleOrder::Newest => page.order(users::number.desc()),
    };
    let found: Vec<AccountRow> = page.load(conn).await?;
    found.into_iter().map(Account::try_from).collect()
}

pub(super) async fn after(
    conn: &mut Conn,
    viewer: Option<UserId>,
    number: i64,
    most: usize,
) -> QueryResult<Vec<Account>> {
    let found: Vec<AccountRow> = listed!(id_of(viewer))
        .filter(users::number.gt(number))
        .order(users::number.asc())
        .limit(rows(most))
        .select(AccountRow::as_select())
        .load(conn)
        .await?;
    found.into_iter().map(Account::try_from).collect()
}

pub(super) async fn count(conn: &mut Conn, viewer: Option<UserId>) -> QueryResult<u64> {
    let count: i64 = listed!(id_of(viewer)).count().get_result(conn).await?;
    Ok(loaded_amount(count))
}

pub(super) async fn find_all(conn: &mut Conn, wanted: Vec<UserId>) -> QueryResult<Vec<Account>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id> = wanted.into_iter().map(Id::of).collect();
    let found: Vec<AccountRow> = users::table
        .filter(users::id.eq_any(ids))
        .select(AccountRow::as_select())
        .load(conn)
        .await?;
    in_order(found)
}

pub(super) async fn find_all_by_number(conn: &mut Conn, wanted: Vec<i64>) -> QueryResult<Vec<Account>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<AccountRow> = users::table
        .filter(users::number.eq_any(wanted))
        .select(AccountRow::as_select())
        .load(conn)
        .await?;
    in_order(found)
}

fn in_order(found: Vec<AccountRow>) -> QueryResult<Vec<Account>> {
    let mut accounts: Vec<Account> = found
        .into_iter()
        .map(Account::try_from)
        .collect::<QueryResult<_>>()?;
    accounts.sort_unstable_by_key(|account| account.user.number);
    Ok(accounts)
}

/// Nobody has the nil id, whom nobody has blocked.
fn id_of(viewer: Option<UserId>) -> Id {
    viewer.map_or(Id(Uuid::nil()), Into::into)
}
