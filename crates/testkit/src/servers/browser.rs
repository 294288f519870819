//! A browser without a window.

use std::ffi::OsString;

use super::guarded::{Guarded, Owner, on_path, skip};

/// What Chromium is called.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Chromium with one page open. It ends when this value is dropped.
#[derive(Debug)]
pub struct Browser {
    _process: Guarded,
}

impl Browser {
    /// Opens a page of this machine; others it does not reach. `None` if Chromium is not on the path, of which a notice tells: the test
    /// is to be skipped then.
    ///
    /// # Panics
    /// If it does not start, or is not installed on a continuous integration server (`CI=true`).
    pub fn open(url: &str) -> Option<Self> {
        let Some(program) = NAMES.into_iter().find_map(on_path) else {
            skip("chromium", "pages in a browser");
            return None;
        };
        let process = Guarded::start("parlor-browser", &Owner::Ourselves, |folder| {
            let mut profile = OsString::from("--user-data-dir=");
            profile.push(folder.join("profile"));
            let flags = [
                "--headless=new",
                // Whoever is root has no other way, and all that it shows is ours.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                url,
            ];
            let flags = flags.map(OsString::from);
            [program.into(), profile].into_iter().chain(flags).collect()
        });
        Some(Self {
            _process: process.expect("Chromium starts"),
        })
    }
}
