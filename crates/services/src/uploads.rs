//! The ways in for media: in one piece, in parts, and as text.

mod inline;

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use parlor_domain::{Media, MediaId, MediaKind};
use parlor_media::{Claim, Refusal, examine, to_png, to_wav};
use parlor_ports::{Allowance, BlobKey, Blobs, Entropy, NextPart, Part, Upload, UploadBegun, UploadStore};
use uuid::Uuid;

use crate::media::{Arrived, Claims, Intake, Received, Spool, storage};
use crate::{Actor, Error, MediaSettings};

/// For how long it is remembered that an upload has ended, and what it became.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// Takes files in.
pub struct Uploads {
    pub(crate) store: Arc<dyn UploadStore>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: MediaSettings,
    /// The uploads of which all has come and that are being made media of, here.
    pub(crate) assembled: Mutex<HashSet<Uuid>>,
}

/// How far an upload in parts has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// More is to come, or all has come and is being examined.
    Going(Upload),
    /// It became media, under the upload's id.
    Done {
        /// What it is now.
        media: Box<Media>,
        /// How many bytes have come: what is kept can have fewer.
        bytes: u64,
    },
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

    /// Where files arrive before it is known whether they shall become media.
    pub fn spool(&self) -> Arc<Spool> {
        Arc::clone(&self.intake.spool)
    }

    /// A file to be received in one piece.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::StorageFull`]
    pub async fn receive(&self, actor: &Actor) -> Result<Received, Error> {
        let most = self.settings.largest();
        self.intake.spool.receive(actor.user.id, most).await
    }

    /// The picture that stands for a video, to be received in one piece.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::StorageFull`]
    pub async fn receive_poster(&self, actor: &Actor) -> Result<Received, Error> {
        let most = self.settings.limits.image.bytes;
        self.intake.spool.receive(actor.user.id, most).await
    }

    /// Passes if a file that was received is a picture that would be kept. Keeps nothing.
    ///
    /// # Errors
    /// [`Error::Media`], [`Error::Busy`]
    pub async fn check_picture(&self, mut file: Received) -> Result<Received, Error> {
        file.flush().await?;
        let limits = self.settings.limits;
        let checked = self.intake.work(move |stop| {
            let claim = Claim {
                kind: Some(MediaKind::Image),
                mime: None,
            };
            examine(file.path(), &claim, &limits, stop).map(|_| file)
        });
        checked.await
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
        let (poster, _place) = match poster {
            Some(poster) => {
                let Arrived { path, place } = poster.close().await?;
                (Some(path), Some(place))
            }
            None => (None, None),
        };
        self.intake
            .take(self.draw(), actor.user.id, file.path, poster, claims)
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
        self.take(actor, &bytes, claims).await
    }

    /// Makes media of a file of at most so many bytes that comes as base64, as [`Uploads::decode`] reads it, where it may be larger
    /// than what comes so elsewhere. Whatever a data URL says that it is does not count.
    ///
    /// # Errors
    /// As [`Uploads::decode`].
    pub async fn decode_large(&self, actor: &Actor, data: String, most: usize) -> Result<Media, Error> {
        let mut received = self.receive(actor).await?;
        // So much text takes its time.
        let decoded = tokio::task::spawn_blocking(move || inline::decode(&data, most));
        let (_mime, bytes) = decoded.await.map_err(|error| Error::Internal(error.into()))??;
        received.write(&bytes).await?;
        self.finish(actor, received, None, Claims::default()).await
    }

    /// Makes media of a picture that comes as base64, as [`Uploads::decode`] reads it, and is kept as PNG: upright, and of an
    /// animation the first one. Whatever a data URL says that it is does not count.
    ///
    /// # Errors
    /// [`Error::UploadTooLarge`] by the limit of pictures; else as [`Uploads::decode`]
    pub async fn picture_as_png(&self, actor: &Actor, data: impl Into<String>) -> Result<Media, Error> {
        let limits = self.settings.limits;
        let arrived = self.arrive(actor, data.into(), limits.image.bytes);
        let Arrived { path, place } = arrived.await?;
        let png = self.intake.work(move |stop| {
            let _place = place;
            to_png(&path, &limits, stop)
        });
        self.take_as(actor, &png.await?, MediaKind::Image).await
    }

    /// Makes media of a voice message that comes as base64, as [`Uploads::decode`] reads it, and is kept as WAV of one channel,
    /// 16,000 samples a second and 16 bits for each. Whatever a data URL says that it is does not count.
    ///
    /// # Errors
    /// [`Error::UploadTooLarge`] by the limit of voice messages, which the WAV has as well; else as [`Uploads::decode`]
    pub async fn voice_as_wav(&self, actor: &Actor, data: impl Into<String>) -> Result<Media, Error> {
        let limits = self.settings.limits;
        let arrived = self.arrive(actor, data.into(), limits.voice.bytes);
        let Arrived { path, place } = arrived.await?;
        let wav = self.intake.work(move |stop| {
            let _place = place;
            to_wav(&path, limits.voice.bytes, &limits, stop)
        });
        self.take_as(actor, &wav.await?, MediaKind::Voice).await
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
        let upload = Upload {
            id: self.draw().uuid(),
            owner: actor.user.id,
            bytes,
            received: 0,
            kind: claims.kind,
            mime: claims.mime,
            name: claims.name,
            expires_at: self.intake.clock.now() + self.settings.unused,
            ended: false,
        };
        let allowance = Allowance {
            uploads: self.settings.uploads,
            bytes: self.settings.quotas.person,
        };
        match self.store.begin(upload.clone(), allowance).await? {
            UploadBegun::Done => Ok(upload),
            UploadBegun::TooMany => Err(Error::TooManyUploads),
            UploadBegun::OwnerFull => Err(Error::QuotaUsedUp),
            UploadBegun::NoOwner => Err(Error::NoSuchUser(Some(upload.owner))),
        }
    }

    /// How far an upload of the actor has come.
    ///
    /// # Errors
    /// [`Error::NoSuchUpload`]
    pub async fn find(&self, actor: &Actor, id: Uuid) -> Result<Progress, Error> {
        let now = self.intake.clock.now();
        let upload = self.store.find(id, actor.user.id, now).await?;
        let upload = upload.ok_or(Error::NoSuchUpload)?;
        if !upload.ended {
            return Ok(Progress::Going(upload));
        }
        let media = self.made(actor, id).await?.ok_or(Error::NoSuchUpload)?;
        Ok(Progress::Done {
            media: Box::new(media),
            bytes: upload.bytes,
        })
    }

    /// How far an upload of the actor has come. One of which every byte is there, but that is not media, is made media of now:
    /// its client has nothing more to send.
    ///
    /// # Errors
    /// [`Error::NoSuchUpload`], and as [`Uploads::finish`]
    pub async fn resume(&self, actor: &Actor, id: Uuid) -> Result<Progress, Error> {
        match self.find(actor, id).await? {
            Progress::Going(upload) if upload.received == upload.bytes => {
                match self.intake.spool.receive(actor.user.id, 0).await {
                    Ok(nothing) => self.complete(actor, upload, nothing.close().await?).await,
                    // Who asks how far it is hears just that; he will ask again.
                    Err(Error::Busy) => Ok(Progress::Going(upload)),
                    Err(failed) => Err(failed),
                }
            }
            progress => Ok(progress),
        }
    }

    /// A part of an upload to be received, which begins at this byte.
    ///
    /// # Errors
    /// [`Error::NoSuchUpload`], [`Error::WrongOffset`] if it goes on at another, [`Error::Busy`], [`Error::StorageFull`]
    pub async fn receive_part(&self, actor: &Actor, id: Uuid, offset: u64) -> Result<Received, Error> {
        let (bytes, received) = match self.find(actor, id).await? {
            Progress::Going(upload) => (upload.bytes, upload.received),
            Progress::Done { bytes, .. } => (bytes, bytes),
        };
        if received != offset {
            return Err(Error::WrongOffset(received));
        }
        self.intake.spool.receive(actor.user.id, bytes - received).await
    }

    /// Adds what has come of a part, also if it was cut off. With the last part the upload becomes media; if that fails for a
    /// reason that may pass, it is tried again when an empty part is added.
    ///
    /// # Errors
    /// As [`Uploads::receive_part`] and [`Uploads::finish`], and [`Error::TooManyParts`]. A file that is refused ends the
    /// upload.
    pub async fn add_part(
        &self,
        actor: &Actor,
        id: Uuid,
        offset: u64,
        part: Received,
    ) -> Result<Progress, Error> {
        let bytes = part.bytes();
        let part = part.close().await?;
        if bytes > 0 {
            self.store_part(actor, id, offset, bytes, &part.path).await?;
        }
        match self.find(actor, id).await? {
            Progress::Going(upload) if upload.received == upload.bytes => {
                self.complete(actor, upload, part).await
            }
            progress => Ok(progress),
        }
    }

    /// Ends an upload that the actor does not want any more.
    ///
    /// # Errors
    /// [`Error::NoSuchUpload`]
    pub async fn end(&self, actor: &Actor, id: Uuid) -> Result<(), Error> {
        if self.close(actor, id).await? {
            Ok(())
        } else {
            Err(Error::NoSuchUpload)
        }
    }

    /// A file of at most so many bytes that comes as base64 and will be made another one of.
    async fn arrive(&self, actor: &Actor, data: String, most: u64) -> Result<Arrived, Error> {
        let mut received = self.intake.spool.receive(actor.user.id, most).await?;
        let largest = usize::try_from(most).unwrap_or(usize::MAX);
        // On one thread that may wait: it can be millions of letters. No text is shorter than what it stands for.
        let decoded = tokio::task::spawn_blocking(move || inline::decode(&data, largest.min(data.len())));
        let decoded = decoded.await.map_err(|error| Error::Internal(error.into()))?;
        let (_mime, bytes) = decoded?;
        self.intake.fits(actor.user.id, bytes.len() as u64).await?;
        received.write(&bytes).await?;
        received.close().await
    }

    async fn take_as(&self, actor: &Actor, bytes: &[u8], kind: MediaKind) -> Result<Media, Error> {
        let claims = Claims {
            kind: Some(kind),
            ..Claims::default()
        };
        self.take(actor, bytes, claims).await
    }

    /// Makes media of a file that is there as a whole.
    async fn take(&self, actor: &Actor, bytes: &[u8], claims: Claims) -> Result<Media, Error> {
        let mut received = self.receive(actor).await?;
        received.write(bytes).await?;
        self.finish(actor, received, None, claims).await
    }

    /// Ends an upload; false if there is none that goes on.
    async fn close(&self, actor: &Actor, id: Uuid) -> Result<bool, Error> {
        let now = self.intake.clock.now();
        Ok(self.store.end(id, actor.user.id, now, now + REMEMBERED).await?)
    }

    async fn store_part(
        &self,
        actor: &Actor,
        id: Uuid,
        offset: u64,
        bytes: u64,
        file: &Path,
    ) -> Result<(), Error> {
        let no = match self.store.next_part(id, self.settings.parts).await? {
            NextPart::No(no) => no,
            NextPart::TooMany => return Err(Error::TooManyParts(self.settings.parts)),
            NextPart::NoUpload => return Err(Error::NoSuchUpload),
        };
        let key = BlobKey::part(id, no);
        self.blobs.put(&key, file).await?;
        let expires_at = self.intake.clock.now() + self.settings.unused;
        let part = Part { no, offset, bytes };
        if self.store.add_part(id, part, expires_at).await? {
            return Ok(());
        }
        // Another part came first, or the upload has ended.
        self.blobs.delete(&key).await?;
        Err(match self.find(actor, id).await? {
            Progress::Going(upload) => Error::WrongOffset(upload.received),
            Progress::Done { bytes, .. } => Error::WrongOffset(bytes),
        })
    }

    /// Makes media of an upload of which all has come, unless somebody is about to.
    async fn complete(&self, actor: &Actor, upload: Upload, place: Arrived) -> Result<Progress, Error> {
        let Some(_alone) = Alone::with(&self.assembled, upload.id) else {
            return Ok(Progress::Going(upload));
        };
        let id = upload.id;
        let media = match self.assemble(actor, &upload, place).await {
            Ok(media) => media,
            Err(slow @ Error::Media(Refusal::TimedOut)) => return Err(slow),
            Err(refused @ (Error::Media(_) | Error::Infected | Error::TooLargeToScan)) => {
                self.close(actor, id).await?;
                return Err(refused);
            }
            // Somebody who sent the same to another machine may have been faster.
            Err(failed) => self.made(actor, id).await?.ok_or(failed)?,
        };
        self.close(actor, id).await?;
        Ok(Progress::Done {
            media: Box::new(media),
            bytes: upload.bytes,
        })
    }

    /// Makes media of all parts, unless that was done by somebody who did not live to end the upload.
    async fn assemble(&self, actor: &Actor, upload: &Upload, place: Arrived) -> Result<Media, Error> {
        if let Some(media) = self.made(actor, upload.id).await? {
            return Ok(media);
        }
        let _room = self.intake.spool.promise(upload.bytes)?;
        let part = place.path;
        let (mut file, whole) = self.intake.spool.make().await?.into_parts();
        for no in self.store.parts(upload.id).await? {
            if !self.blobs.fetch(&BlobKey::part(upload.id, no), &part).await? {
                return Err(Error::NoSuchUpload);
            }
            let path = part.to_path_buf();
            // On one thread that may wait: the system copies from file to file by itself.
            let copied = tokio::task::spawn_blocking(move || {
                io::copy(&mut File::open(path)?, &mut file)?;
                Ok(file)
            });
            let copied = copied.await.map_err(|error| Error::Internal(error.into()))?;
            file = copied.map_err(storage)?;
        }
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

/// That nobody else makes media of an upload, until it is dropped.
struct Alone<'a> {
    all: &'a Mutex<HashSet<Uuid>>,
    upload: Uuid,
}

impl<'a> Alone<'a> {
    fn with(all: &'a Mutex<HashSet<Uuid>>, upload: Uuid) -> Option<Self> {
        let mut uploads = all.lock().unwrap_or_else(PoisonError::into_inner);
        uploads.insert(upload).then(|| Self { all, upload })
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        let mut uploads = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        uploads.remove(&self.upload);
    }
}
