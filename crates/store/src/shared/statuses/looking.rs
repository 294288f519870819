//! Looking at statuses, and who has.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{PageSize, Position, StatusId, Timestamp, UserId, UserRef, What};
use parlor_ports::{StatusCursor, StatusSeen, StatusView, StatusViewsPage, StatusesPage};

use super::super::super::Conn;
use super::super::Tx;
use super::super::log::weight;
use super::super::users::is_private;
use crate::budget;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::{MediaRow, StatusRow, StreamRow};
use crate::schema::{media, status_views, statuses, streams};

pub(super) async fn find(
    conn: &mut Conn,
    status: StatusId,
    viewer: UserId,
    now: Timestamp,
) -> QueryResult<Option<StatusView>> {
    let found: Option<(StatusRow, Option<MediaRow>)> = statuses::table
        .find(Id::of(status))
        .left_join(media::table.on(statuses::media_id.eq(media::id.nullable())))
        .select((StatusRow::as_select(), Option::<MediaRow>::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((row, shown)) = found.filter(|(row, _)| row.is_live(now)) else {
        return Ok(None);
    };
    if row.author_id == Id::of(viewer) {
        let private = is_private(conn, viewer).await?;
        return row.own(shown, private).map(Some);
    }
    let viewed: Option<Option<i64>> = status_views::table
        .find((Id::of(viewer), row.author_id, row.id))
        .select(status_views::viewed_at)
        .first(conn)
        .await
        .optional()?;
    let view = viewed.map(|viewed| row.others(shown, viewed.is_some()));
    view.transpose()
}

pub(super) async fn feed(
    conn: &mut Conn,
    viewer: UserId,
    after: Option<StatusCursor>,
    size: PageSize,
    now: Timestamp,
) -> QueryResult<StatusesPage> {
    let mut query = status_views::table
        .inner_join(statuses::table.on(statuses::id.eq(status_views::status_id)))
        .left_join(media::table.on(statuses::media_id.eq(media::id.nullable())))
        .filter(status_views::user_id.eq(Id::of(viewer)))
        .filter(statuses::expires_at.gt(now.micros()))
        .filter(not(statuses::removed))
        .order((status_views::author_id, status_views::status_id))
        .limit(rows(size.rows() + 1))
        .select((
            StatusRow::as_select(),
            Option::<MediaRow>::as_select(),
            status_views::viewed_at,
        ))
        .into_boxed();
    if let Some(StatusCursor { author, status }) = after {
        let (author, status) = (Id::of(author), Id::of(status));
        let later = status_views::author_id
            .gt(author)
            .or(status_views::status_id.gt(status));
        query = query.filter(status_views::author_id.ge(author)).filter(later);
    }
    let found: Vec<(StatusRow, Option<MediaRow>, Option<i64>)> = query.load(conn).await?;
    let seen = found
        .into_iter()
        .map(|(row, shown, viewed)| row.others(shown, viewed.is_some()));
    let mut statuses: Vec<StatusView> = seen.collect::<QueryResult<_>>()?;
    let texts = statuses.iter().map(text);
    let fitting = budget::fitting(budget::PAGE, texts).min(size.rows());
    let more = fitting < statuses.len();
    statuses.truncate(fitting);
    let last = statuses.last().filter(|_| more);
    Ok(StatusesPage {
        next: last.map(|StatusView { status, .. }| StatusCursor {
            author: status.author.id,
            status: status.id,
        }),
        statuses,
        as_of: position(conn, viewer).await?,
    })
}

/// How much a status lets somebody read.
fn text(view: &StatusView) -> usize {
    view.status.body.as_str().len() + view.status.media.as_ref().map_or(0, weight)
}

pub(super) async fn own(conn: &mut Conn, author: UserId, now: Timestamp) -> QueryResult<StatusesPage> {
    let found: Vec<(StatusRow, Option<MediaRow>)> = statuses::table
        .left_join(media::table.on(statuses::media_id.eq(media::id.nullable())))
        .filter(statuses::author_id.eq(Id::of(author)))
        .filter(statuses::expires_at.gt(now.micros()))
        .filter(not(statuses::removed))
        .order(statuses::id)
        .select((StatusRow::as_select(), Option::<MediaRow>::as_select()))
        .load(conn)
        .await?;
    let private = is_private(conn, author).await?;
    let statuses = found.into_iter().map(|(row, shown)| row.own(shown, private));
    Ok(StatusesPage {
        statuses: statuses.collect::<QueryResult<_>>()?,
        next: None,
        as_of: position(conn, author).await?,
    })
}

async fn position(conn: &mut Conn, reader: UserId) -> QueryResult<Position> {
    let row: Option<StreamRow> = streams::table
        .find(Id::of(reader))
        .select(StreamRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map_or(Position::default(), |row| row.position()))
}

pub(super) async fn mark(
    tx: &mut Tx<'_>,
    status: StatusId,
    viewer: UserRef,
    at: Timestamp,
) -> QueryResult<bool> {
    // Whoever takes the right to see it from the viewer has locked his stream.
    tx.lock([Id::of(viewer.id)]).await?;
    let found: Option<(Id, i64, Option<i64>)> = status_views::table
        .inner_join(statuses::table.on(statuses::id.eq(status_views::status_id)))
        .filter(status_views::status_id.eq(Id::of(status)))
        .filter(status_views::user_id.eq(Id::of(viewer.id)))
        .filter(statuses::expires_at.gt(at.micros()))
        .filter(not(statuses::removed))
        .select((
            statuses::author_id,
            statuses::author_number,
            status_views::viewed_at,
        ))
        .first(tx.conn)
        .await
        .optional()?;
    let Some((author, number, viewed)) = found else {
        return Ok(false);
    };
    if viewed.is_some() {
        return Ok(true);
    }
    let private = is_private(tx.conn, viewer.id).await?;
    let noted = diesel::update(status_views::table.find((Id::of(viewer.id), author, Id::of(status))))
        .set((
            status_views::viewed_at.eq(at.micros()),
            status_views::private.eq(private),
        ))
        .execute(tx.conn)
        .await?;
    if noted == 0 {
        // It has ended by the clock of another process, which erases it.
        return Ok(false);
    }
    if !private {
        diesel::update(statuses::table.find(Id::of(status)))
            .set(statuses::views.eq(statuses::views + 1))
            .execute(tx.conn)
            .await?;
    }
    let viewed = What::StatusViewed {
        status,
        author: UserRef {
            id: author.into(),
            number,
        },
    };
    tx.append(viewer.id, Some(viewer), viewed, at).await?;
    Ok(true)
}

pub(super) async fn views(
    conn: &mut Conn,
    (status, author): (StatusId, UserId),
    after: Option<UserId>,
    size: PageSize,
    now: Timestamp,
) -> QueryResult<Option<StatusViewsPage>> {
    let row: Option<StatusRow> = statuses::table
        .find(Id::of(status))
        .filter(statuses::author_id.eq(Id::of(author)))
        .select(StatusRow::as_select())
        .first(conn)
        .await
        .optional()?;
    if !row.is_some_and(|row| row.is_live(now)) {
        return Ok(None);
    }
    if is_private(conn, author).await? {
        return Ok(Some(StatusViewsPage::default()));
    }
    let mut query = status_views::table
        .filter(status_views::status_id.eq(Id::of(status)))
        .filter(status_views::viewed_at.is_not_null())
        .filter(not(status_views::private))
        .order(status_views::user_id)
        .limit(rows(size.rows() + 1))
        .select((
            status_views::user_id,
            status_views::user_number,
            status_views::viewed_at.assume_not_null(),
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(status_views::user_id.gt(Id::of(after)));
    }
    let mut found: Vec<(Id, i64, i64)> = query.load(conn).await?;
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let views: Vec<StatusSeen> = found
        .into_iter()
        .map(|(user, number, at)| StatusSeen {
            user: UserRef {
                id: user.into(),
                number,
            },
            at: Timestamp::from_micros(at),
        })
        .collect();
    Ok(Some(StatusViewsPage {
        next: views.last().filter(|_| more).map(|last| last.user.id),
        views,
    }))
}
