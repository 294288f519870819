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
        let found = self.store.find(media, actor.user.id).await?;
        found.ok_or(Error::NoSuchMedia)
    }

    /// A piece of media, for whoever has a link to it, and for how long the link is still good.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`], also if the link is none of ours or is too old
    pub async fn find_by_link(
        &self,
        media: MediaId,
        signature: &str,
    ) -> Result<(StoredMedia, Duration), Error> {
        let now = self.clock.now();
        let until = self.vault.check_link(&thing(media), signature, now);
        let until = until.ok_or(Error::NoSuchMedia)?;
        let found = self.store.find_any(media).await?.ok_or(Error::NoSuchMedia)?;
        Ok((found, until.since(now)))
    }

    /// A link to a piece of media that the actor may see, for whoever cannot show a token: `<img>` and players.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`]
    pub async fn link(&self, actor: &Actor, media: MediaId) -> Result<MediaLink, Error> {
        self.find(actor, media).await?;
        let until = self.clock.now() + self.settings.link;
        Ok(MediaLink {
            signature: self.vault.link_secret().sign(&thing(media), until),
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
        while self.uploads.sweep(now).await? {}
        Ok(())
    }

    async fn take_away_blobs(&self) -> Result<(), Error> {
        loop {
            let keys = self.store.unneeded(STEP).await?;
            let more = keys.len() == STEP;
            let (mut gone, mut failed) = (Vec::new(), None);
            for key in keys {
                match self.blobs.delete(&key).await {
                    Ok(()) => gone.push(key),
                    // One that cannot be deleted does not keep the others.
                    Err(error @ BlobError::Other(_)) => failed = Some(error),
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            if !gone.is_empty() {
                self.store.gone(gone).await?;
            }
            match failed {
                Some(error) => return Err(error.into()),
                None if more => {}
                None => return Ok(()),
            }
        }
    }

    async fn take_away_parts(&self) -> Result<(), Error> {
        loop {
            let ended = self.uploads.ended(STEP).await?;
            for (upload, parts) in &ended {
                for no in 0..*parts {
                    self.blobs.delete(&BlobKey::part(*upload, no)).await?;
                }
                self.uploads.gone(*upload).await?;
            }
            if ended.len() < STEP {
                return Ok(());
            }
        }
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

/// What a link is to.
fn thing(media: MediaId) -> Vec<u8> {
    [&b"media "[..], media.uuid().as_bytes()].concat()
}
