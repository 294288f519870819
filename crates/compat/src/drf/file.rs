//! Files of forms.

use std::io;
use std::path::PathBuf;

use parlor_domain::{FileName, Media};
use parlor_services::{Actor, Claims, Error, Received, Uploads};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufWriter};

/// How much is written or read at once, which costs a trip to another thread.
const STEP: usize = 128 * 1024;

/// A file that came in a form. It has no name on the disk, and is gone when it is dropped.
#[derive(Debug)]
pub(crate) struct FilePart {
    file: BufWriter<File>,
    name: String,
    mime: Option<Box<str>>,
    bytes: u64,
}

impl FilePart {
    /// A file of which nothing has come, in this folder.
    pub(super) async fn begin(folder: PathBuf, name: String, mime: Option<Box<str>>) -> io::Result<Self> {
        let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder));
        let file = made.await.map_err(io::Error::other)??;
        Ok(Self {
            file: BufWriter::with_capacity(STEP, File::from_std(file)),
            name,
            mime,
            bytes: 0,
        })
    }

    /// Adds bytes at the end.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Nothing is to be added any more.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        self.file.flush().await
    }

    /// How many bytes it has.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What the sender calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the sender says of it.
    pub(crate) fn claims(&self) -> Claims {
        Claims {
            kind: None,
            mime: self.mime.clone(),
            name: FileName::tame(&self.name),
        }
    }

    /// Passes over what the sender says that it is: its content alone decides.
    pub(crate) fn untyped(mut self) -> Self {
        self.mime = None;
        self
    }

    /// Writes it to the end of a file that is being received.
    ///
    /// # Errors
    /// As [`Received::write`], and [`Error::Internal`] if it cannot be read.
    pub(crate) async fn pour(&mut self, into: &mut Received) -> Result<(), Error> {
        let internal = |error: io::Error| Error::Internal(error.into());
        let file = self.file.get_mut();
        file.rewind().await.map_err(internal)?;
        let mut buffer = vec![0; STEP];
        loop {
            match file.read(&mut buffer).await.map_err(internal)? {
                0 => return Ok(()),
                read => into.write(&buffer[..read]).await?,
            }
        }
    }

    /// Makes media of it, whose owner is the actor.
    ///
    /// # Errors
    /// As [`Uploads::receive`] and [`Uploads::finish`], and [`Error::UploadTooLarge`].
    pub(crate) async fn upload(&mut self, uploads: &Uploads, actor: &Actor) -> Result<Media, Error> {
        let mut received = uploads.receive(actor).await?;
        self.pour(&mut received).await?;
        uploads.finish(actor, received, None, self.claims()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_came_can_be_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let part = FilePart::begin(
            folder.path().to_owned(),
            "a/b.txt".to_owned(),
            Some("text/plain".into()),
        );
        let mut part = part.await.unwrap();
        part.write(b"ab").await.unwrap();
        part.write(b"c").await.unwrap();
        part.finish().await.unwrap();
        assert_eq!((part.bytes(), part.name()), (3, "a/b.txt"));
        let claims = part.claims();
        assert_eq!(claims.name.unwrap().as_str(), "b.txt");
        assert_eq!(claims.mime.as_deref(), Some("text/plain"));
        let (mut text, file) = (String::new(), part.file.get_mut());
        file.rewind().await.unwrap();
        file.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "abc");
    }

    #[tokio::test]
    async fn nothing_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let part = FilePart::begin(folder.path().to_owned(), "a".to_owned(), None);
        let _part = part.await.unwrap();
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
