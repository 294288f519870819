//! What comes from older servers. Whoever brings something has claimed [`IMPORTS`] before everything else, and nobody else waits for
//! that: so one thing comes after the other, and numbers that are given by hand are given once.

mod keys;
mod people;
mod talk;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Account, Dialect, MediaId, Session, Timestamp, UserId};
use parlor_ports::{
    AvatarSet, Beyond, Brought, ImportStore, ListAct, ListPut, MessageBrought, NewList, NewStatus, OldDirect,
    OldKey, OldList, OldMessages, OldModel, OldPerson, OldRoom, PersonBrought, RoomBrought, RoomKept, Source,
    StatusBrought, StatusPut, StoreError,
};
use uuid::Uuid;

use super::super::{Backend, Conn, settle_numbers};
use super::Tx;
use super::broadcasts::{add_recipients, make_list};
use super::dialects::{list_named, name_list, room_named};
use super::media::set_avatar;
use super::rooms::{bring_direct, bring_group, number_brought};
use super::statuses::{lasting_since, post_status};
use super::users::hold;
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::schema::{import_origins, imports};

/// As what it is claimed.
const IMPORTS: &str = "what comes from older servers";

#[async_trait]
impl ImportStore for Backend {
    async fn open_origin(&self, dialect: Dialect, name: &str, at: Timestamp) -> Result<i64, StoreError> {
        let name = name.to_owned();
        self.write(move |tx| open_origin(tx, dialect, name, at).boxed())
            .await
    }

    async fn find_origin(&self, dialect: Dialect, name: &str) -> Result<Option<i64>, StoreError> {
        let name = name.to_owned();
        self.read(move |conn| find_origin(conn, dialect, name).boxed())
            .await
    }

    async fn brought(
        &self,
        origin: i64,
        model: OldModel,
        keys: Vec<Box<str>>,
    ) -> Result<Vec<Brought>, StoreError> {
        self.read(move |conn| brought(conn, origin, model, keys).boxed())
            .await
    }

    async fn bring_person(&self, from: Source, new: OldPerson) -> Result<PersonBrought, StoreError> {
        self.write(move |tx| people::bring(tx, from, new).boxed()).await
    }

    async fn bring_avatar(
        &self,
        from: Source,
        user: UserId,
        avatar: MediaId,
        at: Timestamp,
    ) -> Result<AvatarSet, StoreError> {
        self.write(move |tx| bring_avatar(tx, from, user, avatar, at).boxed())
            .await
    }

    async fn bring_room(&self, from: Source, new: OldRoom) -> Result<RoomBrought, StoreError> {
        self.write(move |tx| bring_room(tx, from, new).boxed()).await
    }

    async fn bring_direct(&self, from: Source, new: OldDirect) -> Result<RoomBrought, StoreError> {
        self.write(move |tx| bring_pair(tx, from, new).boxed()).await
    }

    async fn bring_list(&self, from: Source, new: OldList) -> Result<RoomBrought, StoreError> {
        self.write(move |tx| bring_list(tx, from, new).boxed()).await
    }

    async fn bring_messages(&self, new: OldMessages) -> Result<Vec<MessageBrought>, StoreError> {
        self.write(move |tx| talk::bring(tx, new).boxed()).await
    }

    async fn bring_key(&self, from: Source, new: OldKey, most: usize) -> Result<bool, StoreError> {
        self.write(move |tx| keys::bring(tx, from, new, most).boxed())
            .await
    }

    async fn bring_status(&self, from: Source, new: NewStatus) -> Result<StatusBrought, StoreError> {
        self.write(move |tx| bring_status(tx, from, new).boxed()).await
    }

    async fn find_key(
        &self,
        dialect: Dialect,
        digest: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        self.read(move |conn| keys::find(conn, dialect, digest, now).boxed())
            .await
    }
}

async fn find_origin(conn: &mut Conn, dialect: Dialect, name: String) -> QueryResult<Option<i64>> {
    import_origins::table
        .filter(import_origins::dialect.eq(dialect.code()))
        .filter(import_origins::name.eq(name))
        .select(import_origins::number)
        .first(conn)
        .await
        .optional()
}

async fn open_origin(tx: &mut Tx<'_>, dialect: Dialect, name: String, at: Timestamp) -> QueryResult<i64> {
    tx.claim(IMPORTS).await?;
    if let Some(number) = find_origin(tx.conn, dialect, name.clone()).await? {
        return Ok(number);
    }
    diesel::insert_into(import_origins::table)
        .values((
            import_origins::dialect.eq(dialect.code()),
            import_origins::name.eq(name),
            import_origins::created_at.eq(at.micros()),
        ))
        .returning(import_origins::number)
        .get_result(tx.conn)
        .await
}

async fn brought(
    conn: &mut Conn,
    origin: i64,
    model: OldModel,
    keys: Vec<Box<str>>,
) -> QueryResult<Vec<Brought>> {
    let keys: Vec<String> = keys.into_iter().map(String::from).collect();
    let found: Vec<(String, Option<Id>, Option<i64>)> = imports::table
        .filter(imports::origin_number.eq(origin))
        .filter(imports::model.eq(model.code()))
        .filter(imports::key.eq_any(keys))
        .select((imports::key, imports::id, imports::print))
        .load(conn)
        .await?;
    let brought = found.into_iter().map(|(key, id, print)| Brought {
        key: key.into(),
        id: id.map(|id| id.0),
        print,
    });
    Ok(brought.collect())
}

/// Begins to bring something; false if it came before. Comes before everything else.
async fn begin(tx: &mut Tx<'_>, from: &Source, beyond: Beyond) -> QueryResult<bool> {
    tx.claim(IMPORTS).await?;
    let known = imports::table.find((from.origin, from.model.code(), &*from.key));
    if diesel::select(diesel::dsl::exists(known))
        .get_result::<bool>(tx.conn)
        .await?
    {
        return Ok(false);
    }
    tx.number_beyond(beyond.messages).await?;
    Ok(true)
}

/// Notes that something has come, and what it became.
async fn note(tx: &mut Tx<'_>, from: &Source, id: Option<Uuid>, print: Option<i64>) -> QueryResult<()> {
    diesel::insert_into(imports::table)
        .values((
            imports::origin_number.eq(from.origin),
            imports::model.eq(from.model.code()),
            imports::key.eq(&*from.key),
            imports::id.eq(id.map(Id)),
            imports::print.eq(print),
        ))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Notes that something has come which has numbers.
async fn end(tx: &mut Tx<'_>, from: &Source, id: Option<Uuid>, print: Option<i64>) -> QueryResult<()> {
    note(tx, from, id, print).await?;
    settle_numbers(tx.conn).await
}

async fn bring_avatar(
    tx: &mut Tx<'_>,
    from: Source,
    user: UserId,
    avatar: MediaId,
    at: Timestamp,
) -> QueryResult<AvatarSet> {
    if !begin(tx, &from, Beyond::default()).await? {
        return Ok(AvatarSet::Done);
    }
    let account = hold(tx, user).await?;
    if account.is_some_and(|account| account.profile.avatar.is_some()) {
        note(tx, &from, None, None).await?;
        return Ok(AvatarSet::Done);
    }
    let set = set_avatar(tx, user, Some(avatar), at).await?;
    if set == AvatarSet::Done {
        note(tx, &from, Some(avatar.uuid()), None).await?;
    }
    Ok(set)
}

async fn bring_room(tx: &mut Tx<'_>, from: Source, new: OldRoom) -> QueryResult<RoomBrought> {
    if !begin(tx, &from, new.numbering.beyond).await? {
        return Ok(RoomBrought::Known);
    }
    let id = new.id.uuid();
    let brought = bring_group(tx, new).await?;
    if let RoomBrought::Done(_) = brought {
        end(tx, &from, Some(id), None).await?;
    }
    Ok(brought)
}

async fn bring_pair(tx: &mut Tx<'_>, from: Source, new: OldDirect) -> QueryResult<RoomBrought> {
    if !begin(tx, &from, new.numbering.beyond).await? {
        return Ok(RoomBrought::Known);
    }
    let id = new.id.uuid();
    let brought = bring_direct(tx, new).await?;
    match &brought {
        RoomBrought::Done(_) => end(tx, &from, Some(id), None).await?,
        RoomBrought::Merged(room) => end(tx, &from, Some(room.uuid()), None).await?,
        _ => {}
    }
    Ok(brought)
}

async fn bring_list(tx: &mut Tx<'_>, from: Source, new: OldList) -> QueryResult<RoomBrought> {
    if !begin(tx, &from, new.numbering.beyond).await? {
        return Ok(RoomBrought::Known);
    }
    let Some(owner) = people::usable(tx, vec![new.owner]).await?.pop() else {
        return Ok(RoomBrought::NoOwner);
    };
    let (dialect, name) = new.called;
    let name = String::from(name);
    let room = room_named(tx.conn, dialect, name.clone()).await?;
    if room.is_some() || list_named(tx.conn, dialect, name.clone()).await?.is_some() {
        return Ok(RoomBrought::NameTaken);
    }
    let list = NewList {
        id: new.id,
        owner,
        name: new.name,
        most: u32::MAX,
        at: new.created_at,
    };
    if !matches!(make_list(tx, list).await?, ListPut::Done(_)) {
        return Ok(RoomBrought::NoOwner);
    }
    let mut wanted = new.recipients;
    wanted.retain(|user| *user != new.owner);
    let usable = people::usable(tx, wanted.clone()).await?;
    let recipients: Vec<UserId> = usable.iter().map(|user| user.id).collect();
    wanted.retain(|user| !recipients.contains(user));
    let added = add_recipients(tx, new.id, owner, recipients, u32::MAX, new.created_at).await?;
    let number = number_brought(tx, new.numbering).await?;
    let named = name_list(tx, dialect, name, new.id, Some(number)).await?;
    if !named || !matches!(added, ListAct::Done(_)) {
        return Err(corrupt("broadcast list", new.id));
    }
    end(tx, &from, Some(new.id.uuid()), None).await?;
    Ok(RoomBrought::Done(RoomKept {
        number,
        left_out: wanted,
        crowded: Vec::new(),
        called: true,
    }))
}

async fn bring_status(tx: &mut Tx<'_>, from: Source, new: NewStatus) -> QueryResult<StatusBrought> {
    if !begin(tx, &from, Beyond::default()).await? {
        return Ok(StatusBrought::Known);
    }
    let shown = lasting_since(tx.conn, new.author.id).await?;
    if shown.is_some_and(|since| since > new.at) {
        note(tx, &from, None, None).await?;
        return Ok(StatusBrought::Outdated);
    }
    let id = new.id.uuid();
    Ok(match post_status(tx, new).await? {
        StatusPut::New(_) | StatusPut::Known(_) => {
            end(tx, &from, Some(id), None).await?;
            StatusBrought::Done
        }
        StatusPut::Refused(refusal) => StatusBrought::Refused(refusal),
    })
}
