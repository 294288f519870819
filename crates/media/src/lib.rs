//! Bytes in, verdict out: what an uploaded file is, whether it may be kept, and how it looks and sounds in short.
//!
//! [`examine`] decides by content alone what a file is, reads it to its end, and leaves in its place what may be
//! served: without metadata, and without what was hidden behind or between the parts of the format. It blocks and
//! keeps a core busy, so callers run it on threads of its own; it knows no clock and no randomness.
//!
//! [`to_png`] and [`to_wav`] read a file within the same limits, and make of it what every program can show or play.
//!
//! An examination takes memory of at most eight bytes for each pixel of [`ImageLimits::pixels`] and three times
//! [`ImageLimits::bytes`], which is 460 MiB by the limits that are usual. What is no picture takes far
//! less, however large it is. As many times that are taken as there are examinations at once.
//!
//! To add a format: its content in `sniff`, its reader in `image` or `playing`, samples of it, good and bad, in
//! the tests.

mod boxes;
mod claim;
mod convert;
mod examine;
mod examined;
mod fault;
mod fields;
mod image;
mod limits;
mod plain;
mod playing;
mod refusal;
mod replace;
mod sniff;
mod stop;
mod tape;

pub use claim::Claim;
pub use convert::{to_png, to_wav};
pub use examine::examine;
pub use examined::{Examined, Thumbnail, ThumbnailSize};
pub use limits::{ImageLimits, Kinds, Limits, SoundLimits, VideoLimits};
pub use refusal::Refusal;
pub use stop::Stop;
