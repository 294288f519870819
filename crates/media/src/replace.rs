//! Another content for a file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes `bytes` beside `file` and then in its place, so that at no time the file is neither what it was nor what it
/// is to be. Not synced: who moves it where it stays does that.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".clean");
    let beside = file.with_file_name(name);
    let written = write(&beside, bytes).and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // The file itself stands as it was, and the first error says more than a second one.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Writes a file that only its owner can read, like the one whose place it takes.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}
