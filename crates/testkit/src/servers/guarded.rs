//! A process that cannot outlive the test process that started it.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked.
const PAUSE: Duration = Duration::from_millis(20);

/// A running server with a temporary folder of its own. It ends, and its folder with it, when this value or the whole
/// process is gone: statics are never dropped and a killed process drops nothing, so a small shell script watches a
/// pipe that only this process holds open. (A "death signal" would not do: it follows the thread that started the
/// server, and the test's thread ends with the test.)
#[derive(Debug)]
pub(super) struct Guarded {
    guard: Child,
    folder: PathBuf,
}

impl Guarded {
    /// Starts what `command` makes of a new folder; the caller waits with [`Guarded::ready`].
    pub(super) fn start(
        name: &str,
        owner: &Owner,
        command: impl FnOnce(&Path) -> Vec<OsString>,
    ) -> io::Result<Self> {
        let folder = owner.folder(name)?;
        let guard = owner
            .command("sh")
            .args(["-c", include_str!("guard.sh"), "guard"])
            .arg(&folder)
            .args(command(&folder))
            // A process group of its own: an interrupt from the keyboard is for the tests.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { guard, folder })
    }

    /// Asks `answers` until it says yes.
    ///
    /// # Errors
    /// The end of the server's log, if it ended by itself or took too long.
    pub(super) async fn ready(&mut self, mut answers: impl FnMut() -> bool) -> Result<(), String> {
        let asked = async {
            while !answers() {
                if self.guard.try_wait().map_err(|e| e.to_string())?.is_some() {
                    return Err(self.last_words("it ended by itself"));
                }
                tokio::time::sleep(PAUSE).await;
            }
            Ok(())
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(self.last_words("it did not answer in time")),
        }
    }

    fn last_words(&self, what: &str) -> String {
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let _ = std::fs::remove_dir_all(&self.folder);
        let tail: Vec<_> = log.lines().rev().take(20).collect();
        format!(
            "{what}:\n{}",
            tail.into_iter().rev().collect::<Vec<_>>().join("\n")
        )
    }
}

/// As whom servers run: PostgreSQL refuses the superuser.
#[derive(Debug)]
pub(super) enum Owner {
    /// Whoever runs the tests.
    Ourselves,
    /// Another user of the machine, because we are root.
    User(&'static str),
}

impl Owner {
    /// Ourselves, or this user if we are root.
    pub(super) fn unless_root(user: &'static str) -> io::Result<Self> {
        let id = Command::new("id").arg("-u").output()?;
        Ok(if id.stdout.trim_ascii() == b"0" {
            Self::User(user)
        } else {
            Self::Ourselves
        })
    }

    /// A command that runs as this user.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self {
            Self::Ourselves => return Command::new(program),
            Self::User(_) => Command::new("runuser"),
        };
        if let Self::User(name) = self {
            command.args(["-u", name, "--"]).arg(program);
        }
        // The folder of the tests may be closed to that user.
        command.current_dir("/");
        command
    }

    /// A new temporary folder of this user.
    pub(super) fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let made = succeed(
            self.command("mktemp")
                .args(["-d", "-t", &format!("{name}.XXXXXX")]),
        )?;
        Ok(PathBuf::from(made.trim_end()))
    }
}

/// Runs a command to its end and gives what it printed.
///
/// # Errors
/// What it complained about.
pub(super) fn succeed(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("{command:?} failed: {complaint}")))
    }
}

/// A TCP port of 127.0.0.1 that nobody uses at the moment.
pub(super) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Where a program is, if it is on the path.
pub(super) fn on_path(program: &str) -> Option<PathBuf> {
    path()
        .into_iter()
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The folders in which programs are looked for.
pub(super) fn path() -> Vec<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests take what they need to know about the machine from it"
    )]
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

/// Says that tests are skipped because a program is missing, past the test harness, which keeps to itself what tests
/// print.
///
/// # Panics
/// On a continuous integration server (`CI=true`), where nothing may be skipped.
pub(super) fn skip(program: &str, tests: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests take what they need to know about the machine from it"
    )]
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!ci, "{program} is not installed");
    let notice = format!("\n*** {program} is not installed: {tests} are SKIPPED ***\n");
    let _ = io::stderr().write_all(notice.as_bytes());
}
