//! Paths that several dialects have, where all are served at the root.

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Dialect;
use parlor_services::{DialectUser, LoginName};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::compat::Compat;
use crate::drf::{Any, Body, Refusal, Text, View};
use crate::{conversations, greeter, messenger, rooms};

/// The paths that these dialects share. What only one of them has is as it has it.
pub(crate) fn views(dialects: &[Dialect]) -> Vec<View> {
    let has = |dialect| dialects.contains(&dialect);
    let mut views = Vec::new();
    views.extend(Registers::among(dialects).view());
    match (has(Dialect::Greeter), has(Dialect::Rooms)) {
        (true, true) => views.push(View::at("/api/token/").on(Method::POST, log_in)),
        (true, false) => views.push(greeter::log_in()),
        (false, true) => views.push(rooms::log_in()),
        (false, false) => {}
    }
    if has(Dialect::Greeter) {
        views.push(greeter::refresh());
    }
    views
}

/// Which dialects there are that people register with at `/api/register/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Registers {
    conversations: bool,
    messenger: bool,
    greeter: bool,
}

impl Registers {
    fn among(dialects: &[Dialect]) -> Self {
        let has = |dialect| dialects.contains(&dialect);
        Self {
            conversations: has(Dialect::Conversations),
            messenger: has(Dialect::Messenger),
            greeter: has(Dialect::Greeter),
        }
    }

    /// The path, if there is any of them. One that is alone has it as its own.
    fn view(self) -> Option<View> {
        match (self.conversations, self.messenger, self.greeter) {
            (false, false, false) => None,
            (true, false, false) => Some(conversations::register()),
            (false, true, false) => Some(messenger::register()),
            (false, false, true) => Some(greeter::register()),
            _ => {
                let register = move |request: HttpRequest, compat: Data<Compat>, body: Body<Any>| {
                    register(self, request, compat, body)
                };
                Some(View::at("/api/register/").on(Method::POST, register))
            }
        }
    }

    /// Whose registration it is that has these keys, of those that there are.
    fn whose(self, has: impl Fn(&str) -> bool) -> Dialect {
        let any = |keys: &[&str]| keys.iter().any(|key| has(key));
        let of_messenger = any(&["mobile_no", "gender", "profile_photo", "email"]);
        if self.conversations && any(&["confirm_password", "first_name", "last_name"]) {
            Dialect::Conversations
        } else if self.messenger && of_messenger {
            Dialect::Messenger
        } else if self.conversations && has("email") {
            Dialect::Conversations
        } else if self.greeter {
            Dialect::Greeter
        } else if self.messenger && has("username") {
            Dialect::Messenger
        } else {
            Dialect::Conversations
        }
    }
}

/// `POST /api/register/`: whose registration it is, its keys tell.
async fn register(
    registers: Registers,
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    match registers.whose(|key| body.has(key)) {
        Dialect::Conversations => conversations::register_as(request, compat, body).await,
        Dialect::Messenger => messenger::register_as(request, compat, body).await,
        _ => greeter::register_as(request, compat, body).await,
    }
}

/// `POST /api/token/`: what any of them would answer, together.
async fn log_in(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form("non_field_errors")?;
    let username = form.text("username", Text::new());
    let password = form.text("password", Text::new());
    form.finish()?;
    let login = username.parse().ok().map(LoginName::Username);
    let dialects = &compat.services().dialects;
    let opened = dialects.log_in(
        (&username, login),
        password.into(),
        compat.device(&request, Dialect::Greeter),
        compat.lives(),
        |account| DialectUser::RelayAndGreeter(account.user.number),
    );
    let pair = opened.await.map_err(greeter::not_logged_in)?;
    let device = compat.device(&request, Dialect::Rooms);
    let key = dialects.key_of(Dialect::Rooms, &pair, device).await?;
    let access = pair.access.expose_secret();
    Ok(HttpResponse::Ok()
        .cookie(greeter::access_cookie(&request, access, compat.lives().access))
        .json(json!({
            "token": key,
            "refresh": pair.refresh.expose_secret(),
            "access": access,
        })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(dialects: &[Dialect], keys: &[&str]) -> Dialect {
        Registers::among(dialects).whose(|key| keys.contains(&key))
    }

    #[test]
    fn a_registration_is_that_of_the_dialect_that_has_its_keys() {
        use Dialect::{Conversations, Greeter, Messenger};
        let all = [Conversations, Messenger, Greeter];
        let cases: [(&[&str], Dialect); 8] = [
            (&["first_name", "email", "password"], Conversations),
            (&["confirm_password"], Conversations),
            (&["username", "email", "password"], Messenger),
            (&["mobile_no"], Messenger),
            (&["profile_photo"], Messenger),
            (&["name", "username", "password"], Greeter),
            (&["username", "password"], Greeter),
            (&[], Greeter),
        ];
        for (keys, expected) in cases {
            assert_eq!(whose(&all, keys), expected, "{keys:?}");
        }
    }

    #[test]
    fn where_one_of_them_is_missing_another_has_its_keys() {
        use Dialect::{Conversations, Greeter, Messenger};
        let cases: [([Dialect; 2], &[&str], Dialect); 7] = [
            ([Conversations, Greeter], &["email"], Conversations),
            ([Conversations, Greeter], &["username", "gender"], Greeter),
            ([Conversations, Messenger], &["email"], Messenger),
            ([Conversations, Messenger], &["username", "password"], Messenger),
            ([Conversations, Messenger], &[], Conversations),
            ([Messenger, Greeter], &["first_name", "email"], Messenger),
            ([Messenger, Greeter], &["username", "password"], Greeter),
        ];
        for (dialects, keys, expected) in cases {
            assert_eq!(whose(&dialects, keys), expected, "{dialects:?} {keys:?}");
        }
    }
}
