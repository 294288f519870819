//! `rooms` moves in from a dump, or from SQLite.

use serde_json::{Value, json};

use super::{HASH, Home, PASSWORD, ask, get, picture, row, says, status_of, user};

const KEY: &str = "0123456789abcdef0123456789abcdef01234567";
/// The name of a file that nobody could guess.
const DRAWN: &str = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05";

fn message(id: i64, owner: i64, text: &str, file: Option<&str>) -> Value {
    let at = format!("2024-01-01T10:00:{id:02}.5Z");
    let fields = json!({
        "room": 5, "owner": owner, "text": text, "file": file, "file_type": null,
        "created_at": at, "updated_at": at,
    });
    row("chat.message", id, fields)
}

/// Ann owns a room that she has left; Ben is in it, and somebody else of his name was.
fn moved() -> (Home, String) {
    let home = Home::new();
    let mut staff = user("users.user", 7, "BEN");
    staff["fields"]["is_staff"] = json!(true);
    let mut locked = user("users.user", 8, "eve@example.org");
    locked["fields"]["is_active"] = json!(false);
    locked["fields"]["password"] = json!("letmein");
    let room = json!({
        "name": "tea", "max_users": 1, "type": "GROUP", "owner": 3, "users": [4, 7],
        "created_at": "2024-01-01T09:00:00Z", "updated_at": "2024-01-01T09:30:00Z",
    });
    home.dump(&[
        // A dump need not be in order.
        message(12, 3, "\u{1f375}!", None),
        row(
            "authtoken.token",
            KEY,
            json!({ "user": 3, "created": "2024-01-01T00:00:00Z" }),
        ),
        row("chat.room", 5, room),
        user("users.user", 3, "ann"),
        user("users.user", 4, "ben"),
        staff,
        locked,
        message(10, 4, "look", Some(&format!("image/{DRAWN}.png"))),
        message(11, 8, "lost", Some("../secret")),
        row("sessions.session", "x", json!({ "session_data": "…" })),
    ]);
    std::fs::create_dir_all(home.path("media/image")).unwrap();
    std::fs::write(home.path(&format!("media/image/{DRAWN}.png")), picture()).unwrap();
    std::fs::write(home.path("secret"), picture()).unwrap();
    let out = home.moves_in("--from rooms dump.json --media media --report report.jsonl");
    (home, out)
}

#[test]
fn front_ends_find_everything_where_it_was() {
    let (home, out) = moved();
    says(&out, "people: 4 new, 0 were here before, 0 not brought over");
    says(&out, "person 7 (BEN): is called \"BEN2\" now");
    says(
        &out,
        "person 7 (BEN): administered the older server, and does not administer this one until you run: parlor user admin BEN2",
    );
    says(
        &out,
        "person 8 (eve@example.org): is called \"eve.example.org\" now",
    );
    says(&out, "message 11: its file ../secret is not in the media folder");
    says(&out, "keys: 1 new, 0 were here before, 0 not brought over");
    let report = std::fs::read_to_string(home.path("report.jsonl")).unwrap();
    assert!(report.contains(r#""key":"11""#), "{report}");
    let ben = report.lines().find(|line| line.contains("BEN2")).unwrap();
    let ben: Value = serde_json::from_str(ben).unwrap();
    let called = json!({ "kind": "person", "key": "7", "name": "BEN", "note": "is called \"BEN2\" now" });
    assert_eq!(ben, called);
    assert!(!out.contains(KEY) && !report.contains(KEY) && !out.contains("letmein"));

    let server = home.serve();
    let at = |path: &str| format!("/compat/rooms/api/v1/{path}");
    let log_in = |username: &str| {
        let body = json!({ "username": username, "password": PASSWORD });
        ask(server.address, "", "POST", &at("auth/login/"), body)
    };
    let (status, ben) = log_in("ben");
    assert_eq!(status, 200, "{ben}");
    let ben = format!("Token {}", ben["token"].as_str().unwrap());
    let rooms = get(server.address, &ben, &at("chats/rooms/"));
    let room = &rooms["results"][0];
    assert_eq!(room["id"], 5);
    assert_eq!((&room["name"], &room["owner"]), (&json!("tea"), &json!(3)));
    assert_eq!((&room["users"], &room["max_users"]), (&json!([4, 7]), &json!(2)));
    assert_eq!(room["updated_at"], "2024-01-01T09:30:00Z");

    let messages = get(server.address, &ben, &at("chats/messages/?room=5"));
    let messages = messages["results"].as_array().unwrap();
    let said: Vec<_> = messages
        .iter()
        .map(|message| {
            (
                message["id"].as_i64(),
                message["owner"].as_i64(),
                message["text"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            (Some(12), Some(3), Some("\u{1f375}!")),
            (Some(11), Some(8), Some("lost")),
            (Some(10), Some(4), Some("look")),
        ]
    );
    assert_eq!(messages[0]["created_at"], "2024-01-01T10:00:12.500000Z");
    let file = messages[2]["file"].as_str().unwrap();
    assert!(file.ends_with(&format!("/media/image/{DRAWN}.png")), "{file}");
    let path = &file[file.find("/compat").unwrap()..];
    assert_eq!(status_of(server.address, path), "200");

    // Ann's old key is good, and so is the one that she gets now.
    let (status, ann) = log_in("ann");
    assert_eq!(status, 200, "{ann}");
    let new = ann["token"].as_str().unwrap();
    assert_ne!(new, KEY);
    for key in [KEY, new] {
        let room = get(server.address, &format!("Token {key}"), &at("chats/rooms/5/"));
        assert_eq!(room["id"], 5);
    }
    assert_eq!(
        log_in("eve.example.org").0,
        400,
        "she is locked, and has no password"
    );

    // Talk goes on behind what was said.
    let token = super::log_in(server.address, "ben");
    let token = format!("Bearer {token}");
    let rooms = get(server.address, &token, "/v1/rooms");
    let id = rooms["rooms"][0]["id"].as_str().unwrap();
    let body = json!({ "body": "still there?", "client_id": "1" });
    let (status, sent) = ask(
        server.address,
        &token,
        "POST",
        &format!("/v1/rooms/{id}/messages"),
        body,
    );
    assert!(status < 300, "{sent}");
    let messages = get(server.address, &ben, &at("chats/messages/"));
    assert!(messages["results"][0]["id"].as_i64().unwrap() > 12);
}

#[test]
fn what_has_come_does_not_come_again() {
    let (home, _) = moved();
    let out = home.moves_in("--from rooms dump.json --media media");
    for line in [
        "people: 0 new, 4 were here before, 0 not brought over",
        "rooms: 0 new, 1 were here before, 0 not brought over",
        "messages: 0 new, 3 were here before, 0 not brought over",
        "keys: 0 new, 1 were here before, 0 not brought over",
    ] {
        says(&out, line);
    }
}

/// A database has parts of milliseconds, and a dump has none.
#[test]
fn a_dump_and_a_database_are_known_to_be_of_one_server() {
    let home = Home::new();
    home.database(&format!(
        "CREATE TABLE users_user (id integer PRIMARY KEY, password varchar(128), last_login datetime, is_superuser bool,
            username varchar(150), first_name varchar(150), last_name varchar(150), email varchar(254), is_staff bool,
            is_active bool, date_joined datetime);
         INSERT INTO users_user VALUES (1, '{HASH}', NULL, 0, 'ann', 'Ann', 'Smith', '', 0, 1, '2023-12-02 06:45:00.123456');"
    ));
    home.moves_in("--from rooms sqlite:old.db");
    home.dump(&[user("users.user", 1, "ann"), user("users.user", 2, "ben")]);
    let out = home.moves_in("--from rooms dump.json");
    says(&out, "people: 1 new, 1 were here before, 0 not brought over");
    let out = home.moves_in("--from rooms sqlite:old.db");
    says(&out, "people: 0 new, 1 were here before, 0 not brought over");
}

#[test]
fn who_has_entered_an_old_room_since_it_came_is_missed() {
    let home = Home::new();
    let dump = |users: Value| {
        let room = json!({ "name": "tea", "max_users": 5, "type": "GROUP", "owner": 1, "users": users });
        home.dump(&[
            user("users.user", 1, "ann"),
            user("users.user", 2, "ben"),
            user("users.user", 3, "cleo"),
            row("chat.room", 5, room),
        ]);
    };
    let note = "room 5: 2 of the people who are in it there are not in it here";
    dump(json!([1]));
    let first = home.moves_in("--from rooms dump.json");
    assert!(!first.contains("not in it here"), "{first}");
    dump(json!([1, 2, 3]));
    for args in ["--from rooms dump.json --dry-run", "--from rooms dump.json"] {
        let out = home.moves_in(args);
        says(&out, "rooms: 0 new, 1 were here before, 0 not brought over");
        says(&out, note);
    }
}

#[test]
fn a_rehearsal_writes_nothing() {
    let home = Home::new();
    let room = json!({ "name": "tea", "max_users": 5, "type": "PRIVATE", "owner": 1, "users": [1] });
    home.dump(&[
        user("users.user", 1, "ann"),
        user("users.user", 2, "ANN"),
        row("chat.room", 5, room),
        message(8, 1, "look", Some("image/cat.png")),
        message(9, 1, "hello", Some("image/none.png")),
        message(10, 6, "from nobody", None),
    ]);
    std::fs::create_dir_all(home.path("media/image")).unwrap();
    std::fs::write(home.path("media/image/cat.png"), picture()).unwrap();
    let args = "--from rooms dump.json --media media";
    let out = home.moves_in(&format!("{args} --dry-run"));
    says(&out, "people: 2 new, 0 were here before, 0 not brought over");
    says(
        &out,
        "person 2 (ANN): would be called \"ANN\" with a number behind it",
    );
    says(
        &out,
        "message 9: its file image/none.png is not in the media folder",
    );
    says(&out, "messages: 2 new, 0 were here before, 1 not brought over");
    assert!(out.contains("Nothing was written."), "{out}");
    assert!(!home.path("data/import-rooms.jsonl").exists());
    let out = home.moves_in(args);
    says(&out, "people: 2 new, 0 were here before, 0 not brought over");
    says(&out, "rooms: 1 new, 0 were here before, 0 not brought over");
}
