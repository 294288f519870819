//! Files on their way into a bucket.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::aws::AmazonS3;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path as Place;
use object_store::{MultipartId, ObjectStoreExt};
use parlor_ports::BlobError;
use tokio::sync::Semaphore;

use super::fault;
use crate::disk::blocking;

/// How large a part is. Each is in memory as a whole while it is on its way; S3 takes 10,000 of at least 5 MiB.
const PART: u64 = 8 << 20;
/// How many parts of one file are on their way at once.
const AT_ONCE: usize = 2;
/// How many parts of all files are.
const AT_ONCE_IN_ALL: usize = 8;

/// What is on its way, in bounded memory.
#[derive(Debug)]
pub(super) struct Uploads(Semaphore);

/// Where a part of a file goes.
struct Target<'a> {
    store: &'a AmazonS3,
    place: &'a Place,
    upload: MultipartId,
}

impl Uploads {
    pub(super) fn new() -> Self {
        Self(Semaphore::new(AT_ONCE_IN_ALL))
    }

    /// Uploads a file of this length: at once if it is small, else in parts, which become an object when all are there.
    pub(super) async fn put(
        &self,
        store: &AmazonS3,
        place: &Place,
        file: File,
        length: u64,
    ) -> Result<(), BlobError> {
        let file = Arc::new(file);
        if length <= PART {
            let _permit = self.0.acquire().await.expect("it is never closed");
            let content = read(file, 0, length).await?;
            store.put(place, content.into()).await.map_err(fault::told)?;
            return Ok(());
        }
        let upload = store.create_multipart(place).await.map_err(fault::told)?;
        let target = Target { store, place, upload };
        let done = self.put_parts(&target, file, length).await;
        if done.is_err() {
            // What cannot be aborted now is left to the bucket's own rules.
            let _ = store.abort_multipart(place, &target.upload).await;
        }
        done
    }

    async fn put_parts(&self, to: &Target<'_>, file: Arc<File>, length: u64) -> Result<(), BlobError> {
        let parts = (0..length.div_ceil(PART)).map(|no| self.put_part(to, &file, length, no));
        let parts = stream::iter(parts).buffered(AT_ONCE).try_collect().await?;
        let completed = to.store.complete_multipart(to.place, &to.upload, parts).await;
        completed.map(|_| ()).map_err(fault::told)
    }

    async fn put_part(
        &self,
        to: &Target<'_>,
        file: &Arc<File>,
        length: u64,
        no: u64,
    ) -> Result<PartId, BlobError> {
        let _permit = self.0.acquire().await.expect("it is never closed");
        let at = no * PART;
        let content = read(Arc::clone(file), at, PART.min(length - at)).await?;
        let index = usize::try_from(no).expect("a file has few parts");
        let put = to
            .store
            .put_part(to.place, &to.upload, index, content.into())
            .await;
        put.map_err(fault::told)
    }
}

async fn read(file: Arc<File>, at: u64, length: u64) -> Result<Bytes, BlobError> {
    let length = usize::try_from(length).expect("a part is small");
    blocking(move || {
        let mut content = vec![0; length];
        file.read_exact_at(&mut content, at)?;
        Ok(content.into())
    })
    .await
}
