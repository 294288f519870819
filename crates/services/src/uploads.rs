//! The ways in for media: in one piece, in parts, and as text.

mod inline;

use std::sync::Arc;

use parlor_domain::{Media, MediaId};
use parlor_media::Refusal;
use parlor_ports::{BlobKey, Blobs, Entropy, Part, Upload, UploadStore};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::media::{Claims, Intake, Received, storage};
use crate::{Actor, Error, MediaSettings};

/// Takes files in.
pub struct Uploads {
    pub(crate) store: Arc<dyn UploadStore>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: MediaSettings,
}

/// How far an upload in parts has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// More is to come.
    Going(Upload),
    /// It became media, under the upload's id.
    Done(Box<Media>),
}

impl Uploads {
    /// The most bytes that a file of any kind may have.
    pub fn largest(&self) -> u64 {
        self.settings.largest()
    }

    /// The most bytes of a file that comes as text, before it became text.
    pub fn inline_bytes(&self) -> usize {
        self.settings.inline_bytes
    }

    /// A file to be received in one piece.
    ///
    /// # Errors
    /// [`Error::Busy`]
    pub async fn receive(&self) -> Result<Received, Error> {
        self.intake.spool.receive(self.settings.largest()).await
    }

    /// Makes media of a file that was received, and of the picture that stands for it if it is a video.
    ///
    /// # Errors
    /// [`Error::Media`], [`Error::Infected`], [`Error::QuotaUsedUp`], [`Error::StorageFull`], [`Error::ScannerAway`],
    /// [`Error::Busy`]
    pub async fn finish(
        &self,
        actor: &Actor,
        file: Received,
        poster: Option<Received>,
        claims: Claims,
    ) -> Result<Media, Error> {
        let file = file.close().await?;
        let poster = match poster {
            Some(poster) => Some(poster.close().await?),
            None => None,
        };
        self.intake
            .take(self.draw(), actor.user.id, file, poster, claims)
            .await
    }

    /// Makes media of a small file that comes as base64: standard or URL-safe, padded or not, with line breaks, or as a data
    /// URL, whose media type counts unless another is claimed.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`data`) if it is none; [`Error::UploadTooLarge`] before anything is decoded; else as
    /// [`Uploads::finish`]
    pub async fn decode(&self, actor: &Actor, data: &str, mut claims: Claims) -> Result<Media, Error> {
        let (mime, bytes) = inline::decode(data, self.settings.inline_bytes)?;
        claims.mime = claims.mime.or(mime);
        let mut received = self.receive().await?;
        received.write(&bytes).await?;
        self.finish(actor, received, None, claims).await
    }

    /// Begins an upload of so many bytes that come in parts.
    ///
    /// # Errors
    /// [`Error::UploadTooLarge`], [`Error::QuotaUsedUp`], [`Error::TooManyUploads`]
    pub async fn begin(&self, actor: &Actor, bytes: u64, claims: Claims) -> Result<Upload, Error> {
        let most = self.settings.largest();
        if bytes > most {
            return Err(Error::UploadTooLarge { most });
        }
        self.intake.fits(actor.user.id, bytes).await?;
        let upload = Upload {
            id: self.draw().uuid(),
            owner: actor.user.id,
            bytes,
            received: 0,
            kind: claims.kind,
            mime: claims.mime,
            name: claims.name,
            expires_at: self.intake.clock.now() + self.settings.unused,
        };
        if self.store.begin(upload.clone(), self.settings.uploads).await? {
            Ok(upload)
        } else {
            Err(Error::TooManyUploads)
        }
    }

    /// How far an upload of the actor has come.
    ///
    /// # Errors
    /// [`Error::NoSuchUpload`]
    pub async fn find(&self, actor: &Actor, id: Uuid) -> Result<Progress, Error> {
        let now = self.intake.clock.now();
        if let Some(upload) = self.store.find(id, actor.user.id, now).await? {
            return Ok(Progress::Going(upload));
        }
        self.made(actor, id)
            .await?
            .map(|media| Progress::Done(Box::new(media)))
            .ok_or(Error::NoSuchUpload)
    }

    /// A part of an upload to be received, which begins at this byte.
    ///
    /// # Errors
    /// [`Error::NoSuchUpload`], [`Error::WrongOffset`] if it goes on at another, [`Error::Busy`]
    pub async fn receive_part(&self, actor: &Actor, id: Uuid, offset: u64) -> Result<Received, Error> {
        let upload = self.going(actor, id).await?;
        if upload.received != offset {
            return Err(Error::WrongOffset(upload.received));
        }
        self.intake.spool.receive(upload.bytes - upload.received).await
    }

    /// Adds what has come of a part, also if it was cut off. With the last part the upload becomes media; if that fails for a
    /// reason that may pass, it is tried again when an empty part is added.
    ///
    /// # Errors
    /// As [`Uploads::receive_part`] and [`Uploads::finish`]. A file that is refused ends the upload.
    pub async fn add_part(
        &self,
        actor: &Actor,
        id: Uuid,
        offset: u64,
        part: Received,
    ) -> Result<Progress, Error> {
        let bytes = part.bytes();
        if bytes > 0 {
            self.store_part(actor, id, offset, part).await?;
        }
        let upload = self.going(actor, id).await?;
        if upload.received < upload.bytes {
            return Ok(Progress::Going(upload));
        }
        let media = match self.assemble(actor, &upload).await {
            Ok(media) => media,
            Err(slow @ Error::Media(Refusal::TimedOut)) => return Err(slow),
            Err(refused @ (Error::Media(_) | Error::Infected | Error::TooLargeToScan)) => {
                self.store.end(id, actor.user.id).await?;
                return Err(refused);
            }
            // Somebody who sent the same may have been faster.
            Err(failed) => self.made(actor, id).await?.ok_or(failed)?,
        };
        self.store.end(id, actor.user.id).await?;
        Ok(Progress::Done(Box::new(media)))
    }

    /// Ends an upload that the actor does not want any more.
    ///
    /// # Errors
    /// [`Error::NoSuchUpload`]
    pub async fn end(&self, actor: &Actor, id: Uuid) -> Result<(), Error> {
        if self.store.end(id, actor.user.id).await? {
            Ok(())
        } else {
            Err(Error::NoSuchUpload)
        }
    }

    async fn going(&self, actor: &Actor, id: Uuid) -> Result<Upload, Error> {
        let now = self.intake.clock.now();
        let upload = self.store.find(id, actor.user.id, now).await?;
        upload.ok_or(Error::NoSuchUpload)
    }

    async fn store_part(&self, actor: &Actor, id: Uuid, offset: u64, part: Received) -> Result<(), Error> {
        let bytes = part.bytes();
        let no = self.store.next_part(id).await?.ok_or(Error::NoSuchUpload)?;
        let key = BlobKey::part(id, no);
        self.blobs.put(&key, &part.close().await?).await?;
        let expires_at = self.intake.clock.now() + self.settings.unused;
        let part = Part { no, offset, bytes };
        if self.store.add_part(id, part, expires_at).await? {
            return Ok(());
        }
        // Another part came first, or the upload has ended, and with it the care for its parts.
        self.blobs.delete(&key).await?;
        Err(Error::WrongOffset(self.going(actor, id).await?.received))
    }

    /// Makes media of all parts, unless that was done by somebody who did not live to end the upload.
    async fn assemble(&self, actor: &Actor, upload: &Upload) -> Result<Media, Error> {
        if let Some(media) = self.made(actor, upload.id).await? {
            return Ok(media);
        }
        let (whole, part) = (self.intake.spool.make().await?, self.intake.spool.make().await?);
        let part = part.into_temp_path();
        let (file, whole) = whole.into_parts();
        let mut file = File::from_std(file);
        for no in self.store.parts(upload.id).await? {
            if !self.blobs.fetch(&BlobKey::part(upload.id, no), &part).await? {
                return Err(Error::NoSuchUpload);
            }
            let mut bytes = fs::File::open(&part).await.map_err(storage)?;
            tokio::io::copy(&mut bytes, &mut file).await.map_err(storage)?;
        }
        file.flush().await.map_err(storage)?;
        let claims = Claims {
            kind: upload.kind,
            mime: upload.mime.clone(),
            name: upload.name.clone(),
        };
        self.intake
            .take(MediaId::new(upload.id), actor.user.id, whole, None, claims)
            .await
    }

    /// The media that an upload of the actor became.
    async fn made(&self, actor: &Actor, id: Uuid) -> Result<Option<Media>, Error> {
        let found = self.intake.store.find_any(MediaId::new(id)).await?;
        Ok(found
            .filter(|found| found.owner == actor.user.id)
            .map(|found| found.media))
    }

    fn draw(&self) -> MediaId {
        MediaId::new(self.entropy.uuid(self.intake.clock.now()))
    }
}
