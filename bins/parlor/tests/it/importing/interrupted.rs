//! An import that is killed goes on where it was.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::{Value, json};

use super::{Home, PASSWORD, ask, get, picture, row, status_of, user};
use crate::program::parlor;

const PEOPLE: i64 = 40;
const MESSAGES: i64 = 4_000;
/// The message that has a file.
const SHOWS: i64 = 700;
/// How often it is killed.
const KILLS: u64 = 12;

fn dump(home: &Home) {
    let people: Vec<i64> = (1..=PEOPLE).collect();
    let room = json!({ "name": "tea", "max_users": 50, "type": "GROUP", "owner": 1, "users": people });
    let mut rows = vec![row("chat.room", 1, room)];
    rows.extend((1..=PEOPLE).map(|id| user("users.user", id, &format!("person{id}"))));
    rows.extend((1..=MESSAGES).map(|id| {
        let file = (id == SHOWS).then_some("image/cat.png");
        let fields = json!({ "room": 1, "owner": id % PEOPLE + 1, "text": id.to_string(), "file": file });
        row("chat.message", id, fields)
    }));
    home.dump(&rows);
    std::fs::create_dir_all(home.path("media/image")).unwrap();
    std::fs::write(home.path("media/image/cat.png"), picture()).unwrap();
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many messages have come.
fn come(home: &Home) -> i64 {
    let path = home.path("data/parlor.db");
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    // As what an `OldModel::Message` is kept.
    let counted: Counted = diesel::sql_query("SELECT count(*) AS count FROM imports WHERE model = 3")
        .get_result(&mut conn)
        .unwrap();
    counted.count
}

/// Begins an import and kills it: each other one as soon as some messages have come, the others after some time.
async fn kill(home: &Home, time: u64) {
    let args = [
        "import",
        "django",
        "--from",
        "rooms",
        "dump.json",
        "--media",
        "media",
    ];
    let mut child = parlor(home.0.path(), args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It has opened the database when it says which it is.
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.starts_with("SQLite"), "{line}");
    if time.is_multiple_of(2) {
        tokio::time::sleep(Duration::from_millis(40 * (time + 1))).await;
    } else {
        let before = come(home);
        while come(home) == before && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    // One that has ended by then is not killed.
    let _ = child.kill();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_interrupts_it_all_comes_once() {
    let home = Home::new();
    dump(&home);
    let mut counts = Vec::new();
    for time in 0..KILLS {
        kill(&home, time).await;
        counts.push(come(&home));
    }
    let is_part = |count: &i64| (1..MESSAGES).contains(count);
    assert!(counts.iter().any(is_part), "none was in the middle: {counts:?}");
    home.moves_in("--from rooms dump.json --media media");

    let server = home.serve();
    let body = json!({ "username": "person1", "password": PASSWORD });
    let (status, ann) = ask(server.address, "", "POST", "/compat/rooms/api/token/", body);
    assert_eq!(status, 200, "{ann}");
    let ann = format!("Token {}", ann["token"].as_str().unwrap());
    let room = get(server.address, &ann, "/compat/rooms/api/v1/chats/rooms/1/");
    let people: Vec<i64> = (1..=PEOPLE).collect();
    assert_eq!(room["users"], json!(people));
    let mut ids = Vec::new();
    for page in 1..=MESSAGES / 100 {
        let path = format!("/compat/rooms/api/v1/chats/messages/?page_size=100&page={page}");
        let answer = get(server.address, &ann, &path);
        assert_eq!(answer["page_metadata"]["count"], MESSAGES);
        let results = answer["results"].as_array().unwrap();
        ids.extend(results.iter().map(|said: &Value| {
            let id = said["id"].as_i64().unwrap();
            assert_eq!(said["text"], id.to_string());
            if id == SHOWS {
                let file = said["file"].as_str().unwrap();
                let path = &file[file.find("/compat").unwrap()..];
                assert_eq!(status_of(server.address, path), "200");
            }
            id
        }));
    }
    let expected: Vec<i64> = (1..=MESSAGES).rev().collect();
    assert_eq!(ids, expected);
}
