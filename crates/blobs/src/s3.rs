//! Media in a bucket.

mod advice;
mod fault;
mod settings;
mod upload;

use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::aws::AmazonS3;
use object_store::path::Path as Place;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload};
use parlor_ports::{BlobError, BlobKey, BlobStream, Blobs};

use self::settings::Bucket;
pub use self::settings::{Addressing, S3Settings};
use self::upload::Uploads;
use crate::OpenError;
use crate::disk::{blocking, private};

/// Media as objects, each under its key below a prefix of a bucket, of S3 or of what speaks like it.
///
/// A process that dies while it uploads a large file leaves parts in the bucket that no listing shows. They cost money, and
/// only the bucket itself can forget them: it needs a lifecycle rule `AbortIncompleteMultipartUpload`.
#[derive(Debug)]
pub struct S3Blobs {
    bucket: Bucket,
    store: AmazonS3,
    uploads: Uploads,
}

impl S3Blobs {
    /// Media in the bucket of these settings. It is not asked yet.
    ///
    /// # Errors
    /// [`OpenError::Address`], [`OpenError::Endpoint`], [`OpenError::Client`]
    pub fn open(settings: &S3Settings) -> Result<Self, OpenError> {
        let bucket = Bucket::parse(&settings.url)?;
        Ok(Self {
            store: settings.connect(&bucket)?,
            bucket,
            uploads: Uploads::new(),
        })
    }

    /// Tries out whether objects can be written, read, missed and deleted. One is left in the bucket, of the name `probe`.
    ///
    /// # Errors
    /// [`OpenError::Bucket`]
    pub async fn check(&self) -> Result<(), OpenError> {
        self.probe().await.map_err(|error| OpenError::Bucket {
            bucket: self.bucket.name.clone(),
            why: advice::on(&error),
        })
    }

    async fn probe(&self) -> object_store::Result<()> {
        let probe = self.bucket.place("probe");
        self.store.put(&probe, PutPayload::from_static(b"Parlor")).await?;
        self.store.get(&probe).await?;
        // Several servers may start at once: none of them deletes what another has just written.
        let absent = self.bucket.place("absent");
        deleted(self.store.delete(&absent).await)?;
        fault::absent_or(self.store.get(&absent).await)?;
        Ok(())
    }

    fn place(&self, key: &BlobKey) -> Place {
        self.bucket.place(key.as_str())
    }
}

#[async_trait]
impl Blobs for S3Blobs {
    async fn put(&self, key: &BlobKey, file: &Path) -> Result<(), BlobError> {
        let path = file.to_owned();
        let source = blocking(move || {
            let source = File::open(path)?;
            let length = source.metadata()?.len();
            Ok((source, length))
        });
        let (source, length) = source.await?;
        self.uploads
            .put(&self.store, &self.place(key), source, length)
            .await?;
        let path = file.to_owned();
        blocking(move || fs::remove_file(path)).await
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<Option<BlobStream>, BlobError> {
        let place = self.place(key);
        if range.is_empty() {
            let found = fault::absent_or(self.store.head(&place).await).map_err(fault::told)?;
            return Ok(found.map(|_| stream::empty().boxed()));
        }
        let options = GetOptions::new().with_range(Some(GetRange::Bounded(range)));
        match fault::absent_or(self.store.get_opts(&place, options).await) {
            Ok(found) => Ok(found.map(|found| found.into_stream().map_err(io::Error::from).boxed())),
            Err(error) if fault::is_behind_end(&error) => Ok(Some(stream::empty().boxed())),
            Err(error) => Err(fault::told(error)),
        }
    }

    async fn fetch(&self, key: &BlobKey, into: &Path) -> Result<bool, BlobError> {
        let Some(found) = fault::absent_or(self.store.get(&self.place(key)).await).map_err(fault::told)?
        else {
            return Ok(false);
        };
        let path = into.to_owned();
        let mut file = blocking(move || private().create(true).truncate(true).open(path)).await?;
        let mut pieces = found.into_stream();
        while let Some(piece) = pieces.try_next().await.map_err(fault::told)? {
            file = blocking(move || file.write_all(&piece).map(|()| file)).await?;
        }
        Ok(true)
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        deleted(self.store.delete(&self.place(key)).await).map_err(fault::told)
    }

    fn local(&self, _: &BlobKey) -> Option<String> {
        None
    }
}

/// S3 does not mind if there is nothing to delete; others do.
fn deleted(result: object_store::Result<()>) -> object_store::Result<()> {
    fault::absent_or(result).map(|_| ())
}
