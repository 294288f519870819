//! The examination of a file.

use std::fs::File;
use std::io::{self, Read};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use parlor_domain::MediaKind;

use crate::sniff::{self, Format, HEAD, UNKNOWN};
use crate::{Claim, Examined, Limits, Refusal, Stop, image, playing};

/// Decides what a file is, and leaves in its place what may be kept and served.
///
/// Pictures, sound and videos of the formats that we know are read to their end, lose their metadata, and have the
/// limits of what they are, whatever they are claimed to be: as a plain file (`File`) such a one is cleaned just so,
/// and not described any further. All other content is kept as it is, and is a plain file.
///
/// # Errors
/// [`Refusal`] says why the file may not be kept. It is then to be deleted: it may be changed, but is not clean.
pub fn examine(file: &Path, claim: &Claim, limits: &Limits, stop: &Stop) -> Result<Examined, Refusal> {
    let (head, size) = beginning(file)?;
    if size == 0 {
        return Err(Refusal::Empty);
    }
    let found = sniff::sniff(&head);
    claim.check(found)?;
    check_bytes(size, found, claim.kind, limits)?;
    stop.check()?;

    let Some(format) = found.filter(|format| !matches!(format, Format::Other(_))) else {
        return Ok(plain_file(found.map_or(UNKNOWN, Format::mime)));
    };
    let examined = without_panic(format, || {
        if format.is_image() {
            image::examine(file, format, &limits.image, stop)
        } else {
            playing::examine(file, format, claim.kind == Some(MediaKind::Voice), limits, stop)
        }
    })?;
    match claim.kind {
        None => Ok(examined),
        Some(MediaKind::File) => Ok(plain_file(examined.mime)),
        Some(kind) if kind == examined.kind => Ok(examined),
        Some(kind) => Err(Refusal::Mismatch {
            claimed: kind.to_string(),
            found: examined.mime.to_owned(),
        }),
    }
}

/// The first bytes, and how many there are in all.
fn beginning(file: &Path) -> io::Result<(Vec<u8>, u64)> {
    let file = File::open(file)?;
    let size = file.metadata()?.len();
    let mut head = Vec::with_capacity(HEAD);
    file.take(HEAD as u64).read_to_end(&mut head)?;
    Ok((head, size))
}

/// Refuses what is too large for all that it can still turn out to be.
fn check_bytes(
    size: u64,
    found: Option<Format>,
    claimed: Option<MediaKind>,
    limits: &Limits,
) -> Result<(), Refusal> {
    let (kind, most) = match (found, claimed) {
        (None | Some(Format::Other(_)), _) => (MediaKind::File, limits.file_bytes),
        (Some(format), _) if format.is_image() => (MediaKind::Image, limits.image.bytes),
        (_, Some(MediaKind::Voice)) => (MediaKind::Voice, limits.voice.bytes),
        (Some(Format::Wav | Format::Mp3 | Format::Flac), _) | (_, Some(MediaKind::Audio)) => {
            (MediaKind::Audio, limits.audio.bytes)
        }
        _ => (MediaKind::Video, limits.video.bytes.max(limits.audio.bytes)),
    };
    if size > most {
        return Err(Refusal::TooLarge {
            kind,
            what: "the size in bytes",
            most,
            found: size,
        });
    }
    Ok(())
}

fn plain_file(mime: &'static str) -> Examined {
    Examined {
        kind: MediaKind::File,
        mime,
        dimensions: None,
        duration_ms: None,
        waveform: None,
        thumbhash: None,
        thumbnails: Vec::new(),
    }
}

/// A decoder that panics over a file cannot read it. It shares nothing with others that could be left half done.
fn without_panic(
    format: Format,
    examine: impl FnOnce() -> Result<Examined, Refusal>,
) -> Result<Examined, Refusal> {
    panic::catch_unwind(AssertUnwindSafe(examine))
        .unwrap_or_else(|_| Err(Refusal::unreadable(format, "its decoder failed")))
}

#[cfg(test)]
mod tests {
    use super::without_panic;
    use crate::sniff::Format;

    #[test]
    fn a_decoder_that_panics_fails_its_file_only() {
        let refusal = without_panic(Format::Png, || panic!("as decoders do")).expect_err("it is refused");
        assert_eq!(
            refusal.to_string(),
            "the PNG image cannot be read: its decoder failed"
        );
    }
}
