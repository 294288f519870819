//! Uploads that come in parts.

use async_trait::async_trait;
use parlor_domain::{FileName, MediaKind, Timestamp, UserId};
use uuid::Uuid;

use crate::StoreError;

/// Uploads in parts. Their bytes lie in [`Blobs`](crate::Blobs) in parts, under [`BlobKey::part`](crate::BlobKey::part).
#[async_trait]
pub trait UploadStore: Send + Sync {
    /// Begins an upload.
    async fn begin(&self, upload: Upload, allowance: Allowance) -> Result<UploadBegun, StoreError>;

    /// An upload of this owner that has not expired, or has ended and is not forgotten yet.
    async fn find(&self, upload: Uuid, owner: UserId, now: Timestamp) -> Result<Option<Upload>, StoreError>;

    /// The number under which the next part is to be stored, which nobody else is given and is less than `most`.
    async fn next_part(&self, upload: Uuid, most: u32) -> Result<NextPart, StoreError>;

    /// Adds a part that is stored, if it begins where the upload ends, has bytes, and does not go beyond its end: true exactly
    /// once for each place. The upload is kept until `expires_at` from now on.
    async fn add_part(&self, upload: Uuid, part: Part, expires_at: Timestamp) -> Result<bool, StoreError>;

    /// The numbers of the parts, in the order of their bytes.
    async fn parts(&self, upload: Uuid) -> Result<Vec<u32>, StoreError>;

    /// Ends an upload, whose parts can be taken away then: it became media, or the owner does not want it any more. That it
    /// was one is remembered until a later time. False if there is none of this owner, or it has ended.
    async fn end(
        &self,
        upload: Uuid,
        owner: UserId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends some of the uploads that have expired by now; says whether there may be more. That they were is remembered until
    /// a later time.
    async fn sweep(&self, now: Timestamp, until: Timestamp) -> Result<bool, StoreError>;

    /// Some of the uploads whose parts are to be taken away, but for so many that are passed over, and how many parts of each
    /// may be stored. Each comes twice: when it has ended, and when it is to be forgotten, since a part may have been on its
    /// way before.
    async fn ended(
        &self,
        now: Timestamp,
        passed_over: usize,
        most: usize,
    ) -> Result<Vec<(Uuid, u32)>, StoreError>;

    /// Notes that the parts of an upload that has ended are gone, and forgets it if it is time.
    async fn gone(&self, upload: Uuid, now: Timestamp) -> Result<(), StoreError>;
}

/// How much somebody may have begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Uploads that have not ended.
    pub uploads: u32,
    /// Bytes that they will have together with what is kept of him.
    pub bytes: u64,
}

/// What became of a new upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadBegun {
    /// Begun.
    Done,
    /// The owner has begun as many as he may.
    TooMany,
    /// The owner has used up what one person may keep.
    OwnerFull,
    /// There is no such account.
    NoOwner,
}

/// Where the next part of an upload is to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextPart {
    /// Under this number.
    No(u32),
    /// Nowhere: it has come in too many.
    TooMany,
    /// Nowhere: it has ended, or is none.
    NoUpload,
}

/// An upload in parts.
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
    /// Until when it is kept, or remembered once it has ended.
    pub expires_at: Timestamp,
    /// Whether nothing can be added any more.
    pub ended: bool,
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
