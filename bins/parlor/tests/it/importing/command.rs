//! What the command refuses.

use std::os::unix::fs::PermissionsExt;

use parlor_testkit::Postgres;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Home, QUICK, picture, row, says, user};
use crate::program::{Serving, parlor, run};

#[test]
fn nothing_comes_while_a_server_runs() {
    let home = Home::new();
    home.dump(&[user("users.user", 1, "ann")]);
    let server = home.serve();
    let said = home.import("--from rooms dump.json");
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("another Parlor server uses"), "{}", said.err);
    drop(server);
    says(
        &home.moves_in("--from rooms dump.json"),
        "people: 1 new, 0 were here before, 0 not brought over",
    );
}

/// The lock on a data folder says nothing of nodes that have others.
#[tokio::test]
async fn nothing_comes_while_another_node_runs() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let database = postgres.database();
    let url = database.url();
    let (node, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let server = Serving::start(node.path(), &[QUICK[0], ("DATABASE_URL", url)]);
    std::fs::create_dir(elsewhere.path().join("data")).unwrap();
    let import = |home: &TempDir| {
        let dump = Value::from(vec![user("users.user", 1, "ann")]).to_string();
        std::fs::write(home.path().join("dump.json"), dump).unwrap();
        let args = ["import", "django", "--from", "rooms", "dump.json"];
        run(parlor(home.path(), args).env("DATABASE_URL", url))
    };
    let said = import(&elsewhere);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("stop all that share it"), "{}", said.err);
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    let said = import(&node);
    assert_eq!(said.code, 0, "{}", said.err);
    says(&said.out, "people: 1 new, 0 were here before, 0 not brought over");
}

#[test]
fn what_is_no_such_server_is_refused() {
    let home = Home::new();
    home.dump(&[user("users.user", 1, "ann")]);
    std::fs::write(home.path("text.json"), "[{\"model\": \"users.user\"}]").unwrap();
    let room = row("chat.room", 5, json!({ "name": "tea", "owner": ["ann"] }));
    std::fs::write(home.path("natural.json"), json!([room]).to_string()).unwrap();
    for (args, why) in [
        ("--from relay dump.json", "there is no table auth_user"),
        ("--from rooms text.json", "is no dump of a Django server"),
        ("--from rooms natural.json", "with --natural-foreign"),
        ("--from rooms none.json", "there is no file none.json"),
        (
            "--from rooms sqlite:///none/old.db",
            "there is no file /none/old.db",
        ),
        (
            "--from rooms dump.json --media none",
            "cannot read the folder none",
        ),
        (
            "--from rooms postgres://nobody@127.0.0.1:1/none",
            "cannot read PostgreSQL, 127.0.0.1/none",
        ),
    ] {
        let said = home.import(args);
        assert_eq!(said.code, 1, "{args}: {}", said.out);
        assert!(said.err.contains(why), "{args}: {}", said.err);
    }
    for args in ["dump.json", "--from irc dump.json", "--from rooms"] {
        assert_eq!(home.import(args).code, 2, "{args}");
    }
}

#[test]
fn another_server_is_not_taken_for_the_first() {
    let home = Home::new();
    home.dump(&[user("users.user", 1, "ann")]);
    home.moves_in("--from rooms dump.json");
    let mut other = user("users.user", 1, "ben");
    other["fields"]["date_joined"] = json!("2021-01-01T00:00:00Z");
    home.dump(&[other]);
    let said = home.import("--from rooms dump.json");
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("--name"), "{}", said.err);
    let out = home.moves_in("--from rooms dump.json --name berlin");
    says(&out, "people: 1 new, 0 were here before, 0 not brought over");
    says(&out, "person 1 (ben): has the number 2 now");
}

#[test]
fn files_are_brought_or_left_behind_on_purpose() {
    let home = Home::new();
    let room = json!({ "name": "tea", "max_users": 10, "type": "GROUP", "owner": 1, "users": [1] });
    let message = json!({ "room": 5, "owner": 1, "text": "look", "file": "image/cat.png" });
    home.dump(&[
        user("users.user", 1, "ann"),
        row("chat.room", 5, room),
        row("chat.message", 9, message),
    ]);
    let said = home.import("--from rooms dump.json");
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("message 9 has a file"), "{}", said.err);
    let out = home.moves_in("--from rooms dump.json --without-media");
    says(&out, "messages: 1 new, 0 were here before, 0 not brought over");
    says(&out, "message 9: its file image/cat.png was left behind");
}

#[test]
fn a_folder_without_any_of_the_files_is_refused_before_anything_comes() {
    let home = Home::new();
    let room = json!({ "name": "tea", "max_users": 10, "type": "GROUP", "owner": 1, "users": [1] });
    let message = |file: &str| json!({ "room": 5, "owner": 1, "text": "look", "file": file });
    home.dump(&[
        user("users.user", 1, "ann"),
        row("chat.room", 5, room),
        row("chat.message", 8, message("image/dog.png")),
        row("chat.message", 9, message("image/cat.png")),
    ]);
    std::fs::create_dir_all(home.path("old/media/image")).unwrap();
    std::fs::write(home.path("old/media/image/cat.png"), picture()).unwrap();
    let said = home.import("--from rooms dump.json --media old");
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("such as image/dog.png"), "{}", said.err);
    let out = home.moves_in("--from rooms dump.json --media old/media");
    says(&out, "people: 1 new, 0 were here before, 0 not brought over");
    says(&out, "messages: 2 new, 0 were here before, 0 not brought over");
    says(
        &out,
        "message 8: its file image/dog.png is not in the media folder",
    );
}

#[test]
fn what_is_not_as_it_was_is_written_down_unasked() {
    let home = Home::new();
    home.dump(&[user("users.user", 1, "ann"), user("users.user", 2, "ANN")]);
    let args = "--from rooms dump.json --name east/west";
    let out = home.moves_in(args);
    let path = home.path("data/import-east_west.jsonl").canonicalize().unwrap();
    let told = format!("All that is not as it was stands in {}", path.display());
    says(&out, &told);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it names people");
    let report = std::fs::read_to_string(&path).unwrap();
    assert_eq!(report.lines().count(), 1, "{report}");
    // Who came before is not told of again, and what was told stays.
    says(&home.moves_in(args), &told);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), report);
}

#[test]
fn rows_without_keys_are_counted() {
    let home = Home::new();
    home.database(
        "CREATE TABLE users_user (id integer PRIMARY KEY, username varchar(150), is_active bool);
         INSERT INTO users_user VALUES (1, 'ann', 1);
         CREATE TABLE chat_message (id integer, room_id integer, owner_id integer, text text);
         INSERT INTO chat_message VALUES (NULL, 1, 1, 'hello');
         CREATE TABLE authtoken_token (key varchar(40), user_id integer);
         INSERT INTO authtoken_token VALUES ('0123456789abcdef0123456789abcdef01234567', NULL);",
    );
    let out = home.moves_in("--from rooms sqlite:old.db");
    says(&out, "messages: 0 new, 0 were here before, 1 not brought over");
    says(&out, "message ?: was not brought over: it has no primary key");
    says(&out, "key ?: was not brought over: it is nobody's");
}
