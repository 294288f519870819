//! Files of an older server.

use std::fs::File;

use parlor_domain::{FileName, MediaId, UserId};
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use super::Imports;
use crate::Error;
use crate::media::{Arrived, Claims, Received};

/// How much of a file is read at once.
const READ: usize = 128 * 1024;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaBrought {
    /// It is media of its owner's, to be used within a day.
    Done {
        /// Under which id.
        media: MediaId,
        /// Whether it is found under the name that it had, if that was to be.
        kept_name: bool,
    },
    /// It is none that may be kept, for this reason.
    Refused(String),
}

impl Imports {
    /// Takes in a file as an upload of somebody's. If it had an unguessable name, it is to be had under the same afterwards.
    ///
    /// # Errors
    /// What stands in the way of all files: [`Error::StorageFull`], [`Error::QuotaUsedUp`], [`Error::ScannerAway`], …
    pub async fn media(
        &self,
        owner: UserId,
        file: File,
        name: Option<FileName>,
        unguessable: Option<Uuid>,
    ) -> Result<MediaBrought, Error> {
        let wanted = unguessable.map(|name| self.vault.dialects().names.media(name));
        let found = match wanted {
            Some(media) => self.intake.store.find_any(media).await?,
            None => None,
        };
        let mut media = wanted.unwrap_or_else(|| self.draw_media());
        let kept_name = found.as_ref().is_none_or(|found| found.owner == owner);
        if !kept_name {
            media = self.draw_media();
        } else if found.is_some() && !self.intake.store.forget(media, owner).await? {
            // Something shows it already. What is left of an import that was interrupted is forgotten, and taken in anew.
            return Ok(MediaBrought::Done { media, kept_name });
        }
        match self.take(media, owner, file, name).await {
            Ok(()) => Ok(MediaBrought::Done { media, kept_name }),
            Err(
                refused @ (Error::Media(_)
                | Error::Infected
                | Error::TooLargeToScan
                | Error::UploadTooLarge { .. }
                | Error::NoSuchUser(_)),
            ) => Ok(MediaBrought::Refused(refused.to_string())),
            Err(failed) => Err(failed),
        }
    }

    async fn take(
        &self,
        media: MediaId,
        owner: UserId,
        file: File,
        name: Option<FileName>,
    ) -> Result<(), Error> {
        let most = self.intake.settings.largest();
        let mut received = self.intake.spool.receive(owner, most).await?;
        copy(file, &mut received).await?;
        let Arrived { path, place: _place } = received.close().await?;
        let claims = Claims {
            name,
            ..Claims::default()
        };
        self.intake.take(media, owner, path, None, claims).await?;
        Ok(())
    }

    fn draw_media(&self) -> MediaId {
        MediaId::new(self.draw(self.clock.now()))
    }
}

/// Copies a file, as far as it goes.
async fn copy(file: File, received: &mut Received) -> Result<(), Error> {
    let mut file = tokio::fs::File::from_std(file);
    let mut buffer = vec![0; READ];
    loop {
        let read = file.read(&mut buffer).await;
        match read.map_err(|error| Error::Internal(error.into()))? {
            0 => return Ok(()),
            read => received.write(&buffer[..read]).await?,
        }
    }
}
