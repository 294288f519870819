//! Who there is.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use parlor_domain::Account;
use parlor_services::{Actor, PeopleOrder};
use serde_json::{Value, json};

use super::Caller;
use crate::compat::Compat;
use crate::drf::Refusal;
use crate::people::names;

/// How many people are read at a time.
const STEP: usize = 1_000;

/// `GET /api/users/`: all others, in the order in which they came, without pages. However many there are, few are held at a time.
pub(super) async fn list(Caller(caller): Caller, compat: Data<Compat>) -> Result<HttpResponse, Refusal> {
    let first = page(&compat, &caller.actor, 0).await?;
    let begun = Listing {
        compat,
        actor: caller.actor,
        next: Some(first),
        told: 0,
    };
    let body = stream::try_unfold(begun, |mut listing| async move {
        let Some(people) = listing.next.take() else {
            return Ok(None);
        };
        let text = chunk(&people, listing.told == 0);
        listing.told += people.len();
        if people.len() == STEP {
            let next = page(&listing.compat, &listing.actor, listing.told).await;
            listing.next = Some(next?);
        }
        Ok::<_, Refusal>(Some((text, listing)))
    });
    Ok(HttpResponse::Ok()
        .content_type(ContentType::json())
        .streaming(body))
}

/// A list that is being told.
struct Listing {
    compat: Data<Compat>,
    actor: Actor,
    next: Option<Vec<Account>>,
    told: usize,
}

async fn page(compat: &Compat, actor: &Actor, skip: usize) -> Result<Vec<Account>, Refusal> {
    let accounts = &compat.services().accounts;
    let skip = u64::try_from(skip).unwrap_or(u64::MAX);
    let listed = accounts.list(Some(actor), PeopleOrder::Oldest, skip, STEP);
    Ok(listed.await?)
}

/// A piece of a JSON list, which a piece that is not full ends.
fn chunk(people: &[Account], first: bool) -> Bytes {
    let mut text = String::from(if first { "[" } else { "" });
    for (number, account) in people.iter().enumerate() {
        if number > 0 || !first {
            text.push(',');
        }
        text.push_str(&person(account).to_string());
    }
    if people.len() < STEP {
        text.push(']');
    }
    text.into()
}

/// Somebody, as others see him.
pub(super) fn person(account: &Account) -> Value {
    let (first_name, last_name) = names(account);
    json!({
        "id": account.user.id.uuid(),
        "first_name": first_name,
        "last_name": last_name,
    })
}
