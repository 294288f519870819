//! Finding people by their mobile numbers.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use url::form_urlencoded;

use super::callers::{Caller, known};
use super::people::mobile;
use crate::compat::Compat;
use crate::drf::{Refusal, View};

pub(super) fn views() -> Vec<View> {
    vec![View::at("/api/userSearch/").guard(known).get(search)]
}

/// `GET /api/userSearch/?q=<number>`: by the whole number, since by a part of it anybody could find out everybody's.
async fn search(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let query = form_urlencoded::parse(request.query_string().as_bytes());
    let wanted = query.filter(|(name, _)| name == "q").last();
    let (_, wanted) = wanted.ok_or_else(|| Refusal::field("q", &["This field is required."]))?;
    let number = wanted.trim().parse().unwrap_or_default();
    let found = match mobile(number) {
        Some(mobile) => {
            let accounts = &compat.services().accounts;
            accounts.find_by_mobile(&caller.actor, mobile).await?
        }
        None => None,
    };
    Ok(HttpResponse::Ok().json(match found {
        Some(account) => json!({ "username": account.username.as_str(), "mobile number": number }),
        None => json!({ "message": "No matching user found." }),
    }))
}
