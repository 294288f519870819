//! A PostgreSQL server of this test process's own.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::OnceCell;

use super::guarded::{Guarded, Owner, free_port, path, skip, succeed};

/// The superuser, who needs no password: the server hears the loopback interface only and is soon gone.
const USER: &str = "parlor";
/// How often another port is tried, should somebody take one between its choice and its use.
const ATTEMPTS: u32 = 5;

/// A PostgreSQL server in a temporary folder, on a port of its own, that writes to disk as in production. There is one
/// in each test process that asks for it; it is gone when the process is.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    port: u16,
    databases: AtomicU32,
    _server: Guarded,
}

impl Postgres {
    /// The process's server, started when it is first wanted; `None` if PostgreSQL is not installed, of which a notice
    /// tells: the test is to be skipped then.
    ///
    /// # Panics
    /// If the server does not start, or is not installed on a continuous integration server (`CI=true`).
    pub async fn start() -> Option<&'static Self> {
        static SERVER: OnceCell<Option<Postgres>> = OnceCell::const_new();
        let started = SERVER.get_or_init(|| async {
            let Some(programs) = programs() else {
                skip("PostgreSQL", "tests on it");
                return None;
            };
            Some(Self::launch(programs).await.expect("PostgreSQL starts"))
        });
        started.await.as_ref()
    }

    /// A new, empty database.
    ///
    /// # Panics
    /// If the server fails.
    pub fn database(&'static self) -> PostgresDatabase {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        self.run("createdb", &["-T", "template0", &name])
            .expect("a database is made");
        PostgresDatabase {
            url: format!("postgres://{USER}@127.0.0.1:{}/{name}", self.port),
            name,
            server: self,
        }
    }

    fn run(&self, program: &str, args: &[&str]) -> io::Result<String> {
        let port = self.port.to_string();
        let mut command = Command::new(self.programs.join(program));
        succeed(
            command
                .args(["-h", "127.0.0.1", "-p", &port, "-U", USER])
                .args(args),
        )
    }

    async fn launch(programs: PathBuf) -> Result<Self, String> {
        let owner = Owner::unless_root("postgres").map_err(|e| e.to_string())?;
        let mut attempt = 1;
        loop {
            match Self::on_some_port(&programs, &owner).await {
                Ok((server, port)) => {
                    return Ok(Self {
                        programs,
                        port,
                        databases: AtomicU32::new(0),
                        _server: server,
                    });
                }
                Err(why) if attempt == ATTEMPTS => return Err(why),
                Err(_) => attempt += 1,
            }
        }
    }

    async fn on_some_port(programs: &Path, owner: &Owner) -> Result<(Guarded, u16), String> {
        let port = free_port().map_err(|e| e.to_string())?;
        let number = port.to_string();
        let mut server = Guarded::start("parlor-postgres", owner, |folder| {
            let script = ["sh", "-c", include_str!("postgres.sh"), "postgres"].map(OsString::from);
            let rest = [
                programs.into(),
                folder.into(),
                OsString::from(&number),
                OsString::from(USER),
            ];
            script.into_iter().chain(rest).collect()
        })
        .map_err(|e| e.to_string())?;
        let answers = || {
            let mut ask = Command::new(programs.join("pg_isready"));
            let server = format!("host=127.0.0.1 port={number} user={USER} dbname=postgres");
            ask.args(["-q", "-d", &server]);
            ask.status().is_ok_and(|status| status.success())
        };
        server.ready(answers).await?;
        Ok((server, port))
    }
}

/// A database of the process's server. It is gone when this value is, whoever still uses it: hundreds of tests leave
/// no more on the disk than those that run.
#[derive(Debug)]
pub struct PostgresDatabase {
    url: String,
    name: String,
    server: &'static Postgres,
}

impl PostgresDatabase {
    /// Where it is: `postgres://user@address:port/name`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let dropped = self.server.run("dropdb", &["--force", &self.name]);
        assert!(dropped.is_ok() || std::thread::panicking(), "{dropped:?}");
    }
}

/// Where PostgreSQL's programs are: the newest of Debian's versions, or on the path.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| {
        ["initdb", "postgres", "createdb", "dropdb", "pg_isready"]
            .iter()
            .all(|name| folder.join(name).is_file())
    };
    let version = |folder: &PathBuf| -> Option<u32> { folder.file_name()?.to_str()?.parse().ok() };
    let mut installed: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    installed.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    installed
        .into_iter()
        .map(|version| version.join("bin"))
        .chain(path())
        .find(complete)
}
