//! Another content for a file.

use std::path::Path;
use std::{fs, io};

/// Writes `bytes` beside `file` and then in its place, so that at no time the file is neither what it was nor what it
/// is to be. Not synced: who moves it where it stays does that.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".clean");
    let beside = file.with_file_name(name);
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // The file itself stands as it was, and the first error says more than a second one.
        let _ = fs::remove_file(&beside);
    }
    written
}
