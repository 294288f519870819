//! The life of an account in a running server, with the mail that it writes into a folder.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

use std::io::Cursor;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;
use parlor_ports::{Clock, SystemClock};
use parlor_wire::SessionsList;
use rqrr::PreparedImage;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, connect};
use totp_rs::Totp;

use crate::program::{Serving, ask_as, parlor, run, run_with_input};

const QUICK: (&str, &str) = ("PARLOR__AUTH__BCRYPT_COST", "4");
const PASSWORD: &str = "correct horse";

/// A server, and somebody who uses it.
struct Journey {
    server: Serving,
    home: TempDir,
    read: Vec<PathBuf>,
}

impl Journey {
    fn begin() -> Self {
        let home = TempDir::new().unwrap();
        Self {
            server: Serving::start(home.path(), &[QUICK]),
            home,
            read: Vec::new(),
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Asks, and expects this status.
    fn ask(&self, token: &str, method: &str, path: &str, body: &Value, status: u16) -> Value {
        let (found, answer) = ask_as(token, self.address(), method, path, &body.to_string());
        assert_eq!(found, status, "{method} {path}: {answer}");
        serde_json::from_str(&answer).unwrap_or(Value::Null)
    }

    /// The next letter, as plain text.
    fn letter(&mut self) -> String {
        let outbox = self.home.path().join("data/outbox");
        let path = wait_for(|| {
            let mut letters: Vec<PathBuf> = files(&outbox);
            letters.retain(|path| !self.read.contains(path));
            letters.into_iter().min()
        });
        let mail = std::fs::read(&path).unwrap();
        self.read.push(path);
        let mail = MessageParser::default().parse(&mail).unwrap();
        assert_eq!(
            mail.to().unwrap().first().unwrap().address(),
            Some("ann@example.org")
        );
        mail.body_text(0).unwrap().into_owned()
    }

    /// What the link of the next letter proves.
    fn link(&mut self, purpose: &str) -> String {
        let letter = self.letter();
        let start = format!("http://{}/account#{purpose}=", self.address());
        let (_, rest) = letter
            .split_once(&start)
            .unwrap_or_else(|| panic!("no {start} in {letter}"));
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// The code of the next letter.
    fn code(&mut self) -> String {
        let letter = self.letter();
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        let code = letter.split_whitespace().find(is_code);
        code.unwrap_or_else(|| panic!("no code in {letter}")).to_owned()
    }

    fn log_in(&self, password: &str, status: u16) -> Value {
        let login = json!({"username": "ann", "password": password});
        self.ask("", "POST", "/v1/sessions", &login, status)
    }

    /// Registers with an address and verifies it.
    fn register(&mut self) {
        let wish = json!({"username": "ann", "password": PASSWORD, "email": "ann@example.org"});
        self.ask("", "POST", "/v1/users", &wish, 201);
        let proof = json!({"token": self.link("verify")});
        self.ask("", "POST", "/v1/proofs/verify-email", &proof, 204);
    }
}

/// The letters in a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "eml"))
        .collect()
}

/// Waits until there is something.
pub(crate) fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not come");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

#[test]
fn register_verify_log_in_with_a_code_and_talk() {
    let mut ann = Journey::begin();
    ann.register();
    let tokens = ann.log_in(PASSWORD, 201);
    assert_eq!(tokens["user"]["email_verified"], true);
    let access = text(&tokens["access_token"]);
    let wish = json!({"on": true, "password": PASSWORD});
    ann.ask(&access, "PUT", "/v1/me/second-step/mailed-code", &wish, 204);

    let asked = ann.log_in(PASSWORD, 202);
    assert_eq!(asked["methods"], json!(["mailed_code"]));
    assert_eq!(asked["sent_to"], "a***@example.org");
    let code = ann.code();
    let wrong =
        json!({"challenge": asked["challenge"], "code": if code == "000000" { "000001" } else { "000000" }});
    ann.ask("", "POST", "/v1/challenges/complete", &wrong, 403);
    let right = json!({"challenge": asked["challenge"], "code": code});
    let tokens = ann.ask("", "POST", "/v1/challenges/complete", &right, 201);
    ann.ask("", "POST", "/v1/challenges/complete", &right, 401);

    let mut request = format!("ws://{}/v1/socket", ann.address())
        .into_client_request()
        .unwrap();
    let bearer = format!("Bearer {}", text(&tokens["access_token"]));
    request
        .headers_mut()
        .insert("authorization", bearer.parse().unwrap());
    let (mut socket, _) = connect(request).unwrap();
    socket
        .send(Message::text(json!({"type": "hello"}).to_string()))
        .unwrap();
    let welcome: Value = serde_json::from_str(socket.read().unwrap().to_text().unwrap()).unwrap();
    assert_eq!(welcome["type"], "welcome", "{welcome}");
}

#[test]
fn a_forgotten_password_is_reset_and_old_sessions_are_gone() {
    let mut ann = Journey::begin();
    ann.register();
    let old = ann.log_in(PASSWORD, 201);
    for login in ["nobody", "ann"] {
        ann.ask("", "POST", "/v1/password-resets", &json!({"login": login}), 202);
    }
    let reset = json!({"token": ann.link("reset"), "new_password": "battery staple"});
    ann.ask("", "POST", "/v1/password-resets/complete", &reset, 204);
    ann.ask("", "POST", "/v1/password-resets/complete", &reset, 403);
    assert!(
        ann.letter().contains("password"),
        "it is told that the password was changed"
    );

    ann.ask(&text(&old["access_token"]), "GET", "/v1/me", &Value::Null, 401);
    let refresh = json!({"refresh_token": old["refresh_token"]});
    ann.ask("", "POST", "/v1/sessions/refresh", &refresh, 401);
    ann.log_in(PASSWORD, 401);
    ann.log_in("battery staple", 201);
}

#[test]
fn an_app_is_enrolled_by_its_picture() {
    let mut ann = Journey::begin();
    ann.register();
    let access = text(&ann.log_in(PASSWORD, 201)["access_token"]);
    let app = "/v1/me/second-step/app";
    let enrolment = ann.ask(&access, "POST", app, &json!({"password": PASSWORD}), 200);
    let uri = scanned(&text(&enrolment["qr_code"]));
    assert_eq!(uri, text(&enrolment["uri"]));
    let shown = Totp::from_url(&uri).unwrap();
    let now = || {
        shown
            .generate(SystemClock.now().seconds().cast_unsigned())
            .to_string()
    };

    let confirmed = ann.ask(&access, "PUT", app, &json!({"code": now()}), 200);
    let recovery = confirmed["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(recovery.len(), 10);

    // The step that confirmed it is used up; a recovery code is not.
    let asked = ann.log_in(PASSWORD, 202);
    assert_eq!(asked["methods"], json!(["app", "recovery_code"]));
    for status in [201, 403] {
        let asked = ann.log_in(PASSWORD, 202);
        let show = json!({"challenge": asked["challenge"], "code": recovery[0]});
        ann.ask("", "POST", "/v1/challenges/complete", &show, status);
    }
    let database = std::fs::read(ann.home.path().join("data/parlor.db")).unwrap();
    let secret = text(&enrolment["secret"]);
    let found = database
        .windows(secret.len())
        .any(|window| window == secret.as_bytes());
    assert!(!found, "the secret is not in the database as it is");
}

/// What a camera reads.
fn scanned(picture: &str) -> String {
    let base64 = picture.strip_prefix("data:image/png;base64,").unwrap_or(picture);
    let png = STANDARD.decode(base64).unwrap();
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, bits) = (info.width as usize, info.bit_depth as usize);
    let bright = |x: usize, y: usize| {
        let bit = x * bits;
        let byte = pixels[y * info.line_size + bit / 8];
        byte >> (8 - bits - bit % 8) & 1 == 1
    };
    let mut image = PreparedImage::prepare_from_greyscale(width, info.height as usize, |x, y| {
        if bright(x, y) { 255 } else { 0 }
    });
    let (_, text) = image.detect_grids()[0].decode().unwrap();
    text
}

#[test]
fn the_first_account_is_made_with_the_printed_link() {
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &[QUICK, ("PARLOR__AUTH__REGISTRATION", "closed")]);
    let (_, rest) = server.greeting.split_once("/account#invite=").unwrap();
    let invite = rest.split_whitespace().next().unwrap();
    let wish = json!({"username": "ann", "password": PASSWORD, "invite": invite}).to_string();
    let (status, made) = ask_as("", server.address, "POST", "/v1/users", &wish);
    assert_eq!(status, 201, "{made}");
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(made["admin"], true);
    let again = json!({"username": "eve", "password": PASSWORD, "invite": invite}).to_string();
    let (status, refused) = ask_as("", server.address, "POST", "/v1/users", &again);
    assert_eq!(status, 403, "{refused}");
    drop(server);
    let server = Serving::start(home.path(), &[QUICK]);
    assert!(!server.greeting.contains("#invite="), "{}", server.greeting);
}

#[test]
fn invitations_lead_to_the_page_of_all_links_and_one_that_leads_nowhere_says_so() {
    let home = TempDir::new().unwrap();
    assert_eq!(run(&mut parlor(home.path(), ["migrate"])).code, 0);
    let invite = ["invite", "--listen", "0.0.0.0:8000"];
    let said = run(&mut parlor(home.path(), invite));
    assert!(said.out.contains("is none that others can open"), "{said:?}");
    let page = ("PARLOR__MAIL__LINKS", "https://app.example/welcome");
    let said = run(parlor(home.path(), invite).envs([page]));
    assert!(
        said.out.contains("\nhttps://app.example/welcome#invite="),
        "{said:?}"
    );
    assert!(!said.out.contains("none that others"), "{said:?}");
}

#[test]
fn commands_invite_and_issue_tokens() {
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &[QUICK, ("PARLOR__AUTH__REGISTRATION", "invited")]);
    let said = run(&mut parlor(home.path(), ["invite", "--uses", "1"]));
    assert_eq!(said.code, 0, "{}", said.err);
    let page = format!("http://{}/account", server.address);
    let (_, invite) = said.out.trim().split_once(&format!("{page}#invite=")).unwrap();
    let wish = |name: &str, invite: Option<&str>| {
        json!({"username": name, "password": PASSWORD, "invite": invite}).to_string()
    };
    let (status, _) = ask_as("", server.address, "POST", "/v1/users", &wish("ann", None));
    assert_eq!(status, 403);
    let (status, _) = ask_as(
        "",
        server.address,
        "POST",
        "/v1/users",
        &wish("ann", Some(invite)),
    );
    assert_eq!(status, 201);

    let said = run(parlor(home.path(), ["token", "issue", "ann"]).envs([QUICK]));
    assert_eq!(said.code, 0, "{}", said.err);
    let (status, me) = ask_as(said.out.trim(), server.address, "GET", "/v1/me", "");
    assert_eq!(status, 200, "{me}");

    let listed = ask_as(said.out.trim(), server.address, "GET", "/v1/sessions", "").1;
    let listed: SessionsList = serde_json::from_str(&listed).unwrap();
    let session = &listed.sessions[0];
    let life = session.expires_at.0.since(session.created_at.0);
    assert_eq!(life, Duration::from_secs(600), "it ends with its token");
    let long = ["token", "issue", "ann", "--minutes", "11"];
    let said = run(&mut parlor(home.path(), long));
    assert!(
        said.err.contains("at most auth.access_minutes, which is 10"),
        "{}",
        said.err
    );

    let said = run(&mut parlor(home.path(), ["user", "delete", "ann"]));
    assert_eq!(said.code, 0, "{}", said.err);
    let (status, _) = ask_as(
        "",
        server.address,
        "POST",
        "/v1/sessions",
        &json!({"username": "ann", "password": PASSWORD}).to_string(),
    );
    assert_eq!(status, 401);
}

#[test]
fn a_server_without_the_key_of_its_secrets_says_what_to_do() {
    let mut journey = Journey::begin();
    journey.register();
    let tokens = journey.log_in(PASSWORD, 201);
    let token = tokens["access_token"].as_str().unwrap();
    let password = json!({"password": PASSWORD});
    journey.ask(token, "POST", "/v1/me/second-step/app", &password, 200);
    let Journey { server, home, .. } = journey;
    drop(server);
    let key = home.path().join("data/keys/vault-0001.secret");
    let right = std::fs::read(&key).unwrap();
    std::fs::write(&key, [7; 32]).unwrap();
    let said = run(&mut parlor(home.path(), ["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(said.code, 1);
    assert!(said.err.contains("put back the vault-*.secret"), "{}", said.err);

    std::fs::write(&key, right).unwrap();
    drop(Serving::start(home.path(), &[QUICK]));
    std::fs::write(&key, [7; 32]).unwrap();
    let said = run(&mut parlor(home.path(), ["user", "reset-second-step", "--lost"]));
    assert!(
        said.out.contains("1 people have no authenticator app"),
        "{said:?}"
    );
    drop(Serving::start(home.path(), &[QUICK]));
}

#[test]
fn the_operator_gives_an_address_and_takes_away_a_second_step() {
    let home = TempDir::new().unwrap();
    let create = ["user", "create", "ann"];
    assert_eq!(run(&mut parlor(home.path(), ["migrate"])).code, 0);
    assert_eq!(
        run_with_input(parlor(home.path(), create).envs([QUICK]), PASSWORD).code,
        0
    );
    let said = run(&mut parlor(
        home.path(),
        ["user", "email", "ann", "ann@example.org"],
    ));
    assert!(
        said.out.contains("ann reads mail at ann@example.org."),
        "{said:?}"
    );
    let said = run(&mut parlor(home.path(), ["user", "reset-second-step", "ann"]));
    assert!(said.out.contains("ann has no authenticator app"), "{said:?}");
    let said = run(&mut parlor(home.path(), ["user", "reset-second-step", "bob"]));
    assert!(said.err.contains("nobody is called bob"), "{said:?}");
    assert_eq!(
        run(&mut parlor(home.path(), ["user", "reset-second-step"])).code,
        2
    );
}
