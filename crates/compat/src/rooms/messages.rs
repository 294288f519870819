//! What was said, and saying something with a file.

use std::collections::HashSet;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Event, Media, RoomId};
use parlor_services::{Actor, Error, ErrorKind, Services};
use serde_json::Value;
use url::form_urlencoded;

use super::said::Said;
use super::{Caller, NO_FIELD};
use crate::compat::Compat;
use crate::drf::page::{self, PageQuery};
use crate::drf::{Body, FilePart, Form, InOrder, OnlyMultipart, Refusal, Text};

const NO_CHOICE: &str = "Select a valid choice. That choice is not one of the available choices.";
const NOT_AUTHORIZED: &str = "You're not authorized to perform any actions in this room";

/// `GET /api/v1/chats/messages/`, `GET /api/v1/chats/messages/?room=<number>`: the newest first.
pub(super) async fn list(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
    query: PageQuery,
) -> Result<HttpResponse, Refusal> {
    let services = compat.services();
    let room = wanted(services, request.query_string()).await?;
    let read = page::read(&query, async |skip, most| {
        let page = services.messages.said(&caller.actor, room, skip, most).await?;
        Ok::<_, Error>((page.messages, page.count))
    });
    let (messages, count) = read.await?;
    let results = all(&compat, &request, &messages).await?;
    Ok(HttpResponse::Ok().json(page::shape(results, count, &query)))
}

/// `POST /api/v1/chats/messages/`
pub(super) async fn create(
    InOrder(Caller(caller), body): InOrder<Caller, Body<OnlyMultipart>>,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let (services, actor) = (compat.services(), &caller.actor);
    let mut form = body.form(NO_FIELD)?;
    let text = text(&compat, &mut form).unwrap_or_default();
    let file = form.file_or_none("file");
    let number = form.primary_key("room");
    let room = room(services, actor, &mut form, number).await?;
    form.finish()?;
    let (room, number) = room.zip(number).ok_or_else(Refusal::overlooked)?;
    let media = match file {
        Some(file) => Some(upload(services, actor, file).await?.id),
        None => None,
    };
    let messages = &services.messages;
    let sent = messages.send_even_nothing(actor, room, &text, media, None);
    let event = sent.await.map_err(not_sent)?;
    Ok(HttpResponse::Created().json(one(&compat, &request, &event, number)?))
}

/// A message, in the room with this number.
pub(super) fn one(
    compat: &Compat,
    request: &HttpRequest,
    event: &Event,
    room: i64,
) -> Result<Value, Refusal> {
    let links = compat.links_for(request);
    let said = Said::by(event).ok_or_else(Refusal::not_found)?;
    Ok(said.shown(room, &links, &links))
}

/// Messages of any rooms.
async fn all(compat: &Compat, request: &HttpRequest, messages: &[Arc<Event>]) -> Result<Vec<Value>, Refusal> {
    let links = compat.links_for(request);
    let rooms: HashSet<RoomId> = messages.iter().map(|event| room_of(event)).collect();
    let numbers = compat.services().rooms.numbers(rooms.into_iter().collect());
    let numbers = numbers.await?;
    let shown = messages.iter().filter_map(|event| {
        let number = numbers.get(&room_of(event))?;
        Some(Said::by(event)?.shown(*number, &links, &links))
    });
    Ok(shown.collect())
}

/// In which room a message is.
pub(super) fn room_of(event: &Event) -> RoomId {
    RoomId::new(event.stream.uuid())
}

/// The room whose messages alone are wanted, if one is named.
async fn wanted(services: &Services, query: &str) -> Result<Option<RoomId>, Refusal> {
    let named = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "room");
    let Some((_, named)) = named.last().filter(|(_, room)| !room.is_empty()) else {
        return Ok(None);
    };
    let room = match named.trim().parse() {
        Ok(number) => services.rooms.id_of(number).await?,
        Err(_) => None,
    };
    room.map(Some).ok_or_else(|| Refusal::field("room", &[NO_CHOICE]))
}

/// The text of a message, if one was sent.
pub(super) fn text(compat: &Compat, form: &mut Form) -> Option<String> {
    let text = form.text_or_none("text", Text::new().blank())?;
    let most = compat.max_body();
    if text.len() > most {
        let wrong = format!("Ensure this field has no more than {most} bytes.");
        form.refuse("text", &wrong);
    }
    Some(text)
}

/// The room with the number that was sent, in which the actor takes part; `None` if there is none, which the form knows then.
pub(super) async fn room(
    services: &Services,
    actor: &Actor,
    form: &mut Form,
    number: Option<i64>,
) -> Result<Option<RoomId>, Refusal> {
    let Some(number) = number else {
        return Ok(None);
    };
    match services.rooms.attendance(actor, number).await? {
        Some((room, true)) => return Ok(Some(room)),
        Some((_, false)) => form.refuse("room", NOT_AUTHORIZED),
        None => form.no_such_key("room"),
    }
    Ok(None)
}

/// Makes media of a file, whatever it was said to be.
async fn upload(services: &Services, actor: &Actor, file: FilePart) -> Result<Media, Refusal> {
    let uploaded = file.untyped().upload(&services.uploads, actor).await;
    uploaded.map_err(|error| match error.kind() {
        ErrorKind::Invalid | ErrorKind::Unsupported => Refusal::field("file", &[&error.to_string()]),
        _ => error.into(),
    })
}

/// What is said of a text that is not taken, and of what else is refused.
pub(super) fn not_taken(error: Error) -> Refusal {
    match error {
        Error::Invalid { message, .. } => Refusal::field("text", &[&format!("This field {message}.")]),
        error => error.into(),
    }
}

/// What is said of a message that was not sent: who may not write in a room is not in it as this dialect counts.
fn not_sent(error: Error) -> Refusal {
    match error.kind() {
        ErrorKind::Forbidden | ErrorKind::NotFound => not_authorized(),
        _ => not_taken(error),
    }
}

/// 400, for who wants something in a room in which he takes no part.
pub(super) fn not_authorized() -> Refusal {
    Refusal::field("room", &[NOT_AUTHORIZED])
}
