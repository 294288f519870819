//! One chat, with all that was said in it.

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::super::callers::Caller;
use super::found::{self, Found};
use super::shapes::Shapes;
use super::telling::Telling;
use crate::compat::Compat;
use crate::drf::Refusal;

/// `GET /api/get_conversation/<number>`, without a slash at the end: the newest message first. Whoever asks has read it.
pub(super) async fn show(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
    number: Path<String>,
) -> Result<HttpResponse, Refusal> {
    let services = compat.services();
    let found = match number.parse() {
        Ok(number) => found::numbered(services, &caller.actor, number).await?,
        Err(_) => Found::Nothing,
    };
    let chat = match found {
        Found::Mine(chat) => chat,
        Found::Foreign => return Err(Refusal::new(StatusCode::NOT_FOUND, nothing())),
        Found::Nothing => return Ok(HttpResponse::Ok().json(nothing())),
    };
    let shape = Shapes::new(&compat, &request, &caller);
    let shape = shape.conversation(&chat).await?;
    let mut telling = Telling::begin(&compat, &request, &caller.actor, &chat).await?;
    let first = telling.page().await?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::json())
        .streaming(telling.tell(shape, first)))
}

fn nothing() -> Value {
    json!({ "message": "Conversation does not exist" })
}
