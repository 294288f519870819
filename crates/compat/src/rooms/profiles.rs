//! What people change about themselves, and going away.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Account, DisplayName, PersonName, ProfileChange};
use parlor_services::Guest;

use super::users::{displayed, find, name, names, person};
use super::{Caller, NO_FIELD, owner_only};
use crate::compat::Compat;
use crate::drf::{Any, Body, Form, InOrder, Refusal, Text};
use crate::passwords;

/// What somebody wants to be from now on, as far as it was sent.
struct Wish {
    first_name: Option<Option<PersonName>>,
    last_name: Option<Option<PersonName>>,
    username: Option<String>,
    password: Option<String>,
}

/// `PUT /api/v1/users/<number>/`
pub(super) async fn replace(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    request: HttpRequest,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    check_own(&compat, &caller, number.into_inner()).await?;
    let mut form = body.form(NO_FIELD)?;
    let wish = Wish {
        first_name: name(&mut form, "first_name"),
        last_name: name(&mut form, "last_name"),
        username: Some(form.text("username", Text::new())),
        password: Some(form.text("password", Text::new().untrimmed())),
    };
    save(&compat, &request, &caller, form, wish).await
}

/// `PATCH /api/v1/users/<number>/`
pub(super) async fn change(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    request: HttpRequest,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    check_own(&compat, &caller, number.into_inner()).await?;
    let mut form = body.form(NO_FIELD)?;
    let wish = Wish {
        first_name: name(&mut form, "first_name"),
        last_name: name(&mut form, "last_name"),
        username: form.text_or_none("username", Text::new()),
        password: form.text_or_none("password", Text::new().untrimmed()),
    };
    save(&compat, &request, &caller, form, wish).await
}

/// `DELETE /api/v1/users/<number>/`: with all that he has written.
pub(super) async fn remove(
    Caller(caller): Caller,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    check_own(&compat, &caller, number.into_inner()).await?;
    let services = compat.services();
    if services.rooms.owns_any(caller.actor.user.id).await? {
        return Err(Refusal::detail(StatusCode::CONFLICT, "The user owns rooms."));
    }
    services.accounts.delete(caller.actor.user.id, true).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Passes if the account with this number is the caller's.
async fn check_own(compat: &Compat, caller: &Guest, number: i64) -> Result<(), Refusal> {
    let account = find(&compat.services().accounts, number).await?;
    if account.user == caller.actor.user {
        Ok(())
    } else {
        Err(owner_only())
    }
}

async fn save(
    compat: &Compat,
    request: &HttpRequest,
    caller: &Guest,
    mut form: Form,
    wish: Wish,
) -> Result<HttpResponse, Refusal> {
    let own = caller.account.username.as_str();
    if wish.username.is_some_and(|username| username != own) && !form.is_refused("username") {
        form.refuse("username", "The username cannot be changed.");
    }
    form.finish()?;
    let password = wish.password.map(passwords::parse).transpose();
    let password = password.map_err(|why| Refusal::field("password", &[&why]))?;
    let accounts = &compat.services().accounts;
    // This first: it may be refused, and then nothing else is changed either.
    if let Some(password) = password {
        compat.count_credentials(request)?;
        accounts.set_own_password(&caller.actor, password).await?;
    }
    if wish.first_name.is_some() || wish.last_name.is_some() {
        let change = renamed(&caller.account, wish.first_name, wish.last_name);
        accounts.change_profile(&caller.actor, change).await?;
    }
    let account = accounts.find(caller.actor.user.id).await?;
    Ok(HttpResponse::Ok().json(person(&account)))
}

/// Other names for somebody. What he is called elsewhere follows them, unless he has said something else there.
fn renamed(
    account: &Account,
    first: Option<Option<PersonName>>,
    last: Option<Option<PersonName>>,
) -> ProfileChange {
    let (shown_first, shown_last) = names(account);
    let (was_first, was_last) = (shown_first.parse().ok(), shown_last.parse().ok());
    let unnamed: Option<DisplayName> = account.username.as_str().parse().ok();
    let called = |first: &Option<PersonName>, last: &Option<PersonName>| {
        displayed(first.as_ref(), last.as_ref()).or_else(|| unnamed.clone())
    };
    let follows = called(&was_first, &was_last).as_ref() == Some(&account.display_name);
    let (first, last) = (first.unwrap_or(was_first), last.unwrap_or(was_last));
    ProfileChange {
        display_name: called(&first, &last).filter(|_| follows),
        first_name: Some(first),
        last_name: Some(last),
        ..ProfileChange::default()
    }
}
