//! Rooms: those that one is in, new ones, and one's own.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use parlor_domain::{
    Capacity, JoinPolicy, RoomChange, RoomId, RoomKind, RoomName, Rules, RulesChange, Topic,
};
use parlor_services::{Actor, AttendedRoom, Error, NewGroup};

use super::found::{self, GROUP, PRIVATE};
use super::{Caller, NO_FIELD, owner_only};
use crate::compat::Compat;
use crate::drf::page::{self, PageQuery};
use crate::drf::{Any, Body, Form, InOrder, Integer, Refusal, Text};

/// Most characters of a name.
const NAME: usize = 50;
/// How many may be in a room if nothing is said and no fewer are the most.
const USUAL: u32 = 10;
const TAKEN: &str = "room with this name already exists.";

/// What somebody wants of a room, as far as it was sent.
struct Wish {
    name: Option<RoomName>,
    max_users: Option<u32>,
    kind: Option<&'static str>,
}

impl Wish {
    /// The fields of a room, which is called something `own` so far, after its name was asked for; what is wrong with them the form
    /// knows then.
    async fn read(
        compat: &Compat,
        form: &mut Form,
        name: Option<String>,
        own: Option<&RoomName>,
    ) -> Result<Self, Refusal> {
        let name = match name.filter(|_| !form.is_refused("name")) {
            Some(name) => free_name(compat, form, &name, own).await?,
            None => None,
        };
        let max_users = form.integer_or_none("max_users", Integer::new().min(1).optional());
        let max_users = max_users.map(|users| u32::try_from(users).unwrap_or(u32::MAX));
        let most = most(compat);
        if max_users.is_some_and(|users| users > most) {
            form.refuse("max_users", &too_many(most));
        }
        Ok(Self {
            name,
            max_users,
            kind: form.choice_or_none("type", &[PRIVATE, GROUP]),
        })
    }
}

/// `GET /api/v1/chats/rooms/`: those in which somebody takes part, the one that changed last first.
pub(super) async fn list(
    Caller(caller): Caller,
    compat: Data<Compat>,
    query: PageQuery,
) -> Result<HttpResponse, Refusal> {
    let services = compat.services();
    let read = page::read(&query, async |skip, most| {
        let page = services.rooms.attended(&caller.actor, skip, most).await?;
        Ok::<_, Error>((page.rooms, page.count))
    });
    let (rooms, count) = read.await?;
    let results = rooms.iter().map(found::shown).collect();
    Ok(HttpResponse::Ok().json(page::shape(results, count, &query)))
}

/// `POST /api/v1/chats/rooms/`: a room in which nobody takes part, its owner included.
pub(super) async fn create(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let mut form = body.form(NO_FIELD)?;
    let name = form.text("name", Text::new().max(NAME));
    let wish = Wish::read(&compat, &mut form, Some(name), None).await?;
    form.finish()?;
    // The owner, who takes no part, has a place besides.
    let users = wish.max_users.unwrap_or_else(|| USUAL.min(most(&compat)));
    let group = NewGroup {
        kind: RoomKind::Group,
        client_id: None,
        name: wish.name.ok_or_else(Refusal::overlooked)?,
        unique_name: true,
        topic: "".parse::<Topic>().expect("there may be no topic"),
        rules: Rules {
            join: join_policy(wish.kind.unwrap_or(GROUP)),
            ..Rules::of_new(RoomKind::Group)
        },
        capacity: Some(capacity(&compat, RoomKind::Group, users.saturating_add(1))?),
        members: Vec::new(),
        creator_absent: true,
    };
    let made = compat.services().rooms.create(&caller.actor, group).await;
    let room = made.map_err(refused)?.into_inner().room.id;
    let found = find(&compat, &caller.actor, room).await?;
    Ok(HttpResponse::Created().json(found::shown(&found)))
}

/// `GET /api/v1/chats/rooms/<number>/`
pub(super) async fn retrieve(
    Caller(caller): Caller,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let found = find_own(&compat, &caller.actor, number.into_inner()).await?;
    Ok(HttpResponse::Ok().json(found::shown(&found)))
}

/// `PUT /api/v1/chats/rooms/<number>/`
pub(super) async fn replace(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let found = find_own(&compat, &caller.actor, number.into_inner()).await?;
    let mut form = body.form(NO_FIELD)?;
    let name = form.text("name", Text::new().max(NAME));
    let own = found.room.name.as_ref();
    let wish = Wish::read(&compat, &mut form, Some(name), own).await?;
    form.finish()?;
    save(&compat, &caller.actor, &found, wish).await
}

/// `PATCH /api/v1/chats/rooms/<number>/`
pub(super) async fn change(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let found = find_own(&compat, &caller.actor, number.into_inner()).await?;
    let mut form = body.form(NO_FIELD)?;
    let name = form.text_or_none("name", Text::new().max(NAME));
    let own = found.room.name.as_ref();
    let wish = Wish::read(&compat, &mut form, name, own).await?;
    form.finish()?;
    save(&compat, &caller.actor, &found, wish).await
}

/// `DELETE /api/v1/chats/rooms/<number>/`
pub(super) async fn remove(
    Caller(caller): Caller,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let found = find_own(&compat, &caller.actor, number.into_inner()).await?;
    let rooms = &compat.services().rooms;
    rooms.delete(&caller.actor, found.room.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn save(
    compat: &Compat,
    actor: &Actor,
    found: &AttendedRoom,
    wish: Wish,
) -> Result<HttpResponse, Refusal> {
    let room = &found.room;
    let places = wish.max_users.map(|users| capacity(compat, room.kind, users));
    // Who may join may be decided elsewhere in more ways than there are types.
    let kind = wish.kind.filter(|kind| *kind != found::kind(room));
    let change = RoomChange {
        name: wish.name,
        unique_name: true,
        places: places.transpose()?,
        rules: RulesChange {
            join: kind.map(join_policy),
            ..RulesChange::default()
        },
        ..RoomChange::default()
    };
    let changed = compat.services().rooms.update(actor, room.id, change).await;
    changed.map_err(refused)?;
    let found = find(compat, actor, room.id).await?;
    Ok(HttpResponse::Ok().json(found::shown(&found)))
}

async fn find(compat: &Compat, actor: &Actor, room: RoomId) -> Result<AttendedRoom, Refusal> {
    let found = found::look_up(compat.services(), actor, room).await?;
    found.ok_or_else(Refusal::not_found)
}

/// A room that belongs to the actor.
async fn find_own(compat: &Compat, actor: &Actor, number: i64) -> Result<AttendedRoom, Refusal> {
    let found = found::find(compat.services(), actor, number).await?;
    let found = found.ok_or_else(Refusal::not_found)?;
    if found.owner == Some(actor.user) {
        Ok(found)
    } else {
        Err(owner_only())
    }
}

/// A name that no other room has; `None` if something is wrong with it, which the form knows then. Whether it is still free when it is
/// given, the store decides.
async fn free_name(
    compat: &Compat,
    form: &mut Form,
    name: &str,
    own: Option<&RoomName>,
) -> Result<Option<RoomName>, Refusal> {
    let Ok(name) = name.parse::<RoomName>() else {
        form.refuse("name", "Enter a valid value.");
        return Ok(None);
    };
    if own != Some(&name) && compat.services().rooms.is_named(&name).await? {
        form.refuse("name", TAKEN);
        return Ok(None);
    }
    Ok(Some(name))
}

/// A number of members or places that a room may have.
fn capacity(compat: &Compat, kind: RoomKind, members: u32) -> Result<Capacity, Refusal> {
    let capacity = compat.services().rooms.capacity(kind, members);
    capacity.map_err(|_| Refusal::field("max_users", &[&too_many(most(compat))]))
}

/// How many may take part in a room at most. Its owner, who may be absent, has a place besides.
fn most(compat: &Compat) -> u32 {
    let members = compat.services().rooms.most_members();
    compat.max_users_in_room().min(members.saturating_sub(1))
}

fn too_many(most: u32) -> String {
    format!("System max users limit is {most}")
}

/// Who may enter a room of this type.
fn join_policy(kind: &str) -> JoinPolicy {
    if kind == PRIVATE {
        JoinPolicy::Closed
    } else {
        JoinPolicy::Open
    }
}

/// What is said of a room that was not stored as it was sent.
fn refused(error: Error) -> Refusal {
    match error {
        Error::RoomNameTaken => Refusal::field("name", &[TAKEN]),
        error => error.into(),
    }
}
