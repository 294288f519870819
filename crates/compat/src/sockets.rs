//! What the sockets of all dialects have in common.

use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::dev::RequestHead;
use actix_web::http::header::{COOKIE, ContentType};
use parlor_domain::RoomId;
use parlor_hub::{Follow, Lead, Start};
use parlor_services::{Actor, Error, ErrorKind, Services};
use serde_json::Value;

/// The code with which a socket is closed by a fault of what was sent, or of the server.
pub(crate) const FAULT: u16 = 1011;
/// What is said to who sends faster than he may.
pub(crate) const HURRIED: &str = "Too many messages. Wait a moment.";
/// What is said if something may work in a moment.
pub(crate) const BUSY: &str = "The server is busy. Try again.";
/// The largest text frame, in bytes.
pub(crate) const FRAME_BYTES: usize = 256 << 10;

/// The answer to a handshake that may not become a socket: what a socket is answered that is closed before it is accepted.
pub(crate) fn forbidden() -> HttpResponse {
    HttpResponse::Forbidden()
        .content_type(ContentType::html())
        .body("<h1>403 Forbidden</h1>")
}

/// The answer if it cannot be found out who comes.
pub(crate) fn unavailable(error: &Error) -> HttpResponse {
    match error.kind() {
        ErrorKind::Busy | ErrorKind::Unavailable => HttpResponse::ServiceUnavailable().finish(),
        ErrorKind::Internal => {
            tracing::error!(error = error as &dyn std::error::Error, "a socket was not opened");
            HttpResponse::InternalServerError().finish()
        }
        _ => forbidden(),
    }
}

/// A parameter of the query, decoded: the first of this name.
pub(crate) fn query(head: &RequestHead, name: &str) -> Option<String> {
    let query = head.uri.query()?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// A cookie: the first of this name.
pub(crate) fn cookie(head: &RequestHead, name: &str) -> Option<String> {
    let values = head.headers().get_all(COOKIE);
    let mut cookies = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|text| Cookie::parse(text.trim()).ok());
    let found = cookies.find(|cookie| cookie.name() == name)?;
    Some(found.value().to_owned())
}

/// A value as text: a text as it is, anything else as JSON.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Where a socket of this person begins that follows his own stream and these rooms of his, or all of them, from now on.
pub(crate) async fn start(
    services: &Services,
    actor: &Actor,
    rooms: Option<&[RoomId]>,
    lead: Lead,
) -> Result<Start, HttpResponse> {
    let opened = match rooms {
        Some(rooms) => services.sync.open_some(actor, rooms.to_vec()).await,
        None => services.sync.open(actor, Vec::new()).await,
    };
    let opened = opened.map_err(|error| unavailable(&error))?;
    let streams = opened.streams.iter();
    Ok(Start {
        user: actor.user,
        session: actor.session,
        away: false,
        private: opened.account.profile.private,
        streams: streams
            .map(|start| Follow {
                stream: start.stream,
                head: start.head.position,
                cursor: start.head.position,
                visible_from: start.visible_from,
            })
            .collect(),
        lead,
    })
}
