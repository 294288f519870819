//! Commands that need no server.

use clap::{Command, CommandFactory, Parser};
use parlor::cli::Cli;
use tempfile::TempDir;

use crate::program::{parlor, run};

/// Visits a command and all below it.
fn walk(command: &mut Command, visit: &mut impl FnMut(&str, &str)) {
    let help = command.render_long_help().to_string();
    visit(command.get_bin_name().unwrap_or_default(), &help);
    for below in command.get_subcommands_mut() {
        if below.get_name() != "help" {
            walk(below, visit);
        }
    }
}

#[test]
fn every_command_has_help_with_examples_that_can_be_run() {
    let mut root = Cli::command();
    root.build();
    let mut seen = Vec::new();
    walk(&mut root, &mut |name, help| {
        let (_, examples) = help.split_once("\nExamples:\n").expect(name);
        let mut examples = examples.lines().take_while(|line| !line.is_empty()).peekable();
        assert!(examples.peek().is_some(), "{name}");
        for example in examples {
            // What it does stands behind two spaces, what the shell does behind a bracket.
            let line = example.trim().split("  ").next().expect(name);
            let line = line.split(['<', '>']).next().expect(name);
            let words = line.split(' ').filter(|word| !word.is_empty());
            let words = words.skip_while(|word| word.contains("="));
            Cli::try_parse_from(words).expect(example);
            assert!(line.contains(name), "{name}: {example}");
        }
        seen.push(name.to_owned());
    });
    for name in [
        "",
        "parlor user disable",
        "parlor config show",
        "parlor migrate up",
    ] {
        assert!(seen.iter().any(|seen| seen == name), "{name}: {seen:?}");
    }
}

#[test]
fn the_help_names_the_exit_codes() {
    let home = TempDir::new().unwrap();
    let said = run(&mut parlor(home.path(), ["--help"]));
    assert!(
        said.out
            .contains("2  the command line or the configuration is wrong")
    );
}

#[test]
fn a_wrong_command_line_exits_with_2_and_says_what_there_is() {
    let home = TempDir::new().unwrap();
    let said = run(&mut parlor(home.path(), ["serv"]));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("'serve'"), "{}", said.err);
    let said = run(&mut parlor(home.path(), ["user", "create", "x"]));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("must be 2 to 32 characters"), "{}", said.err);
    let said = run(&mut parlor(home.path(), ["--listen", "8000"]));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("such as 127.0.0.1:8000"), "{}", said.err);
}

#[test]
fn a_wrong_configuration_exits_with_2_and_starts_nothing() {
    let home = TempDir::new().unwrap();
    for command in [
        "serve",
        "migrate up",
        "config check",
        "config show",
        "healthcheck",
    ] {
        let mut command = parlor(home.path(), command.split_whitespace());
        let said = run(command.env("PARLOR__SERVER__LISTE", "127.0.0.1:1"));
        assert_eq!(said.code, 2);
        let expected =
            "error: unknown setting `server.liste` ($PARLOR__SERVER__LISTE); did you mean `server.listen`?\n";
        assert_eq!(said.err, expected);
    }
    assert!(!home.path().join("data").exists());
}

#[test]
fn an_unreadable_file_is_named_once_with_the_reason() {
    let home = TempDir::new().unwrap();
    let said = run(&mut parlor(
        home.path(),
        ["config", "check", "--config", "none.toml"],
    ));
    assert_eq!(
        (said.code, said.err.as_str()),
        (
            2,
            "error: cannot read none.toml: No such file or directory (os error 2)\n"
        )
    );
}

#[test]
fn config_shows_every_value_with_its_origin() {
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join("my.toml"), "[auth]\naccess_minutes = 5\n").unwrap();
    let args = [
        "config",
        "show",
        "--config",
        "my.toml",
        "--listen",
        "127.0.0.1:9000",
    ];
    let said = run(parlor(home.path(), args).env("DATABASE_URL", "postgres://ann:hush@db.example/parlor"));
    let origins = [
        ("access_minutes = 5", "# my.toml:2"),
        ("listen = \"127.0.0.1:9000\"", "# --listen"),
        (
            "url = \"postgres://ann:***@db.example/parlor\"",
            "# $DATABASE_URL",
        ),
        ("data = \"./data\"", "# default"),
    ];
    for (setting, origin) in origins {
        let line = said.out.lines().find(|line| line.starts_with(setting));
        assert!(
            line.is_some_and(|line| line.ends_with(origin)),
            "{setting}: {line:?}"
        );
    }
    assert_eq!(said.code, 0);
}

#[test]
fn config_can_be_checked() {
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join("my.toml"), "[auth]\naccess_minutes = 5\n").unwrap();
    let said = run(&mut parlor(
        home.path(),
        ["config", "check", "--config", "my.toml"],
    ));
    assert_eq!(
        said.out,
        "The configuration can be used (configuration file my.toml).\n"
    );
}

#[test]
fn what_a_server_could_not_use_fails_the_check_and_leaves_nothing() {
    let home = TempDir::new().unwrap();
    let mail = "[server]\npublic_url = 'https://chat.example'\n[mail]\nhost = 'mail.example'\n";
    let host = "[host]\nissuer = 'https://app.example'\naudience = 'chat'\n";
    let unusable = [
        ("[mail]\nfrom = 'x'", "e-mail address"),
        ("[mail]\ntemplates = './none'", "mail.templates cannot be used"),
        ("[mail]\nlinks = 'https://app.example/#page'", "fragment"),
        ("[server]\nname = ''", "server's name"),
        ("[server]\nlisten = '[fe80::1%2]:8000'", "set `server.public_url`"),
        (&format!("{mail}encryption = 'none'"), "must be encrypted"),
        (
            &format!("{host}keys_url = 'http://app.example/keys'"),
            "host.keys_url cannot be used",
        ),
        (
            &format!("{host}keys_file = './none.pem'"),
            "host.keys_file cannot be used",
        ),
    ];
    for (text, expected) in unusable {
        std::fs::write(home.path().join("my.toml"), text).unwrap();
        let said = run(&mut parlor(
            home.path(),
            ["config", "check", "--config", "my.toml"],
        ));
        assert_eq!(said.code, 2, "{text}: {said:?}");
        assert!(said.err.contains(expected), "{text}: {said:?}");
    }
    assert!(!home.path().join("data").exists());
}

#[test]
fn the_descriptions_of_the_interfaces_are_printed() {
    let home = TempDir::new().unwrap();
    for (command, version) in [("openapi", "3.1."), ("asyncapi", "3.0.")] {
        let said = run(&mut parlor(home.path(), [command]));
        let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert!(
            document[command].as_str().unwrap().starts_with(version),
            "{command}"
        );
    }
}

#[test]
fn the_descriptions_of_older_chat_apis_are_printed() {
    let home = TempDir::new().unwrap();
    for name in ["relay", "messenger", "greeter", "conversations", "rooms"] {
        let said = run(&mut parlor(home.path(), ["openapi", "--dialect", name]));
        let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
        assert_eq!(document["servers"][0]["url"], format!("/compat/{name}"));
    }
    let said = run(&mut parlor(home.path(), ["openapi", "--dialect", "chat"]));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("relay, messenger"), "{}", said.err);
}

#[test]
fn completions_are_printed() {
    let home = TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let said = run(&mut parlor(home.path(), ["completions", shell]));
        assert!(said.out.contains("healthcheck"), "{shell}");
    }
}

#[test]
fn healthcheck_without_a_server_fails_and_says_where_it_looked() {
    let home = TempDir::new().unwrap();
    let said = run(&mut parlor(
        home.path(),
        ["healthcheck", "--listen", "127.0.0.1:1"],
    ));
    assert_eq!(said.code, 1);
    assert!(
        said.err
            .starts_with("error: no answer from 127.0.0.1:1; is the server running there?"),
        "{}",
        said.err
    );
}
