//! `rooms`, as its README tells it and as it refuses.

mod attendance;
mod groups;
mod messages;
mod socket;
mod users;

use parlor_compat::Root;
use parlor_domain::Dialect;
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use crate::multipart::{MULTIPART, Part, form};
use crate::world::{Answer, Socket, World};

const PREFIX: &str = "/compat/rooms";
pub(crate) const PASSWORD: &str = "a train to Bern";

/// A picture of one pixel.
pub(crate) fn picture() -> Vec<u8> {
    use base64::Engine;
    let text =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

/// Somebody who has registered and logged in.
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) key: String,
}

impl Person {
    pub(crate) async fn ask(&self, world: &World, method: &str, path: &str, body: Value) -> Answer {
        let token = format!("Token {}", self.key);
        world.call(method, path, &[("authorization", &token)], body).await
    }

    pub(crate) async fn get(&self, world: &World, path: &str) -> Answer {
        self.ask(world, "GET", path, Value::Null).await
    }

    pub(crate) async fn put(&self, world: &World, path: &str) -> Answer {
        self.ask(world, "PUT", path, Value::Null).await
    }

    /// Sends a form with files.
    pub(crate) async fn send(&self, world: &World, method: &str, path: &str, parts: &[Part<'_>]) -> Answer {
        let token = format!("Token {}", self.key);
        let headers = [("authorization", &*token), MULTIPART];
        world.send(method, path, &headers, form(parts)).await
    }

    pub(crate) async fn socket(&self, world: &World) -> Socket {
        let path = format!("/?token={}", self.key);
        world.socket(&path, &[]).await.unwrap()
    }

    /// Says something in a room, and tells the message.
    pub(crate) async fn say(&self, world: &World, room: i64, text: &str) -> Value {
        let parts = [Part::Text("room", &room.to_string()), Part::Text("text", text)];
        let said = self.send(world, "POST", "/api/v1/chats/messages/", &parts).await;
        assert_eq!(said.status, 201, "{said:?}");
        said.json()
    }

    /// Makes a room, and tells its number.
    pub(crate) async fn room(&self, world: &World, body: Value) -> i64 {
        let made = self.ask(world, "POST", "/api/v1/chats/rooms/", body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["id"].as_i64().unwrap()
    }

    pub(crate) async fn join(&self, world: &World, room: i64) -> Answer {
        self.put(world, &format!("/api/v1/chats/rooms/{room}/join/"))
            .await
    }

    pub(crate) async fn leave(&self, world: &World, room: i64) -> Answer {
        self.put(world, &format!("/api/v1/chats/rooms/{room}/leave/"))
            .await
    }

    /// Logs in to Parlor itself, and tells the access token.
    pub(crate) async fn log_in_to_parlor(&self, world: &World) -> String {
        let body = json!({ "username": self.username, "password": PASSWORD });
        let answer = world.ask_parlor("POST", "/v1/sessions", "", body).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }
}

/// Registers somebody, and logs him in.
pub(crate) async fn person(world: &World, username: &str) -> Person {
    let body = json!({ "username": username, "password": PASSWORD });
    let made = world.post("/api/v1/users/", body.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let login = world.post("/api/v1/auth/login/", body).await;
    assert_eq!(login.status, 200, "{login:?}");
    Person {
        id: made.json()["id"].as_i64().unwrap(),
        username: username.to_owned(),
        key: login.json()["token"].as_str().unwrap().to_owned(),
    }
}

/// The numbers of what is on a page.
pub(crate) fn numbers(page: &Value) -> Vec<i64> {
    let results = page["results"].as_array().unwrap().iter();
    results.map(|result| result["id"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_readme_from_top_to_bottom() {
    let world = World::at(PREFIX).await;

    // POST /api/v1/chats/user/
    let body = json!({ "username": "ann", "password": PASSWORD, "first_name": "Ann", "last_name": "Smith" });
    let made = world.post("/api/v1/chats/user/", body).await;
    let account = made.json();
    let (id, at) = (account["id"].as_i64().unwrap(), account["created_at"].clone());
    assert!(at.as_str().unwrap().ends_with('Z'));
    let shown = json!({
        "id": id, "first_name": "Ann", "last_name": "Smith", "username": "ann",
        "is_active": true, "created_at": at,
    });
    made.is(201, shown.clone());

    // POST /api/token/
    let login = json!({ "username": "ann", "password": PASSWORD });
    let token = world.post("/api/token/", login.clone()).await;
    assert_eq!(token.status, 200, "{token:?}");
    let key = token.json()["token"].as_str().unwrap().to_owned();
    assert!(
        key.len() == 40 && key.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{key}"
    );
    let again = world.post("/api/v1/auth/login/", login).await;
    again.is(200, json!({ "token": key }));
    let username = "ann".to_owned();
    let ann = Person { id, username, key };
    let ben = person(&world, "ben").await;

    // GET /api/v1/users/
    let users = world.call("GET", "/api/v1/users/", &[], Value::Null).await.json();
    assert_eq!(
        users["page_metadata"],
        json!({ "total_pages": 1, "count": 2, "page_size": 10 })
    );
    assert_eq!(numbers(&users), [ben.id, ann.id], "the newest first");
    assert_eq!(users["results"][1], shown);

    // PATCH /api/v1/chats/user/{user_id}/
    let path = format!("/api/v1/chats/user/{}/", ann.id);
    let changed = ann
        .ask(&world, "PATCH", &path, json!({ "first_name": "Anna" }))
        .await;
    assert_eq!(
        (changed.status, &changed.json()["first_name"]),
        (200, &json!("Anna"))
    );
    assert_eq!(changed.json()["last_name"], "Smith");

    // POST /api/v1/chats/rooms/
    let made = ann
        .ask(&world, "POST", "/api/v1/chats/rooms/", json!({ "name": "Tea" }))
        .await;
    let room = made.json();
    let number = room["id"].as_i64().unwrap();
    let shown = json!({
        "id": number, "name": "Tea", "max_users": 10, "type": "GROUP",
        "created_at": room["created_at"], "updated_at": room["updated_at"],
        "owner": ann.id, "users": [],
    });
    made.is(201, shown);
    let rooms = ann.get(&world, "/api/v1/chats/rooms/").await.json();
    assert_eq!(
        rooms["page_metadata"]["count"], 0,
        "whoever makes a room has not joined it"
    );

    // PUT /api/v1/chats/rooms/{room_id}/join/
    let joined = ann.join(&world, number).await;
    assert_eq!((joined.status, &joined.json()["users"]), (200, &json!([ann.id])));
    assert_eq!(joined.json()["max_users"], 10);
    let rooms = ann.get(&world, "/api/v1/chats/rooms/").await.json();
    assert_eq!(rooms["results"], json!([joined.json()]));

    // The websocket, and a room that is joined while it is open.
    let mut anns = ann.socket(&world).await;
    let mut bens = ben.socket(&world).await;
    let joined = ben.join(&world, number).await;
    assert_eq!(joined.json()["users"], json!([ann.id, ben.id]));
    anns.say_json(json!({ "text": "Hello Ben", "room": number.to_string() }))
        .await;
    let said = anns.hear_json().await;
    let expected = json!({
        "id": said["id"], "text": "Hello Ben", "file": null, "file_type": null,
        "created_at": said["created_at"], "updated_at": said["created_at"],
        "room": number, "owner": ann.id,
    });
    assert_eq!(said, expected);
    assert_eq!(bens.hear_json().await, said);

    // POST /api/v1/chats/messages/
    let picture = picture();
    let room = number.to_string();
    let parts = [
        Part::Text("room", &room),
        Part::Text("text", "look"),
        Part::File("file", "dot.png", "image/png", &picture),
    ];
    let sent = ben.send(&world, "POST", "/api/v1/chats/messages/", &parts).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let mut message = sent.json();
    assert_eq!(
        (&message["text"], &message["file_type"]),
        (&json!("look"), &json!("image/png"))
    );
    let url = message["file"].as_str().unwrap().to_owned();
    let path = url
        .strip_prefix(&world.app.url())
        .expect("it is absolute")
        .to_owned();
    assert!(
        path.starts_with("/compat/rooms/media/image/") && path.ends_with(".png"),
        "{path}"
    );
    let heard = anns.hear_json().await;
    assert_eq!(heard["file"], json!(path), "a path in frames");
    assert_eq!(bens.hear_json().await, heard);
    message["file"] = json!(path);
    assert_eq!(heard, message);
    let inner = path.strip_prefix(PREFIX).unwrap();
    let file = world.call("GET", inner, &[], Value::Null).await;
    assert_eq!(
        (file.status, file.header("content-type")),
        (200, Some("image/png"))
    );
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));

    // GET /api/v1/chats/messages/ and ?room={room_id}
    message["file"] = json!(url);
    for path in [
        "/api/v1/chats/messages/".to_owned(),
        format!("/api/v1/chats/messages/?room={number}"),
    ] {
        let page = ann.get(&world, &path).await.json();
        assert_eq!(page["results"], json!([message, said]), "the newest first");
        assert_eq!(page["page_metadata"]["count"], 2);
    }

    // UPDATE /api/v1/chats/messages/{message_id}/
    let own = format!("/api/v1/chats/messages/{}/", message["id"]);
    let edited = ben
        .send(&world, "PATCH", &own, &[Part::Text("text", "look there")])
        .await;
    assert_eq!(
        (edited.status, &edited.json()["text"]),
        (200, &json!("look there"))
    );
    assert_eq!(edited.json()["file"], json!(url));
    let heard = anns.hear_json().await;
    assert_eq!(
        (&heard["id"], &heard["text"]),
        (&message["id"], &json!("look there"))
    );
    assert_eq!(
        (&heard["file"], &heard["created_at"]),
        (&json!(path), &message["created_at"])
    );
    assert_eq!(bens.hear_json().await, heard);

    // DELETE /api/v1/chats/messages/{message_id}/
    let deleted = ben.ask(&world, "DELETE", &own, Value::Null).await;
    assert_eq!((deleted.status, &*deleted.text), (204, ""));
    assert_eq!(ben.get(&world, &own).await.status, 404);
    let file = world.call("GET", inner, &[], Value::Null).await;
    assert_eq!(file.status, 404, "its file is gone with it");

    // PUT /api/v1/chats/rooms/{room_id}/leave/
    let left = ben.leave(&world, number).await;
    assert_eq!((left.status, &left.json()["users"]), (200, &json!([ann.id])));
    ann.say(&world, number, "Where are you?").await;
    assert_eq!(anns.hear_json().await["text"], "Where are you?");
    ben.join(&world, number).await;
    ann.say(&world, number, "There you are").await;
    let heard = bens.hear_json().await;
    assert_eq!(
        heard["text"], "There you are",
        "and nothing of what was said before"
    );

    // PATCH and DELETE /api/v1/chats/rooms/{room_id}/
    let path = format!("/api/v1/chats/rooms/{number}/");
    let changed = ann.ask(&world, "PATCH", &path, json!({ "max_users": 5 })).await;
    assert_eq!((changed.status, &changed.json()["max_users"]), (200, &json!(5)));
    let deleted = ann.ask(&world, "DELETE", &path, Value::Null).await;
    assert_eq!((deleted.status, &*deleted.text), (204, ""));
    assert_eq!(ann.get(&world, &path).await.status, 404);

    // DELETE /api/v1/chats/user/{user_id}/
    let path = format!("/api/v1/chats/user/{}/", ben.id);
    assert_eq!(ben.ask(&world, "DELETE", &path, Value::Null).await.status, 204);
    let none = world.call("GET", &path, &[], Value::Null).await;
    none.is(404, json!({ "detail": "Not found." }));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_first_page_leads_to_the_documentation_where_it_is_alone() {
    let world = World::at(PREFIX).await;
    let page = world.call("GET", "/", &[], Value::Null).await;
    assert_eq!(
        (page.status, page.header("location")),
        (302, Some("/compat/rooms/api/v1/"))
    );

    let world = World::at("").await;
    let page = world.call("GET", "/", &[], Value::Null).await;
    assert!(
        page.text.starts_with("Parlor"),
        "it stays Parlor's own beside others"
    );
    let token = world.post("/api/v1/auth/login/", json!({})).await;
    assert_eq!(token.status, 400, "{token:?}");

    let app = TestApp::start_with(|config| config.compat.root = Root::One(Dialect::Rooms)).await;
    let world = World::of(app, "");
    let page = world.call("GET", "/", &[], Value::Null).await;
    assert_eq!((page.status, page.header("location")), (302, Some("/api/v1/")));
    assert_eq!(world.post("/api/token/", json!({})).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_is_its_socket_too() {
    let world = World::at("").await;
    let ann = person(&world, "ann").await;
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    ann.join(&world, room).await;
    let mut socket = ann.socket(&world).await;
    let said = ann.say(&world, room, "Hello").await;
    assert_eq!(socket.hear_json().await, said);
}
