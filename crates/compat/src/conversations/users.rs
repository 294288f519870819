//! Who there is.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::Account;
use serde_json::{Value, json};

use super::Caller;
use crate::compat::Compat;
use crate::drf::Refusal;
use crate::people::{self, names};

/// `GET /api/users/`: all others.
pub(super) async fn list(Caller(caller): Caller, compat: Data<Compat>) -> Result<HttpResponse, Refusal> {
    people::list(compat, Some(caller.actor), person).await
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
