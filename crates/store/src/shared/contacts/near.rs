//! How near people are to each other: the one place that says who is whose contact, and who has blocked whom.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::UserId;

use super::super::super::Conn;
use crate::id::Id;
use crate::schema::{blocks, contacts, directs, members, rooms};

/// Of these people, those whose contact the viewer is: they have added him, or there is a direct room that is theirs as well, as
/// they opened it, or wrote in it. A stranger can open one with anybody.
pub(in super::super) async fn whose_contact(
    conn: &mut Conn,
    viewer: UserId,
    people: &[UserId],
) -> QueryResult<HashSet<Id>> {
    let me = Id::of(viewer);
    let (low, high): (Vec<Id>, Vec<Id>) = people
        .iter()
        .map(|person| Id::of(*person))
        .filter(|person| *person != me)
        .partition(|person| *person < me);
    let mut found = HashSet::new();
    let others: Vec<Id> = low.iter().chain(&high).copied().collect();
    if !others.is_empty() {
        let added: Vec<Id> = contacts::table
            .filter(contacts::user_id.eq_any(others))
            .filter(contacts::contact_id.eq(me))
            .select(contacts::user_id)
            .load(conn)
            .await?;
        found.extend(added);
    }
    if !low.is_empty() {
        let theirs = members::user_id.eq(directs::low_id);
        let talked: Vec<Id> = directs::table
            .inner_join(rooms::table.on(rooms::id.eq(directs::room_id)))
            .inner_join(members::table.on(members::room_id.eq(directs::room_id).and(theirs)))
            .filter(
                members::posted_at
                    .is_not_null()
                    .or(rooms::creator_id.eq(directs::low_id)),
            )
            .filter(directs::low_id.eq_any(low))
            .filter(directs::high_id.eq(me))
            .select(directs::low_id)
            .load(conn)
            .await?;
        found.extend(talked);
    }
    if !high.is_empty() {
        let theirs = members::user_id.eq(directs::high_id);
        let talked: Vec<Id> = directs::table
            .inner_join(rooms::table.on(rooms::id.eq(directs::room_id)))
            .inner_join(members::table.on(members::room_id.eq(directs::room_id).and(theirs)))
            .filter(
                members::posted_at
                    .is_not_null()
                    .or(rooms::creator_id.eq(directs::high_id)),
            )
            .filter(directs::low_id.eq(me))
            .filter(directs::high_id.eq_any(high))
            .select(directs::high_id)
            .load(conn)
            .await?;
        found.extend(talked);
    }
    Ok(found)
}

/// Of these people, those who have blocked this one.
pub(in super::super) async fn blockers(
    conn: &mut Conn,
    blocked: UserId,
    people: &[UserId],
) -> QueryResult<HashSet<Id>> {
    let found: Vec<Id> = blocks::table
        .filter(blocks::user_id.eq_any(ids(people)))
        .filter(blocks::blocked_id.eq(Id::of(blocked)))
        .select(blocks::user_id)
        .load(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// Of these people, those whom this one has blocked.
pub(in super::super) async fn blocked_by(
    conn: &mut Conn,
    blocker: UserId,
    people: &[UserId],
) -> QueryResult<HashSet<Id>> {
    let found: Vec<Id> = blocks::table
        .filter(blocks::user_id.eq(Id::of(blocker)))
        .filter(blocks::blocked_id.eq_any(ids(people)))
        .select(blocks::blocked_id)
        .load(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// Of these people, those between whom and this one there is a block.
pub(super) async fn among(conn: &mut Conn, one: UserId, others: Vec<UserId>) -> QueryResult<Vec<UserId>> {
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = blockers(conn, one, &others).await?;
    found.extend(blocked_by(conn, one, &others).await?);
    Ok(found.into_iter().map(UserId::from).collect())
}

/// Whether one of two people has blocked the other.
pub(super) async fn between(conn: &mut Conn, one: UserId, other: UserId) -> QueryResult<bool> {
    Ok(has_blocked(conn, one, other).await? || has_blocked(conn, other, one).await?)
}

/// Whether somebody has blocked somebody.
pub(super) async fn has_blocked(conn: &mut Conn, blocker: UserId, blocked: UserId) -> QueryResult<bool> {
    let block = blocks::table.find((Id::of(blocker), Id::of(blocked)));
    diesel::select(diesel::dsl::exists(block)).get_result(conn).await
}

fn ids(people: &[UserId]) -> Vec<Id> {
    people.iter().copied().map(Id::of).collect()
}
