//! `relay`, as its README tells it and as it refuses.

mod accounts;
mod notifications;
mod refusals;
mod room;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parlor_compat::Root;
use parlor_domain::{Dialect, UserId};
use parlor_testkit::{FixedClock, TestApp};
use serde_json::{Value, json};

use crate::conversations::claims;
use crate::world::{Answer, Socket, World};

pub(crate) const PREFIX: &str = "/compat/relay";
pub(crate) const PASSWORD: &str = "a train to Bern";
pub(crate) const SOCKET: &str = "/ws/notifications/";
const LIST: &str = "/notifications/get_notifications/";
const CREATE: &str = "/notifications/notifications_create/";
/// A GIF of one pixel, in base64.
const GIF: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/// Somebody who has registered and logged in.
pub(crate) struct Person {
    pub(crate) number: i64,
    pub(crate) username: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Person {
    pub(crate) async fn ask(&self, world: &World, method: &str, path: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {}", self.access);
        world
            .call(method, path, &[("authorization", &bearer)], body)
            .await
    }

    pub(crate) async fn socket(&self, world: &World) -> Socket {
        let path = format!("{SOCKET}?token={}", self.access);
        world.socket(&path, &[]).await.unwrap()
    }

    /// The newest notifications.
    pub(crate) async fn list(&self, world: &World) -> Vec<Value> {
        let answer = world.get(LIST, &self.access).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json().as_array().unwrap().clone()
    }

    /// Makes a notification, and tells its number.
    pub(crate) async fn create(&self, world: &World, body: Value) -> i64 {
        let made = self.ask(world, "POST", CREATE, body).await;
        let id = made.json()["id"].clone();
        made.is(201, json!({ "message": "Notification created", "id": id }));
        id.as_i64().unwrap()
    }

    /// Logs in to Parlor itself, and tells the access token.
    pub(crate) async fn log_in_to_parlor(&self, world: &World) -> String {
        let body = json!({ "username": self.username, "password": PASSWORD });
        let answer = world.ask_parlor("POST", "/v1/sessions", "", body).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// The account's id.
    pub(crate) async fn id(&self, world: &World) -> UserId {
        let accounts = &world.app.app().services().accounts;
        accounts.find_by_number(self.number).await.unwrap().user.id
    }
}

pub(crate) fn credentials(username: &str) -> Value {
    json!({ "username": username, "password": PASSWORD })
}

/// Registers somebody, and logs him in.
pub(crate) async fn person(world: &World, username: &str) -> Person {
    let made = world.post("/accounts/create_user/", credentials(username)).await;
    assert_eq!(made.status, 200, "{made:?}");
    logged_in(world, username, made.json()["user_id"].as_i64().unwrap()).await
}

/// Registers an administrator, and logs him in.
pub(crate) async fn administrator(world: &World, username: &str) -> Person {
    let person = person(world, username).await;
    let accounts = &world.app.app().services().accounts;
    accounts.set_admin(person.id(world).await, true).await.unwrap();
    logged_in(world, username, person.number).await
}

async fn logged_in(world: &World, username: &str, number: i64) -> Person {
    let tokens = world.post("/api/token/", credentials(username)).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let tokens = tokens.json();
    Person {
        number,
        username: username.to_owned(),
        access: tokens["access"].as_str().unwrap().to_owned(),
        refresh: tokens["refresh"].as_str().unwrap().to_owned(),
    }
}

pub(crate) fn text(message: impl Into<Value>) -> Value {
    json!({ "message": message.into(), "type": "text" })
}

/// A tone of half a second in stereo, at 44,100 samples a second, as WAV.
pub(crate) fn tone() -> Vec<u8> {
    let samples = (0..22_050_u32).flat_map(|n| {
        let sample = if n / 50 % 2 == 0 { 8_000_i16 } else { -8_000 };
        [sample, sample]
    });
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let length = u32::try_from(data.len()).unwrap();
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + length).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    wav.extend(44_100_u32.to_le_bytes());
    wav.extend((44_100_u32 * 4).to_le_bytes());
    wav.extend(b"\x04\0\x10\0data");
    wav.extend(length.to_le_bytes());
    wav.extend(data);
    wav
}

/// What a frame of this type brings.
#[track_caller]
pub(crate) fn bytes(frame: &Value, kind: &str) -> Vec<u8> {
    assert_eq!(frame["type"], kind, "{frame}");
    STANDARD.decode(frame["message"].as_str().unwrap()).unwrap()
}

#[track_caller]
pub(crate) fn assert_is_png(bytes: &[u8]) {
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{bytes:?}");
}

/// Passes for 16-bit samples in one channel, 16,000 a second.
#[track_caller]
pub(crate) fn assert_is_plain_wav(bytes: &[u8]) {
    assert!(bytes.starts_with(b"RIFF") && &bytes[8..16] == b"WAVEfmt ");
    assert_eq!(bytes[20..28], [1, 0, 1, 0, 0x80, 0x3e, 0, 0]);
    assert_eq!(bytes[34..36], [16, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_readme_from_top_to_bottom() {
    let world = World::at(PREFIX).await;
    let made = world.post("/accounts/create_user/", credentials("ann")).await;
    let number = made.json()["user_id"].as_i64().unwrap();
    made.is(
        200,
        json!({ "message": "User created successfully", "user_id": number }),
    );

    // POST /api/token/
    let tokens = world.post("/api/token/", credentials("ann")).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(tokens.header("set-cookie"), None);
    let tokens = tokens.json();
    assert_eq!(tokens.as_object().unwrap().len(), 2, "{tokens}");
    let access = tokens["access"].as_str().unwrap();
    let claims = claims(access);
    assert_eq!(
        (&claims["token_type"], &claims["user_id"]),
        (&json!("access"), &json!(number))
    );

    // ws://localhost:8000/ws/notifications/
    let mut anns = world
        .socket(&format!("{SOCKET}?token={access}"), &[])
        .await
        .unwrap();
    let mut bens = person(&world, "ben").await.socket(&world).await;

    anns.say_json(json!({ "type": "text", "message": "Hello" })).await;
    anns.say_json(json!({ "type": "image", "image": GIF })).await;
    anns.say_json(json!({ "type": "voice", "voice": STANDARD.encode(tone()) }))
        .await;
    anns.say_json(json!({ "type": "text", "message": "after all that" }))
        .await;
    for socket in [&mut anns, &mut bens] {
        assert_eq!(socket.hear_json().await, text("Hello"));
        assert_is_png(&bytes(&socket.hear_json().await, "image"));
        assert_is_plain_wav(&bytes(&socket.hear_json().await, "voice"));
        assert_eq!(socket.hear_json().await, text("after all that"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_good_for_an_hour_and_a_day() {
    let clock = Arc::new(FixedClock::default());
    let app = TestApp::start_at(clock.clone(), |_| ()).await;
    let world = World::of(app, PREFIX);
    let ann = person(&world, "ann").await;
    let mut socket = ann.socket(&world).await;
    clock.advance(Duration::from_secs(60 * 60 + 1));
    assert_eq!(world.get(LIST, &ann.access).await.status, 401);
    assert_eq!(
        socket.hear().await,
        crate::world::Heard::Closed(1008),
        "its token is too old"
    );
    let refreshed = world
        .post("/api/token/refresh/", json!({ "refresh": ann.refresh }))
        .await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    let body = refreshed.json();
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    let access = body["access"].as_str().unwrap();
    assert_eq!(world.get(LIST, access).await.status, 200);
    clock.advance(Duration::from_secs(24 * 60 * 60));
    let late = world
        .post("/api/token/refresh/", json!({ "refresh": ann.refresh }))
        .await;
    late.is(
        401,
        json!({ "detail": "Token is invalid or expired", "code": "token_not_valid" }),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn alone_at_the_root_it_is_as_it_was() {
    let app = TestApp::start_with(|config| config.compat.root = Root::One(Dialect::Relay)).await;
    let world = World::of(app, "");
    let ann = person(&world, "ann").await;
    let mut socket = ann.socket(&world).await;
    let id = ann
        .create(&world, json!({ "type": "text", "message": "Hello" }))
        .await;
    assert_eq!(socket.hear_json().await, text("Hello"));
    assert_eq!(ann.list(&world).await[0]["id"], id);
}
