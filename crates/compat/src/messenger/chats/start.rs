//! Beginning a chat.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Account, AccountStatus, Dialect, ListName, RoomKind, RoomName, Rules, UserId, Username};
use parlor_services::{Actor, Error, Guest, Made, NewGroup, Rooms, Services};
use serde_json::{Value, json};

use super::super::NO_FIELD;
use super::super::callers::Caller;
use super::found::{self, Chat, Found};
use super::shapes::Shapes;
use super::{BROADCAST, GROUP, NORMAL, members, names};
use crate::compat::Compat;
use crate::drf::{Any, Body, Form, InOrder, Refusal, Text};
use crate::mount::Mount;

const NOBODY: &str = "You cannot chat with a non existent user";
const REQUIRED: &str = "This field is required.";

/// What chat somebody wants.
struct Wish {
    /// One of the three types; empty if it is refused.
    room_type: &'static str,
    /// With whom.
    username: Option<String>,
    /// With which people.
    members: Option<Vec<i64>>,
    /// What it is called, or which one it is.
    channel: Option<String>,
}

impl Wish {
    fn read(form: &mut Form) -> Self {
        let room_type = form.choice("room_type", &[NORMAL, GROUP, BROADCAST]);
        let name = Text::new().optional().nullable();
        // What is not asked for may be left blank.
        let rest = name.blank();
        let username = form.text_or_none("username", if room_type == NORMAL { name } else { rest });
        let members = form.integers_or_none("members_id", members::MOST);
        let channel = form.text_or_none("room_channelName", rest);
        Self {
            room_type,
            username: username.filter(|name| !name.is_empty()),
            members,
            channel: channel.filter(|name| !name.is_empty()),
        }
    }

    /// Refuses what lacks people.
    fn demand_people(&self, form: &mut Form) {
        let lacks = match (&self.username, &self.members, self.room_type) {
            (None, None, _) | (None, Some(_), NORMAL) => "username",
            (Some(_), None, GROUP | BROADCAST) => "members_id",
            _ => return,
        };
        if !form.is_refused("username") && !form.is_refused("members_id") {
            form.refuse(lacks, REQUIRED);
        }
    }
}

/// `POST /api/start/`: a new chat, or the way to one that there is.
pub(super) async fn start(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let (services, actor) = (compat.services(), &caller.actor);
    let mut form = body.form(NO_FIELD)?;
    let wish = Wish::read(&mut form);
    if let (GROUP | BROADCAST, Some(name)) = (wish.room_type, &wish.channel)
        && let Some(number) = reopened(services, actor, name).await?
    {
        return Ok(at(&request, number));
    }
    wish.demand_people(&mut form);
    form.finish()?;
    let chat = match (wish.room_type, wish.username, wish.members) {
        (NORMAL, Some(username), _) => match direct(services, actor, &username).await? {
            Direct::New(chat) => chat,
            Direct::Known(number) => return Ok(at(&request, number)),
            Direct::Nobody => return Ok(HttpResponse::Ok().json(json!({ "message": NOBODY }))),
        },
        (GROUP, _, Some(people)) => group(services, &caller, people, wish.channel).await?,
        (BROADCAST, _, Some(people)) => list(services, &caller, people, wish.channel).await?,
        _ => return Err(Refusal::overlooked()),
    };
    let shapes = Shapes::new(&compat, &request, &caller);
    let mut shape = shapes.conversation(&chat).await?;
    shape.insert("message_set".to_owned(), json!([]));
    Ok(HttpResponse::Ok().json(Value::Object(shape)))
}

/// The number of the chat of this name, if it is one of the actor's.
async fn reopened(services: &Services, actor: &Actor, name: &str) -> Result<Option<i64>, Error> {
    Ok(match found::named(services, actor, name).await? {
        Found::Mine(Chat::Room(view)) => Some(view.room.number),
        Found::Mine(Chat::List(list)) => Some(names::of_list(services, list.id).await?.1),
        Found::Foreign | Found::Nothing => None,
    })
}

/// Where the chat with this number is told.
fn at(request: &HttpRequest, number: i64) -> HttpResponse {
    let prefix = Mount::of(request).prefix();
    let place = format!("{prefix}/api/get_conversation/{number}");
    HttpResponse::Found().insert_header((LOCATION, place)).finish()
}

/// What became of a wish for a direct room.
enum Direct {
    New(Chat),
    /// It was there, with this number.
    Known(i64),
    /// There is nobody of this name, as far as the actor is to know.
    Nobody,
}

async fn direct(services: &Services, actor: &Actor, username: &str) -> Result<Direct, Error> {
    let Some(peer) = somebody(services, actor, username).await? else {
        return Ok(Direct::Nobody);
    };
    let opened = match services.rooms.open_direct(actor, peer.user.id).await {
        Ok(opened) => opened,
        Err(Error::NoSuchUser(_) | Error::Blocked(_) | Error::NotAContact(_)) => return Ok(Direct::Nobody),
        Err(error) => return Err(error),
    };
    match opened {
        Made::New(view) => Ok(Direct::New(Chat::Room(Box::new(view)))),
        // One that is there stays there for both, whoever of them has blocked the other since.
        Made::Known(view) => match services.contacts.may_be_heard(actor, view.room.id).await {
            Ok(()) => Ok(Direct::Known(view.room.number)),
            Err(Error::Blocked(_) | Error::NotAContact(_)) => Ok(Direct::Nobody),
            Err(error) => Err(error),
        },
    }
}

/// Somebody else of this name whose account can be used.
async fn somebody(services: &Services, actor: &Actor, name: &str) -> Result<Option<Account>, Error> {
    let Ok(name) = name.parse::<Username>() else {
        return Ok(None);
    };
    match services.accounts.find_by_username(&name).await {
        Ok(account) => Ok(Some(account).filter(|account| is_there(account) && account.user != actor.user)),
        Err(Error::NoSuchUser(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A group of these people that belongs to the caller.
async fn group(
    services: &Services,
    caller: &Guest,
    people: Vec<i64>,
    channel: Option<String>,
) -> Result<Chat, Refusal> {
    let actor = &caller.actor;
    let people = others(services, actor, people).await?;
    let name = names::draw(services);
    let called: Option<RoomName> = channel.and_then(|channel| channel.parse().ok());
    let own = || name.parse().expect("letters and digits can name a room");
    let (first, rest) = people.split_at(people.len().min(Rooms::MAX_ADDED));
    let new = NewGroup {
        kind: RoomKind::Group,
        client_id: None,
        name: called.unwrap_or_else(own),
        unique_name: false,
        topic: "".parse().expect("there may be no topic"),
        rules: Rules::of_new(RoomKind::Group),
        creator_absent: false,
        capacity: None,
        members: first.to_vec(),
    };
    let made = services.rooms.create(actor, new).await.map_err(not_made)?;
    let view = made.into_inner();
    let room = view.room.id;
    for some in rest.chunks(Rooms::MAX_ADDED) {
        if let Err(error) = services.rooms.add(actor, room, some.to_vec()).await {
            services.rooms.delete(actor, room).await?;
            return Err(not_made(error));
        }
    }
    let dialects = &services.dialects;
    dialects.name_room(Dialect::Messenger, &name, room).await?;
    Ok(Chat::Room(Box::new(view)))
}

/// A broadcast list of these people.
async fn list(
    services: &Services,
    caller: &Guest,
    people: Vec<i64>,
    channel: Option<String>,
) -> Result<Chat, Refusal> {
    let actor = &caller.actor;
    let people = others(services, actor, people).await?;
    let name = names::draw(services);
    let called: Option<ListName> = channel.and_then(|channel| channel.parse().ok());
    let own = || name.parse().expect("letters and digits can name a list");
    let called = called.unwrap_or_else(own);
    let list = services.broadcasts.create(actor, called).await?;
    if !people.is_empty()
        && let Err(error) = services.broadcasts.add(actor, list.id, people).await
    {
        services.broadcasts.delete(actor, list.id).await?;
        return Err(not_made(error));
    }
    let dialects = &services.dialects;
    dialects.name_list(Dialect::Messenger, &name, list.id).await?;
    Ok(Chat::List(list))
}

/// The people with these numbers, without the actor.
async fn others(services: &Services, actor: &Actor, numbers: Vec<i64>) -> Result<Vec<UserId>, Refusal> {
    let mut numbers: BTreeSet<i64> = numbers.into_iter().collect();
    numbers.remove(&actor.user.number);
    let wanted = numbers.len();
    let found = services
        .accounts
        .find_all_by_number(numbers.into_iter().collect())
        .await?;
    if found.len() < wanted || !found.iter().all(is_there) {
        return Err(nobody());
    }
    Ok(found.into_iter().map(|account| account.user.id).collect())
}

fn is_there(account: &Account) -> bool {
    account.status == AccountStatus::Active
}

/// 403, for people whom there are not, as far as the caller is to know.
fn nobody() -> Refusal {
    Refusal::detail(StatusCode::FORBIDDEN, NOBODY)
}

fn not_made(error: Error) -> Refusal {
    match error {
        Error::NoSuchUser(_) | Error::Blocked(_) | Error::NotAContact(_) => nobody(),
        error => error.into(),
    }
}
