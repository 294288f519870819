//! Coming into rooms.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Event, Head, History, JoinPolicy, MsgNo, NotifyLevel, RequestNote, Role, Room, RoomId, RoomKind, Seq,
    Timestamp, UserId, UserRef, What,
};
use parlor_ports::{Added, Joined, RoomRefusal};

use super::super::Tx;
use super::act::{self, Act, accounts, have_place, require_among};
use super::reach::reaches;
use super::requests;
use super::sanctions::{self, is_banned};
use crate::code::Code;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{MemberRow, StreamRow};
use crate::schema::{members, rooms, streams};

pub(super) async fn join(
    tx: &mut Tx<'_>,
    room: RoomId,
    user: UserRef,
    note: Option<RequestNote>,
    at: Timestamp,
) -> Act<Joined> {
    let (room, member) = requests::approach(tx, room, user).await?;
    if member {
        return Ok(Joined::Already);
    }
    match (room.kind, room.rules.join) {
        (RoomKind::Direct, _) => Err(RoomRefusal::NoRoom.into()),
        (_, JoinPolicy::Closed) => Err(RoomRefusal::Closed.into()),
        (_, JoinPolicy::Open) => walk_in(tx, &room, user, at).await,
        (_, JoinPolicy::Approval) => requests::ask(tx, &room, user, note, at).await,
    }
}

/// Brings somebody in who comes by himself. Refused if he is kept out.
pub(super) async fn walk_in(tx: &mut Tx<'_>, room: &Room, user: UserRef, at: Timestamp) -> Act<Joined> {
    let people = accounts(tx, &[user.id]).await?;
    if is_banned(tx, room.id, user.id).await? {
        return Err(RoomRefusal::Out.into());
    }
    has_place(room, people.len())?;
    have_place(tx, &people).await?;
    bring_in(tx, room, user, &people, Role::Member, at).await?;
    Ok(Joined::New)
}

pub(super) async fn add(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    users: Vec<UserId>,
    at: Timestamp,
) -> Act<Added> {
    let concerned = requests::with_hosts(tx.conn, room, &users).await?;
    let (room, role) = act::group(tx, room, actor, &concerned).await?;
    require_among(room.rules.adding, role)?;
    let mut newcomers = Vec::with_capacity(users.len());
    for user in accounts(tx, &users).await? {
        if act::role(tx, room.id, user.id).await?.is_none() {
            newcomers.push(user);
        }
    }
    for user in &newcomers {
        if is_banned(tx, room.id, user.id).await? {
            return Err(RoomRefusal::Banned(user.id).into());
        }
    }
    reaches(tx, actor, &newcomers).await?;
    has_place(&room, newcomers.len())?;
    have_place(tx, &newcomers).await?;
    bring_in(tx, &room, actor, &newcomers, Role::Member, at).await?;
    Ok(Added::Done(newcomers))
}

/// Refuses if so many more do not fit into a room.
pub(super) fn has_place(room: &Room, more: usize) -> Act<()> {
    let more = u32::try_from(more).unwrap_or(u32::MAX);
    if more > 0 && room.members.saturating_add(more) > room.capacity.members() {
        return Err(RoomRefusal::Full.into());
    }
    Ok(())
}

/// Makes people members: one event in the room's stream unless it is a channel, and one in each one's own. Nothing at all for
/// nobody. A request that one of them made is over.
pub(super) async fn bring_in(
    tx: &mut Tx<'_>,
    room: &Room,
    actor: UserRef,
    people: &[UserRef],
    role: Role,
    at: Timestamp,
) -> QueryResult<()> {
    if people.is_empty() {
        return Ok(());
    }
    let door = match room.kind {
        RoomKind::Channel => Door::unseen(tx, room.id).await?,
        RoomKind::Direct | RoomKind::Group => {
            let joined = What::MembersJoined {
                users: people.to_vec(),
            };
            Door::at(&*tx.append(room.id, Some(actor), joined, at).await?)
        }
    };
    for user in people {
        requests::end(tx, room.id, *user, Some(actor), true, at).await?;
    }
    let_in(tx, room, &door, Some(actor), people, role, at).await?;
    for user in people {
        sanctions::resume_mute(tx, room, *user, at).await?;
    }
    Ok(())
}

/// Makes people members who come in by this door: a membership and an event of his own for each.
pub(super) async fn let_in(
    tx: &mut Tx<'_>,
    room: &Room,
    door: &Door,
    actor: Option<UserRef>,
    people: &[UserRef],
    role: Role,
    at: Timestamp,
) -> QueryResult<()> {
    let visible_from = match room.rules.history {
        History::All => Seq(1),
        History::FromJoin => door.joined,
    };
    for user in people {
        let told = What::RoomJoined {
            room: room.id,
            joined: door.joined,
            visible_from,
        };
        // A channel may bring many in at once, who need not be told so.
        let told = if room.kind == RoomKind::Group && actor != Some(*user) {
            tx.notify(user.id, actor, told, at).await?
        } else {
            tx.append(user.id, actor, told, at).await?
        };
        let peer = people
            .iter()
            .find(|other| room.kind == RoomKind::Direct && other.id != user.id);
        let row = MemberRow {
            room_id: room.id.into(),
            user_id: user.id.into(),
            role: role.code(),
            visible_from: visible_from.stored(),
            joined_seq: door.joined.stored(),
            joined_at: at.micros(),
            read_seq: door.read.stored(),
            read_msg_no: door.msg_no.stored(),
            delivered_seq: door.read.stored(),
            rev: 0,
            barred: 0,
            muted_until: None,
            notify: NotifyLevel::default().code(),
            quiet_until: None,
            notify_seq: told.seq.stored(),
            peer_id: peer.map(|peer| peer.id.into()),
            shown_read: door.read.stored(),
            own_rev: 0,
            absent: false,
        };
        diesel::insert_into(members::table)
            .values(row)
            .execute(tx.conn)
            .await?;
    }
    let more = i64::try_from(people.len()).unwrap_or(i64::MAX);
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room.id))))
        .set((
            rooms::member_count.eq(rooms::member_count + more),
            rooms::changed_at.eq(at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Where in a room's stream somebody comes in.
pub(super) struct Door {
    /// What he hears begins here.
    joined: Seq,
    /// He has read up to here.
    read: Seq,
    /// How many messages the room had then.
    msg_no: MsgNo,
}

impl Door {
    /// Before everything.
    pub(super) const BEGINNING: Self = Self {
        joined: Seq(1),
        read: Seq::ZERO,
        msg_no: MsgNo::ZERO,
    };

    /// By an event that tells of it.
    fn at(event: &Event) -> Self {
        Self {
            joined: event.seq,
            read: event.seq,
            msg_no: event.msg_no,
        }
    }

    /// Behind the last event.
    pub(super) async fn unseen(tx: &mut Tx<'_>, room: RoomId) -> QueryResult<Self> {
        let head: StreamRow = streams::table
            .find(Id::of(room))
            .select(StreamRow::as_select())
            .first(tx.conn)
            .await?;
        let Head { position, msg_no } = head.head();
        Ok(Self {
            joined: position.seq.next(),
            read: position.seq,
            msg_no,
        })
    }
}
