//! The lists of contacts, requests and blocks, each as of one moment.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{PageSize, Position, Timestamp, UserId};
use parlor_ports::{Block, BlocksPage, Contact, ContactsPage, Direction, Request, RequestsPage};
use uuid::Uuid;

use super::super::super::Conn;
use crate::counter::rows;
use crate::error::parse;
use crate::id::Id;
use crate::rows::{AccountRow, StreamRow};
use crate::schema::{blocks, contact_requests, contacts, streams, users};

pub(super) async fn contacts(
    conn: &mut Conn,
    owner: UserId,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<ContactsPage> {
    let mut found: Vec<(AccountRow, Option<String>, i64)> = contacts::table
        .inner_join(users::table.on(users::id.eq(contacts::contact_id)))
        .filter(contacts::user_id.eq(Id::of(owner)))
        .filter(contacts::contact_id.gt(first(after)))
        .order(contacts::contact_id)
        .limit(rows(size.rows() + 1))
        .select((AccountRow::as_select(), contacts::name, contacts::created_at))
        .load(conn)
        .await?;
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let contacts = found
        .into_iter()
        .map(|(account, name, at)| {
            Ok(Contact {
                account: account.try_into()?,
                name: name.map(|text| parse("contact's name", &text)).transpose()?,
                added_at: Timestamp::from_micros(at),
            })
        })
        .collect::<QueryResult<Vec<_>>>()?;
    Ok(ContactsPage {
        next: contacts.last().filter(|_| more).map(|last| last.account.user.id),
        contacts,
        as_of: position(conn, owner).await?,
    })
}

pub(super) async fn requests(
    conn: &mut Conn,
    owner: UserId,
    direction: Direction,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<RequestsPage> {
    let what = (
        AccountRow::as_select(),
        contact_requests::note,
        contact_requests::created_at,
    );
    let limit = rows(size.rows() + 1);
    let mut found: Vec<(AccountRow, Option<String>, i64)> = match direction {
        Direction::Incoming => {
            contact_requests::table
                .inner_join(users::table.on(users::id.eq(contact_requests::from_id)))
                .filter(contact_requests::user_id.eq(Id::of(owner)))
                .filter(contact_requests::from_id.gt(first(after)))
                .filter(contact_requests::declined_at.is_null())
                .order(contact_requests::from_id)
                .limit(limit)
                .select(what)
                .load(conn)
                .await?
        }
        Direction::Outgoing => {
            contact_requests::table
                .inner_join(users::table.on(users::id.eq(contact_requests::user_id)))
                .filter(contact_requests::from_id.eq(Id::of(owner)))
                .filter(contact_requests::user_id.gt(first(after)))
                .filter(diesel::dsl::not(contact_requests::withdrawn))
                .order(contact_requests::user_id)
                .limit(limit)
                .select(what)
                .load(conn)
                .await?
        }
    };
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let requests = found
        .into_iter()
        .map(|(account, note, at)| {
            Ok(Request {
                account: account.try_into()?,
                note: note.map(|text| parse("note", &text)).transpose()?,
                at: Timestamp::from_micros(at),
            })
        })
        .collect::<QueryResult<Vec<_>>>()?;
    Ok(RequestsPage {
        next: requests.last().filter(|_| more).map(|last| last.account.user.id),
        requests,
        as_of: position(conn, owner).await?,
    })
}

pub(super) async fn blocks(
    conn: &mut Conn,
    owner: UserId,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<BlocksPage> {
    let mut found: Vec<(AccountRow, i64)> = blocks::table
        .inner_join(users::table.on(users::id.eq(blocks::blocked_id)))
        .filter(blocks::user_id.eq(Id::of(owner)))
        .filter(blocks::blocked_id.gt(first(after)))
        .order(blocks::blocked_id)
        .limit(rows(size.rows() + 1))
        .select((AccountRow::as_select(), blocks::created_at))
        .load(conn)
        .await?;
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let blocks = found
        .into_iter()
        .map(|(account, at)| {
            Ok(Block {
                account: account.try_into()?,
                at: Timestamp::from_micros(at),
            })
        })
        .collect::<QueryResult<Vec<_>>>()?;
    Ok(BlocksPage {
        next: blocks.last().filter(|_| more).map(|last| last.account.user.id),
        blocks,
        as_of: position(conn, owner).await?,
    })
}

/// The id after which a page begins. None is smaller than the nil one, which nobody has.
fn first(after: Option<UserId>) -> Id {
    after.map_or(Id(Uuid::nil()), Into::into)
}

async fn position(conn: &mut Conn, owner: UserId) -> QueryResult<Position> {
    let row: Option<StreamRow> = streams::table
        .find(Id::of(owner))
        .select(StreamRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map_or(Position::default(), |row| row.position()))
}
