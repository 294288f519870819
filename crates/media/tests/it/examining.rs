//! A file in a folder of its own, and what an examination makes of it.

use std::fs;
use std::path::Path;

use image::{DynamicImage, ImageFormat};
use parlor_media::{Claim, Examined, Limits, Refusal, Stop, examine};

/// The pictures that are accepted, those that move first.
pub(crate) const SAMPLES: [&str; 15] = [
    "animated.gif",
    "animated.webp",
    "cmyk.jpg",
    "deep.png",
    "gps.jpg",
    "gps.png",
    "gps.webp",
    "grey.png",
    "interlaced.png",
    "lossless.webp",
    "lossy-alpha.webp",
    "lossy.webp",
    "palette.png",
    "progressive.jpg",
    "restarts.jpg",
];

/// Those that do not move.
pub(crate) const STILL: &[&str] = SAMPLES.split_at(2).1;

/// What an examination says, and what it leaves.
pub(crate) struct Outcome {
    pub(crate) result: Result<Examined, Refusal>,
    pub(crate) left: Vec<u8>,
}

impl Outcome {
    /// What was found in a file that may be kept.
    pub(crate) fn examined(&self) -> &Examined {
        self.result.as_ref().expect("the file may be kept")
    }

    /// The word for why a file may not be kept, as its error reads.
    pub(crate) fn refusal(&self) -> String {
        self.result
            .as_ref()
            .expect_err("the file may not be kept")
            .to_string()
    }

    /// The picture that was left.
    pub(crate) fn picture(&self) -> DynamicImage {
        image::load_from_memory(&self.left).expect("what is left is a picture")
    }
}

/// Examines a file about which nothing is said, within the usual limits.
pub(crate) fn look(bytes: &[u8]) -> Outcome {
    look_at(bytes, &Claim::default(), &Limits::default())
}

/// Examines a file about which something is said.
pub(crate) fn look_at(bytes: &[u8], claim: &Claim, limits: &Limits) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("upload");
    fs::write(&file, bytes).unwrap();
    let result = examine(&file, claim, limits, &Stop::default());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing else is left"
    );
    Outcome {
        result,
        left: fs::read(&file).unwrap(),
    }
}

/// One of the pictures in `tests/samples/images`.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/images");
    fs::read(folder.join(name)).unwrap()
}

/// A picture as a file.
pub(crate) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Where a part of a file is.
pub(crate) fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
