//! What the store needs to know to begin.

use std::path::PathBuf;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};

/// Where the data is and how much may wait for it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the data is.
    pub database: Database,
    /// Whether others may use it meanwhile, if it is on PostgreSQL. A SQLite file is in a folder that can be locked.
    pub sharing: Sharing,
    /// How many rooms a person may be in.
    pub rooms_per_user: u32,
    /// How many writes of each priority may wait before the store says that it is busy; on PostgreSQL, in each lane.
    pub queue: usize,
    /// How many reads run at once: threads on SQLite, connections on PostgreSQL (which also carry the writes that are
    /// no appends).
    pub readers: usize,
    /// How many batches of appends PostgreSQL commits at once.
    pub lanes: usize,
}

impl Settings {
    /// What suits most servers.
    pub fn new(database: Database) -> Self {
        Self {
            database,
            sharing: Sharing::Shared,
            rooms_per_user: 1_000,
            queue: 16_384,
            readers: 4,
            lanes: 4,
        }
    }
}

/// Whether others may use a database meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// They may, unless one of them wants it for himself.
    Shared,
    /// They may not. Who gives numbers to events by hand needs that.
    Alone,
}

/// Which database.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file, made if it is not there.
    Sqlite(PathBuf),
    /// A server: `postgres://user:password@host:port/name?sslmode=require`.
    Postgres(SecretString),
}

/// A text that names no database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be postgres://…, sqlite:… or a path")]
pub struct ParseDatabaseError;

impl FromStr for Database {
    type Err = ParseDatabaseError;

    /// Reads `postgres://…`, `sqlite:path`, `sqlite://path` or a bare path.
    fn from_str(text: &str) -> Result<Self, ParseDatabaseError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.into()));
        }
        let path = text
            .strip_prefix("sqlite://")
            .or_else(|| text.strip_prefix("sqlite:"))
            .unwrap_or(text);
        if path.is_empty() || path.contains("://") {
            return Err(ParseDatabaseError);
        }
        Ok(Self::Sqlite(path.into()))
    }
}

impl Database {
    /// The database in words that may stand in a log: no password.
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("SQLite, {}", path.display()),
            Self::Postgres(url) => match url::Url::parse(url.expose_secret()) {
                Ok(url) => format!(
                    "PostgreSQL, {}{}",
                    url.host_str().unwrap_or("localhost"),
                    url.path()
                ),
                Err(_) => "PostgreSQL".to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_told_apart_and_passwords_stay_hidden() {
        let postgres: Database = "postgres://ann:secret@db.example/parlor".parse().unwrap();
        assert_eq!(postgres.describe(), "PostgreSQL, db.example/parlor");
        assert!(!format!("{postgres:?}").contains("secret"));
        for (text, path) in [
            ("sqlite:a.db", "a.db"),
            ("sqlite:///x/a.db", "/x/a.db"),
            ("a.db", "a.db"),
        ] {
            let Ok(Database::Sqlite(parsed)) = text.parse() else {
                panic!("{text} is a path")
            };
            assert_eq!(parsed, PathBuf::from(path));
        }
        assert!("mysql://x".parse::<Database>().is_err());
        assert!("".parse::<Database>().is_err());
    }
}
