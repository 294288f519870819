//! Moving in from older servers: the program, and front ends afterwards.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod command;
mod interrupted;
mod messenger;
mod others;
mod rooms;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Said, Serving, ask_with, parlor, run};

/// Everybody's password, and what Django kept of it.
const PASSWORD: &str = "correct horse";
const HASH: &str = "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=";

/// Settings of a server that is quick with passwords and has no limits.
const QUICK: [(&str, &str); 2] = [
    ("PARLOR__AUTH__BCRYPT_COST", "4"),
    ("PARLOR__LIMITS__ENABLED", "false"),
];

/// A place into which people move, with an empty database.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = TempDir::new().unwrap();
        let said = run(&mut parlor(home.path(), ["migrate"]));
        assert_eq!(said.code, 0, "{}", said.err);
        Self(home)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a dump.
    fn dump(&self, rows: &[Value]) {
        std::fs::write(self.path("dump.json"), Value::from(rows).to_string()).unwrap();
    }

    /// Makes a SQLite database.
    fn database(&self, statements: &str) {
        use diesel::connection::SimpleConnection;
        use diesel::{Connection, SqliteConnection};
        let path = self.path("old.db");
        let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        conn.batch_execute(statements).unwrap();
    }

    fn import(&self, args: &str) -> Said {
        let args = ["import", "django"].into_iter().chain(args.split(' '));
        run(&mut parlor(self.0.path(), args))
    }

    /// Imports, and tells what was said of it.
    #[track_caller]
    fn moves_in(&self, args: &str) -> String {
        let said = self.import(args);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        said.out
    }

    fn serve(&self) -> Serving {
        Serving::start(self.0.path(), &QUICK)
    }
}

/// Asks a server for JSON. What is none is a text.
fn ask(server: SocketAddr, authorization: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let (status, answer) = ask_with(authorization, server, method, path, &body);
    (
        status,
        serde_json::from_str(&answer).unwrap_or(Value::String(answer)),
    )
}

/// With which status anybody gets a file.
fn status_of(server: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(server).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[9..12]).into_owned()
}

/// Asks for what must be there.
#[track_caller]
fn get(server: SocketAddr, authorization: &str, path: &str) -> Value {
    let (status, answer) = ask(server, authorization, "GET", path, Value::Null);
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

/// Logs in to Parlor itself, and tells the access token.
#[track_caller]
fn log_in(server: SocketAddr, username: &str) -> String {
    let body = json!({ "username": username, "password": PASSWORD });
    let (_, answer) = ask(server, "", "POST", "/v1/sessions", body);
    let token = answer["access_token"].as_str();
    token.unwrap_or_else(|| panic!("{username}: {answer}")).to_owned()
}

/// A picture of one pixel.
fn picture() -> Vec<u8> {
    use base64::Engine;
    let text =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

/// A row of a dump.
fn row(model: &str, pk: impl Into<Value>, fields: Value) -> Value {
    json!({ "model": model, "pk": pk.into(), "fields": fields })
}

/// Somebody in a dump, as Django's own user has him.
fn user(model: &str, pk: impl Into<Value>, username: &str) -> Value {
    row(
        model,
        pk,
        json!({
            "username": username, "password": HASH, "first_name": username, "last_name": "Smith", "email": "",
            "is_active": true, "is_staff": false, "is_superuser": false,
            "date_joined": "2023-12-02T06:45:00.123Z", "last_login": null,
        }),
    )
}

/// Whether something is said in a line of its own.
#[track_caller]
fn says(out: &str, line: &str) {
    assert!(out.lines().any(|said| said.trim() == line), "{line:?}: {out}");
}
