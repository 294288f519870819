//! Making, naming and listing lists.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    AccountStatus, BroadcastList, BroadcastListId, ListName, PageSize, Timestamp, UserId, UserRef,
};
use parlor_ports::{ListPut, ListsPage, NewList};
use uuid::Uuid;

use super::super::super::Conn;
use super::super::Tx;
use super::{owned, position, tell};
use crate::code::Code;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::ListRow;
use crate::schema::{broadcast_lists, users};

pub(in super::super) async fn create(tx: &mut Tx<'_>, new: NewList) -> QueryResult<ListPut> {
    tx.lock([Id::of(new.owner.id)]).await?;
    let usable = users::table
        .filter(users::id.eq(Id::of(new.owner.id)))
        .filter(users::status.eq(AccountStatus::Active.code()));
    if !diesel::select(diesel::dsl::exists(usable))
        .get_result(tx.conn)
        .await?
    {
        return Ok(ListPut::NoOwner);
    }
    let count: i64 = broadcast_lists::table
        .filter(broadcast_lists::owner_id.eq(Id::of(new.owner.id)))
        .filter(not(broadcast_lists::deleted))
        .count()
        .get_result(tx.conn)
        .await?;
    if count >= i64::from(new.most) {
        return Ok(ListPut::TooMany);
    }
    diesel::insert_into(broadcast_lists::table)
        .values(ListRow::from(&new))
        .execute(tx.conn)
        .await?;
    let list = BroadcastList {
        id: new.id,
        name: new.name,
        recipients: 0,
        created_at: new.at,
    };
    tell(tx, new.owner, &list, new.at).await?;
    Ok(ListPut::Done(list))
}

pub(super) async fn find(
    conn: &mut Conn,
    list: BroadcastListId,
    owner: UserId,
) -> QueryResult<Option<BroadcastList>> {
    let row = owned(conn, list, owner).await?;
    row.map(BroadcastList::try_from).transpose()
}

pub(super) async fn list(
    conn: &mut Conn,
    owner: UserId,
    after: Option<BroadcastListId>,
    size: PageSize,
) -> QueryResult<ListsPage> {
    let found: Vec<ListRow> = broadcast_lists::table
        .filter(broadcast_lists::owner_id.eq(Id::of(owner)))
        .filter(broadcast_lists::id.gt(after.map_or(Id(Uuid::nil()), Into::into)))
        .filter(not(broadcast_lists::deleted))
        .order(broadcast_lists::id)
        .limit(rows(size.rows() + 1))
        .select(ListRow::as_select())
        .load(conn)
        .await?;
    let mut lists: Vec<BroadcastList> = found
        .into_iter()
        .map(BroadcastList::try_from)
        .collect::<QueryResult<_>>()?;
    let more = lists.len() > size.rows();
    lists.truncate(size.rows());
    Ok(ListsPage {
        next: lists.last().filter(|_| more).map(|last| last.id),
        lists,
        as_of: position(conn, owner).await?,
    })
}

pub(super) async fn rename(
    tx: &mut Tx<'_>,
    list: BroadcastListId,
    owner: UserRef,
    name: ListName,
    at: Timestamp,
) -> QueryResult<Option<BroadcastList>> {
    tx.lock([Id::of(owner.id)]).await?;
    let Some(mut list) = find(tx.conn, list, owner.id).await? else {
        return Ok(None);
    };
    if list.name == name {
        return Ok(Some(list));
    }
    diesel::update(broadcast_lists::table.find(Id::of(list.id)))
        .set(broadcast_lists::name.eq(name.as_str()))
        .execute(tx.conn)
        .await?;
    list.name = name;
    tell(tx, owner, &list, at).await?;
    Ok(Some(list))
}
