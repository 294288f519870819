//! A place for media, and files to put there.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::TryStreamExt;
use parlor_blobs::{Addressing, LocalBlobs, S3Blobs, S3Settings};
use parlor_ports::{BlobError, BlobKey, Blobs};
use parlor_testkit::Moto;
use tempfile::TempDir;
use uuid::Uuid;

/// A place that is gone after the test.
pub(crate) struct Place {
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn local() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let blobs = LocalBlobs::open(folder.path().join("media")).unwrap();
        let blobs = Arc::new(blobs);
        Self { blobs, folder }
    }

    /// `None` if nothing is installed that speaks S3.
    pub(crate) async fn s3() -> Option<Self> {
        let moto = Moto::start().await?;
        let settings = settings(moto.port(), &format!("s3://{}/some/folder", moto.bucket()));
        let blobs = Arc::new(S3Blobs::open(&settings).unwrap());
        let folder = tempfile::tempdir().unwrap();
        Some(Self { blobs, folder })
    }

    /// A new file.
    pub(crate) fn file(&self, content: &[u8]) -> PathBuf {
        let (_, path) = tempfile::NamedTempFile::new_in(self.folder.path())
            .unwrap()
            .keep()
            .unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) async fn put(&self, key: &BlobKey, content: &[u8]) -> Result<(), BlobError> {
        self.blobs.put(key, &self.file(content)).await
    }

    /// All bytes of a range.
    pub(crate) async fn read(&self, key: &BlobKey, range: Range<u64>) -> Option<Vec<u8>> {
        let pieces = self.blobs.read(key, range).await.unwrap()?;
        let content = pieces.try_fold(Vec::new(), async |mut content, piece| {
            content.extend_from_slice(&piece);
            Ok(content)
        });
        Some(content.await.unwrap())
    }

    pub(crate) async fn read_all(&self, key: &BlobKey) -> Option<Vec<u8>> {
        self.read(key, 0..u64::MAX).await
    }
}

/// A bucket of a server on this machine.
pub(crate) fn settings(port: u16, url: &str) -> S3Settings {
    S3Settings {
        url: url.to_owned(),
        endpoint: Some(format!("http://127.0.0.1:{port}").parse().unwrap()),
        region: "us-east-1".to_owned(),
        addressing: Addressing::Path,
        access_key: "key".to_owned(),
        secret: "secret".into(),
    }
}

/// The key of a whole file.
pub(crate) fn content(no: u8) -> BlobKey {
    BlobKey::content(&[no; 32], 0)
}

/// The key of a part of an upload.
pub(crate) fn part(no: u32) -> BlobKey {
    BlobKey::part(Uuid::from_u128(1), no)
}

/// Bytes of which no two stretches are the same.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let words = (0u32..).flat_map(|no| no.wrapping_mul(2_654_435_761).to_le_bytes());
    words.take(length).collect()
}
