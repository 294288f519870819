//! The ways out for media: who may see what, and for how long it is kept.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use parlor_auth::Vault;
use parlor_domain::{MediaId, MediaKind, Timestamp};
use parlor_ports::{
    AvatarSet, BlobError, BlobKey, BlobStream, Blobs, Clock, MediaFile, MediaStore, StoredFile, StoredMedia,
    UploadStore,
};
use uuid::Uuid;

use crate::uploads::REMEMBERED;
use crate::{Actor, Error, MediaSettings};

/// How often it is looked for what nobody needs any more.
const LOOK: Duration = Duration::from_secs(30);
/// How much of it is taken away before it is looked again.
const STEP: usize = 100;

/// Gives media out, and takes away what nobody needs any more.
pub struct Library {
    pub(crate) store: Arc<dyn MediaStore>,
    pub(crate) uploads: Arc<dyn UploadStore>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: MediaSettings,
}

/// A link by which anybody can have a piece of media for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaLink {
    /// What goes into the link's query.
    pub signature: String,
    /// Until when it is good.
    pub until: Timestamp,
}

impl Library {
    /// A piece of media that the actor may see.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`]
    pub async fn find(&self, actor: &Actor, media: MediaId) -> Result<StoredMedia, Error> {
        let now = self.clock.now();
        let found = self.store.find(media, actor.user.id, now).await?;
        found.ok_or(Error::NoSuchMedia)
    }

    /// A piece of media, for whoever has a link to it, and for how long the link is still good.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`], also if the link is none of ours or is too old, or its maker may not see the media any more
    pub async fn find_by_link(
        &self,
        media: MediaId,
        signature: &str,
    ) -> Result<(StoredMedia, Duration), Error> {
        let now = self.clock.now();
        let signed = self.vault.check_link(&thing(media), signature, now);
        let signed = signed.ok_or(Error::NoSuchMedia)?;
        let found = self.store.find(media, signed.maker, now).await?;
        Ok((found.ok_or(Error::NoSuchMedia)?, signed.until.since(now)))
    }

    /// A link to a piece of media that the actor may see, for whoever cannot show a token: `<img>` and players. It is the same
    /// for a while, so that browsers keep what they have got by it.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`]
    pub async fn link(&self, actor: &Actor, media: MediaId) -> Result<MediaLink, Error> {
        self.find(actor, media).await?;
        let until = end_of_links(self.clock.now(), self.settings.link);
        let maker = actor.user.id;
        Ok(MediaLink {
            signature: self.vault.link_secret().sign(&thing(media), maker, until),
            until,
        })
    }

    /// The bytes of a file, from one place to another.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`] if they are gone meanwhile, [`Error::Unavailable`]
    pub async fn read(&self, file: &StoredFile, range: Range<u64>) -> Result<BlobStream, Error> {
        self.blobs.read(&file.key, range).await?.ok_or(Error::NoSuchMedia)
    }

    /// Where a file lies below the folder of media, for a web server in front that can see it too.
    pub fn local(&self, file: &StoredFile) -> Option<String> {
        self.blobs.local(&file.key)
    }

    /// Forgets what the actor has uploaded and nothing uses.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`] if it is none of his; [`Error::MediaInUse`] if something uses it
    pub async fn delete(&self, actor: &Actor, media: MediaId) -> Result<(), Error> {
        if self.store.forget(media, actor.user.id).await? {
            return Ok(());
        }
        let found = self.find(actor, media).await?;
        if found.owner == actor.user.id {
            Err(Error::MediaInUse)
        } else {
            Err(Error::NoSuchMedia)
        }
    }

    /// Puts a picture that the actor has uploaded in the place of his avatar, or takes it away.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`], [`Error::Invalid`] (`media`) if it is no image
    pub async fn set_avatar(&self, actor: &Actor, media: Option<MediaId>) -> Result<(), Error> {
        let now = self.clock.now();
        match self.store.set_avatar(actor.user.id, media, now).await? {
            AvatarSet::Done => Ok(()),
            AvatarSet::NoMedia => Err(Error::NoSuchMedia),
            AvatarSet::NoImage => Err(Error::invalid("media", "must be an image")),
        }
    }

    /// How much the actor has uploaded that is still kept, in bytes, and how much it may be.
    pub async fn usage(&self, actor: &Actor) -> Result<(u64, u64), Error> {
        let used = self.store.used(actor.user.id).await?;
        Ok((used, self.settings.quotas.person))
    }

    /// Forgets what has expired, and takes away the bytes that nobody needs. Never ends: run it as a task of its own, once.
    /// Nothing is lost if it is dropped at any moment, since each step can be done again.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.tidy().await {
                tracing::warn!(%error, "media that nobody needs could not be taken away; it is tried again");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Forgets what has expired by now, and takes away all bytes that nobody needs.
    pub async fn tidy(&self) -> Result<(), Error> {
        // Each step is taken, whatever becomes of the others.
        let steps = [
            self.sweep().await,
            self.take_away_blobs().await,
            self.take_away_parts().await,
        ];
        steps.into_iter().collect()
    }

    async fn sweep(&self) -> Result<(), Error> {
        let now = self.clock.now();
        while self.store.sweep(now).await? {}
        while self.uploads.sweep(now, now + REMEMBERED).await? {}
        Ok(())
    }

    async fn take_away_blobs(&self) -> Result<(), Error> {
        let mut failed = Failed::default();
        loop {
            let keys = self.store.unneeded(failed.count, STEP).await?;
            if keys.is_empty() {
                return failed.result();
            }
            let mut gone = Vec::with_capacity(keys.len());
            for key in keys {
                match self.blobs.delete(&key).await {
                    Ok(()) => gone.push(key),
                    Err(error) => failed.note(error)?,
                }
            }
            self.store.gone(gone).await?;
        }
    }

    async fn take_away_parts(&self) -> Result<(), Error> {
        let (now, mut failed) = (self.clock.now(), Failed::default());
        loop {
            let ended = self.uploads.ended(now, failed.count, STEP).await?;
            if ended.is_empty() {
                return failed.result();
            }
            for (upload, parts) in ended {
                match self.take_away(upload, parts).await {
                    Ok(()) => self.uploads.gone(upload, now).await?,
                    Err(error) => failed.note(error)?,
                }
            }
        }
    }

    async fn take_away(&self, upload: Uuid, parts: u32) -> Result<(), BlobError> {
        for no in 0..parts {
            self.blobs.delete(&BlobKey::part(upload, no)).await?;
        }
        Ok(())
    }
}

/// What cannot be taken away: one such file does not keep the others.
#[derive(Default)]
struct Failed {
    count: usize,
    last: Option<BlobError>,
}

impl Failed {
    /// Passes something over, unless nothing can be taken away at the moment.
    fn note(&mut self, error: BlobError) -> Result<(), Error> {
        if let BlobError::Unavailable(_) = error {
            return Err(error.into());
        }
        self.count += 1;
        self.last = Some(error);
        Ok(())
    }

    fn result(self) -> Result<(), Error> {
        self.last.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// The file of a piece of media that is shown for what was asked for: a thumbnail that does not exist is the next larger
/// picture, and the media itself if it is one.
pub fn shown(media: &StoredMedia, wanted: MediaFile) -> Option<&StoredFile> {
    let find = |file: MediaFile| media.files.iter().find(|stored| stored.file == file);
    let image = || find(MediaFile::Original).filter(|_| media.media.kind == MediaKind::Image);
    match wanted {
        MediaFile::Original => find(MediaFile::Original),
        MediaFile::Small => find(MediaFile::Small)
            .or_else(|| find(MediaFile::Large))
            .or_else(|| find(MediaFile::Poster))
            .or_else(image),
        MediaFile::Large => find(MediaFile::Large)
            .or_else(|| find(MediaFile::Poster))
            .or_else(image),
        MediaFile::Poster => find(MediaFile::Poster),
    }
}

/// Until when links are good that are made now: once to twice this long.
fn end_of_links(now: Timestamp, good: Duration) -> Timestamp {
    let step = i64::try_from(good.as_micros()).unwrap_or(i64::MAX).max(1);
    Timestamp::from_micros((now.micros() / step).saturating_add(2).saturating_mul(step))
}

/// What a link is to.
fn thing(media: MediaId) -> Vec<u8> {
    [&b"media "[..], media.uuid().as_bytes()].concat()
}
