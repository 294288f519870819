//! Any bytes are refused, or left as a picture that is left just so again.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parlor_domain::MediaKind;
use parlor_media::{Claim, ImageLimits, Limits, Stop, examine};
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("there is a place for files"));

fuzz_target!(|bytes: &[u8]| {
    let file: PathBuf = FOLDER.path().join("upload");
    // Small limits, so that no time goes into large pictures.
    let limits = Limits {
        image: ImageLimits {
            bytes: 1 << 20,
            edge: 1024,
            pixels: 1 << 18,
            frames: 32,
            animated_pixels: 1 << 20,
        },
        ..Limits::default()
    };
    let look = || examine(&file, &Claim::default(), &limits, &Stop::default());

    fs::write(&file, bytes).expect("the file is written");
    let Ok(examined) = look() else { return };
    if examined.kind != MediaKind::Image {
        return;
    }
    let left = fs::read(&file).expect("the file is there");
    let again = look().expect("what is left may be kept");
    assert_eq!(again, examined);
    assert!(fs::read(&file).expect("the file is there") == left);
});
