//! Any bytes that are sent as a file are refused, or left as one that is left just so again.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::{fs, panic, process};

use libfuzzer_sys::fuzz_target;
use parlor_domain::MediaKind;
use parlor_media::{Claim, ImageLimits, Limits, SoundLimits, Stop, VideoLimits, examine};
use tempfile::TempDir;

/// Where the file lies. The decoders are others', and where one of them panics the file is refused; where our code
/// does, that ends the run.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    panic::set_hook(Box::new(|info| {
        eprintln!("{info}");
        if info.location().is_some_and(|location| location.file().contains("media/src")) {
            process::abort();
        }
    }));
    tempfile::tempdir().expect("there is a place for files")
});

fuzz_target!(|bytes: &[u8]| {
    let file: PathBuf = FOLDER.path().join("upload");
    let sound = SoundLimits {
        bytes: 1 << 20,
        seconds: u64::MAX,
    };
    let limits = Limits {
        // Pictures are not decoded.
        image: ImageLimits {
            bytes: 1 << 20,
            pixels: 0,
            ..Limits::default().image
        },
        audio: sound,
        voice: sound,
        video: VideoLimits {
            bytes: 1 << 20,
            seconds: u64::MAX,
            edge: u32::MAX,
        },
        file_bytes: 1 << 20,
        ..Limits::default()
    };
    let claim = Claim {
        kind: Some(MediaKind::File),
        mime: None,
    };
    let look = || examine(&file, &claim, &limits, &Stop::default());

    fs::write(&file, bytes).expect("the file is written");
    let Ok(examined) = look() else { return };
    let left = fs::read(&file).expect("the file is there");
    let again = look().expect("what is left may be kept");
    assert_eq!(again, examined);
    assert!(fs::read(&file).expect("the file is there") == left);
});
