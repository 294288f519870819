//! Paths that several dialects have, where all are served at the root.

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Account, Dialect};
use parlor_services::{DialectUser, Lives, LoginName};
use secrecy::ExposeSecret;

use crate::callers::Newcomer;
use crate::compat::Compat;
use crate::drf::{Any, AnyWithFiles, Body, InOrder, Refusal, Text, View};
use crate::log_ins::{Tokens, not_logged_in};
use crate::{conversations, greeter, messenger, relay, rooms};

/// The paths that these dialects share. What only one of them has is as it has it.
pub(crate) fn views(dialects: &[Dialect]) -> Vec<View> {
    let has = |dialect| dialects.contains(&dialect);
    let mut views = Vec::new();
    views.extend(Registers::among(dialects).view());
    let here = Here {
        relay: has(Dialect::Relay),
        greeter: has(Dialect::Greeter),
        rooms: has(Dialect::Rooms),
    };
    views.extend(here.log_in());
    views.extend(here.refresh());
    views
}

/// Which of the dialects are here that let people in at the same path.
#[derive(Debug, Clone, Copy)]
struct Here {
    relay: bool,
    greeter: bool,
    rooms: bool,
}

impl Here {
    /// `/api/token/`: that of the only one that is here, or of all together.
    fn log_in(self) -> Option<View> {
        match (self.relay, self.greeter, self.rooms) {
            (false, false, false) => None,
            (true, false, false) => Some(relay::log_in()),
            (false, true, false) => Some(greeter::log_in()),
            (false, false, true) => Some(rooms::log_in()),
            _ => {
                let log_in = move |request, compat, body| log_in(self, request, compat, body);
                Some(View::at("/api/token/").on(Method::POST, log_in))
            }
        }
    }

    /// `/api/token/refresh/`: both have the same, but for the cookie.
    fn refresh(self) -> Option<View> {
        match (self.relay, self.greeter) {
            (_, true) => Some(greeter::refresh()),
            (true, false) => Some(relay::refresh()),
            (false, false) => None,
        }
    }

    /// For whom tokens are.
    fn user(self, account: &Account) -> DialectUser {
        let number = account.user.number;
        match (self.relay, self.greeter) {
            (true, true) => DialectUser::RelayAndGreeter(number),
            (true, false) => DialectUser::Relay(number),
            (false, _) => DialectUser::Greeter(number),
        }
    }

    /// After whom their sessions are called, and how long they are good.
    fn session(self, compat: &Compat) -> (Dialect, Lives) {
        if self.relay && !self.greeter {
            (Dialect::Relay, relay::LIVES)
        } else {
            (Dialect::Greeter, compat.lives())
        }
    }
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
                let register = move |newcomer, compat| register(self, newcomer, compat);
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
    InOrder(Newcomer, body): InOrder<Newcomer, Body<AnyWithFiles>>,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    match registers.whose(|key| body.has(key)) {
        Dialect::Conversations => conversations::register_as(compat, body).await,
        Dialect::Messenger => messenger::register_as(compat, body).await,
        _ => greeter::register_as(compat, body).await,
    }
}

/// `POST /api/token/`: what any of them would answer, together.
async fn log_in(
    here: Here,
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form("non_field_errors")?;
    let username = form.text("username", Text::new());
    let password = form.text("password", Text::new().untrimmed());
    form.finish()?;
    let login = username.parse().ok().map(LoginName::Username);
    let (dialect, lives) = here.session(&compat);
    let dialects = &compat.services().dialects;
    let opened = dialects.log_in(
        (&username, login),
        password.into(),
        compat.device(&request, dialect),
        lives,
        |account| here.user(account),
    );
    let pair = opened.await.map_err(not_logged_in)?;
    let access = pair.access.expose_secret();
    let mut tokens = Tokens::of(&pair);
    if here.rooms {
        let device = compat.device(&request, Dialect::Rooms);
        let key = dialects.key_of(Dialect::Rooms, &pair, device).await?;
        tokens = tokens.with_key(key);
    }
    let mut answer = HttpResponse::Ok();
    if here.greeter {
        answer.cookie(greeter::access_cookie(&request, access, lives.access));
    }
    Ok(answer.json(tokens))
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
