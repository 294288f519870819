//! Notifications: making one, the newest of them, and the end of all.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parlor_domain::{Event, Media};
use parlor_services::{Error, Services};
use serde_json::{Value, json};

use super::kind::Kind;
use super::said::Said;
use super::written::Written;
use super::{Caller, HALL, Staff};
use crate::compat::Compat;
use crate::drf::{Body, InOrder, OnlyJson, Refusal, time};
use crate::links::Links;

/// How many are listed.
const LISTED: usize = 20;
/// Most bytes of media that stand in the list themselves: 100,000 letters of base64.
const INLINE_BYTES: u64 = 75_000;

/// `POST /notifications/notifications_create/`
pub(super) async fn create(
    InOrder(Caller(caller), body): InOrder<Caller, Body<OnlyJson>>,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let form = body.form("non_field_errors")?;
    let kind = form.value("type").and_then(Value::as_str).and_then(Kind::named);
    let kind = kind.ok_or_else(|| refused("Invalid type"))?;
    let message = form.value("message").cloned().unwrap_or_default();
    let written = Written::of(kind, message).ok_or_else(too_long)?;
    let services = compat.services();
    let room = services.halls.enter(HALL, &caller.account).await?;
    let sent = written.send(services, &caller.actor, room, None).await;
    let event = sent.map_err(|error| match error {
        Error::Invalid { .. } => too_long(),
        error => error.into(),
    })?;
    Ok(HttpResponse::Created().json(json!({
        "message": "Notification created",
        "id": event.number,
    })))
}

/// `GET /notifications/get_notifications/`: the newest first.
pub(super) async fn list(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let services = compat.services();
    let links = compat.links_for(&request);
    let room = services.halls.enter(HALL, &caller.account).await?;
    let mut listed = Vec::with_capacity(LISTED);
    let newest = services.messages.newest_said(&caller.actor, room, 0, LISTED);
    for event in newest.await? {
        listed.extend(shown(services, &links, &event).await);
    }
    Ok(HttpResponse::Ok().json(listed))
}

/// Any method of `/accounts/delete_all/`
pub(super) async fn delete_all(Staff(staff): Staff, compat: Data<Compat>) -> Result<HttpResponse, Refusal> {
    compat.services().halls.clear(&staff.actor, HALL).await?;
    Ok(HttpResponse::Ok().json(json!({
        "status": "success",
        "message": "All Use have been deleted.",
    })))
}

/// A message, as the list shows it.
async fn shown(services: &Services, links: &Links, event: &Event) -> Option<Value> {
    let (kind, content) = match Said::by(event)? {
        Said::Value(kind, Value::Null) => (kind, None),
        Said::Value(kind, Value::String(text)) => (kind, Some(text)),
        Said::Value(kind, other) => (kind, Some(other.to_string())),
        Said::Media(body, media) => {
            let alone = match media {
                [only] if body.as_str().is_empty() => Kind::of(only.kind).map(|kind| (kind, only)),
                _ => None,
            };
            match alone {
                Some((kind, only)) => (kind, Some(content(services, links, only).await)),
                None => (Kind::Text, Some(links.text_with_media(body, media))),
            }
        }
    };
    Some(json!({
        "id": event.number,
        "type": kind.name(),
        "content": content,
        "created_at": time::json_response(event.at),
    }))
}

/// A picture or a voice message as sockets are told it, if it is small and was not converted for them; else its URL.
async fn content(services: &Services, links: &Links, media: &Media) -> String {
    match services.renditions.as_it_is(media.id, INLINE_BYTES).await {
        Ok(Some(bytes)) => STANDARD.encode(bytes),
        Ok(None) | Err(_) => links.url(media),
    }
}

fn too_long() -> Refusal {
    refused("Message too long")
}

fn refused(text: &str) -> Refusal {
    Refusal::error(StatusCode::BAD_REQUEST, text)
}
