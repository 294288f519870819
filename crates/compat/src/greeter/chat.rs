//! Starting a chat, and having its sockets told the time.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use url::form_urlencoded;

use super::{Caller, groups, now};
use crate::compat::{Compat, api};
use crate::drf::Refusal;
use crate::mount::Mount;

/// What is said in a group to have its sockets told the time.
const TEST: &str = "test";

/// `POST /api/start-chat/`: a group of the caller's own, and where its socket is.
pub(super) async fn start(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let services = compat.services();
    let group = groups::make(services, &caller.actor).await?;
    let base = api(&request).base_of(request.head());
    // `https` becomes `wss`.
    let base = base.replacen("http", "ws", 1);
    let prefix = Mount::of(&request).prefix();
    let (username, time) = (&caller.account.username, now(services));
    Ok(HttpResponse::Ok().json(json!({
        "group_name": group,
        "websocket_url": format!("{base}{prefix}/ws/chat/{group}/"),
        "message": format!("سلام {username} الان ساعت {time} است"),
    })))
}

/// `GET /api/send-test-message/?group_name=`
pub(super) async fn send_test_message(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let services = compat.services();
    let name = wanted(request.query_string()).ok_or_else(|| refused("group_name is required"))?;
    let room = groups::find_own(services, &caller.actor, &name).await?;
    let room = room.ok_or_else(|| refused("Group not found or you are not the creator"))?;
    services
        .messages
        .send_once(&caller.actor, room, TEST.to_owned(), Vec::new(), None)
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "message": "Test message sent to WebSocket group" })))
}

/// The group that a query names; of several the last.
fn wanted(query: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let named = pairs.filter(|(key, _)| key == "group_name").last();
    named
        .map(|(_, name)| name.into_owned())
        .filter(|name| !name.is_empty())
}

fn refused(text: &str) -> Refusal {
    Refusal::error(StatusCode::BAD_REQUEST, text)
}
