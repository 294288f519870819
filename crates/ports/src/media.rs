//! Media: what was uploaded, where its bytes lie, and who may have them.

use async_trait::async_trait;
use parlor_domain::{Media, MediaId, Timestamp, UserId};

use crate::{BlobKey, StoreError};

/// What was uploaded. Bytes lie in [`Blobs`](crate::Blobs) by their content, so the same file is stored once; here stands
/// what for, and how long they are needed.
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// Writes down that somebody needs bytes, and is about to store them under the key that it names if they are not there.
    /// Until `until`, nobody takes them away before media that use them are kept.
    async fn claim(&self, blob: Blob, until: Timestamp) -> Result<Claimed, StoreError>;

    /// Keeps a piece of media whose bytes are all stored under keys that were claimed, which uses up the claims, also if it
    /// is refused. It is forgotten at `expires_at` if nothing uses it by then, or once nothing uses it any more.
    async fn insert(&self, new: NewMedia, quotas: Quotas) -> Result<MediaKept, StoreError>;

    /// Gives claims back that come to nothing, by the keys that they named.
    async fn release(&self, keys: Vec<BlobKey>) -> Result<(), StoreError>;

    /// A piece of media that the viewer may see: his own, that of a message or a status that he may see, that of which he was
    /// notified, and everybody's avatar.
    async fn find(
        &self,
        media: MediaId,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Option<StoredMedia>, StoreError>;

    /// A piece of media, whoever asks; for who has shown that he may see it.
    async fn find_any(&self, media: MediaId) -> Result<Option<StoredMedia>, StoreError>;

    /// A piece of media that something shows now: a message, a status, a person or a room.
    async fn find_shown(&self, media: MediaId, now: Timestamp) -> Result<Option<StoredMedia>, StoreError>;

    /// Forgets a piece of media of its owner that nothing uses. False if it is none.
    async fn forget(&self, media: MediaId, owner: UserId) -> Result<bool, StoreError>;

    /// Puts an image of the user's own in the place of his avatar, or takes it away.
    async fn set_avatar(
        &self,
        user: UserId,
        media: Option<MediaId>,
        now: Timestamp,
    ) -> Result<AvatarSet, StoreError>;

    /// How much somebody has uploaded that is still kept, in bytes.
    async fn used(&self, user: UserId) -> Result<u64, StoreError>;

    /// Forgets some of what has expired by now, or is not used any more, and gives up claims that came to nothing; says
    /// whether there may be more.
    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError>;

    /// Some of the keys whose bytes nobody needs any more, nor ever will, but for so many that are passed over. Bytes that are
    /// wanted again get another key.
    async fn unneeded(&self, passed_over: usize, most: usize) -> Result<Vec<BlobKey>, StoreError>;

    /// Forgets keys whose bytes are gone.
    async fn gone(&self, keys: Vec<BlobKey>) -> Result<(), StoreError>;
}

/// Bytes, by their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Blob {
    /// SHA-256.
    pub digest: [u8; 32],
    /// How many there are.
    pub bytes: u64,
}

/// What is known of bytes that somebody wants to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// They are stored under this key.
    Stored(BlobKey),
    /// They are to be stored under this key.
    Store(BlobKey),
}

/// Why somebody needs bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaFile {
    /// The media itself.
    Original,
    /// A small picture of it, for lists.
    Small,
    /// A larger picture of it, for conversations.
    Large,
    /// The picture that stands for a video.
    Poster,
}

/// A piece of media to be kept.
#[derive(Debug, Clone)]
pub struct NewMedia {
    /// What it is.
    pub media: Media,
    /// Who has uploaded it.
    pub owner: UserId,
    /// Its bytes: the original, and what was made of it.
    pub files: Vec<NewFile>,
    /// When.
    pub at: Timestamp,
    /// Until when something must use it.
    pub expires_at: Timestamp,
}

/// Bytes of a piece of media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// What for.
    pub file: MediaFile,
    /// Which.
    pub blob: Blob,
    /// Where, as the claim on them said.
    pub key: BlobKey,
    /// Their media type.
    pub mime: Box<str>,
}

/// How much may be kept, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// For one person.
    pub person: u64,
    /// For all together, the same bytes counted once.
    pub total: u64,
}

/// What became of a new piece of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKept {
    /// It is kept.
    Done,
    /// The owner has used up what one person may keep.
    OwnerFull,
    /// All together have used up what may be kept.
    ServerFull,
    /// The claim on some of its bytes has passed: they are to be claimed and stored again.
    Unclaimed,
    /// There is no such account.
    NoOwner,
}

/// What became of a new avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvatarSet {
    /// It is the avatar.
    Done,
    /// The user has not uploaded it, or it is forgotten.
    NoMedia,
    /// It is no image.
    NoImage,
}

/// A piece of media, and where its bytes lie.
#[derive(Debug, Clone)]
pub struct StoredMedia {
    /// What it is.
    pub media: Media,
    /// Who has uploaded it.
    pub owner: UserId,
    /// When.
    pub at: Timestamp,
    /// Its bytes.
    pub files: Vec<StoredFile>,
}

/// Bytes of a piece of media, and where they lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// What for.
    pub file: MediaFile,
    /// Which.
    pub blob: Blob,
    /// Where.
    pub key: BlobKey,
    /// Their media type.
    pub mime: Box<str>,
}
