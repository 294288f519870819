//! Files of forms.

use parlor_domain::{FileName, Media};
use parlor_services::{Actor, Claims, Error, Received, Spool, Uploads};

use super::Sender;

/// A file that came in a form. It counts among those that its sender may send at the same time, and is gone when it is dropped.
#[derive(Debug)]
pub(crate) struct FilePart {
    file: Received,
    name: String,
    mime: Option<Box<str>>,
}

impl FilePart {
    /// A file of at most so many bytes, of which nothing has come.
    ///
    /// # Errors
    /// As [`Spool::receive`].
    pub(super) async fn begin(
        spool: &Spool,
        sender: Sender,
        most: u64,
        name: String,
        mime: Option<Box<str>>,
    ) -> Result<Self, Error> {
        let file = match sender {
            Sender::Known(sender) => spool.receive(sender, most).await?,
            Sender::Stranger(address) => spool.receive_from_stranger(address, most).await?,
        };
        Ok(Self { file, name, mime })
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// As [`Received::write`].
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write(bytes).await
    }

    /// How many bytes it has.
    pub(crate) fn bytes(&self) -> u64 {
        self.file.bytes()
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

    /// Passes if it is a picture that would be kept.
    ///
    /// # Errors
    /// As [`Uploads::check_picture`].
    pub(crate) async fn check_picture(self, uploads: &Uploads) -> Result<Self, Error> {
        let file = uploads.check_picture(self.file).await?;
        Ok(Self { file, ..self })
    }

    /// Makes media of it, whose owner is the actor.
    ///
    /// # Errors
    /// As [`Uploads::finish`].
    pub(crate) async fn upload(self, uploads: &Uploads, actor: &Actor) -> Result<Media, Error> {
        let claims = self.claims();
        uploads.finish(actor, self.file, None, claims).await
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use parlor_services::MediaSettings;

    use super::*;

    /// A folder of files, however full the disk is.
    pub(in crate::drf) fn spool(folder: &Path) -> Arc<Spool> {
        let settings = MediaSettings {
            free_bytes: 0,
            ..MediaSettings::default()
        };
        Arc::new(Spool::open(folder.to_owned(), &settings).unwrap())
    }

    /// A file of this name with this in it.
    pub(in crate::drf) async fn file(name: &str, mime: Option<&str>, bytes: &[u8]) -> FilePart {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(folder.path());
        let part = FilePart::begin(
            &spool,
            Sender::Stranger(None),
            1 << 20,
            name.to_owned(),
            mime.map(Into::into),
        )
        .await;
        let mut part = part.unwrap();
        part.write(bytes).await.unwrap();
        part
    }

    #[tokio::test]
    async fn what_came_is_known() {
        let part = file("a/b.txt", Some("text/plain"), b"abc").await;
        assert_eq!(part.bytes(), 3);
        let claims = part.claims();
        assert_eq!(claims.name.unwrap().as_str(), "b.txt");
        assert_eq!(claims.mime.as_deref(), Some("text/plain"));
        assert_eq!(part.untyped().claims().mime, None);
    }

    #[tokio::test]
    async fn nothing_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(folder.path());
        let files = || folder.path().read_dir().unwrap().count();
        let part = FilePart::begin(&spool, Sender::Stranger(None), 1, "a".to_owned(), None).await;
        assert_eq!(files(), 1);
        drop(part);
        assert_eq!(files(), 0);
    }
}
