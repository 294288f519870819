//! Media as every program reads them: pictures as PNG, voice messages as WAV.

use std::sync::Arc;

use futures_util::StreamExt;
use parlor_domain::{MediaId, MediaKind};
use parlor_media::{Kinds, Limits, to_png, to_wav};
use parlor_ports::{Blobs, Clock, MediaFile, MediaStore, StoredFile};

use crate::media::{Intake, storage};
use crate::{Error, shown};

const PNG: &str = "image/png";
const WAV: &str = "audio/wav";

/// Gives pictures out as PNG, and voice messages as WAV of one channel, 16,000 samples a second and 16 bits for each: to whom they were
/// shown, as long as something shows them.
pub struct Renditions {
    pub(crate) store: Arc<dyn MediaStore>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Renditions {
    /// A picture or a voice message as a whole, converted unless it is so already.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`], also for other kinds; [`Error::Media`] if it cannot be converted, or would be larger than what may be
    /// uploaded; [`Error::UploadTooLarge`] if it is; [`Error::Busy`], [`Error::StorageFull`], [`Error::Unavailable`]
    pub async fn of(&self, media: MediaId) -> Result<Vec<u8>, Error> {
        let (kind, file) = self.find(media).await?;
        let limits = self.limits();
        let (mime, most) = match kind {
            MediaKind::Image => (PNG, limits.image.bytes),
            MediaKind::Voice => (WAV, limits.voice.bytes),
            MediaKind::Audio | MediaKind::Video | MediaKind::File => return Err(Error::NoSuchMedia),
        };
        if file.blob.bytes > most {
            return Err(Error::UploadTooLarge { most });
        }
        if &*file.mime == mime {
            let bytes = self.read(&file).await?;
            if is_so(kind, &bytes) {
                return Ok(bytes);
            }
        }
        self.convert(kind, &file).await
    }

    /// A picture or a voice message that is so already and has at most so many bytes; `None` for others.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`], [`Error::Unavailable`]
    pub async fn as_it_is(&self, media: MediaId, most: u64) -> Result<Option<Vec<u8>>, Error> {
        let (kind, file) = self.find(media).await?;
        let is_candidate = match kind {
            MediaKind::Image => &*file.mime == PNG,
            MediaKind::Voice => &*file.mime == WAV,
            MediaKind::Audio | MediaKind::Video | MediaKind::File => false,
        };
        if !is_candidate || file.blob.bytes > most {
            return Ok(None);
        }
        let bytes = self.read(&file).await?;
        Ok(Some(bytes).filter(|bytes| is_so(kind, bytes)))
    }

    async fn find(&self, media: MediaId) -> Result<(MediaKind, StoredFile), Error> {
        let found = self.store.find_shown(media, self.clock.now()).await?;
        let found = found.ok_or(Error::NoSuchMedia)?;
        let original = shown(&found, MediaFile::Original).ok_or(Error::NoSuchMedia)?;
        Ok((found.media.kind, original.clone()))
    }

    async fn read(&self, file: &StoredFile) -> Result<Vec<u8>, Error> {
        let stream = self.blobs.read(&file.key, 0..file.blob.bytes).await?;
        let mut stream = stream.ok_or(Error::NoSuchMedia)?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.blob.bytes).unwrap_or_default());
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.map_err(storage)?);
        }
        Ok(bytes)
    }

    async fn convert(&self, kind: MediaKind, file: &StoredFile) -> Result<Vec<u8>, Error> {
        let limits = self.limits();
        let _room = self.intake.spool.promise(file.blob.bytes)?;
        let path = self.intake.spool.make().await?.into_temp_path();
        if !self.blobs.fetch(&file.key, &path).await? {
            return Err(Error::NoSuchMedia);
        }
        let work = self.intake.work(move |stop| match kind {
            MediaKind::Image => to_png(&path, &limits, stop),
            _ => to_wav(&path, limits.voice.bytes, &limits, stop),
        });
        work.await
    }

    /// Those for what is kept: it may be of a kind that is not taken any more.
    fn limits(&self) -> Limits {
        Limits {
            kinds: Kinds::ALL,
            ..self.intake.settings.limits
        }
    }
}

/// Whether a PNG or a WAV is as it is to be. That of a WAV stands in its header (Multimedia Programming Interface and Data Specifications
/// 1.0): PCM in one channel, 16,000 samples a second, 16 bits for each.
fn is_so(kind: MediaKind, bytes: &[u8]) -> bool {
    const RATE: [u8; 4] = 16_000_u32.to_le_bytes();
    if kind == MediaKind::Image {
        return true;
    }
    let at = |from: usize, what: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(what));
    at(0, b"RIFF") && at(8, b"WAVEfmt ") && at(20, &[1, 0, 1, 0]) && at(24, &RATE) && at(34, &[16, 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a WAV.
    fn header(format: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
        let align = channels * (bits / 8);
        let mut header = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        header.extend(format.to_le_bytes());
        header.extend(channels.to_le_bytes());
        header.extend(rate.to_le_bytes());
        header.extend((rate * u32::from(align)).to_le_bytes());
        header.extend(align.to_le_bytes());
        header.extend(bits.to_le_bytes());
        header.extend(b"data\0\0\0\0");
        header
    }

    #[test]
    fn a_voice_message_is_told_by_its_header() {
        assert!(is_so(MediaKind::Voice, &header(1, 1, 16_000, 16)));
        for other in [
            header(1, 2, 16_000, 16),
            header(1, 1, 44_100, 16),
            header(1, 1, 16_000, 8),
            header(3, 1, 16_000, 32),
            header(1, 1, 16_000, 16)[..30].to_vec(),
            Vec::new(),
        ] {
            assert!(!is_so(MediaKind::Voice, &other), "{other:?}");
        }
    }
}
