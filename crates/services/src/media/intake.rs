//! How a file becomes media: it is scanned, examined, stored by its content, and written down.

use std::fs::File;
use std::future::pending;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{FileName, Media, MediaId, MediaKind, UserId};
use parlor_media::{Claim, Examined, Kinds, Limits, Refusal, Stop, ThumbnailSize, examine};
use parlor_ports::{
    Blob, BlobError, BlobKey, Blobs, Claimed, Clock, MediaFile, MediaKept, MediaStore, NewFile, NewMedia,
    ScanError, Scanned, Scanner,
};
use sha2::{Digest, Sha256};
use tempfile::TempPath;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::spool::{Spool, size, storage};
use crate::workshop::Workshop;
use crate::{Error, MediaSettings};

/// What the sender says of a file.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// What kind of media it is. Without it, the content decides; sound is audio then.
    pub kind: Option<MediaKind>,
    /// Its media type.
    pub mime: Option<Box<str>>,
    /// What the file is called.
    pub name: Option<FileName>,
}

/// For how long nobody takes bytes away that somebody is about to store: longer than any file takes.
const CLAIM: Duration = Duration::from_secs(2 * 60 * 60);

/// Makes media of files.
pub(crate) struct Intake {
    pub(crate) store: Arc<dyn MediaStore>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) scanner: Option<Arc<dyn Scanner>>,
    pub(crate) spool: Arc<Spool>,
    pub(crate) workshop: Workshop,
    /// One permit for each file that may be scanned at the same time.
    pub(crate) scans: Semaphore,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: MediaSettings,
}

/// A file that is to be stored, and what for.
struct Ready {
    path: TempPath,
    file: MediaFile,
    blob: Blob,
    mime: Box<str>,
}

/// What was found in a file and its poster, and what is to be stored.
struct Prepared {
    examined: Examined,
    picture: Option<Examined>,
    files: Vec<Ready>,
}

impl Intake {
    /// Makes media of a file, and of the picture that stands for it if it is a video.
    ///
    /// # Errors
    /// [`Error::Media`] if it is not what it is said to be, cannot be read or is beyond a limit, [`Error::Infected`],
    /// [`Error::QuotaUsedUp`], [`Error::StorageFull`], [`Error::ScannerAway`], [`Error::Busy`]
    pub(crate) async fn take(
        &self,
        id: MediaId,
        owner: UserId,
        file: TempPath,
        poster: Option<TempPath>,
        claims: Claims,
    ) -> Result<Media, Error> {
        // Who has no room left is told before any work is done for him; what counts is asked again at the end.
        let bytes = size(&file).map_err(storage)?;
        self.fits(owner, bytes).await?;
        self.scan(&file).await?;
        if let Some(poster) = &poster {
            self.scan(poster).await?;
        }
        let prepared = self.prepare(file, poster, claims.clone()).await?;
        let Prepared {
            examined,
            picture,
            files,
        } = prepared;
        let media = Media {
            id,
            kind: examined.kind,
            mime: examined.mime.into(),
            name: claims.name,
            bytes: files.first().map_or(0, |original| original.blob.bytes),
            dimensions: examined.dimensions,
            duration_ms: examined.duration_ms,
            waveform: examined.waveform,
            picture: examined.kind == MediaKind::Image || picture.is_some(),
            thumbhash: picture.map_or(examined.thumbhash, |picture| picture.thumbhash),
        };
        self.keep(media, owner, files).await
    }

    /// Whether somebody may keep so much more.
    ///
    /// # Errors
    /// [`Error::QuotaUsedUp`]
    pub(crate) async fn fits(&self, owner: UserId, bytes: u64) -> Result<(), Error> {
        let used = self.store.used(owner).await?;
        if used.saturating_add(bytes) > self.settings.quotas.person {
            return Err(Error::QuotaUsedUp);
        }
        Ok(())
    }

    /// Has a file looked through, if there is somebody who does that.
    async fn scan(&self, file: &Path) -> Result<(), Error> {
        let Some(scanner) = &self.scanner else {
            return Ok(());
        };
        let _place = self
            .scans
            .acquire()
            .await
            .map_err(|closed| Error::Internal(closed.into()))?;
        let scanned = timeout(self.settings.scan, scanner.scan(file)).await;
        match scanned {
            Ok(Ok(Scanned::Clean)) => Ok(()),
            Ok(Ok(Scanned::Found(name))) => {
                tracing::warn!(%name, "an upload was refused by the scanner");
                Err(Error::Infected)
            }
            Ok(Err(ScanError::TooLarge)) => {
                tracing::warn!("an upload was refused: the scanner takes no file of its size");
                Err(Error::TooLargeToScan)
            }
            Ok(Err(failed)) => Err(Error::ScannerAway(failed.into())),
            Err(late) => Err(Error::ScannerAway(late.into())),
        }
    }

    /// Examines a file and its poster.
    async fn prepare(
        &self,
        file: TempPath,
        poster: Option<TempPath>,
        claims: Claims,
    ) -> Result<Prepared, Error> {
        let (limits, folder) = (self.settings.limits, self.spool.folder().to_owned());
        self.work(move |stop| {
            let claim = Claim {
                kind: claims.kind,
                mime: claims.mime.as_deref(),
            };
            let examined = examine(&file, &claim, &limits, stop)?;
            let picture = match poster.filter(|_| examined.kind == MediaKind::Video) {
                Some(poster) => {
                    let claim = Claim {
                        kind: Some(MediaKind::Image),
                        mime: None,
                    };
                    // It is a part of the video, whether pictures are kept by themselves or not.
                    let limits = Limits {
                        kinds: Kinds::ALL,
                        ..limits
                    };
                    Some((examine(&poster, &claim, &limits, stop)?, poster))
                }
                None => None,
            };
            ready(&folder, file, examined, picture)
        })
        .await
    }

    /// Reads a file on a thread for that, and is done with it after a while in any case.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Media`], [`Error::StorageFull`]
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Stop) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Error> {
        let (stop, (begun, has_begun)) = (StopAtEnd::default(), oneshot::channel());
        let stopped = stop.0.clone();
        let work = self.workshop.run(move || {
            // Nobody waits for it any more if the caller has gone; the examination sees that for itself.
            let _ = begun.send(());
            // A decoder that panics fails this file and nothing else, and would do so again.
            catch_unwind(AssertUnwindSafe(|| read(&stopped))).unwrap_or_else(|_| {
                tracing::error!("the examination of an upload panicked; it was refused");
                Err(Refusal::Unreadable {
                    format: "file",
                    why: "reading it failed in an unforeseen way".to_owned(),
                })
            })
        });
        let late = async {
            match has_begun.await {
                Ok(()) => sleep(self.settings.examination).await,
                Err(_never) => pending().await,
            }
        };
        let mut work = std::pin::pin!(work);
        let read = tokio::select! {
            read = &mut work => read,
            () = late => {
                stop.0.stop();
                work.await
            }
        };
        read?.map_err(Error::from)
    }

    /// Stores what is not stored yet, and writes it all down.
    async fn keep(&self, media: Media, owner: UserId, files: Vec<Ready>) -> Result<Media, Error> {
        let mut claimed = Vec::with_capacity(files.len());
        let stored = match self.put_all(&files, &mut claimed).await {
            Ok(stored) => stored,
            Err(failed) => {
                if let Err(error) = self.store.release(claimed).await {
                    tracing::warn!(%error, "claims on bytes could not be given back; they end by themselves");
                }
                return Err(failed);
            }
        };
        let now = self.clock.now();
        let new = NewMedia {
            media: media.clone(),
            owner,
            files: stored,
            at: now,
            expires_at: now + self.settings.unused,
        };
        match self.store.insert(new, self.settings.quotas).await? {
            MediaKept::Done => Ok(media),
            MediaKept::OwnerFull => Err(Error::QuotaUsedUp),
            MediaKept::ServerFull => Err(Error::StorageFull("the server's quota".into())),
            MediaKept::NoOwner => Err(Error::NoSuchUser(Some(owner))),
            // It took longer than anybody waits.
            MediaKept::Unclaimed => Err(Error::Busy),
        }
    }

    /// Stores what is not stored yet, and notes under which keys. A file that could not be stored may be yet, a little later: so
    /// its claim is left to end by itself.
    async fn put_all(&self, files: &[Ready], claimed: &mut Vec<BlobKey>) -> Result<Vec<NewFile>, Error> {
        let mut stored = Vec::with_capacity(files.len());
        for ready in files {
            let until = self.clock.now() + CLAIM;
            let (key, is_stored) = match self.store.claim(ready.blob, until).await? {
                Claimed::Stored(key) => (key, true),
                Claimed::Store(key) => (key, false),
            };
            if !is_stored {
                self.blobs.put(&key, &ready.path).await?;
            }
            claimed.push(key.clone());
            stored.push(NewFile {
                file: ready.file,
                blob: ready.blob,
                key,
                mime: ready.mime.clone(),
            });
        }
        Ok(stored)
    }
}

/// Stops an examination when nobody waits for it any more.
#[derive(Default)]
struct StopAtEnd(Stop);

impl Drop for StopAtEnd {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// What is to be stored of a file that was examined, the original first.
fn ready(
    folder: &Path,
    file: TempPath,
    examined: Examined,
    picture: Option<(Examined, TempPath)>,
) -> Result<Prepared, Refusal> {
    let mut files = vec![of_file(file, MediaFile::Original, examined.mime)?];
    let (poster, shown) = match &picture {
        Some((poster, _)) => (Some(poster.mime), poster),
        None => (None, &examined),
    };
    for thumbnail in &shown.thumbnails {
        let path = tempfile::NamedTempFile::new_in(folder)?.into_temp_path();
        std::fs::write(&path, &thumbnail.bytes)?;
        let size = match thumbnail.size {
            ThumbnailSize::Small => MediaFile::Small,
            ThumbnailSize::Large => MediaFile::Large,
        };
        files.push(of_file(path, size, thumbnail.mime)?);
    }
    let picture = match (picture, poster) {
        (Some((picture, path)), Some(mime)) => {
            files.push(of_file(path, MediaFile::Poster, mime)?);
            Some(picture)
        }
        _ => None,
    };
    Ok(Prepared {
        examined,
        picture,
        files,
    })
}

fn of_file(path: TempPath, file: MediaFile, mime: &str) -> Result<Ready, Refusal> {
    let blob = Blob {
        digest: digest(&path)?,
        bytes: size(&path)?,
    };
    let mime = mime.into();
    Ok(Ready {
        path,
        file,
        blob,
        mime,
    })
}

/// SHA-256 of a file.
fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&buffer[..read]),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Io(error) => storage(error),
            refusal => Self::Media(refusal),
        }
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full => Self::StorageFull(error.into()),
            BlobError::Unavailable(source) => Self::Unavailable(source),
            BlobError::Other(source) => Self::Internal(source),
        }
    }
}
