//! Media, and where their bytes lie.

use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{Dimensions, FileName, Media, MediaKind, Thumbhash, Timestamp, UserId, Waveform};
use parlor_ports::{Blob, BlobKey, NewFile, NewMedia, StoredFile};

use crate::code::Code;
use crate::counter::{loaded_amount, stored_amount};
use crate::error::corrupt;
use crate::id::Id;
use crate::schema::{blobs, media, media_files};

/// A piece of media.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = media, treat_none_as_default_value = false)]
pub(crate) struct MediaRow {
    pub(crate) id: Id,
    pub(crate) owner_id: Id,
    kind: i16,
    mime: String,
    name: Option<String>,
    bytes: i64,
    width: Option<i64>,
    height: Option<i64>,
    duration_ms: Option<i64>,
    waveform: Option<Vec<u8>>,
    thumbhash: Option<Vec<u8>>,
    picture: bool,
    pub(crate) weight: i64,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
}

impl MediaRow {
    /// The row of a new piece of media, whose files have so many bytes together.
    pub(crate) fn new(new: &NewMedia, weight: i64) -> Self {
        let media = &new.media;
        Self {
            id: media.id.into(),
            owner_id: new.owner.into(),
            kind: media.kind.code(),
            mime: media.mime.to_string(),
            name: media.name.as_ref().map(|name| name.as_str().to_owned()),
            bytes: stored_amount(media.bytes),
            width: media.dimensions.map(|dimensions| dimensions.width.into()),
            height: media.dimensions.map(|dimensions| dimensions.height.into()),
            duration_ms: media.duration_ms.map(stored_amount),
            waveform: media.waveform.map(|waveform| waveform.0.to_vec()),
            thumbhash: media.thumbhash.as_ref().map(|hash| hash.0.to_vec()),
            picture: media.picture,
            weight,
            created_at: new.at.micros(),
            expires_at: Some(new.expires_at.micros()),
        }
    }

    /// Whether this person may use it at this time: it is his, and not to be forgotten already.
    pub(crate) fn serves(&self, user: UserId, at: Timestamp) -> bool {
        self.owner_id == Id::of(user) && self.expires_at.is_none_or(|end| end > at.micros())
    }

    /// Whether it is a picture that clients show.
    pub(crate) fn is_image(&self) -> bool {
        self.kind == MediaKind::Image.code()
    }

    /// Whether it is a video.
    pub(crate) fn is_video(&self) -> bool {
        self.kind == MediaKind::Video.code()
    }

    /// What it is.
    pub(crate) fn media(&self) -> QueryResult<Media> {
        Ok(Media {
            id: self.id.into(),
            kind: Code::decode(self.kind)?,
            mime: self.mime.as_str().into(),
            name: self.name.as_deref().map(FileName::stored),
            bytes: loaded_amount(self.bytes),
            dimensions: self.dimensions()?,
            duration_ms: self.duration_ms.map(loaded_amount),
            waveform: self.waveform.as_deref().map(waveform).transpose()?,
            thumbhash: self.thumbhash.as_deref().map(|hash| Thumbhash(hash.into())),
            picture: self.picture,
        })
    }

    fn dimensions(&self) -> QueryResult<Option<Dimensions>> {
        let side = |pixels: i64| u32::try_from(pixels).map_err(|why| corrupt("picture", why));
        let Some((width, height)) = self.width.zip(self.height) else {
            return Ok(None);
        };
        Ok(Some(Dimensions {
            width: side(width)?,
            height: side(height)?,
        }))
    }
}

/// A waveform of as many bytes as it has peaks.
pub(super) fn waveform(peaks: &[u8]) -> QueryResult<Waveform> {
    let peaks = peaks.try_into();
    peaks.map(Waveform).map_err(|why| corrupt("waveform", why))
}

/// Bytes of a piece of media.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = media_files)]
pub(crate) struct FileRow {
    media_id: Id,
    file: i16,
    digest: Vec<u8>,
    mime: String,
}

impl FileRow {
    pub(crate) fn new(media: Id, new: &NewFile) -> Self {
        Self {
            media_id: media,
            file: new.file.code(),
            digest: new.blob.digest.to_vec(),
            mime: new.mime.to_string(),
        }
    }

    /// The file, given where its bytes lie.
    pub(crate) fn stored(self, blob: &BlobRow) -> QueryResult<StoredFile> {
        Ok(StoredFile {
            file: Code::decode(self.file)?,
            blob: Blob {
                digest: digest(&blob.digest)?,
                bytes: loaded_amount(blob.bytes),
            },
            key: blob.key()?,
            mime: self.mime.into(),
        })
    }
}

/// Bytes by their content.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = blobs)]
pub(crate) struct BlobRow {
    digest: Vec<u8>,
    generation: i64,
    pub(crate) bytes: i64,
    pub(crate) stored: bool,
}

impl BlobRow {
    /// Where they lie.
    pub(crate) fn key(&self) -> QueryResult<BlobKey> {
        key(&self.digest, self.generation)
    }
}

/// The key of a digest and a generation that were stored.
pub(crate) fn key(stored: &[u8], generation: i64) -> QueryResult<BlobKey> {
    let generation = u32::try_from(generation).map_err(|why| corrupt("generation", why))?;
    Ok(BlobKey::content(&digest(stored)?, generation))
}

fn digest(stored: &[u8]) -> QueryResult<[u8; 32]> {
    stored.try_into().map_err(|why| corrupt("digest", why))
}
