//! An import that is killed goes on where it was.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Home, PASSWORD, ask, get, row, user};
use crate::program::parlor;

const MESSAGES: i64 = 4_000;
/// How often it is killed at most.
const KILLS: u64 = 12;

fn dump(home: &Home) {
    let room = json!({ "name": "tea", "max_users": 10, "type": "GROUP", "owner": 1, "users": [1, 2] });
    let mut rows = vec![
        user("users.user", 1, "ann"),
        user("users.user", 2, "ben"),
        row("chat.room", 1, room),
    ];
    rows.extend((1..=MESSAGES).map(|id| {
        let fields = json!({ "room": 1, "owner": id % 2 + 1, "text": id.to_string(), "file": null });
        row("chat.message", id, fields)
    }));
    home.dump(&rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_interrupts_it_all_comes_once() {
    let home = Home::new();
    dump(&home);
    for kill in 0..KILLS {
        let mut import = parlor(
            home.0.path(),
            ["import", "django", "--from", "rooms", "dump.json"],
        );
        let mut child = import
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It has opened the database when it says which it is.
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(line.starts_with("SQLite"), "{line}");
        tokio::time::sleep(Duration::from_millis(40 * (kill + 1))).await;
        // One that has ended by then is not killed.
        let _ = child.kill();
        child.wait().unwrap();
    }
    home.moves_in("--from rooms dump.json");

    let server = home.serve();
    let body = json!({ "username": "ben", "password": PASSWORD });
    let (status, ben) = ask(server.address, "", "POST", "/compat/rooms/api/token/", body);
    assert_eq!(status, 200, "{ben}");
    let ben = format!("Token {}", ben["token"].as_str().unwrap());
    let mut ids = Vec::new();
    for page in 1..=MESSAGES / 100 {
        let path = format!("/compat/rooms/api/v1/chats/messages/?page_size=100&page={page}");
        let answer = get(server.address, &ben, &path);
        assert_eq!(answer["page_metadata"]["count"], MESSAGES);
        let results = answer["results"].as_array().unwrap();
        ids.extend(results.iter().map(|said: &Value| {
            let id = said["id"].as_i64().unwrap();
            assert_eq!(said["text"], id.to_string());
            id
        }));
    }
    let expected: Vec<i64> = (1..=MESSAGES).rev().collect();
    assert_eq!(ids, expected);
}
