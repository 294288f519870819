//! Mails into a folder, where there is no mail server.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use parlor_domain::Letter;
use parlor_ports::{MailError, Mailer};

use crate::Letterhead;
use crate::kind;

/// Puts each letter into a folder, as a file that mail programs open (`.eml`, RFC 5322).
///
/// Names begin with the time, so that they sort: `20261121T101500Z-42-login_code.eml`. A file is whole from the moment
/// that it has its name, and only the server's user can read it.
#[derive(Debug)]
pub struct FolderMailer {
    folder: PathBuf,
    letterhead: Letterhead,
}

impl FolderMailer {
    /// Letters into this folder, which is made if it is not there.
    ///
    /// # Errors
    /// What the system says if it cannot be made.
    pub fn open(folder: PathBuf, letterhead: Letterhead) -> io::Result<Self> {
        make(&folder)?;
        Ok(Self { folder, letterhead })
    }
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, number: i64, letter: &Letter) -> Result<(), MailError> {
        let mail = self.letterhead.write(number, letter)?.formatted();
        let at: DateTime<Utc> = DateTime::from_timestamp_micros(letter.at.micros()).unwrap_or_default();
        let time = at.format("%Y%m%dT%H%M%SZ");
        let name = format!("{time}-{number}-{}.eml", kind::name(letter.kind));
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || put(&folder, &name, &mail))
            .await
            .map_err(|error| MailError::Temporary(error.into()))?
            .map_err(|error| MailError::Temporary(error.into()))
    }
}

/// Writes the file beside its place, and moves it there once it is on disk.
fn put(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    // Somebody may have tidied up.
    make(folder)?;
    let draft = folder.join(format!(".{name}.draft"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(name))?;
    File::open(folder)?.sync_all()
}
