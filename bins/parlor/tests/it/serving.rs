//! A server from its first start to its end, and the commands that are used beside it.

use std::os::unix::fs::PermissionsExt;

use parlor_testkit::Postgres;
use tempfile::TempDir;

use crate::program::{Serving, ask, parlor, run, run_with_input};

/// Passwords are hashed fast.
const QUICK: (&str, &str) = ("PARLOR__AUTH__BCRYPT_COST", "4");
const LOGIN: &str = r#"{"username": "ann", "password": "correct horse"}"#;

#[test]
fn a_first_start_needs_nothing_and_says_what_it_made() {
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &[QUICK]);
    let data = home.path().join("data").canonicalize().unwrap();
    for told in [
        format!("http://{}", server.address),
        data.display().to_string(),
        "/docs".into(),
        "curl".into(),
    ] {
        assert!(server.greeting.contains(&told), "{told}: {}", server.greeting);
    }
    for (name, mode) in [
        ("", 0o700),
        ("keys", 0o700),
        ("keys/signing-0001.pem", 0o600),
        ("parlor.db", 0o600),
    ] {
        let found = std::fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{name}");
    }
}

#[test]
fn what_the_greeting_suggests_works() {
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &[QUICK]);
    let json = server
        .greeting
        .split('\'')
        .find(|part| part.starts_with('{'))
        .unwrap();
    let path = server
        .greeting
        .split_whitespace()
        .find(|word| word.contains("/v1/"))
        .unwrap();
    let path = &path[path.find("/v1/").unwrap()..];
    let (status, body) = ask(server.address, "POST", path, json);
    assert_eq!(status, 201, "{body}");
}

#[test]
fn healthcheck_finds_a_server_that_is_ready() {
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &[]);
    let listen = server.address.to_string();
    let said = run(&mut parlor(home.path(), ["healthcheck", "--listen", &listen]));
    assert_eq!((said.code, said.out.as_str()), (0, "ready\n"), "{}", said.err);
}

#[test]
fn either_signal_ends_it_in_good_order() {
    for signal in ["TERM", "INT"] {
        let home = TempDir::new().unwrap();
        let server = Serving::start(home.path(), &[]);
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let home = TempDir::new().unwrap();
    let _server = Serving::start(home.path(), &[]);
    let said = run(&mut parlor(home.path(), ["--listen", "127.0.0.1:0"]));
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("another Parlor server uses the data folder"),
        "{}",
        said.err
    );
    assert!(said.err.contains("--data"), "{}", said.err);
}

#[test]
fn an_address_that_is_taken_is_named() {
    let home = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = run(&mut parlor(home.path(), ["--listen", &address]));
    assert_eq!(said.code, 1);
    assert!(
        said.err
            .contains(&format!("cannot listen on {address}; choose another")),
        "{}",
        said.err
    );
}

#[test]
fn accounts_are_made_and_locked_beside_a_running_server() {
    let home = TempDir::new().unwrap();
    let closed = ("PARLOR__AUTH__REGISTRATION", "closed");
    let server = Serving::start(home.path(), &[QUICK, closed]);
    let user = |args: [&str; 3]| {
        let mut command = parlor(
            home.path(),
            ["user"].into_iter().chain(args).filter(|arg| !arg.is_empty()),
        );
        run_with_input(command.env(QUICK.0, QUICK.1), "correct horse")
    };
    let login = || ask(server.address, "POST", "/v1/sessions", LOGIN).0;

    assert_eq!(ask(server.address, "POST", "/v1/users", LOGIN).0, 403);
    let said = user(["create", "ann", "--admin"]);
    assert!(said.out.starts_with("Made the administrator ann ("), "{said:?}");
    assert_eq!(login(), 201);

    assert_eq!(
        user(["disable", "ann", ""]).out,
        "ann is locked; all sessions are over.\n"
    );
    assert_eq!(login(), 403);
    assert_eq!(user(["enable", "ann", ""]).out, "ann can log in again.\n");
    assert_eq!(login(), 201);
}

#[test]
fn a_password_comes_from_standard_input() {
    let home = TempDir::new().unwrap();
    let create = ["user", "create", "ann"];
    let said = run_with_input(&mut parlor(home.path(), create), "short");
    assert_eq!(said.code, 1);
    assert!(said.err.contains("must be at least 8 characters"), "{}", said.err);

    assert_eq!(
        run_with_input(&mut parlor(home.path(), create), "correct horse").code,
        0
    );
    let said = run_with_input(&mut parlor(home.path(), create), "correct horse");
    assert_eq!(said.code, 1);
    assert!(
        said.err.starts_with("error: no account was made: "),
        "{}",
        said.err
    );

    let said = run_with_input(
        &mut parlor(home.path(), ["user", "password", "ann"]),
        "another horse",
    );
    assert_eq!(said.out, "ann has another password; all sessions are over.\n");
    let said = run(&mut parlor(home.path(), ["user", "disable", "bob"]));
    assert_eq!(
        (said.code, said.err.as_str()),
        (1, "error: nobody is called bob\n")
    );
}

#[test]
fn migrations_can_be_listed_and_run() {
    let home = TempDir::new().unwrap();
    let said = run(&mut parlor(home.path(), ["migrate", "status"]));
    assert!(said.out.contains("Still to be run:"), "{said:?}");
    let said = run(&mut parlor(home.path(), ["migrate", "up"]));
    assert!(said.out.contains("Run now:"), "{said:?}");
    let said = run(&mut parlor(home.path(), ["migrate", "status"]));
    assert!(said.out.contains("The database is up to date."), "{said:?}");
}

#[tokio::test]
async fn with_a_database_url_the_same_program_serves_from_postgresql() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let url = postgres.database();
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &[QUICK, ("DATABASE_URL", &url)]);
    assert!(
        server.greeting.contains("Database  PostgreSQL, 127.0.0.1/"),
        "{}",
        server.greeting
    );
    assert!(!home.path().join("data/parlor.db").exists());

    assert_eq!(ask(server.address, "POST", "/v1/users", LOGIN).0, 201);
    assert_eq!(ask(server.address, "POST", "/v1/sessions", LOGIN).0, 201);
    let said = run(parlor(home.path(), ["user", "disable", "ann"]).env("DATABASE_URL", &url));
    assert_eq!(
        said.out, "ann is locked; all sessions are over.\n",
        "{}",
        said.err
    );
    assert_eq!(ask(server.address, "POST", "/v1/sessions", LOGIN).0, 403);
    let said = run(parlor(home.path(), ["migrate", "status"]).env("DATABASE_URL", &url));
    assert!(
        said.out.ends_with("The database is up to date.\n"),
        "{}",
        said.out
    );

    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
}
