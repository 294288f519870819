//! Who is in a room.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Mark, Member, PageSize, Role, RoomId, RoomKind, Seq, Timestamp, UserId, UserRef};
use parlor_ports::{MembersPage, RoomRefusal};

use super::super::super::Conn;
use super::super::users::is_private;
use crate::code::Code;
use crate::counter::{Counter, rows};
use crate::error::parse;
use crate::id::Id;
use crate::rows::{MemberRow, StreamRow};
use crate::schema::{members, rooms, streams, users};

/// A membership, and what there is to know of the member.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct Row {
    #[diesel(embed)]
    pub(super) member: MemberRow,
    number: i64,
    username: String,
    display_name: String,
    avatar: Option<Id>,
    bot: bool,
}

/// What a viewer may know of others' marks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    viewer: Id,
    /// Whether he learns what others have read.
    reads: bool,
}

impl Sight {
    pub(super) async fn of(conn: &mut Conn, viewer: UserId) -> QueryResult<Self> {
        Ok(Self {
            viewer: viewer.into(),
            reads: !is_private(conn, viewer).await?,
        })
    }

    fn mark(self, of: &MemberRow) -> Mark {
        if of.user_id == self.viewer {
            of.mark()
        } else if self.reads {
            of.shown_mark()
        } else {
            Mark::delivered(of.shown_mark().delivered)
        }
    }
}

pub(super) fn member(row: Row, sight: Sight) -> QueryResult<Member> {
    let Row {
        member: row,
        number,
        username,
        display_name,
        avatar,
        bot,
    } = row;
    Ok(Member {
        user: UserRef {
            id: row.user_id.into(),
            number,
        },
        username: parse("username", &username)?,
        display_name: parse("display name", &display_name)?,
        avatar: avatar.map(Into::into),
        muted_until: row.muted_until(),
        bot,
        role: Code::decode(row.role)?,
        mark: sight.mark(&row),
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
) -> QueryResult<Result<MembersPage, RoomRefusal>> {
    let found = members::table
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .select((StreamRow::as_select(), rooms::kind, members::role))
        .first::<(StreamRow, i16, i16)>(conn)
        .await
        .optional()?;
    let Some((head, kind, role)) = found else {
        return Ok(Err(RoomRefusal::NoRoom));
    };
    if RoomKind::decode(kind)? == RoomKind::Channel && Role::decode(role)? < Role::Admin {
        return Ok(Err(RoomRefusal::Forbidden));
    }
    let sight = Sight::of(conn, viewer).await?;
    // No id is smaller than this one, which nobody has.
    let after = after.map_or(Id(uuid::Uuid::nil()), Into::into);
    let mut rows: Vec<Row> = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.gt(after))
        .order(members::user_id)
        .limit(rows(size.rows() + 1))
        .select(Row::as_select())
        .load(conn)
        .await?;
    let more = rows.len() > size.rows();
    rows.truncate(size.rows());
    let next = rows.last().filter(|_| more).map(|row| row.member.user_id.into());
    Ok(Ok(MembersPage {
        members: rows
            .into_iter()
            .map(|row| member(row, sight))
            .collect::<QueryResult<_>>()?,
        next,
        as_of: head.position(),
    }))
}
