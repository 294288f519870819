//! Where settings come from, and what is said of wrong ones.

use std::fs;
use std::path::Path;
use std::time::Duration;

use parlor::config::{Config, ConfigError, DEFAULTS, Flags, Loaded, Registration};
use tempfile::TempDir;
use toml::Table;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn load(flags: &Flags, variables: Variables<'_>) -> Result<Loaded, ConfigError> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Loaded::new(flags, variables)
}

fn of_variables(variables: Variables<'_>) -> Result<Loaded, ConfigError> {
    load(&Flags::default(), variables)
}

fn of_file(text: &str) -> Result<Loaded, ConfigError> {
    let folder = TempDir::new().expect("a temporary folder");
    load(&flags_with_file(folder.path(), text), &[])
}

fn flags_with_file(folder: &Path, text: &str) -> Flags {
    let path = folder.join("chosen.toml");
    fs::write(&path, text).expect("a file in it");
    Flags {
        config: Some(path),
        ..Flags::default()
    }
}

fn refusal(result: Result<Loaded, ConfigError>) -> String {
    result.expect_err("must be refused").to_string()
}

/// The defaults without one of their lines.
fn without(line: &str) -> String {
    DEFAULTS
        .lines()
        .filter(|other| *other != line)
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn every_key_of_the_documented_defaults_is_known_and_explained() {
    let loaded = of_variables(&[]).unwrap();
    assert_eq!(loaded.config.server.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(loaded.config.server.data, Path::new("./data"));
    let mut before = "";
    for line in DEFAULTS.lines() {
        let key = line.split_once(" = ").filter(|_| !line.starts_with('#'));
        if let Some((key, _)) = key {
            // Two keys may share an explanation; a section's first may not do without.
            assert!(
                !before.is_empty() && !before.starts_with('['),
                "`{key}` is not explained"
            );
        }
        before = line;
    }
}

#[test]
fn every_key_of_the_types_is_in_the_documented_defaults() {
    // A key without a line has no value, since no field of the types has a default of its own.
    let keys: Vec<&str> = DEFAULTS
        .lines()
        .filter(|line| line.contains(" = ") && !line.starts_with('#'))
        .collect();
    assert!(keys.len() > 30);
    for line in keys {
        let error = toml::from_str::<Config>(&without(line)).expect_err(line);
        assert!(error.message().contains("missing field"), "{line}: {error}");
    }
}

#[test]
fn the_example_can_be_used_and_holds_no_key_at_its_default() {
    let example = include_str!("../../../../config/example.toml");
    let folder = TempDir::new().unwrap();
    let password = folder.path().join("password");
    fs::write(&password, "hush").unwrap();
    let variables = [("PARLOR__MAIL__PASSWORD_FILE", password.to_str().unwrap())];
    load(&flags_with_file(folder.path(), example), &variables).unwrap();
    let (example, defaults): (Table, Table) = (example.parse().unwrap(), DEFAULTS.parse().unwrap());
    for (section, keys) in &example {
        for (key, value) in keys.as_table().unwrap() {
            assert_ne!(defaults[section].get(key), Some(value), "{section}.{key}");
        }
    }
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_the_defaults() {
    let folder = TempDir::new().unwrap();
    let file =
        "[server]\nlisten = '127.0.0.1:1'\nworkers = 3\n[auth]\naudience = 'file'\naccess_minutes = 3\n";
    let mut flags = flags_with_file(folder.path(), file);
    let variables = [
        ("PARLOR_LISTEN", "127.0.0.1:2"),
        ("PARLOR__AUTH__AUDIENCE", "environment"),
    ];

    let config = load(&flags, &variables).unwrap().config;
    assert_eq!(config.server.listen.port(), 2);
    assert_eq!(config.auth.audience, "environment");
    assert_eq!(config.auth.access, Duration::from_secs(180));
    assert_eq!(config.auth.session, Duration::from_secs(30 * 86_400));

    flags.listen = Some("127.0.0.1:3".parse().unwrap());
    let config = load(&flags, &variables).unwrap().config;
    assert_eq!((config.server.listen.port(), config.server.workers), (3, 3));
}

/// An empty variable counts as not set.
#[test]
fn the_environment_names_dialects_or_none() {
    for (variable, served) in [("none", 0), ("rooms,relay", 2), ("", 5)] {
        let loaded = of_variables(&[("PARLOR__COMPAT__DIALECTS", variable)]).unwrap();
        assert_eq!(loaded.config.compat.dialects.len(), served, "{variable}");
    }
}

#[test]
fn the_file_is_named_by_flag_else_by_variable_else_found_in_the_data_folder() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("parlor.toml"), "[auth]\naudience = 'found'").unwrap();
    fs::write(
        folder.path().join("other.toml"),
        "[auth]\naudience = 'named by variable'",
    )
    .unwrap();
    let data = folder.path().to_str().unwrap();
    let other = folder.path().join("other.toml");
    let by_variable = [("PARLOR_DATA", data), ("PARLOR_CONFIG", other.to_str().unwrap())];
    let audience = |loaded: Loaded| loaded.config.auth.audience;

    assert_eq!(
        audience(load(&Flags::default(), &by_variable[..1]).unwrap()),
        "found"
    );
    assert_eq!(
        audience(load(&Flags::default(), &by_variable).unwrap()),
        "named by variable"
    );
    let flags = flags_with_file(folder.path(), "[auth]\naudience = 'named by flag'");
    assert_eq!(audience(load(&flags, &by_variable).unwrap()), "named by flag");
}

#[test]
fn a_named_file_that_is_not_there_is_an_error() {
    let error = refusal(of_variables(&[("PARLOR_CONFIG", "/nowhere/parlor.toml")]));
    assert!(error.starts_with("cannot read /nowhere/parlor.toml: "), "{error}");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one_and_its_place() {
    let error = refusal(of_file("[server]\n\nlisen = '127.0.0.1:1'\n"));
    assert!(error.starts_with("unknown setting `server.lisen` ("), "{error}");
    assert!(
        error.ends_with("chosen.toml:3); did you mean `server.listen`?"),
        "{error}"
    );

    let error = refusal(of_variables(&[("PARLOR__AUTH__REGISTRATIONS", "closed")]));
    let expected = "unknown setting `auth.registrations` ($PARLOR__AUTH__REGISTRATIONS); did you mean `auth.registration`?";
    assert_eq!(error, expected);

    let error = refusal(of_file("[frobnication]\nof_things = 1"));
    assert!(error.ends_with("config/default.toml lists them all"), "{error}");
    let rooms = "; did you mean one of `rooms.members`, `rooms.per_user`, `rooms.readers`?";
    for text in ["[rooms]\nfrobnication = 1", "[roms]\nx = 1", "rooms = 1"] {
        let error = refusal(of_file(text));
        assert!(error.ends_with(rooms), "{text}: {error}");
    }
    let error = refusal(of_variables(&[("PARLOR__ROOMS", "1")]));
    assert!(error.ends_with(rooms), "{error}");
    let error = refusal(of_file("listen = '127.0.0.1:1'"));
    assert!(error.ends_with("did you mean `server.listen`?"), "{error}");
    let error = refusal(of_file("[messages]\nframe_bytes = 1"));
    assert!(error.ends_with("did you mean `socket.frame_bytes`?"), "{error}");
}

#[test]
fn variables_of_others_are_left_alone() {
    // Kubernetes sets such variables for a service called parlor.
    of_variables(&[
        ("PARLOR_PORT", "tcp://10.0.0.1:80"),
        ("PARLOR_SERVICE_HOST", "10.0.0.1"),
    ])
    .unwrap();
}

#[test]
fn a_wrong_value_is_refused_with_its_key_and_its_place() {
    let wrong = [
        (
            "PARLOR__SERVER__WORKERS",
            "many",
            "setting `server.workers` ($PARLOR__SERVER__WORKERS): must be a whole number from 0 to 64, not \"many\"",
        ),
        (
            "PARLOR__SERVER__DOCS",
            "yes",
            "setting `server.docs` ($PARLOR__SERVER__DOCS): must be true or false, not \"yes\"",
        ),
        (
            "PARLOR_LISTEN",
            "8000",
            "setting `server.listen` ($PARLOR_LISTEN): must be an address and a port such as 127.0.0.1:8000, 0.0.0.0:80 \
             or [::1]:8000, not `8000`",
        ),
        (
            "PARLOR__AUTH__BCRYPT_COST",
            "99",
            "setting `auth.bcrypt_cost` ($PARLOR__AUTH__BCRYPT_COST): must be a whole number from 4 to 16, not 99",
        ),
        (
            "PARLOR__AUTH__REGISTRATION",
            "ajar",
            "setting `auth.registration` ($PARLOR__AUTH__REGISTRATION): unknown variant `ajar`, expected one \
             of `open`, `invited`, `closed`",
        ),
        (
            "PARLOR__HTTP__CORS_ORIGINS",
            "https://a.example, b.example",
            "setting `http.cors_origins` ($PARLOR__HTTP__CORS_ORIGINS): must be like https://chat.example.org, without \
             a path, not `b.example`",
        ),
    ];
    for (name, value, expected) in wrong {
        assert_eq!(refusal(of_variables(&[(name, value)])), expected);
    }
    let error = refusal(of_file("[socket]\nframe_bytes = 'big'"));
    assert!(
        error.contains("setting `socket.frame_bytes`") && error.contains("chosen.toml:2"),
        "{error}"
    );
    assert!(
        error.ends_with("must be a whole number from 1024 to 4194304, not \"big\""),
        "{error}"
    );
    let error = refusal(of_file("[server]\ntrusted_proxies = '10.0.0.5'"));
    assert!(
        error.ends_with(r#"must be a list such as ["10.0.0.5", "10.0.0.0/8"], not "10.0.0.5""#),
        "{error}"
    );
    for kinds in ["[]", "['image', 'sound']"] {
        let error = refusal(of_file(&format!("[media]\nkinds = {kinds}")));
        let expected = r#"must be one or more of ["image", "voice", "audio", "video", "file"]"#;
        assert!(error.ends_with(expected), "{error}");
    }
    let error = refusal(of_file("[auth]\naudience = 1.5"));
    assert!(error.contains("setting `auth.audience`"), "{error}");
    assert!(refusal(of_file("[server")).contains("chosen.toml is not valid TOML"));
}

#[test]
fn settings_that_contradict_each_other_are_refused_with_both_names() {
    let contradictions = [
        (
            "[messages]\nbody_bytes = 90_000",
            "`socket.frame_bytes` (262144) must be at least 3 times `messages.body_bytes` (90000) and 1024 more, that is \
             271024,",
        ),
        (
            "[http]\njson_bytes = 66_560",
            "`http.json_bytes` (66560) must be at least 3 times `messages.body_bytes` (65536) and 1024 more, that is 197632,",
        ),
        (
            "[socket]\nping_seconds = 61",
            "`socket.stalled_seconds` (120) must be at least twice `socket.ping_seconds` (61), that is 122,",
        ),
        (
            "[rooms]\nper_user = 10_000",
            "`rooms.per_user` (10000) must be at most 9999,",
        ),
        (
            "[mail]\nhost = 'mail.example'",
            "`mail.host` needs `server.public_url` (or `mail.links`)",
        ),
        (
            "[mail]\nhost = 'smtp://mail.example:25'\nlinks = 'https://app.example/account'",
            "`mail.host` must be the name or address of a machine alone,",
        ),
        (
            "[media]\nscanner = 'tcp:127.0.0.1:3310'\nscanner_command = ['clamscan']",
            "`media.scanner` and `media.scanner_command` exclude each other",
        ),
        (
            "[media]\nurl = 's3://chat'",
            "`media.url` needs `s3.access_key` and `s3.secret`",
        ),
        (
            "[media]\nurl = 's3://chat'\naccel_redirect = '/kept'\n[s3]\naccess_key = 'a'\nsecret = 'b'",
            "`media.accel_redirect` is for media in a folder",
        ),
        (
            "[host]\nkeys_url = 'https://app.example/keys'",
            "`host.keys_url` needs `host.issuer`",
        ),
    ];
    for (text, expected) in contradictions {
        let error = refusal(of_file(text));
        assert!(error.starts_with(expected), "{error}");
    }
    for text in [
        "[http]\njson_bytes = 197_632",
        "[socket]\nping_seconds = 60",
        "[rooms]\nper_user = 9_999",
        "[mail]\nhost = 'mail.example'\nlinks = 'https://app.example/account'",
        "[mail]\nhost = '::1'\nlinks = 'https://app.example/account'",
    ] {
        of_file(text).expect(text);
    }
}

#[test]
fn a_misspelt_level_of_the_log_is_refused() {
    for level in ["inof", "info,wran", "parlor_store=inof", "parlor_store", ""] {
        let error = refusal(of_file(&format!("[log]\nlevel = '{level}'")));
        assert!(
            error.contains("`log.level`") && error.contains("must be a level"),
            "{level}: {error}"
        );
    }
    for level in [
        "info",
        "WARN",
        "off",
        "info,parlor_store=debug",
        "warn,[append{room=1}]=trace",
    ] {
        of_file(&format!("[log]\nlevel = '{level}'")).expect(level);
    }
}

#[test]
fn lists_in_variables_are_separated_by_commas() {
    let variables = [
        (
            "PARLOR__HTTP__CORS_ORIGINS",
            "https://a.example, http://b.example:8080",
        ),
        ("PARLOR__SERVER__TRUSTED_PROXIES", "10.0.0.5,172.16.0.0/12"),
        ("PARLOR__AUTH__REGISTRATION", "closed"),
    ];
    let config = of_variables(&variables).unwrap().config;
    assert_eq!(
        config.http.cors_origins,
        ["https://a.example", "http://b.example:8080"]
    );
    assert_eq!(config.server.trusted_proxies[0].to_string(), "10.0.0.5/32");
    assert_eq!(config.server.trusted_proxies[1].to_string(), "172.16.0.0/12");
    assert_eq!(config.auth.registration, Registration::Closed);
}

#[test]
fn a_variable_can_name_a_file_that_holds_the_value() {
    let folder = TempDir::new().unwrap();
    let secret = folder.path().join("url");
    fs::write(&secret, "postgres://ann:hush@db.example/parlor\n").unwrap();
    for name in ["DATABASE_URL_FILE", "PARLOR__DATABASE__URL_FILE"] {
        let loaded = of_variables(&[(name, secret.to_str().unwrap())]).unwrap();
        let url = loaded.config.database.url.redacted().unwrap();
        assert_eq!(url, "postgres://ann:***@db.example/parlor");
    }
    let error = refusal(of_variables(&[("DATABASE_URL_FILE", "/nowhere/url")]));
    assert!(error.starts_with("cannot read /nowhere/url: "), "{error}");
}

#[test]
fn no_secret_is_shown() {
    let url = "postgres://ann:hush@db.example/parlor?sslmode=require";
    let loaded = of_variables(&[
        ("DATABASE_URL", url),
        ("S3_URL", "s3://chat"),
        ("PARLOR__S3__ACCESS_KEY", "parlor"),
        ("PARLOR__S3__SECRET", "hush"),
    ]);
    let loaded = loaded.unwrap();
    let shown = loaded.show();
    assert!(shown.contains("url = \"s3://chat\""), "{shown}");
    assert!(
        shown.contains("url = \"postgres://ann:***@db.example/parlor\""),
        "{shown}"
    );
    assert!(shown.contains("# $DATABASE_URL"), "{shown}");
    assert!(!shown.contains("hush") && !format!("{loaded:?}").contains("hush"));
    let error = refusal(of_variables(&[(
        "DATABASE_URL",
        "mysql://ann:hush@db.example/parlor",
    )]));
    assert!(
        error.contains("`database.url`") && !error.contains("hush"),
        "{error}"
    );
}
