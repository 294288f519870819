//! What was said to one alone while one was not there.
//!
//! Nothing is written down for this: it is what one has not read in direct rooms.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Event, PageSize, RoomId, StreamId, UserId};
use parlor_services::{About, Actor, Error, Notification, NotificationsPage, Services};
use serde_json::{Value, json};

use super::super::callers::Caller;
use super::super::format::{MediaLinks, Said};
use crate::compat::Compat;
use crate::drf::{Refusal, time};

/// So many are told, the newest.
const MOST: usize = 100;

/// `GET /api/get_notification/`: the oldest first. One is not notified of them any more with that, so none is told as unread; they are
/// told until they are read in their chats.
pub(super) async fn list(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let (services, actor) = (compat.services(), &caller.actor);
    let missed = missed(services, actor).await?;
    let rooms: Vec<RoomId> = missed.iter().map(|event| room_of(event)).collect();
    let numbers = services.rooms.numbers(rooms).await?;
    let authors: Vec<UserId> = missed
        .iter()
        .filter_map(|event| event.actor.map(|author| author.id))
        .collect();
    let authors = services.accounts.find_all(authors).await?;
    let names: HashMap<UserId, String> = authors
        .iter()
        .map(|account| (account.user.id, account.username.to_string()))
        .collect();
    let links = MediaLinks::in_answer(&compat, &request);
    let told = missed.iter().filter_map(|event| {
        let said = Said::by(event)?;
        Some(json!({
            "id": event.number,
            "caller_name": names.get(&event.actor?.id)?,
            "receiver_name": caller.account.username.as_str(),
            "conversation_id": numbers.get(&room_of(event))?,
            "message": said.text(&links),
            "is_read": true,
            "timestamp": time::drf(event.at),
            "is_calling": false,
        }))
    });
    Ok(HttpResponse::Ok().json(told.collect::<Vec<Value>>()))
}

/// What the actor has missed, the oldest first.
async fn missed(services: &Services, actor: &Actor) -> Result<Vec<Arc<Event>>, Error> {
    let notifications = &services.notifications;
    let page = notifications.list(actor, None, true, PageSize::MAX).await?;
    let mut missed = notifications.unread_direct(actor, MOST).await?;
    // What he has read on a socket may still wait to be written.
    let rooms: Vec<RoomId> = missed.iter().map(|event| room_of(event)).collect();
    if services.marks.flush_of(actor.user.id, &rooms).await? {
        missed = notifications.unread_direct(actor, MOST).await?;
    }
    missed.reverse();
    see(services, actor, &page).await?;
    Ok(missed)
}

/// Notes that the direct messages were seen of which the actor was notified: up to the first other thing that is unread, which is not
/// told here.
async fn see(services: &Services, actor: &Actor, page: &NotificationsPage) -> Result<(), Error> {
    // What is older may be unread as well.
    if page.next.is_some() {
        return Ok(());
    }
    let own = StreamId::from(actor.user.id);
    let oldest_first = page.notifications.iter().rev().filter(|of| of.stream == own);
    let unread = oldest_first.filter(|of| of.unread);
    let seen = unread.take_while(|of| is_direct(of)).last();
    match seen {
        Some(last) => services.notifications.read(actor, last.seq, None).await,
        None => Ok(()),
    }
}

/// Whether a notification is about a message that was said to one alone.
fn is_direct(notification: &Notification) -> bool {
    matches!(notification.about, About::Direct(_) | About::StatusReply(_))
}

fn room_of(event: &Event) -> RoomId {
    RoomId::new(event.stream.uuid())
}
