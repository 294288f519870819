//! How much room there is for files that are on their way in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::spool::storage;
use crate::Error;

/// The disk on which files arrive, some bytes of which are to be left free.
#[derive(Debug)]
pub(crate) struct Room {
    folder: PathBuf,
    free: u64,
    /// Bytes that were promised and may not be on the disk yet.
    promised: Mutex<u64>,
}

/// Bytes for which there is room, until this is dropped: by then they are on the disk, or will never be.
#[derive(Debug)]
pub(crate) struct Promise {
    room: Arc<Room>,
    bytes: u64,
}

impl Room {
    pub(crate) fn new(folder: PathBuf, free: u64) -> Self {
        Self {
            folder,
            free,
            promised: Mutex::default(),
        }
    }

    /// Promises room for so many bytes.
    ///
    /// # Errors
    /// [`Error::StorageFull`] if fewer would be left free than are to be
    pub(crate) fn promise(self: &Arc<Self>, bytes: u64) -> Result<Promise, Error> {
        let disk = rustix::fs::statvfs(&self.folder).map_err(|error| storage(error.into()))?;
        let mut promised = self.promised();
        let wanted = self.free.saturating_add(*promised).saturating_add(bytes);
        if bytes > 0 && disk.f_bavail.saturating_mul(disk.f_frsize) < wanted {
            return Err(Error::StorageFull(
                "the disk has no more room than is to be left free".into(),
            ));
        }
        *promised += bytes;
        Ok(Promise {
            room: Arc::clone(self),
            bytes,
        })
    }

    fn promised(&self) -> MutexGuard<'_, u64> {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        *self.room.promised() -= self.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_promised_is_not_promised_twice() {
        let folder = std::env::temp_dir();
        let disk = rustix::fs::statvfs(&folder).unwrap();
        let all = disk.f_bavail * disk.f_frsize;
        let room = Arc::new(Room::new(folder.clone(), 0));
        let most = room.promise(all / 4 * 3).unwrap();
        assert!(matches!(room.promise(all / 2), Err(Error::StorageFull(_))));
        assert!(room.promise(0).is_ok());
        drop(most);
        assert!(room.promise(all / 2).is_ok());
        let full = Arc::new(Room::new(folder, u64::MAX));
        assert!(matches!(full.promise(1), Err(Error::StorageFull(_))));
        assert!(full.promise(0).is_ok(), "nothing fits everywhere");
    }
}
