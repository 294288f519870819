//! Single messages, each for its author alone.

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Event;
use parlor_services::{Error, Guest};

use super::messages::{not_authorized, not_taken, one, room, room_of, text};
use super::said::Said;
use super::{Caller, NO_FIELD, owner_only};
use crate::compat::Compat;
use crate::drf::{Body, Form, InOrder, OnlyMultipart, Refusal};
use crate::mount::Mount;

/// `GET /api/v1/chats/messages/<number>/`
pub(super) async fn retrieve(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let event = find_own(&compat, &caller, number.into_inner()).await?;
    show(&compat, &request, &event).await
}

/// `PUT /api/v1/chats/messages/<number>/`
pub(super) async fn replace(
    InOrder(Caller(caller), body): InOrder<Caller, Body<OnlyMultipart>>,
    request: HttpRequest,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let event = find_own(&compat, &caller, number.into_inner()).await?;
    let mut form = body.form(NO_FIELD)?;
    let text = new_text(&compat, &request, &event, &mut form);
    keeps_file(&mut form);
    let room = form.primary_key("room");
    let event = save(&compat, &caller, event, form, text, room).await?;
    show(&compat, &request, &event).await
}

/// `PATCH /api/v1/chats/messages/<number>/`
pub(super) async fn change(
    InOrder(Caller(caller), body): InOrder<Caller, Body<OnlyMultipart>>,
    request: HttpRequest,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let event = find_own(&compat, &caller, number.into_inner()).await?;
    let mut form = body.form(NO_FIELD)?;
    let text = new_text(&compat, &request, &event, &mut form);
    keeps_file(&mut form);
    let room = form.primary_key_or_none("room");
    let event = save(&compat, &caller, event, form, text, room).await?;
    show(&compat, &request, &event).await
}

/// `DELETE /api/v1/chats/messages/<number>/`, also by who is in its room no more.
pub(super) async fn remove(
    Caller(caller): Caller,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let event = find_own(&compat, &caller, number.into_inner()).await?;
    let messages = &compat.services().messages;
    messages.take_back(&caller.actor, event.number).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The message with this number, if it is the caller's.
async fn find_own(compat: &Compat, caller: &Guest, number: i64) -> Result<Arc<Event>, Refusal> {
    let event = compat.services().messages.numbered(number).await?;
    if event.actor == Some(caller.actor.user) {
        Ok(event)
    } else {
        Err(owner_only())
    }
}

/// Gives a message another text, if one was sent. Its file stays, and so does its room, which may be named.
async fn save(
    compat: &Compat,
    caller: &Guest,
    event: Arc<Event>,
    mut form: Form,
    text: Option<String>,
    number: Option<i64>,
) -> Result<Arc<Event>, Refusal> {
    let services = compat.services();
    let own = room_of(&event);
    let named = room(services, &caller.actor, &mut form, number).await?;
    if named.is_some_and(|room| room != own) {
        form.refuse("room", "A message stays in its room.");
    }
    form.finish()?;
    let Some(text) = text else {
        return Ok(event);
    };
    let messages = &services.messages;
    let edited = messages.edit_even_to_nothing(&caller.actor, own, event.seq, &text);
    edited.await.map_err(|error| match error {
        Error::NoSuchRoom => not_authorized(),
        error => not_taken(error),
    })
}

/// Another text of a message, if one was sent: without the lines that stand below it here for its further files, as answers and as
/// frames spell them.
fn new_text(compat: &Compat, request: &HttpRequest, event: &Event, form: &mut Form) -> Option<String> {
    let text = text(compat, form)?;
    let rest = Said::by(event).map(|said| said.beyond_file()).unwrap_or_default();
    let bare = compat.links_for(request).text_without_media(&text, rest);
    let bare = compat.links_at(Mount::of(request)).text_without_media(bare, rest);
    Some(bare.to_owned())
}

/// Refuses another file.
fn keeps_file(form: &mut Form) {
    if form.file_or_none("file").is_some() {
        form.refuse("file", "A message keeps its file.");
    }
}

async fn show(compat: &Compat, request: &HttpRequest, event: &Event) -> Result<HttpResponse, Refusal> {
    let room = room_of(event);
    let numbers = compat.services().rooms.numbers(vec![room]).await?;
    let number = numbers.get(&room).ok_or_else(Refusal::not_found)?;
    Ok(HttpResponse::Ok().json(one(compat, request, event, *number)?))
}
