//! Scans by a program.

mod group;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use parlor_ports::{ScanError, Scanned, Scanner};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process;
use tokio::time::timeout;

use self::group::Group;

/// Where programs are looked for that are given without a folder.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How much of what the program prints is kept. The rest is read and forgotten.
const KEPT: u64 = 4096;

/// Runs a program on each file, as `clamscan` or a script: the file's path is its last argument.
///
/// It exits with 0 if the file is clean, with 1 if something was found, whose name is then the first line that it printed.
/// Whatever else it does is a failure. There is no shell in between, and no setting of the server, some of which are secret,
/// in its environment. It is over when what it started is over and has closed its output.
#[derive(Debug)]
pub struct Command {
    program: PathBuf,
    arguments: Vec<OsString>,
    patience: Duration,
}

impl Command {
    /// Scans by this program with these arguments, which is killed with everything that it started if it takes longer than
    /// `patience`.
    pub fn new(program: PathBuf, arguments: Vec<OsString>, patience: Duration) -> Self {
        Self {
            program,
            arguments,
            patience,
        }
    }

    fn start(&self, file: &Path) -> io::Result<Group> {
        let mut command = process::Command::new(&self.program);
        command
            .args(&self.arguments)
            // It begins with a slash, and cannot be taken for an option.
            .arg(std::path::absolute(file)?)
            .current_dir("/")
            .env_clear()
            .env("PATH", PATH)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Group::start(command)
    }

    async fn run(&self, file: &Path) -> Result<Scanned, Fault> {
        let mut group = self.start(file).map_err(Fault::Start)?;
        let (output, errors) = group.outputs();
        // Not waited for while somebody may print: until then everything that it started can be killed.
        let (output, errors) = tokio::try_join!(keep(output), keep(errors)).map_err(Fault::Line)?;
        let status = group.wait().await.map_err(Fault::Line)?;
        let first_line = output.split(|&byte| byte == b'\n').next().unwrap_or_default();
        match status.code() {
            Some(0) => Ok(Scanned::Clean),
            Some(1) => Ok(Scanned::found(first_line)),
            _ => Err(Fault::Exit(
                status,
                String::from_utf8_lossy(&errors).trim().to_owned(),
            )),
        }
    }
}

#[async_trait]
impl Scanner for Command {
    async fn scan(&self, file: &Path) -> Result<Scanned, ScanError> {
        let run = timeout(self.patience, self.run(file)).await;
        run.unwrap_or(Err(Fault::Late))
            .map_err(|fault| ScanError::Failed(format!("{}: {fault}", self.program.display()).into()))
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("it cannot be run: {0}")]
    Start(io::Error),
    #[error("its output cannot be read: {0}")]
    Line(io::Error),
    #[error("it took too long, and was killed")]
    Late,
    #[error("it ended with {0}: {1:?}")]
    Exit(ExitStatus, String),
}

/// Reads to the end, and keeps the beginning.
async fn keep(mut output: impl AsyncRead + Unpin) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    (&mut output).take(KEPT).read_to_end(&mut kept).await?;
    tokio::io::copy(&mut output, &mut tokio::io::sink()).await?;
    Ok(kept)
}
