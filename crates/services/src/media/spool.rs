//! Files on their way in, on this machine.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parlor_domain::UserId;
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use uuid::Uuid;

use super::places::{Place, Places};
use super::room::{Promise, Room};
use crate::{Error, MediaSettings};

/// For how many bytes of a file room is promised at a time.
const STEP: u64 = 4 << 20;

/// Of so many places that known people have, strangers have one.
const STRANGERS: usize = 4;

/// How much is read or written at once, which costs a trip to another thread.
const PIECE: usize = 128 * 1024;

/// A folder of files that live no longer than who works on them.
#[derive(Debug)]
pub struct Spool {
    folder: Arc<Path>,
    places: Arc<Places>,
    /// Those of people who are not known, each by his address.
    strangers: Arc<Places>,
    room: Arc<Room>,
}

impl Spool {
    /// Uses a folder, which must be there and be nobody else's: what a crash left in it is taken away.
    ///
    /// # Errors
    /// If the folder cannot be read, or its files cannot be taken away.
    pub fn open(folder: PathBuf, settings: &MediaSettings) -> io::Result<Self> {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            // A file system of its own has a folder for what was lost.
            if !path.is_dir() {
                fs::remove_file(path)?;
            }
        }
        Ok(Self {
            places: Arc::new(Places::new(settings.receiving, settings.receiving_per_person)),
            strangers: Arc::new(Places::new(
                settings.receiving.div_ceil(STRANGERS),
                settings.receiving_per_person,
            )),
            room: Arc::new(Room::new(folder.clone(), settings.free_bytes)),
            folder: folder.into(),
        })
    }

    /// A file to be received from somebody, of so many bytes at most.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many are received, from him or from all; [`Error::StorageFull`]
    pub async fn receive(&self, from: UserId, most: u64) -> Result<Received, Error> {
        let place = self.places.take(from).ok_or(Error::Busy)?;
        self.receive_at(place, most).await
    }

    /// A file to be received from somebody who is not known, of so many bytes at most. All such people have places of their own,
    /// and those at one address, or of whom no address is known, may send as many as one person.
    ///
    /// # Errors
    /// As [`Spool::receive`]
    pub async fn receive_from_stranger(&self, address: Option<IpAddr>, most: u64) -> Result<Received, Error> {
        let place = self.strangers.take(stranger(address)).ok_or(Error::Busy)?;
        self.receive_at(place, most).await
    }

    async fn receive_at(&self, place: Place, most: u64) -> Result<Received, Error> {
        let promise = self.room.promise(most.min(STEP))?;
        let (file, path) = self.make().await?.into_parts();
        Ok(Received {
            file: BufWriter::with_capacity(PIECE, File::from_std(file)),
            path,
            room: Arc::clone(&self.room),
            promise,
            bytes: 0,
            most,
            place,
        })
    }

    /// Room for so many bytes of a file that is put together here.
    ///
    /// # Errors
    /// [`Error::StorageFull`]
    pub(crate) fn promise(&self, bytes: u64) -> Result<Promise, Error> {
        self.room.promise(bytes)
    }

    /// Where the files are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new, empty file.
    pub(crate) async fn make(&self) -> Result<NamedTempFile, Error> {
        let folder = Arc::clone(&self.folder);
        let made = tokio::task::spawn_blocking(move || NamedTempFile::new_in(folder));
        let made = made.await.map_err(|error| Error::Internal(error.into()))?;
        made.map_err(storage)
    }
}

/// A file that is being received.
#[derive(Debug)]
pub struct Received {
    file: BufWriter<File>,
    path: TempPath,
    room: Arc<Room>,
    promise: Promise,
    bytes: u64,
    most: u64,
    place: Place,
}

/// A file that has come, and the place that it takes until it is media.
pub(crate) struct Arrived {
    pub(crate) path: TempPath,
    pub(crate) place: Place,
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
        if sum / STEP > self.bytes / STEP {
            self.promise = self.room.promise((self.most - self.bytes).min(STEP))?;
        }
        self.file.write_all(bytes).await.map_err(storage)?;
        self.bytes = sum;
        Ok(())
    }

    /// How many bytes have come.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Has all that has come written where others read it.
    pub(crate) async fn flush(&mut self) -> Result<(), Error> {
        self.file.flush().await.map_err(storage)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file, once all of it has come.
    pub(crate) async fn close(mut self) -> Result<Arrived, Error> {
        self.flush().await?;
        Ok(Arrived {
            path: self.path,
            place: self.place,
        })
    }
}

/// Under what the strangers at an address have their places. An IPv6 address stands for its /64, which is what one customer has.
fn stranger(address: Option<IpAddr>) -> UserId {
    let key = match address {
        None => 0,
        Some(IpAddr::V4(address)) => u128::from(address.to_bits()),
        Some(IpAddr::V6(address)) => address.to_bits() >> 64 << 64,
    };
    UserId::new(Uuid::from_u128(key))
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
