//! Who is in a list.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, BroadcastList, BroadcastListId, PageSize, Timestamp, UserId, UserRef};
use parlor_ports::{ListAct, RecipientsPage};
use uuid::Uuid;

use super::super::super::Conn;
use super::super::Tx;
use super::{owned, position, tell};
use crate::code::Code;
use crate::counter::rows;
use crate::id::Id;
use crate::schema::{broadcast_lists, broadcast_recipients, users};

/// So many people are named in one statement.
const STEP: usize = 200;

pub(in super::super) async fn add(
    tx: &mut Tx<'_>,
    list: BroadcastListId,
    owner: UserRef,
    people: Vec<UserId>,
    most: u32,
    at: Timestamp,
) -> QueryResult<ListAct> {
    tx.lock([Id::of(owner.id)]).await?;
    let Some(row) = owned(tx.conn, list, owner.id).await? else {
        return Ok(ListAct::NoList);
    };
    let people: Vec<Id> = people.into_iter().map(Id::of).collect();
    if let Some(nobody) = unusable(tx, &people).await? {
        return Ok(ListAct::NoUser(nobody));
    }
    let known: Vec<Id> = broadcast_recipients::table
        .filter(broadcast_recipients::list_id.eq(row.id))
        .select(broadcast_recipients::user_id)
        .load(tx.conn)
        .await?;
    let known: HashSet<Id> = known.into_iter().collect();
    let new: HashSet<Id> = people.into_iter().filter(|user| !known.contains(user)).collect();
    if known.len() + new.len() > usize::try_from(most).unwrap_or(usize::MAX) {
        return Ok(ListAct::Full);
    }
    for user in &new {
        diesel::insert_into(broadcast_recipients::table)
            .values((
                broadcast_recipients::list_id.eq(row.id),
                broadcast_recipients::user_id.eq(*user),
            ))
            .execute(tx.conn)
            .await?;
    }
    count(tx, row.try_into()?, owner, rows(new.len()), at).await
}

/// One of these people who has no account that can be used.
async fn unusable(tx: &mut Tx<'_>, people: &[Id]) -> QueryResult<Option<UserId>> {
    for step in people.chunks(STEP) {
        let usable: Vec<Id> = users::table
            .filter(users::id.eq_any(step.to_vec()))
            .filter(users::status.eq(AccountStatus::Active.code()))
            .select(users::id)
            .load(tx.conn)
            .await?;
        let usable: HashSet<Id> = usable.into_iter().collect();
        if let Some(nobody) = step.iter().find(|user| !usable.contains(user)) {
            return Ok(Some((*nobody).into()));
        }
    }
    Ok(None)
}

pub(super) async fn remove(
    tx: &mut Tx<'_>,
    list: BroadcastListId,
    owner: UserRef,
    people: Vec<UserId>,
    at: Timestamp,
) -> QueryResult<ListAct> {
    tx.lock([Id::of(owner.id)]).await?;
    let Some(row) = owned(tx.conn, list, owner.id).await? else {
        return Ok(ListAct::NoList);
    };
    let mut removed = 0;
    for step in people.chunks(STEP) {
        let ids: Vec<Id> = step.iter().copied().map(Id::of).collect();
        removed += diesel::delete(broadcast_recipients::table)
            .filter(broadcast_recipients::list_id.eq(row.id))
            .filter(broadcast_recipients::user_id.eq_any(ids))
            .execute(tx.conn)
            .await?;
    }
    count(tx, row.try_into()?, owner, -rows(removed), at).await
}

/// Counts those who came or went, and tells the owner if anybody did.
async fn count(
    tx: &mut Tx<'_>,
    list: BroadcastList,
    owner: UserRef,
    more: i64,
    at: Timestamp,
) -> QueryResult<ListAct> {
    if more == 0 {
        return Ok(ListAct::Done(list));
    }
    let recipients: i64 = diesel::update(broadcast_lists::table.find(Id::of(list.id)))
        .set(broadcast_lists::recipients.eq(broadcast_lists::recipients + more))
        .returning(broadcast_lists::recipients)
        .get_result(tx.conn)
        .await?;
    let list = BroadcastList {
        recipients: u32::try_from(recipients).unwrap_or(0),
        ..list
    };
    tell(tx, owner, &list, at).await?;
    Ok(ListAct::Done(list))
}

pub(super) async fn list(
    conn: &mut Conn,
    list: BroadcastListId,
    owner: UserId,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<Option<RecipientsPage>> {
    if owned(conn, list, owner).await?.is_none() {
        return Ok(None);
    }
    let mut found: Vec<(Id, i64)> = broadcast_recipients::table
        .inner_join(users::table.on(users::id.eq(broadcast_recipients::user_id)))
        .filter(broadcast_recipients::list_id.eq(Id::of(list)))
        .filter(broadcast_recipients::user_id.gt(after.map_or(Id(Uuid::nil()), Into::into)))
        .order(broadcast_recipients::user_id)
        .limit(rows(size.rows() + 1))
        .select((users::id, users::number))
        .load(conn)
        .await?;
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let recipients: Vec<UserRef> = found
        .into_iter()
        .map(|(id, number)| UserRef {
            id: id.into(),
            number,
        })
        .collect();
    Ok(Some(RecipientsPage {
        next: recipients.last().filter(|_| more).map(|last| last.id),
        recipients,
        as_of: position(conn, owner).await?,
    }))
}
