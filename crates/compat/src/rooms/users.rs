//! Who there is, and becoming one of them.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Account, AccountStatus, DisplayName, PersonName, Username, UsernameError};
use parlor_services::{Accounts, Error, GuestName, GuestRegistration, PeopleOrder};
use serde_json::{Value, json};

use super::{NO_FIELD, Visitor};
use crate::compat::Compat;
use crate::drf::page::{self, PageQuery};
use crate::drf::{Any, Body, Form, InOrder, Refusal, Text, time};
use crate::{passwords, people};

const TAKEN: &str = "A user with that username already exists.";
const NO_USERNAME: &str =
    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
const TOO_SHORT: &str = "Ensure this field has at least 2 characters.";

/// `GET /api/v1/users/`: the newest first.
pub(super) async fn list(
    _: Visitor,
    compat: Data<Compat>,
    query: PageQuery,
) -> Result<HttpResponse, Refusal> {
    let accounts = &compat.services().accounts;
    let read = page::read(&query, async |skip, most| {
        let people = accounts.list(None, PeopleOrder::Newest, skip, most).await?;
        Ok::<_, Error>((people, accounts.count_listed(None).await?))
    });
    let (people, count) = read.await?;
    let people = people.iter().map(person).collect();
    Ok(HttpResponse::Ok().json(page::shape(people, count, &query)))
}

/// `POST /api/v1/users/`
pub(super) async fn create(
    InOrder(_, body): InOrder<Visitor, Body<Any>>,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let accounts = &compat.services().accounts;
    accounts.admit_guests()?;
    let mut form = body.form(NO_FIELD)?;
    let first_name = name(&mut form, "first_name").flatten();
    let last_name = name(&mut form, "last_name").flatten();
    let username = username(&mut form, accounts).await?;
    let password = form.text("password", Text::new().untrimmed());
    let password = passwords::read(&mut form, "password", password);
    form.finish()?;
    let password = password.ok_or_else(Refusal::overlooked)?;
    let registration = GuestRegistration {
        name: GuestName::Given(username.ok_or_else(Refusal::overlooked)?),
        display_name: displayed(first_name.as_ref(), last_name.as_ref()),
        first_name,
        last_name,
        email: None,
        mobile: None,
        password,
    };
    match accounts.register_guest(registration).await {
        Ok(account) => Ok(HttpResponse::Created().json(person(&account))),
        Err(Error::UsernameTaken) => Err(Refusal::field("username", &[TAKEN])),
        Err(error) => Err(error.into()),
    }
}

/// `GET /api/v1/users/<number>/`
pub(super) async fn retrieve(
    Visitor(visitor): Visitor,
    compat: Data<Compat>,
    number: Path<i64>,
) -> Result<HttpResponse, Refusal> {
    let account = find(&compat.services().accounts, number.into_inner()).await?;
    // Who is in no list is not shown to the world.
    if visitor.is_none() && !account.profile.discoverable {
        return Err(Refusal::not_found());
    }
    Ok(HttpResponse::Ok().json(person(&account)))
}

/// Somebody by his number.
pub(super) async fn find(accounts: &Accounts, number: i64) -> Result<Account, Refusal> {
    let account = accounts.find_by_number(number).await?;
    if account.status == AccountStatus::Deleted {
        return Err(Refusal::not_found());
    }
    Ok(account)
}

/// Somebody, as everybody sees him.
pub(super) fn person(account: &Account) -> Value {
    let (first_name, last_name) = names(account);
    json!({
        "id": account.user.number,
        "first_name": first_name,
        "last_name": last_name,
        "username": account.username.as_str(),
        "is_active": account.status == AccountStatus::Active,
        "created_at": time::drf(account.created_at),
    })
}

/// First and last name, empty where nothing but the username is known.
pub(super) fn names(account: &Account) -> (String, String) {
    let profile = &account.profile;
    let is_named = profile.first_name.is_some()
        || profile.last_name.is_some()
        || account.display_name.as_str() != account.username.as_str();
    if is_named {
        people::names(account)
    } else {
        Default::default()
    }
}

/// Both names together, as far as they fit; `None` if there is neither.
pub(super) fn displayed(first: Option<&PersonName>, last: Option<&PersonName>) -> Option<DisplayName> {
    let names = [first, last].into_iter().flatten();
    let whole = names.map(PersonName::as_str).collect::<Vec<_>>().join(" ");
    let cut: String = whole.chars().take(DisplayName::MAX).collect();
    cut.parse().ok()
}

/// A first or last name: `None` if it was not sent or something is wrong with it, which the form knows then, and `Some(None)` if it is
/// blank.
pub(super) fn name(form: &mut Form, field: &'static str) -> Option<Option<PersonName>> {
    let text = form.text_or_none(field, Text::new().max(PersonName::MAX).blank())?;
    if text.is_empty() {
        return Some(None);
    }
    match text.parse() {
        Ok(name) => Some(Some(name)),
        Err(_) => {
            form.refuse(field, "Enter a valid value.");
            None
        }
    }
}

/// A name that nobody has; `None` if something is wrong with it, which the form knows then.
async fn username(form: &mut Form, accounts: &Accounts) -> Result<Option<Username>, Refusal> {
    let text = form.text("username", Text::new().max(Username::MAX_CHARS));
    if form.is_refused("username") {
        return Ok(None);
    }
    let wrong = match text.parse::<Username>() {
        Ok(username) => match accounts.find_by_username(&username).await {
            Ok(_) => TAKEN,
            Err(Error::NoSuchUser(_)) => return Ok(Some(username)),
            Err(error) => return Err(error.into()),
        },
        Err(UsernameError::Length) => TOO_SHORT,
        Err(UsernameError::Alphabet | UsernameError::MixedScripts) => NO_USERNAME,
    };
    form.refuse("username", wrong);
    Ok(None)
}
