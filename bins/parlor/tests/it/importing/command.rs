//! What the command refuses.

use serde_json::json;

use super::{Home, row, says, user};

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

#[test]
fn what_is_no_such_server_is_refused() {
    let home = Home::new();
    home.dump(&[user("users.user", 1, "ann")]);
    std::fs::write(home.path("text.json"), "[{\"model\": \"users.user\"}]").unwrap();
    for (args, why) in [
        ("--from relay dump.json", "there is no table auth_user"),
        ("--from rooms text.json", "is no dump of a Django server"),
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
