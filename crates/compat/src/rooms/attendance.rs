//! Joining rooms and leaving them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use parlor_domain::{RoomId, RoomKind};
use parlor_services::{Actor, AttendedRoom, Entered, Error, Services};
use serde_json::json;

use super::found::{self, attends, max_users};
use super::{Caller, NO_FIELD, not_permitted};
use crate::compat::Compat;
use crate::drf::{Any, Body, InOrder, Refusal};

/// `PUT /api/v1/chats/rooms/<number>/join/`
pub(super) async fn join(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let (services, actor) = (compat.services(), &caller.actor);
    let found = found::find(services, actor, number.into_inner()).await?;
    let found = found.ok_or_else(Refusal::not_found)?;
    body.form(NO_FIELD)?;
    if attends(&found, actor) {
        if is_full(&found) {
            return Err(full());
        }
    } else if found.room.kind == RoomKind::Direct {
        return Err(full());
    } else {
        enter(services, actor, found.room.id).await?;
    }
    show(services, actor, found.room.id).await
}

/// `PUT /api/v1/chats/rooms/<number>/leave/`
pub(super) async fn leave(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let (services, actor) = (compat.services(), &caller.actor);
    let found = found::find(services, actor, number.into_inner()).await?;
    let found = found.filter(|found| attends(found, actor));
    let found = found.ok_or_else(Refusal::not_found)?;
    body.form(NO_FIELD)?;
    let room = found.room.id;
    let left = if found.room.owner == Some(actor.user.id) {
        // The room stays his.
        services.rooms.attend(actor, room, false).await
    } else {
        services.rooms.leave(actor, room).await
    };
    match left {
        Ok(_) => show(services, actor, room).await,
        Err(Error::DirectRoom | Error::EveryonesRoom) => Err(not_permitted()),
        Err(error) => Err(error.into()),
    }
}

/// Makes somebody take part who does not: a member who was absent, or else a newcomer. Whether there is a place for him, the store
/// decides.
async fn enter(services: &Services, actor: &Actor, room: RoomId) -> Result<(), Refusal> {
    match services.rooms.attend(actor, room, true).await {
        Ok(_) => return Ok(()),
        Err(Error::NoSuchRoom) => {}
        Err(error) => return Err(refused(error)),
    }
    match services.rooms.join(actor, room, None).await {
        Ok(Entered::New(_) | Entered::Already(_)) => Ok(()),
        Ok(Entered::Waiting(_)) => {
            let text = "An admin of the room decides whether you may join.";
            Err(Refusal::detail(StatusCode::FORBIDDEN, text))
        }
        // There is such a room, but nobody comes into it unasked.
        Err(Error::NoSuchRoom) => Err(not_permitted()),
        Err(error) => Err(refused(error)),
    }
}

async fn show(services: &Services, actor: &Actor, room: RoomId) -> Result<HttpResponse, Refusal> {
    let found = found::look_up(services, actor, room).await?;
    let found = found.ok_or_else(Refusal::not_found)?;
    Ok(HttpResponse::Ok().json(found::shown(&found)))
}

/// Whether nobody else can take part in a room.
fn is_full(room: &AttendedRoom) -> bool {
    u32::try_from(room.attending.len()).is_ok_and(|attending| attending >= max_users(room))
}

/// What is said where there is no place left: a bare list.
fn full() -> Refusal {
    let body = json!(["Max users limit for group reached."]);
    Refusal::new(StatusCode::BAD_REQUEST, body)
}

fn refused(error: Error) -> Refusal {
    match error {
        Error::RoomFull => full(),
        error => error.into(),
    }
}
