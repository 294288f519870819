//! Who is in a room.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Member, PageSize, RoomId, Seq, Timestamp, UserId, UserRef};
use parlor_ports::MembersPage;

use super::super::super::Conn;
use crate::code::Code;
use crate::counter::Counter;
use crate::error::parse;
use crate::id::Id;
use crate::rows::{MemberRow, StreamRow};
use crate::schema::{members, streams, users};

/// A membership, and the number, username and display name of the member.
pub(super) type Row = (MemberRow, i64, String, String);

pub(super) fn member((row, number, username, display_name): Row) -> QueryResult<Member> {
    Ok(Member {
        user: UserRef {
            id: row.user_id.into(),
            number,
        },
        username: parse("username", &username)?,
        display_name: parse("display name", &display_name)?,
        role: Code::decode(row.role)?,
        mark: row.mark(),
        visible_from: Seq::loaded(row.visible_from),
        joined_at: Timestamp::from_micros(row.joined_at),
    })
}

pub(super) async fn list(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<Option<MembersPage>> {
    let head = members::table
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .select(StreamRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let Some(head) = head else {
        return Ok(None);
    };
    // No id is smaller than this one, which nobody has.
    let after = after.map_or(Id(uuid::Uuid::nil()), Into::into);
    let one_more = i64::try_from(size.rows() + 1).unwrap_or(i64::MAX);
    let mut rows: Vec<Row> = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.gt(after))
        .order(members::user_id)
        .limit(one_more)
        .select((
            MemberRow::as_select(),
            users::number,
            users::username,
            users::display_name,
        ))
        .load(conn)
        .await?;
    let more = rows.len() > size.rows();
    rows.truncate(size.rows());
    let next = rows.last().filter(|_| more).map(|(row, ..)| row.user_id.into());
    Ok(Some(MembersPage {
        members: rows.into_iter().map(member).collect::<QueryResult<_>>()?,
        next,
        as_of: head.position(),
    }))
}
