//! The conversation with somebody.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{Stream, stream};
use parlor_domain::{Event, Mark, PageSize, RoomId, Seq, UserId, What};
use parlor_services::{Actor, Error, HistoryPage, HistoryRange};
use serde_json::{Value, json};

use super::Caller;
use super::users::person;
use crate::compat::Compat;
use crate::drf::{Refusal, time};
use crate::ids;
use crate::links::Links;

const TOLD: &str = "User conversation with messages retrieved successfully.";

/// `GET /api/users/<uuid>/chat/`: the conversation with somebody, opened now if it was not, with all that was said, the newest first.
pub(super) async fn open(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
    user: Path<String>,
) -> Result<HttpResponse, Refusal> {
    let peer = ids::uuid(&user).map(UserId::new).ok_or_else(Refusal::no_page)?;
    if peer == caller.actor.user.id {
        let body = json!({ "success": false, "msg": "Invalid recipient.", "status": 400 });
        return Err(Refusal::new(StatusCode::BAD_REQUEST, body));
    }
    let services = compat.services();
    let opened = services.rooms.open_direct(&caller.actor, peer).await;
    let opened = opened.map_err(|error| match error {
        Error::NoSuchUser(_) | Error::Blocked(_) | Error::NotAContact(_) => {
            Refusal::detail(StatusCode::NOT_FOUND, "No UserAccount matches the given query.")
        }
        error => error.into(),
    })?;
    let view = opened.into_inner();
    let room = view.room.id;
    let head = view.head.position.seq;
    services
        .marks
        .take(caller.actor.user.id, room, Mark::read(head))?;
    let other = services.accounts.find(peer).await?;
    let begun = Telling {
        people: [person(&caller.account), person(&other)],
        links: compat.links_for(&request),
        compat: compat.clone(),
        actor: caller.actor,
        room,
        next: Some(Seq(head.0 + 1)),
        told: 0,
    };
    let first = begun.page(Seq(head.0 + 1)).await?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::json())
        .streaming(begun.tell(first)))
}

/// A conversation that is being told. However long it is, little of it is held at a time.
struct Telling {
    compat: Data<Compat>,
    links: Links,
    actor: Actor,
    room: RoomId,
    /// Oneself, and the other one.
    people: [Value; 2],
    /// Before which message it goes on.
    next: Option<Seq>,
    told: usize,
}

impl Telling {
    async fn page(&self, before: Seq) -> Result<HistoryPage, Refusal> {
        let messages = &self.compat.services().messages;
        let range = HistoryRange::Before(before);
        let size = PageSize::default();
        Ok(messages.history(&self.actor, self.room, range, size).await?)
    }

    /// The whole answer, page by page.
    fn tell(self, first: HistoryPage) -> impl Stream<Item = Result<Bytes, Refusal>> {
        let opening = format!(
            r#"{{"success":true,"msg":"{TOLD}","data":{{"id":"{}","messages":["#,
            self.room.uuid()
        );
        let begun = (self, Some(first), opening);
        stream::try_unfold(begun, |(mut telling, page, mut text)| async move {
            let page = match (page, telling.next) {
                (Some(page), _) => page,
                (None, Some(before)) => telling.page(before).await?,
                (None, None) => return Ok(None),
            };
            let earliest = page.messages.first().map(|event| event.seq);
            telling.next = earliest.filter(|_| page.more);
            for event in page.messages.iter().rev() {
                telling.add(&mut text, event);
            }
            if telling.next.is_none() {
                text.push_str(r#"]},"status":200}"#);
            }
            Ok(Some((Bytes::from(text), (telling, None, String::new()))))
        })
    }

    /// Adds a message that was not deleted.
    fn add(&mut self, text: &mut String, event: &Arc<Event>) {
        let What::Message(message) = &event.what else {
            return;
        };
        let Some(body) = &message.body else { return };
        if self.told > 0 {
            text.push(',');
        }
        self.told += 1;
        let own = event.actor.is_some_and(|actor| actor == self.actor.user);
        let said = json!({
            "text": self.links.text_with_media(body, &message.media),
            "sender": self.people[usize::from(!own)],
            "created_at": time::drf(event.at),
        });
        text.push_str(&said.to_string());
    }
}
