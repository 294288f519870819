//! Media in a folder of this machine.

mod incoming;
mod pieces;

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parlor_ports::{BlobError, BlobKey, BlobStream, Blobs};
use rustix::fs::{Access, access};

use self::incoming::Incoming;
use crate::OpenError;
use crate::disk::{blocking, private};

/// How often a folder is made anew that somebody takes away while a file is put into it.
const ATTEMPTS: u32 = 5;

/// Media as files, each under its key below a root that nothing else writes to. Only the server's user can read them.
///
/// Several processes may share a root.
#[derive(Debug)]
pub struct LocalBlobs(Arc<Folder>);

impl LocalBlobs {
    /// Media in this folder, which is made if it is not there. What processes left behind that died while they copied is
    /// removed.
    ///
    /// # Errors
    /// [`OpenError::NoFolder`], [`OpenError::Folder`]
    pub fn open(root: PathBuf) -> Result<Self, OpenError> {
        if root.exists() && !root.is_dir() {
            return Err(OpenError::NoFolder(root));
        }
        match Folder::open(&root) {
            Ok(folder) => Ok(Self(Arc::new(folder))),
            Err(error) => Err(OpenError::Folder { folder: root, error }),
        }
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> io::Result<T> + Send + 'static,
    ) -> Result<T, BlobError> {
        let folder = Arc::clone(&self.0);
        blocking(move || work(&folder)).await
    }
}

#[async_trait]
impl Blobs for LocalBlobs {
    async fn put(&self, key: &BlobKey, file: &Path) -> Result<(), BlobError> {
        let (key, file) = (key.clone(), file.to_owned());
        self.work(move |folder| folder.put(&key, &file)).await
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<Option<BlobStream>, BlobError> {
        let key = key.clone();
        let found = self.work(move |folder| {
            let Some(file) = folder.find(&key)? else {
                return Ok(None);
            };
            let length = file.metadata()?.len();
            Ok(Some(pieces::of(file, range.start..range.end.min(length))))
        });
        found.await
    }

    async fn fetch(&self, key: &BlobKey, into: &Path) -> Result<bool, BlobError> {
        let (key, into) = (key.clone(), into.to_owned());
        self.work(move |folder| {
            let Some(mut file) = folder.find(&key)? else {
                return Ok(false);
            };
            io::copy(&mut file, &mut private().create(true).truncate(true).open(into)?)?;
            Ok(true)
        })
        .await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let key = key.clone();
        self.work(move |folder| folder.delete(&key)).await
    }

    fn local(&self, key: &BlobKey) -> Option<String> {
        Some(key.as_str().to_owned())
    }
}

/// The folder itself, for threads that may wait for the disk.
#[derive(Debug)]
struct Folder {
    root: PathBuf,
    incoming: Incoming,
}

impl Folder {
    fn open(root: &Path) -> io::Result<Self> {
        for folder in ["content", "parts", "incoming"].map(|name| root.join(name)) {
            DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            access(&folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK)?;
        }
        sync(root)?;
        let incoming = Incoming::open(root.join("incoming"))?;
        Ok(Self {
            root: root.to_owned(),
            incoming,
        })
    }

    fn path(&self, key: &BlobKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    fn put(&self, key: &BlobKey, file: &Path) -> io::Result<()> {
        let place = self.path(key);
        let source = File::open(file)?;
        source.set_permissions(Permissions::from_mode(0o600))?;
        source.sync_all()?;
        match settle(file, &place) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                self.incoming.copy(source, |copy| settle(copy, &place))?;
                fs::remove_file(file)
            }
            settled => settled,
        }
    }

    fn find(&self, key: &BlobKey) -> io::Result<Option<File>> {
        absent_or(File::open(self.path(key)))
    }

    fn delete(&self, key: &BlobKey) -> io::Result<()> {
        let place = self.path(key);
        absent_or(fs::remove_file(&place))?;
        // Also if nothing was there: whoever took it away may not have come this far.
        let folder = place.parent().expect("a key has folders");
        absent_or(sync(folder))?;
        // The last one closes the door. That it is not empty is no news.
        let _ = fs::remove_dir(folder);
        Ok(())
    }
}

/// Moves a file that is on disk to its place, for good.
fn settle(file: &Path, place: &Path) -> io::Result<()> {
    let folder = place.parent().expect("a key has folders");
    let above = folder.parent().expect("a key has folders");
    let mut attempt = 1;
    loop {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        match fs::rename(file, place) {
            // A deletion found the folder empty, and took it away.
            Err(error) if error.kind() == ErrorKind::NotFound && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    absent_or(sync(folder))?;
    // Also if the folder was there: whoever made it may not have come this far.
    sync(above)
}

/// Has the names in a folder on disk.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn absent_or<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
