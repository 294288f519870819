//! The room of all accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{
    AccountStatus, History, JoinPolicy, Role, Room, RoomId, RoomKind, RoomName, Rules, SlowMode, Timestamp,
    UserId, UserRef, Who,
};
use parlor_ports::{AnnouncementStore, Gathered, Priority, StoreError};

use super::super::super::{Backend, Conn};
use super::super::Tx;
use super::act;
use super::enter::{self, Door};
use super::settings::{ruled, tell};
use crate::code::Code;
use crate::counter::rows;
use crate::error::corrupt;
use crate::id::Id;
use crate::schema::{members, rooms, streams, users};

/// As what it is claimed by who makes it, and shared by who makes an account, so that each account either is there when those
/// who are to be brought in are looked for, or knows of the room.
const CLAIM: &str = "the room of all accounts";
/// Everybody reads what the server says from when he comes on, and nobody decides about anything.
const RULES: Rules = Rules {
    history: History::FromJoin,
    join: JoinPolicy::Closed,
    posting: Who::Admins,
    adding: Who::Admins,
    slow_mode: SlowMode::OFF,
    listed: false,
};

#[async_trait]
impl AnnouncementStore for Backend {
    async fn open(
        &self,
        bot: UserRef,
        name: RoomName,
        new_id: RoomId,
        at: Timestamp,
    ) -> Result<Option<RoomId>, StoreError> {
        let wanted = name.clone();
        // Mostly it is there, which is seen without keeping anybody from writing.
        match self.read(move |conn| look(conn, bot.id, wanted).boxed()).await? {
            Some((room, true)) => return Ok(Some(room)),
            Some((_, false)) => {}
            None => {
                let name = name.clone();
                self.write(move |tx| make(tx, bot, name, new_id, at).boxed())
                    .await?;
            }
        }
        self.write(move |tx| enter(tx, bot, name, at).boxed()).await
    }

    async fn gather(&self, most: usize, at: Timestamp) -> Result<Gathered, StoreError> {
        if self.read(|conn| unfinished(conn).boxed()).await?.is_none() {
            return Ok(Gathered {
                people: 0,
                more: false,
            });
        }
        self.write_as(Priority::Bulk, move |tx| gather(tx, most, at).boxed())
            .await
    }
}

async fn find(conn: &mut Conn) -> QueryResult<Option<RoomId>> {
    let room: Option<Id> = rooms::table
        .filter(rooms::everyones)
        .select(rooms::id)
        .first(conn)
        .await
        .optional()?;
    Ok(room.map(Into::into))
}

/// The room, whose stream is locked until the end of the transaction, and which nobody makes meanwhile if it is not there. Comes
/// before everything else in a transaction.
pub(in super::super) async fn hold(tx: &mut Tx<'_>) -> QueryResult<Option<Room>> {
    tx.share_claim(CLAIM).await?;
    match find(tx.conn).await? {
        Some(room) => {
            tx.lock([Id::of(room)]).await?;
            act::find(tx, room).await
        }
        None => Ok(None),
    }
}

/// Lets somebody in whose account is made in this transaction.
pub(in super::super) async fn welcome(
    tx: &mut Tx<'_>,
    room: &Room,
    user: UserRef,
    at: Timestamp,
) -> QueryResult<()> {
    let door = Door::unseen(tx, room.id).await?;
    // An account may be older than the room, which it enters now.
    let at = at.max(room.changed_at);
    enter::let_in(tx, room, &door, None, &[user], Role::Member, at).await
}

/// The room, and whether this bot is in it and it is called so.
async fn look(conn: &mut Conn, bot: UserId, name: RoomName) -> QueryResult<Option<(RoomId, bool)>> {
    let found: Option<(Id, Option<String>, Option<Id>)> = rooms::table
        .left_join(
            members::table.on(members::room_id
                .eq(rooms::id)
                .and(members::user_id.eq(Id::of(bot)))),
        )
        .filter(rooms::everyones)
        .select((rooms::id, rooms::name, members::user_id.nullable()))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(room, called, member)| {
        let ready = member.is_some() && called.as_deref() == Some(name.as_str());
        (room.into(), ready)
    }))
}

/// Makes the room, unless somebody else has done it meanwhile. Locks nothing.
async fn make(tx: &mut Tx<'_>, bot: UserRef, name: RoomName, id: RoomId, at: Timestamp) -> QueryResult<()> {
    tx.claim(CLAIM).await?;
    if find(tx.conn).await?.is_some() {
        return Ok(());
    }
    tx.open_stream(Id::of(id), at).await?;
    diesel::insert_into(rooms::table)
        .values((
            rooms::id.eq(Id::of(id)),
            rooms::kind.eq(RoomKind::Channel.code()),
            rooms::name.eq(name.as_str()),
            rooms::topic.eq(""),
            ruled(RULES),
            rooms::capacity.eq(i64::from(u32::MAX)),
            rooms::member_count.eq(0),
            rooms::creator_id.eq(Id::of(bot.id)),
            rooms::created_at.eq(at.micros()),
            rooms::changed_at.eq(at.micros()),
            rooms::everyones.eq(true),
            rooms::gathered.eq(0),
        ))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Brings the bot in and gives the room its name, as far as that is still to be done.
async fn enter(tx: &mut Tx<'_>, bot: UserRef, name: RoomName, at: Timestamp) -> QueryResult<Option<RoomId>> {
    let gone = || corrupt("room", "of all accounts");
    let id = find(tx.conn).await?.ok_or_else(gone)?;
    tx.lock([Id::of(id), Id::of(bot.id)]).await?;
    let room = act::find(tx, id).await?.ok_or_else(gone)?;
    let usable = users::table
        .find(Id::of(bot.id))
        .filter(users::status.eq(AccountStatus::Active.code()));
    if !diesel::select(diesel::dsl::exists(usable))
        .get_result::<bool>(tx.conn)
        .await?
    {
        return Ok(None);
    }
    if act::role(tx, id, bot.id).await?.is_none() {
        welcome(tx, &room, bot, at).await?;
    }
    if room.name.as_ref() != Some(&name) {
        diesel::update(rooms::table.filter(rooms::id.eq(Id::of(id))))
            .set((rooms::name.eq(name.as_str()), rooms::changed_at.eq(at.micros())))
            .execute(tx.conn)
            .await?;
        let name = Some(name);
        tell(tx, Room { name, ..room }, None, at).await?;
    }
    Ok(Some(id))
}

/// The room if somebody is still to be brought in, to whom something was said, and the number of the last account that was looked
/// at.
async fn unfinished(conn: &mut Conn) -> QueryResult<Option<(Id, i64)>> {
    rooms::table
        .inner_join(streams::table.on(streams::id.eq(rooms::id)))
        .filter(rooms::everyones)
        .filter(rooms::gathered.is_not_null())
        .filter(streams::msg_no.gt(0))
        .select((rooms::id, rooms::gathered.assume_not_null()))
        .first(conn)
        .await
        .optional()
}

async fn gather(tx: &mut Tx<'_>, most: usize, at: Timestamp) -> QueryResult<Gathered> {
    let Some((room, after)) = unfinished(tx.conn).await? else {
        return Ok(Gathered {
            people: 0,
            more: false,
        });
    };
    let next: Vec<(Id, i64)> = users::table
        .filter(users::number.gt(after))
        .order(users::number)
        .limit(rows(most))
        .select((users::id, users::number))
        .load(tx.conn)
        .await?;
    let ids: Vec<Id> = next.iter().map(|(id, _)| *id).collect();
    tx.lock(ids.iter().copied().chain([room])).await?;
    // Another process may have brought them in meanwhile.
    if unfinished(tx.conn).await? != Some((room, after)) {
        return Ok(Gathered {
            people: 0,
            more: true,
        });
    }
    let people = those_to_bring_in(tx.conn, room, ids).await?;
    let found = act::find(tx, room.into()).await?;
    let found = found.ok_or_else(|| corrupt("room", "of all accounts"))?;
    enter::let_in(tx, &found, &Door::BEGINNING, None, &people, Role::Member, at).await?;
    let more = next.len() == most;
    let last = next.last().map(|(_, number)| *number).filter(|_| more);
    diesel::update(rooms::table.filter(rooms::id.eq(room)))
        .set(rooms::gathered.eq(last))
        .execute(tx.conn)
        .await?;
    Ok(Gathered {
        people: people.len(),
        more,
    })
}

/// Of these accounts, those that people have and that are not in the room.
async fn those_to_bring_in(conn: &mut Conn, room: Id, accounts: Vec<Id>) -> QueryResult<Vec<UserRef>> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<(Id, i64)> = users::table
        .left_join(members::table.on(members::user_id.eq(users::id).and(members::room_id.eq(room))))
        .filter(users::id.eq_any(accounts))
        .filter(users::status.ne(AccountStatus::Deleted.code()))
        .filter(users::bot.eq(false))
        .filter(members::user_id.nullable().is_null())
        .order(users::number)
        .select((users::id, users::number))
        .load(conn)
        .await?;
    let people = people.into_iter().map(|(id, number)| UserRef {
        id: id.into(),
        number,
    });
    Ok(people.collect())
}
