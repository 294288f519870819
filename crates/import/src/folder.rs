//! The folder in which an older server has its files.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path};

use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat};
use rustix::io::Errno;

use crate::Error;

/// A folder of files, out of which nothing leads: neither a path with `..` nor a link.
#[derive(Debug)]
pub struct MediaFolder(OwnedFd);

impl MediaFolder {
    /// Opens a folder.
    ///
    /// # Errors
    /// [`Error::File`] if it is none, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = openat(CWD, path, flags, Mode::empty());
        let folder = opened.map_err(|why| {
            let what = format!("cannot read the folder {}", path.display());
            Error::file(what, why.into())
        })?;
        Ok(Self(folder))
    }

    /// A file below the folder; `None` if there is none, or the path leads elsewhere.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub(crate) fn file(&self, path: &str) -> io::Result<Option<File>> {
        let mut names = Vec::new();
        for part in Path::new(path).components() {
            match part {
                Component::Normal(name) => names.push(name),
                Component::CurDir => {}
                Component::RootDir | Component::ParentDir | Component::Prefix(_) => return Ok(None),
            }
        }
        let Some(last) = names.pop() else {
            return Ok(None);
        };
        let mut folder: Option<OwnedFd> = None;
        for name in names {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let at = folder.as_ref().map_or(self.0.as_fd(), AsFd::as_fd);
            match absent(openat(at, name, flags, Mode::empty()))? {
                Some(next) => folder = Some(next),
                None => return Ok(None),
            }
        }
        let at = folder.as_ref().map_or(self.0.as_fd(), AsFd::as_fd);
        // What is no file must not make us wait.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Some(file) = absent(openat(at, last, flags, Mode::empty()))? else {
            return Ok(None);
        };
        let is_file = FileType::from_raw_mode(fstat(&file)?.st_mode) == FileType::RegularFile;
        Ok(is_file.then(|| File::from(file)))
    }
}

/// What was opened; `None` if it is not there, or is a link or no folder.
fn absent(opened: rustix::io::Result<OwnedFd>) -> io::Result<Option<OwnedFd>> {
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG | Errno::NXIO | Errno::INVAL) => {
            Ok(None)
        }
        Err(why) => Err(why.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_files_below_the_folder_are_found() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("secret"), "no").unwrap();
        let path = home.path().join("media");
        std::fs::create_dir_all(path.join("image")).unwrap();
        std::fs::write(path.join("image/cat.png"), "cat").unwrap();
        symlink(home.path().join("secret"), path.join("image/link")).unwrap();
        symlink(home.path(), path.join("out")).unwrap();
        let folder = MediaFolder::open(&path).unwrap();
        for found in ["image/cat.png", "./image//cat.png"] {
            let mut text = String::new();
            let mut file = folder.file(found).unwrap().unwrap();
            file.read_to_string(&mut text).unwrap();
            assert_eq!(text, "cat", "{found}");
        }
        let absolute = path.join("image/cat.png");
        for none in [
            "",
            ".",
            "image",
            "image/dog.png",
            "image/link",
            "out/secret",
            "../secret",
            "image/../../secret",
            "image/cat.png/x",
            "cat\0.png",
            absolute.to_str().unwrap(),
        ] {
            assert!(folder.file(none).unwrap().is_none(), "{none:?}");
        }
        assert!(MediaFolder::open(&path.join("none")).is_err());
        assert!(MediaFolder::open(&path.join("image/cat.png")).is_err());
    }
}
