//! The folders in which media lie, as whoever looks into them sees them.

use std::fs;
use std::path::{Path, PathBuf};

use parlor_ports::BlobKey;
use sha2::{Digest, Sha256};

/// The folder of media, and that of files on their way in.
pub(super) struct Place {
    media: PathBuf,
    spool: PathBuf,
}

/// What lies under a key.
pub(super) struct Found {
    pub(super) digest: [u8; 32],
    pub(super) bytes: u64,
}

impl Place {
    pub(super) fn new(data: &Path) -> Self {
        Self {
            media: data.join("media"),
            spool: data.join("spool"),
        }
    }

    pub(super) fn file(&self, key: &BlobKey) -> Option<Found> {
        let bytes = fs::read(self.media.join(key.as_str())).ok()?;
        Some(Found {
            digest: Sha256::digest(&bytes).into(),
            bytes: bytes.len() as u64,
        })
    }

    /// All files below the folder of media by their keys, and those on their way in by their names.
    pub(super) fn files(&self) -> Vec<String> {
        let mut all = Vec::new();
        for folder in ["content", "parts", "incoming"] {
            walk(&self.media.join(folder), &mut |path| {
                if path.is_file() {
                    all.push(name(&self.media, path));
                }
            });
        }
        walk(&self.spool, &mut |path| all.push(name(&self.spool, path)));
        all.sort_unstable();
        all
    }

    /// The folders that were made for files.
    pub(super) fn folders(&self) -> Vec<String> {
        let mut all = Vec::new();
        for folder in ["content", "parts"] {
            walk(&self.media.join(folder), &mut |path| {
                if path.is_dir() {
                    all.push(name(&self.media, path));
                }
            });
        }
        all
    }
}

fn walk(folder: &Path, see: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        see(&path);
        if path.is_dir() {
            walk(&path, see);
        }
    }
}

fn name(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap();
    path.to_str().unwrap().to_owned()
}
