//! The socket of everybody: `/ws/notifications/`, with a token or a key.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use async_trait::async_trait;
use bytestring::ByteString;
use parlor_domain::{Account, Dialect, MediaId, Origin, RoomId};
use parlor_http::{Dialogue, Guest as SocketGuest, Line, SocketDialect};
use parlor_hub::{Format, Lead};
use parlor_services::{Actor, Error, ErrorKind, Guest, Services, TokenKind};
use serde_json::Value;

use super::HALL;
use super::heard::{self, Heard, TOO_LONG};
use super::kind::Kind;
use super::written::Written;
use crate::compat::Compat;
use crate::directory::{Directory, Held};
use crate::drf::authorization::bearer;
use crate::mount::Mount;
use crate::sockets::{forbidden, query, start, unavailable};

/// A fault of the server.
const FAULT: u16 = 1011;
/// Longer frames, in bytes, can only bring a picture or a voice message, and are read beside everything else.
const SHORT: usize = 128 << 10;
/// How many hexadecimal digits a key has.
const KEY: usize = 40;
const BUSY: &str = "The server is busy. Try again.";

/// Opens sockets of everybody.
pub(crate) struct RelaySocket {
    pub(crate) compat: Arc<Compat>,
    pub(crate) mount: Mount,
    pub(crate) format: Format,
    pub(crate) halls: Arc<Directory<()>>,
}

#[async_trait(?Send)]
impl SocketDialect for RelaySocket {
    fn serves(&self, path: &str) -> bool {
        self.mount.strip(path) == Some("/ws/notifications/")
    }

    fn frame_bytes(&self) -> usize {
        8 << 20
    }

    async fn enter(&self, head: &RequestHead) -> Result<SocketGuest, HttpResponse> {
        let services = self.compat.services();
        let found = guest(services, head).await;
        let guest = found
            .map_err(|error| unavailable(&error))?
            .ok_or_else(forbidden)?;
        let actor = guest.actor;
        let entered = services.halls.enter(HALL, &guest.account).await;
        let room = entered.map_err(|error| unavailable(&error))?;
        let held = self.halls.hold(room.into(), ());
        // If its user leaves the room and comes back, in whichever way, the hub follows it again.
        let start = start(services, &actor, Some(&[room]), Lead::Hub).await?;
        let (compat, halls) = (self.compat.clone(), self.halls.clone());
        Ok(SocketGuest {
            format: self.format,
            start,
            expires_at: Some(guest.expires_at),
            begin: Box::new(move |line| {
                Rc::new(Visit {
                    compat,
                    halls,
                    line,
                    actor,
                    account: guest.account,
                    room: Cell::new(room),
                    held: RefCell::new(held),
                })
            }),
        })
    }
}

/// Who comes: by the header `token`, else by the query, with a key or an access token, else with an access token as a bearer.
async fn guest(services: &Services, head: &RequestHead) -> Result<Option<Guest>, Error> {
    let dialects = &services.dialects;
    let Some(shown) = shown(head) else {
        return Ok(None);
    };
    if shown.len() == KEY && shown.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return dialects.inspect_key(Dialect::Relay, &shown).await;
    }
    let inspected = dialects.inspect(Dialect::Relay, &shown, TokenKind::Access);
    Ok(inspected.await?.ok())
}

/// What a handshake shows: a key, which is shown in two places alone, or a token.
fn shown(head: &RequestHead) -> Option<String> {
    let headers = head.headers();
    if let Some(token) = headers.get("token") {
        return token.to_str().ok().map(str::to_owned);
    }
    if let Some(token) = query(head, "token") {
        return Some(token);
    }
    let token = bearer(headers).ok().flatten()?;
    (token.len() != KEY).then(|| token.to_owned())
}

/// Somebody's socket.
struct Visit {
    compat: Arc<Compat>,
    halls: Arc<Directory<()>>,
    line: Rc<Line>,
    actor: Actor,
    account: Account,
    room: Cell<RoomId>,
    held: RefCell<Held<()>>,
}

impl Dialogue for Visit {
    fn hear(self: Rc<Self>, text: ByteString) {
        let line = self.line.clone();
        if text.len() > SHORT {
            return line.run_alone(async move |command| {
                match tokio::task::spawn_blocking(move || Heard::read_long(&text)).await {
                    Ok(heard) => self.take(command, heard).await,
                    Err(error) => self.fail(&error),
                }
            });
        }
        match Heard::read(&text) {
            Heard::Nothing => {}
            Heard::Wrong(answer) => self.answer(&answer),
            heard @ Heard::Text(_) => {
                line.run(async move |command| self.take(command, heard).await);
            }
            // It takes a while, in which what comes next would overtake it.
            heard @ (Heard::Picture(_) | Heard::Voice(_)) => {
                line.run_alone(async move |command| self.take(command, heard).await);
            }
        }
    }

    fn hurried(&self) {
        self.refuse("Too many messages. Wait a moment.");
    }
}

impl Visit {
    fn answer(&self, answer: &Value) {
        self.line.say(&answer.to_string());
    }

    fn refuse(&self, why: &str) {
        self.answer(&heard::error(why));
    }

    /// Does what a frame asks for.
    async fn take(&self, command: u64, heard: Heard) {
        match heard {
            Heard::Text(value) => self.say(command, value).await,
            Heard::Picture(data) => {
                let uploads = &self.compat.services().uploads;
                match uploads.picture_as_png(&self.actor, data).await {
                    Ok(media) => self.show(command, media.id).await,
                    Err(error) => self.tell(&error, of_picture(&error)),
                }
            }
            Heard::Voice(data) => {
                let uploads = &self.compat.services().uploads;
                match uploads.voice_as_wav(&self.actor, data).await {
                    Ok(media) => self.show(command, media.id).await,
                    Err(error) => self.tell(&error, of_voice(&error)),
                }
            }
            Heard::Wrong(answer) => self.answer(&answer),
            Heard::Nothing => {}
        }
    }

    /// Says a text, or any other value.
    async fn say(&self, command: u64, value: Value) {
        let Some(written) = Written::of(Kind::Text, value) else {
            return self.refuse(TOO_LONG);
        };
        let services = self.compat.services();
        let send = async |room| {
            let sent = written.send(services, &self.actor, room, self.origin(command));
            sent.await.map(drop)
        };
        self.in_room(send).await;
    }

    /// Shows a picture or a voice message.
    async fn show(&self, command: u64, media: MediaId) {
        let messages = &self.compat.services().messages;
        let send = async |room| {
            let origin = self.origin(command);
            let sent = messages.send_even_nothing(&self.actor, room, "", Some(media), origin);
            sent.await.map(drop)
        };
        self.in_room(send).await;
    }

    /// Sends something to the room, into which its user comes anew if he has left it. Nothing is sent any more if the socket has come to
    /// its end meanwhile: perhaps its user may not say anything now.
    async fn in_room(&self, send: impl AsyncFn(RoomId) -> Result<(), Error>) {
        if self.line.is_closing() {
            return;
        }
        let sent = match send(self.room.get()).await {
            Err(Error::NoSuchRoom) => match self.come_back().await {
                Ok(room) => send(room).await,
                Err(error) => Err(error),
            },
            sent => sent,
        };
        if let Err(error) = sent {
            self.tell(&error, None);
        }
    }

    async fn come_back(&self) -> Result<RoomId, Error> {
        let halls = &self.compat.services().halls;
        let room = halls.enter(HALL, &self.account).await?;
        *self.held.borrow_mut() = self.halls.hold(room.into(), ());
        self.room.set(room);
        Ok(room)
    }

    fn origin(&self, command: u64) -> Option<Origin> {
        Some(Origin {
            connection: self.line.connection().id(),
            command,
        })
    }

    /// Tells why something was not sent: so, unless the reason is another one.
    fn tell(&self, error: &Error, why: Option<&str>) {
        match (why, error.kind()) {
            (Some(why), _) => self.refuse(why),
            (None, ErrorKind::Internal) => self.fail(error),
            (None, ErrorKind::Busy | ErrorKind::Unavailable) => self.refuse(BUSY),
            (None, ErrorKind::Limited) => self.hurried(),
            (None, ErrorKind::Invalid | ErrorKind::TooLarge) => self.refuse(TOO_LONG),
            (None, _) => self.refuse("You do not have permission to perform this action."),
        }
    }

    fn fail(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "a socket of relay failed");
        self.line.close(FAULT);
    }
}

/// What is told of a picture that was not taken.
fn of_picture(error: &Error) -> Option<&'static str> {
    match error {
        Error::Invalid { .. } => Some("Failed to decode image data (invalid base64 format)"),
        error if is_refused(error) => Some("An unexpected error occurred during image processing"),
        Error::QuotaUsedUp | Error::StorageFull(_) => Some("Failed to process image"),
        _ => None,
    }
}

/// What is told of a voice message that was not taken.
fn of_voice(error: &Error) -> Option<&'static str> {
    let is_known = matches!(
        error,
        Error::Invalid { .. } | Error::QuotaUsedUp | Error::StorageFull(_)
    );
    (is_known || is_refused(error)).then_some("Failed to process voice")
}

/// Whether a file is to blame.
fn is_refused(error: &Error) -> bool {
    matches!(
        error,
        Error::Media(_) | Error::UploadTooLarge { .. } | Error::Infected | Error::TooLargeToScan
    )
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_token_is_looked_for_in_its_places() {
        let key = "Bearer 0123456789abcdef0123456789abcdef01234567";
        for (uri, name, value, expected) in [
            ("/", "token", "a", Some("a")),
            ("/?token=q", "token", "a", Some("a")),
            ("/?token=q", "authorization", "Bearer b", Some("q")),
            ("/", "authorization", "Bearer b", Some("b")),
            ("/", "authorization", key, None),
            ("/", "authorization", "Token b", None),
            ("/?access=q", "cookie", "access=c", None),
        ] {
            let request = TestRequest::with_uri(uri).insert_header((name, value));
            let request = request.to_http_request();
            assert_eq!(
                shown(request.head()).as_deref(),
                expected,
                "{uri} {name}: {value}"
            );
        }
    }
}
