//! Files of forms.

use parlor_domain::{FileName, Media, UserId};
use parlor_services::{Actor, Claims, Error, Received, Spool, Uploads};

/// A file that came in a form. It counts among those that its sender, or all who are not known together, may send at the same time, and
/// is gone when it is dropped.
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
        sender: Option<UserId>,
        most: u64,
        name: String,
        mime: Option<Box<str>>,
    ) -> Result<Self, Error> {
        let file = match sender {
            Some(sender) => spool.receive(sender, most).await?,
            None => spool.receive_from_stranger(most).await?,
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

    /// Writes it to the end of a file that is being received.
    ///
    /// # Errors
    /// As [`Received::pour`].
    pub(crate) async fn pour(&mut self, into: &mut Received) -> Result<(), Error> {
        self.file.pour(into).await
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
        let part = FilePart::begin(&spool, None, 1 << 20, name.to_owned(), mime.map(Into::into)).await;
        let mut part = part.unwrap();
        part.write(bytes).await.unwrap();
        part
    }

    #[tokio::test]
    async fn what_came_is_known_and_can_be_had_again() {
        let mut part = file("a/b.txt", Some("text/plain"), b"abc").await;
        assert_eq!(part.bytes(), 3);
        let claims = part.claims();
        assert_eq!(claims.name.unwrap().as_str(), "b.txt");
        assert_eq!(claims.mime.as_deref(), Some("text/plain"));
        let mut other = file("other", None, b"_").await;
        part.pour(&mut other.file).await.unwrap();
        part.pour(&mut other.file).await.unwrap();
        assert_eq!(other.bytes(), 7);
        let mut third = file("third", None, b"").await;
        other.pour(&mut third.file).await.unwrap();
        assert_eq!(third.bytes(), 7);
        assert_eq!(part.untyped().claims().mime, None);
    }

    #[tokio::test]
    async fn nothing_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(folder.path());
        let files = || folder.path().read_dir().unwrap().count();
        let part = FilePart::begin(&spool, None, 1, "a".to_owned(), None).await;
        assert_eq!(files(), 1);
        drop(part);
        assert_eq!(files(), 0);
    }
}
