//! Copies that are being made, on the file system where they will stay.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::disk::private;

/// A folder for copies until they are whole. Several processes may use it.
#[derive(Debug)]
pub(super) struct Incoming {
    folder: PathBuf,
    next: AtomicU64,
    /// Locked for as long as we may have copies there.
    _lock: File,
}

impl Incoming {
    /// Uses this folder, and removes what is there if no other process uses it.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        let lock = private().create(true).open(folder.with_extension("lock"))?;
        if lock.try_lock().is_ok() {
            for entry in fs::read_dir(&folder)? {
                fs::remove_file(entry?.path())?;
            }
            lock.unlock()?;
        }
        lock.lock_shared()?;
        Ok(Self {
            folder,
            next: AtomicU64::new(0),
            _lock: lock,
        })
    }

    /// Copies a file, has the copy on disk, and lets `take` move it away. If any of that fails, the copy is removed.
    pub(super) fn copy(
        &self,
        mut source: File,
        take: impl FnOnce(&Path) -> io::Result<()>,
    ) -> io::Result<()> {
        let (path, mut copy) = self.make()?;
        let taken = io::copy(&mut source, &mut copy)
            .and_then(|_| copy.sync_all())
            .and_then(|()| take(&path));
        if taken.is_err() {
            // What is left is removed when the folder is next opened.
            let _ = fs::remove_file(path);
        }
        taken
    }

    fn make(&self) -> io::Result<(PathBuf, File)> {
        loop {
            let no = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.folder.join(no.to_string());
            match private().create_new(true).open(&path) {
                // Another process's.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                made => return made.map(|file| (path, file)),
            }
        }
    }
}
