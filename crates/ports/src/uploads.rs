//! Uploads that come in parts.

use async_trait::async_trait;
use parlor_domain::{FileName, MediaKind, Timestamp, UserId};
use uuid::Uuid;

use crate::StoreError;

/// Uploads that are not complete. Their bytes lie in [`Blobs`](crate::Blobs) in parts, under [`BlobKey::part`](crate::BlobKey::part).
#[async_trait]
pub trait UploadStore: Send + Sync {
    /// Begins an upload. False if the owner has begun as many as he may (`most`), or there is no such account.
    async fn begin(&self, upload: Upload, most: u32) -> Result<bool, StoreError>;

    /// An upload of this owner that has not expired.
    async fn find(&self, upload: Uuid, owner: UserId, now: Timestamp) -> Result<Option<Upload>, StoreError>;

    /// The number under which the next part is to be stored, which nobody else is given; `None` if there is no such upload.
    async fn next_part(&self, upload: Uuid) -> Result<Option<u32>, StoreError>;

    /// Adds a part that is stored, if it begins where the upload ends, has bytes, and does not go beyond its end: true exactly
    /// once for each place. The upload is kept until `expires_at` from now on.
    async fn add_part(&self, upload: Uuid, part: Part, expires_at: Timestamp) -> Result<bool, StoreError>;

    /// The numbers of the parts, in the order of their bytes.
    async fn parts(&self, upload: Uuid) -> Result<Vec<u32>, StoreError>;

    /// Ends an upload, whose parts can be taken away then: it became media, or the owner does not want it any more. False
    /// if there is none of this owner.
    async fn end(&self, upload: Uuid, owner: UserId) -> Result<bool, StoreError>;

    /// Ends some of the uploads that have expired by now; says whether there may be more.
    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError>;

    /// Some of the uploads that have ended, and how many parts of each may be stored.
    async fn ended(&self, most: usize) -> Result<Vec<(Uuid, u32)>, StoreError>;

    /// Forgets an upload that has ended, whose parts are gone.
    async fn gone(&self, upload: Uuid) -> Result<(), StoreError>;
}

/// An upload that is not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub owner: UserId,
    /// How many bytes it will have.
    pub bytes: u64,
    /// How many have come.
    pub received: u64,
    /// What it is said to be.
    pub kind: Option<MediaKind>,
    /// The media type that it is said to have.
    pub mime: Option<Box<str>>,
    /// What the file is called.
    pub name: Option<FileName>,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

/// A part of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Under which number it is stored.
    pub no: u32,
    /// The place of its first byte in the upload.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u64,
}
