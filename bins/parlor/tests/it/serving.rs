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
        "/account#invite=".into(),
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
    assert_eq!(run(&mut parlor(home.path(), ["migrate"])).code, 0);
    let create = ["user", "create", "root", "--admin"];
    let said = run_with_input(&mut parlor(home.path(), create), "correct horse");
    assert_eq!(said.code, 0, "{}", said.err);
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
    assert!(
        said.out.contains("parlor.db\nMade the administrator ann ("),
        "{said:?}"
    );
    assert_eq!(login(), 201);

    let said = user(["disable", "ann", ""]);
    assert!(
        said.out.ends_with("\nann is locked; all sessions are over.\n"),
        "{said:?}"
    );
    assert_eq!(login(), 403);
    let said = user(["enable", "ann", ""]);
    assert!(said.out.ends_with("\nann can log in again.\n"), "{said:?}");
    assert_eq!(login(), 201);
}

#[test]
fn a_password_comes_from_standard_input() {
    let home = TempDir::new().unwrap();
    assert_eq!(run(&mut parlor(home.path(), ["migrate"])).code, 0);
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
    assert!(
        said.out
            .ends_with("\nann has another password; all sessions are over.\n"),
        "{said:?}"
    );
    let said = run(&mut parlor(home.path(), ["user", "disable", "bob"]));
    assert_eq!(
        (said.code, said.err.as_str()),
        (1, "error: nobody is called bob\n")
    );
}

#[test]
fn commands_refuse_a_place_without_a_database_and_leave_it_so() {
    let home = TempDir::new().unwrap();
    let looked = home.path().canonicalize().unwrap().join("typo/parlor.db");
    for command in ["user create ann", "user disable ann", "migrate status"] {
        let args = command.split(' ').chain(["--data", "typo"]);
        let said = run_with_input(&mut parlor(home.path(), args), "correct horse");
        let expected = format!(
            "error: there is no database at {}; name the folder",
            looked.display()
        );
        assert_eq!(said.code, 1, "{command}: {said:?}");
        assert!(said.err.starts_with(&expected), "{command}: {said:?}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn commands_leave_a_database_alone_that_lacks_migrations() {
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join("parlor.db"), "").unwrap();
    let args = ["user", "create", "ann", "--data", "."];
    let said = run_with_input(&mut parlor(home.path(), args), "correct horse");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("run `parlor migrate` first"), "{said:?}");
    assert_eq!(run(&mut parlor(home.path(), ["migrate", "--data", "."])).code, 0);
    let said = run_with_input(&mut parlor(home.path(), args), "correct horse");
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn migrations_are_run_and_listed_by_name() {
    let home = TempDir::new().unwrap();
    std::fs::create_dir(home.path().join("data")).unwrap();
    std::fs::write(home.path().join("data/parlor.db"), "").unwrap();
    let said = run(&mut parlor(home.path(), ["migrate", "status"]));
    let (_, missing) = said.out.split_once("Still to be run:\n").expect("some are");
    assert!(missing.contains("_foundation\n"), "{missing}");
    let said = run(&mut parlor(home.path(), ["migrate"]));
    assert!(said.out.ends_with(&format!("Run now:\n{missing}")), "{said:?}");
    for command in ["status", "up"] {
        let said = run(&mut parlor(home.path(), ["migrate", command]));
        assert!(said.out.ends_with("The database is up to date.\n"), "{said:?}");
    }
}

#[tokio::test]
async fn with_a_database_url_the_same_program_serves_from_postgresql() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let database = postgres.database();
    let url = database.url();
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &[QUICK, ("DATABASE_URL", url)]);
    assert!(
        server.greeting.contains("Database  PostgreSQL, 127.0.0.1/"),
        "{}",
        server.greeting
    );
    assert!(!home.path().join("data/parlor.db").exists());

    assert_eq!(ask(server.address, "POST", "/v1/users", LOGIN).0, 201);
    assert_eq!(ask(server.address, "POST", "/v1/sessions", LOGIN).0, 201);
    let said = run(parlor(home.path(), ["user", "disable", "ann"]).env("DATABASE_URL", url));
    assert!(
        said.out.ends_with("\nann is locked; all sessions are over.\n"),
        "{said:?}"
    );
    assert_eq!(ask(server.address, "POST", "/v1/sessions", LOGIN).0, 403);
    let said = run(parlor(home.path(), ["migrate", "status"]).env("DATABASE_URL", url));
    assert!(
        said.out.ends_with("The database is up to date.\n"),
        "{}",
        said.out
    );

    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
}

#[tokio::test]
async fn an_empty_postgresql_database_is_refused_by_all_commands_but_migrate() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let database = postgres.database();
    let url = database.url();
    let home = TempDir::new().unwrap();
    let command = |args: &str| {
        let mut command = parlor(home.path(), args.split(' '));
        run_with_input(command.env("DATABASE_URL", url), "correct horse")
    };
    for _ in 0..2 {
        assert!(command("migrate status").out.contains("Still to be run:"));
        let said = command("user create ann");
        assert!(said.err.contains("run `parlor migrate` first"), "{said:?}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    assert!(command("migrate").out.contains("Run now:"));
}

#[tokio::test]
async fn commands_on_postgresql_need_the_keys_of_the_server_and_make_none() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let database = postgres.database();
    let url = database.url();
    let (home, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let _server = Serving::start(home.path(), &[QUICK, ("DATABASE_URL", url)]);
    let create = |folder: &TempDir| {
        let mut command = parlor(folder.path(), ["user", "create", "ann"]);
        run_with_input(command.env("DATABASE_URL", url), "correct horse")
    };
    let said = create(&elsewhere);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("name that one with --data"), "{said:?}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    assert_eq!(create(&home).code, 0);
}

#[test]
fn without_an_address_nobody_gets_an_account_that_needs_a_mailed_code() {
    let home = TempDir::new().unwrap();
    assert_eq!(run(&mut parlor(home.path(), ["migrate"])).code, 0);
    let create = |args: &str| {
        let mut command = parlor(home.path(), args.split(' '));
        run_with_input(command.env("PARLOR__AUTH__TWO_STEP", "required"), "correct horse")
    };
    let said = create("user create ann");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("email"), "{said:?}");
    let said = create("user create ann --email ann@example.org");
    assert_eq!(said.code, 0, "{said:?}");
}
