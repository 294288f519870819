//! `conversations` moves in from SQLite, `greeter` and `relay` from dumps.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{HASH, Home, PASSWORD, ask, get, log_in, row, says, user};

const ANN: &str = "0b1c2d3e4f504a618b729c83ad94be05";
const BEN: &str = "1b1c2d3e4f504a618b729c83ad94be05";
const PAIR: &str = "2b1c2d3e4f504a618b729c83ad94be05";
const TWIN: &str = "3b1c2d3e4f504a618b729c83ad94be05";

/// As JSON has a UUID that SQLite has without lines.
fn hyphenated(id: &str) -> String {
    id.parse::<uuid::Uuid>().unwrap().to_string()
}

/// Tables as Django makes them in SQLite.
fn conversations() -> Home {
    let home = Home::new();
    let message = |id: u32, sender: &str, conversation: &str, text: &str, second: u32| {
        format!(
            "INSERT INTO app_conversationmessage VALUES \
             ('{id:032x}', '{text}', '2024-01-01 10:00:{second:02}.000001', '{conversation}', '{sender}');"
        )
    };
    home.database(&format!(
        "CREATE TABLE app_useraccount (password varchar(128), last_login datetime, is_superuser bool, id char(32) PRIMARY KEY,
            first_name varchar(100), last_name varchar(100), email varchar(200), is_active bool, is_staff bool);
         INSERT INTO app_useraccount VALUES
            ('{HASH}', '2024-01-01 08:00:00', 0, '{ANN}', 'Ann', 'Smith', 'ann@example.org', 1, 0),
            ('{HASH}', NULL, 0, '{BEN}', 'Ben', 'Jones', 'ben@example.org', 1, 0);
         CREATE TABLE app_conversation (id char(32) PRIMARY KEY, created_at datetime, modified_at datetime);
         INSERT INTO app_conversation VALUES
            ('{PAIR}', '2024-01-01 09:00:00', '2024-01-01 09:00:00'), ('{TWIN}', '2024-01-01 09:00:01', '2024-01-01 09:00:01');
         CREATE TABLE app_conversation_members (id integer PRIMARY KEY, conversation_id char(32), useraccount_id char(32));
         INSERT INTO app_conversation_members VALUES (1, '{PAIR}', '{ANN}'), (2, '{PAIR}', '{BEN}'), (3, '{TWIN}', '{BEN}'),
            (4, '{TWIN}', '{ANN}');
         CREATE TABLE app_conversationmessage (id char(32) PRIMARY KEY, text text, created_at datetime, conversation_id char(32),
            sender_id char(32));
         {}{}{}",
        // Their keys say nothing about which was first.
        message(3, ANN, PAIR, "first", 1),
        message(1, BEN, TWIN, "second", 2),
        message(2, ANN, PAIR, "third", 3),
    ));
    home
}

#[test]
fn conversations_go_on_under_their_ids() {
    let home = conversations();
    let out = home.moves_in("--from conversations sqlite:old.db");
    says(&out, "people: 2 new, 0 were here before, 0 not brought over");
    says(&out, "messages: 3 new, 0 were here before, 0 not brought over");
    says(
        &out,
        &format!(
            "room {}: is one with another conversation of the same two people",
            hyphenated(TWIN)
        ),
    );
    let again = home.moves_in("--from conversations sqlite:old.db");
    says(&again, "rooms: 0 new, 2 were here before, 0 not brought over");
    says(&again, "messages: 0 new, 3 were here before, 0 not brought over");
    let server = home.serve();
    let body = json!({ "email": "Ann@example.org", "password": PASSWORD });
    let path = "/compat/conversations/api/login/";
    let (status, ann) = ask(server.address, "", "POST", path, body);
    assert_eq!(status, 200, "{ann}");
    let ann = format!("Bearer {}", ann["access"].as_str().unwrap());
    let ben = json!({ "id": hyphenated(BEN), "first_name": "Ben", "last_name": "Jones" });
    let users = get(server.address, &ann, "/compat/conversations/api/users/");
    assert_eq!(users, json!([ben]));
    let path = format!("/compat/conversations/api/users/{}/chat/", hyphenated(BEN));
    let chat = get(server.address, &ann, &path);
    assert_eq!(chat["data"]["id"], json!(hyphenated(PAIR)));
    let messages = chat["data"]["messages"].as_array().unwrap();
    let texts: Vec<&str> = messages
        .iter()
        .map(|said| said["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["third", "second", "first"]);
    assert_eq!(messages[1]["sender"], ben);
}

/// What came from the database is known when it comes from a dump.
#[test]
fn a_dump_of_the_same_server_brings_what_is_new() {
    let home = conversations();
    home.moves_in("--from conversations sqlite:old.db");
    let account = json!({
        "first_name": "Cleo", "last_name": "", "email": "cleo@example.org", "password": HASH, "is_active": true,
    });
    let members = json!({
        "created_at": "2024-01-02T00:00:00Z", "members": [hyphenated(ANN), "4b1c2d3e-4f50-4a61-8b72-9c83ad94be05"],
    });
    home.dump(&[
        row("app.useraccount", hyphenated(ANN), account.clone()),
        row("app.useraccount", "4b1c2d3e-4f50-4a61-8b72-9c83ad94be05", account),
        row("app.conversation", hyphenated(PAIR), json!({ "members": [] })),
        row(
            "app.conversation",
            "5b1c2d3e-4f50-4a61-8b72-9c83ad94be05",
            members,
        ),
    ]);
    let out = home.moves_in("--from conversations dump.json");
    says(&out, "people: 1 new, 1 were here before, 0 not brought over");
    says(&out, "rooms: 1 new, 1 were here before, 0 not brought over");
}

/// With which status somebody's socket of a chat opens.
fn opens(server: SocketAddr, access: &str, chat: &str) -> String {
    let mut stream = TcpStream::connect(server).unwrap();
    let request = format!(
        "GET /compat/greeter/ws/chat/{chat}/ HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://localhost:3000\r\n\
         Cookie: access={access}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[9..]).into_owned()
}

/// Also in a dump, whose order is another one.
#[test]
fn of_two_conversations_the_older_one_keeps_its_id() {
    let home = Home::new();
    let account = |name: &str| {
        json!({
            "first_name": name, "last_name": "", "email": format!("{name}@example.org"), "password": HASH, "is_active": true,
        })
    };
    let begun = |at: &str| json!({ "created_at": at, "members": [hyphenated(ANN), hyphenated(BEN)] });
    home.dump(&[
        row("app.useraccount", hyphenated(ANN), account("ann")),
        row("app.useraccount", hyphenated(BEN), account("ben")),
        row(
            "app.conversation",
            hyphenated(PAIR),
            begun("2024-01-02T00:00:00Z"),
        ),
        row(
            "app.conversation",
            hyphenated(TWIN),
            begun("2024-01-01T00:00:00Z"),
        ),
    ]);
    let out = home.moves_in("--from conversations dump.json");
    says(
        &out,
        &format!(
            "room {}: is one with another conversation of the same two people",
            hyphenated(PAIR)
        ),
    );
}

#[test]
fn chats_of_greeter_are_entered_by_their_names() {
    let home = Home::new();
    let mut ann = user("testsocket.customuser", 2, "ann");
    ann["fields"]["name"] = json!("Ann of the Tea");
    let chat = json!({ "name": "chat_0123abcd", "creator": 2, "created_at": "2024-01-01T00:00:00Z" });
    home.dump(&[
        ann,
        user("testsocket.customuser", 3, "ben"),
        user("testsocket.customuser", 4, "eve"),
        row("testsocket.chatgroup", 30, chat),
    ]);
    let out = home.moves_in("--from greeter dump.json");
    says(&out, "rooms: 1 new, 0 were here before, 0 not brought over");
    let server = home.serve();
    let access = |username: &str| {
        let body = json!({ "username": username, "password": PASSWORD });
        let (status, tokens) = ask(server.address, "", "POST", "/compat/greeter/api/token/", body);
        assert_eq!(status, 200, "{tokens}");
        tokens["access"].as_str().unwrap().to_owned()
    };
    let ann = format!("Bearer {}", access("ann"));
    let path = "/compat/greeter/api/send-test-message/?group_name=chat_0123abcd";
    let sent = get(server.address, &ann, path);
    assert_eq!(sent["message"], "Test message sent to WebSocket group");
    assert_eq!(opens(server.address, &access("ben"), "chat_0123abcd"), "101");

    // Who does not know the name does not come in by counting.
    let at = |path: &str| format!("/compat/rooms/api/v1/{path}/");
    let body = json!({ "username": "eve", "password": PASSWORD });
    let (status, eve) = ask(server.address, "", "POST", &at("auth/login"), body);
    assert_eq!(status, 200, "{eve}");
    let eve = format!("Token {}", eve["token"].as_str().unwrap());
    let path = at("chats/rooms/30/join");
    let (status, answer) = ask(server.address, &eve, "PUT", &path, json!({}));
    assert_eq!(status, 403, "{answer}");
}

#[test]
fn notifications_of_relay_are_listed_as_they_were() {
    let home = Home::new();
    let picture =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    let notifications = [
        ("text", json!("tea is ready")),
        ("image", json!(picture)),
        ("voice", json!("data:audio/wav;base64,")),
        ("text", Value::Null),
        ("text", json!("  \u{7}")),
        ("image", json!("")),
    ];
    let key = "89abcdef0123456789abcdef0123456789abcdef";
    let mut rows = vec![
        user("auth.user", 1, "ann"),
        // Somebody is called as the bot would be to which the room belongs.
        user("auth.user", 2, "relay"),
        row(
            "accounts.newuser",
            1,
            json!({ "username": "ann", "password": "in the clear" }),
        ),
        row("authtoken.token", key, json!({ "user": 1 })),
    ];
    rows.extend((1..).zip(&notifications).map(|(id, (kind, content))| {
        let fields = json!({ "type": kind, "content": content, "created_at": "2024-01-01T00:00:00Z" });
        row("notifications.notification", id, fields)
    }));
    home.dump(&rows);
    let out = home.moves_in("--from relay dump.json");
    says(&out, "people: 2 new, 0 were here before, 0 not brought over");
    says(&out, "messages: 6 new, 0 were here before, 0 not brought over");
    assert!(!out.contains("in the clear") && !out.contains(key));
    let again = home.moves_in("--from relay dump.json");
    says(&again, "messages: 0 new, 6 were here before, 0 not brought over");

    let server = home.serve();
    log_in(server.address, "relay");
    let body = json!({ "username": "ann", "password": PASSWORD });
    let (status, tokens) = ask(server.address, "", "POST", "/compat/relay/api/token/", body);
    assert_eq!(status, 200, "{tokens}");
    let ann = format!("Bearer {}", tokens["access"].as_str().unwrap());
    let path = "/compat/relay/notifications/get_notifications/";
    let listed = get(server.address, &ann, path);
    let shown = (1..).zip(&notifications).map(|(id, (kind, content))| {
        json!({ "id": id, "type": kind, "content": content, "created_at": "2024-01-01T00:00:00Z" })
    });
    let mut expected: Vec<Value> = shown.collect();
    expected.reverse();
    assert_eq!(listed, Value::from(expected));
}

/// A picture that no one can make much smaller, as PNG in base64.
fn noise() -> String {
    let mut random: u32 = 1;
    let pixels: Vec<u8> = std::iter::repeat_with(|| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random.to_be_bytes()[0]
    })
    .take(200 * 100 * 3)
    .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 200, 100);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    STANDARD.encode(bytes)
}

/// What is too long for a message becomes a file, or several messages.
#[test]
fn long_notifications_of_relay_come_whole() {
    let home = Home::new();
    let notification = |id: i64, kind: &str, content: String| {
        let fields = json!({ "type": kind, "content": content, "created_at": "2024-01-01T00:00:00Z" });
        row("notifications.notification", id, fields)
    };
    home.dump(&[
        user("auth.user", 1, "ann"),
        notification(1, "image", noise()),
        notification(2, "voice", "x".repeat(70_000)),
    ]);
    let out = home.moves_in("--from relay dump.json");
    says(&out, "messages: 2 new, 0 were here before, 0 not brought over");
    says(
        &out,
        "message 1: its image is too long for a text, and is a file now",
    );
    assert!(out.contains("message 2: is a text now"), "{out}");
    let server = home.serve();
    let body = json!({ "username": "ann", "password": PASSWORD });
    let (_, tokens) = ask(server.address, "", "POST", "/compat/relay/api/token/", body);
    let ann = format!("Bearer {}", tokens["access"].as_str().unwrap());
    let listed = get(
        server.address,
        &ann,
        "/compat/relay/notifications/get_notifications/",
    );
    let listed = listed.as_array().unwrap();
    let types: Vec<&str> = listed.iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["text", "text", "image"]);
    let length = |row: &Value| row["content"].as_str().unwrap().len();
    assert_eq!(length(&listed[0]) + length(&listed[1]), 70_000);
    assert_eq!(listed[2]["id"], 1);
}
