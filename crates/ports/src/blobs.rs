//! The bytes of media.

use std::fmt::{self, Write};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use uuid::Uuid;

/// Keeps files of bytes under keys.
///
/// What lies here is told by the database alone: a key is written down there before the first [`Blobs::put`] under it, and
/// struck out only after a [`Blobs::delete`] that came after the last one. A call whose future is dropped, or whose process
/// dies, may still have its effect later.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Stores a file, in place of what is there, and takes it away. After `Ok` it outlives a power cut; until then there is
    /// under the key what was there before or all of the file, never a part of it.
    async fn put(&self, key: &BlobKey, file: &Path) -> Result<(), BlobError>;

    /// The bytes of a range, of which those behind the end are left out; `None` if there is nothing under the key.
    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<Option<BlobStream>, BlobError>;

    /// Copies everything into a file of this machine, which is made or overwritten; `false` if there is nothing under the
    /// key. After an error the file may hold a part of it.
    async fn fetch(&self, key: &BlobKey, into: &Path) -> Result<bool, BlobError>;

    /// Takes away what is under the key, if there is anything.
    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError>;

    /// Where it lies below the root of a local folder, for a web server in front that shares the folder (X-Accel-Redirect);
    /// `None` if it lies elsewhere.
    fn local(&self, key: &BlobKey) -> Option<String>;
}

/// Bytes as they come, in pieces of bounded size.
pub type BlobStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The name of a blob: a short relative path of `a-z`, `0-9`, `-` and `/`, which nobody outside has a say in.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BlobKey {
    path: Box<str>,
    /// Digest and generation, if it is of a whole file.
    content: Option<([u8; 32], u32)>,
}

impl BlobKey {
    /// Of a whole file, by its SHA-256 digest. Under such a key lies this content, or nothing.
    ///
    /// The generation is another each time that a file is wanted which is not there, or whose deletion has begun: so a
    /// deletion that comes late takes away nothing that somebody needs.
    pub fn content(digest: &[u8; 32], generation: u32) -> Self {
        let hex = digest.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a String takes everything");
            hex
        });
        Self {
            path: format!("content/{}/{hex}-{generation}", &hex[..2]).into(),
            content: Some((*digest, generation)),
        }
    }

    /// Of a part of an upload that is not complete.
    pub fn part(upload: Uuid, no: u32) -> Self {
        Self {
            path: format!("parts/{upload}/{no}").into(),
            content: None,
        }
    }

    /// As a path.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// Digest and generation, if it is of a whole file.
    pub fn as_content(&self) -> Option<([u8; 32], u32)> {
        self.content
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl fmt::Debug for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobKey({self})")
    }
}

/// Why bytes could not be kept, or had.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The disk is full, or a quota is used up: whoever deletes something can go on.
    #[error("there is no room left where media are kept")]
    Full,
    /// It may work later: the storage is away or busy.
    #[error("media cannot be had or kept at the moment: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Somebody has to look: a folder or bucket is gone, or may not be used.
    #[error("the storage of media failed: {0}")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_paths() {
        let mut digest = [0xab; 32];
        digest[31] = 0x05;
        let hex = format!("{}05", "ab".repeat(31));
        assert_eq!(
            BlobKey::content(&digest, 0).as_str(),
            format!("content/ab/{hex}-0")
        );
        assert_eq!(
            BlobKey::content(&digest, u32::MAX).as_str(),
            format!("content/ab/{hex}-4294967295")
        );
        assert_eq!(
            BlobKey::part(Uuid::from_u128(7), 12).as_str(),
            "parts/00000000-0000-0000-0000-000000000007/12"
        );
    }
}
