//! Pictures that are kept and never shown: HEIC, AVIF, TIFF, JPEG 2000 and JPEG XL.
//!
//! They are cleaned in place, because positions are written all over them, and not decoded. What is known to be part of
//! a picture stays; headers lose what else they say, and all other bytes become zeros. What cannot be read so is
//! refused: nobody could say what it tells.

mod boxes;
mod heif;
mod kept;
mod tiff;

use std::path::Path;

use crate::fault::broken;
use crate::sniff::Format;
use crate::tape::Tape;
use crate::{Refusal, Stop};

/// Takes out of the file what is not part of a picture.
///
/// # Errors
/// [`Refusal::Unreadable`] by its content; [`Refusal::TimedOut`] once `stop` says so; [`Refusal::Io`] for the file
/// system's reasons.
pub(crate) fn clean(file: &Path, format: Format, stop: &Stop) -> Result<(), Refusal> {
    let mut tape = Tape::open(file, stop)?;
    let cleaned = match format {
        Format::Heif(_) => heif::clean(&mut tape),
        Format::Tiff(_) => tiff::clean(&mut tape),
        Format::Jpeg2000 | Format::JpegXl => boxes::clean(&mut tape),
        _ => Err(broken("what it tells cannot be taken out of it")),
    };
    cleaned.map_err(|fault| fault.of(format.name()))
}
