//! What people are called in dialects, and lists of them.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use parlor_domain::Account;
use parlor_services::Actor;
use serde_json::Value;

use crate::compat::Compat;
use crate::drf::Refusal;

/// How many people are read at a time.
const STEP: usize = 1_000;

/// First and last name: as somebody has said, or his display name cut at its last space.
pub(crate) fn names(account: &Account) -> (String, String) {
    let profile = &account.profile;
    if profile.first_name.is_some() || profile.last_name.is_some() {
        let text = |name: &Option<parlor_domain::PersonName>| {
            name.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        return (text(&profile.first_name), text(&profile.last_name));
    }
    let name = account.display_name.to_string();
    match name.rsplit_once(' ') {
        Some((first, last)) => (first.to_owned(), last.to_owned()),
        None => (name, String::new()),
    }
}

/// People who let themselves be listed, in the order in which they came, as a JSON list without pages: all, or as they are there for
/// somebody. However many there are, few are held at a time.
pub(crate) async fn list(
    compat: Data<Compat>,
    viewer: Option<Actor>,
    shown: fn(&Account) -> Value,
) -> Result<HttpResponse, Refusal> {
    let first = page(&compat, viewer.as_ref(), i64::MIN).await?;
    let begun = Listing {
        compat,
        viewer,
        shown,
        next: Some(first),
        is_begun: false,
    };
    let body = stream::try_unfold(begun, |mut listing| async move {
        let Some(people) = listing.next.take() else {
            return Ok(None);
        };
        let text = listing.chunk(&people);
        listing.is_begun = true;
        if let Some(last) = people.last().filter(|_| people.len() == STEP) {
            let next = page(&listing.compat, listing.viewer.as_ref(), last.user.number).await;
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
    viewer: Option<Actor>,
    shown: fn(&Account) -> Value,
    next: Option<Vec<Account>>,
    is_begun: bool,
}

impl Listing {
    /// The next piece of the list, which one that is not full ends.
    fn chunk(&self, people: &[Account]) -> Bytes {
        let mut text = String::from(if self.is_begun { "" } else { "[" });
        for (number, account) in people.iter().enumerate() {
            if number > 0 || self.is_begun {
                text.push(',');
            }
            text.push_str(&(self.shown)(account).to_string());
        }
        if people.len() < STEP {
            text.push(']');
        }
        text.into()
    }
}

/// The next people after the one with this number.
async fn page(compat: &Compat, viewer: Option<&Actor>, after: i64) -> Result<Vec<Account>, Refusal> {
    let accounts = &compat.services().accounts;
    Ok(accounts.list_after(viewer, after, STEP).await?)
}
