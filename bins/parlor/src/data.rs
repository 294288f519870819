//! The data folder: what the server keeps beside its binary.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

/// Most characters of an older server's name in that of a file.
const MOST_OF_NAME: usize = 50;

/// A folder that belongs to the server's user alone.
#[derive(Debug, Clone)]
pub struct DataFolder(PathBuf);

/// Keeps other servers off a data folder for as long as it lives, whatever becomes of the process.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Leaves word where the server listens, for commands.
    pub fn tell(&mut self, address: SocketAddr) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.write_all(address.to_string().as_bytes())
    }
}

impl DataFolder {
    /// Opens the folder, and makes it (0700) if it is not there.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let failed = || {
            format!(
                "cannot make the data folder {}; choose another with --data",
                path.display()
            )
        };
        make_private_dir(path).with_context(failed)?;
        let path = path.canonicalize().with_context(failed)?;
        Ok(Self(path))
    }

    /// The folder as it is, if it is there.
    pub fn at(path: &Path) -> io::Result<Self> {
        Ok(Self(path.canonicalize().or_else(|_| absolute(path))?))
    }

    /// The folder's full path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The SQLite database, if that is used.
    pub fn database(&self) -> PathBuf {
        self.0.join("parlor.db")
    }

    /// Where media are, if they are not in a bucket.
    pub fn media(&self) -> PathBuf {
        self.0.join("media")
    }

    /// Where files are that are on their way in.
    pub fn spool(&self) -> PathBuf {
        self.0.join("spool")
    }

    /// Where letters go if there is no mail server.
    pub fn outbox(&self) -> PathBuf {
        self.0.join("outbox")
    }

    /// Where the keys are.
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// Where it is written down what of the older server of this name is not as it was.
    pub fn report(&self, name: &str) -> PathBuf {
        let plain = name.replace(|c: char| !c.is_alphanumeric() && c != '-', "_");
        let name: String = plain.chars().take(MOST_OF_NAME).collect();
        self.0.join(format!("import-{name}.jsonl"))
    }

    /// Whether other users of the machine can look into it.
    pub fn is_open_to_others(&self) -> io::Result<bool> {
        Ok(fs::metadata(&self.0)?.permissions().mode() & 0o077 != 0)
    }

    /// Where the server of this folder listens, or did when it last ran; `None` if it never did.
    pub fn address(&self) -> Option<SocketAddr> {
        fs::read_to_string(self.lock_file()).ok()?.parse().ok()
    }

    fn lock_file(&self) -> PathBuf {
        self.0.join("parlor.lock")
    }

    /// Claims the folder for this server.
    ///
    /// # Errors
    /// If another server has it.
    pub fn lock(&self) -> anyhow::Result<Lock> {
        let path = self.lock_file();
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => bail!(
                "another Parlor server uses the data folder {}; stop it, or choose another folder with --data",
                self.0.display()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }
}

/// Makes a folder that only its owner can enter, unless it is there.
pub(crate) fn make_private_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a file that only its owner can read, unless it is there. It is there whole or not at all, and of two who write
/// it at once the first is right.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut unfinished = NamedTempFile::new_in(folder)?;
    unfinished.write_all(content)?;
    unfinished.as_file().sync_all()?;
    match unfinished.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != io::ErrorKind::AlreadyExists => Err(failed.error),
        _ => File::open(folder)?.sync_all(),
    }
}
