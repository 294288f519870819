//! Files on their way in, on this machine.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// A folder of files that live no longer than who works on them.
pub(crate) struct Spool {
    folder: PathBuf,
    places: Arc<Semaphore>,
}

impl Spool {
    /// Uses a folder, which must be there and be nobody else's: what a crash left in it is taken away. At most so many files
    /// are received at the same time.
    ///
    /// # Errors
    /// If the folder cannot be read, or its files cannot be taken away.
    pub(crate) fn open(folder: PathBuf, receiving: usize) -> io::Result<Self> {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            // A file system of its own has a folder for what was lost.
            if !path.is_dir() {
                fs::remove_file(path)?;
            }
        }
        Ok(Self {
            folder,
            places: Arc::new(Semaphore::new(receiving)),
        })
    }

    /// A file to be received, of so many bytes at most.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many are received.
    pub(crate) async fn receive(&self, most: u64) -> Result<Received, Error> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Busy)?;
        let (file, path) = self.make().await?.into_parts();
        Ok(Received {
            file: File::from_std(file),
            path,
            bytes: 0,
            most,
            _place: place,
        })
    }

    /// Where the files are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new, empty file.
    pub(crate) async fn make(&self) -> Result<NamedTempFile, Error> {
        let folder = self.folder.clone();
        let made = tokio::task::spawn_blocking(move || NamedTempFile::new_in(folder));
        let made = made.await.map_err(|error| Error::Internal(error.into()))?;
        made.map_err(storage)
    }
}

/// A file that is being received.
pub struct Received {
    file: File,
    path: TempPath,
    bytes: u64,
    most: u64,
    _place: OwnedSemaphorePermit,
}

impl Received {
    /// Adds bytes at the end.
    ///
    /// # Errors
    /// [`Error::UploadTooLarge`], [`Error::StorageFull`]
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let sum = self.bytes.saturating_add(more);
        if sum > self.most {
            return Err(Error::UploadTooLarge { most: self.most });
        }
        self.file.write_all(bytes).await.map_err(storage)?;
        self.bytes = sum;
        Ok(())
    }

    /// How many bytes have come.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The file, once all of it has come.
    pub(crate) async fn close(mut self) -> Result<TempPath, Error> {
        self.file.flush().await.map_err(storage)?;
        Ok(self.path)
    }
}

/// What a failure of the folder of files means to who uploads.
pub(crate) fn storage(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::StorageFull(error.into()),
        _ => Error::Internal(error.into()),
    }
}

/// The size of a file, in bytes.
pub(crate) fn size(path: &Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.len())
}
