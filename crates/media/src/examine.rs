//! The examination of a file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use parlor_domain::MediaKind;

use crate::sniff::{self, Format, HEAD, UNKNOWN};
use crate::{Claim, Examined, Limits, Refusal, Stop, image, plain, playing};

/// Decides what a file is, and leaves in its place what may be kept and served.
///
/// Pictures, sound and videos of the formats that we know are read to their end, lose their metadata, and have the
/// limits of what they are, whatever they are claimed to be: as a plain file (`File`) such a one is cleaned just so,
/// and not described any further; a picture is not even decoded then, so that it may have any number of pixels. HEIC,
/// AVIF, TIFF, JPEG 2000 and JPEG XL, and what plays in other codecs than those of browsers, lose their metadata, and
/// are plain files. Raw pictures of cameras are refused. All other content is kept as it is, and is a plain file.
///
/// # Errors
/// [`Refusal`] says why the file may not be kept. It is then to be deleted: it may be changed, but is not clean.
pub fn examine(file: &Path, claim: &Claim, limits: &Limits, stop: &Stop) -> Result<Examined, Refusal> {
    let found = admit(file, claim, limits)?;
    stop.check()?;

    let Some(format) = found.filter(|format| !matches!(format, Format::Other(_))) else {
        return Ok(plain_file(found.map_or(UNKNOWN, Format::mime)));
    };
    let examined = without_panic(format, || {
        if format.is_plain() {
            plain::clean(file, format, stop)?;
            Ok(plain_file(format.mime()))
        } else if format.is_image() && claim.kind == Some(MediaKind::File) {
            image::keep(file, format, stop)?;
            Ok(plain_file(format.mime()))
        } else if format.is_image() {
            image::examine(file, format, &limits.image, stop)
        } else {
            playing::examine(file, format, claim.kind, limits, stop)
        }
    })?;
    let examined = match claim.kind {
        None => examined,
        Some(MediaKind::File) => plain_file(examined.mime),
        Some(kind) if kind == examined.kind => examined,
        Some(kind) => {
            return Err(Refusal::Mismatch {
                claimed: kind.to_string(),
                found: examined.mime.to_owned(),
            });
        }
    };
    check_kind(examined.kind, examined.mime, limits)?;
    Ok(examined)
}

/// What a file begins as. Refuses what cannot be what it is said to be, and what may not be kept for that or for its size.
pub(crate) fn admit(file: &Path, claim: &Claim, limits: &Limits) -> Result<Option<Format>, Refusal> {
    let mut opened = File::open(file)?;
    let size = opened.metadata()?.len();
    if size == 0 {
        return Err(Refusal::Empty);
    }
    let found = format(&mut opened)?;
    claim.check(found)?;
    if let Some(kind) = certain(found, claim.kind) {
        check_kind(kind, found.map_or(UNKNOWN, Format::mime), limits)?;
    }
    check_bytes(size, found, claim.kind, limits)?;
    Ok(found)
}

/// The kind that a file will be if it is kept, as far as its beginning tells.
fn certain(found: Option<Format>, claimed: Option<MediaKind>) -> Option<MediaKind> {
    match found {
        None => Some(MediaKind::File),
        Some(format) if format.is_plain() => Some(MediaKind::File),
        Some(format) => claimed.or_else(|| format.is_image().then_some(MediaKind::Image)),
    }
}

fn check_kind(kind: MediaKind, mime: &'static str, limits: &Limits) -> Result<(), Refusal> {
    if limits.kinds.has(kind) {
        return Ok(());
    }
    Err(Refusal::NotAllowed {
        kind,
        mime,
        allowed: limits.kinds,
    })
}

/// The format by its first bytes, and those behind a tag that stands before them.
fn format(file: &mut File) -> io::Result<Option<Format>> {
    let mut head = Vec::with_capacity(HEAD);
    file.take(HEAD as u64).read_to_end(&mut head)?;
    if let Some(at) = sniff::behind_tag(&head) {
        let mut beginning = Vec::new();
        file.seek(SeekFrom::Start(at))?;
        file.take(4).read_to_end(&mut beginning)?;
        if beginning == b"fLaC" {
            return Ok(Some(Format::Flac));
        }
    }
    Ok(sniff::sniff(&head))
}

/// Refuses what is too large for all that it can still turn out to be.
fn check_bytes(
    size: u64,
    found: Option<Format>,
    claimed: Option<MediaKind>,
    limits: &Limits,
) -> Result<(), Refusal> {
    let (kind, most) = match (found, claimed) {
        (None, _) => (MediaKind::File, limits.file_bytes),
        (Some(format), _) if format.is_plain() => (MediaKind::File, limits.file_bytes),
        (Some(format), _) if format.is_image() => (MediaKind::Image, limits.image.bytes),
        (_, Some(MediaKind::Voice)) => (MediaKind::Voice, limits.voice.bytes),
        (Some(Format::Mp3 | Format::Flac), _) | (_, Some(MediaKind::Audio)) => {
            (MediaKind::Audio, limits.audio.bytes)
        }
        // Those of what it turns out to be are held against it then.
        _ => {
            let most = limits.video.bytes.max(limits.audio.bytes);
            (MediaKind::Video, most.max(limits.file_bytes))
        }
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
pub(crate) fn without_panic<T>(
    format: Format,
    read: impl FnOnce() -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Refusal::unreadable(format, "its decoder failed")))
}

#[cfg(test)]
mod tests {
    use super::without_panic;
    use crate::sniff::Format;

    #[test]
    fn a_decoder_that_panics_fails_its_file_only() {
        let failed: Result<(), _> = without_panic(Format::Png, || panic!("as decoders do"));
        let refusal = failed.expect_err("it is refused");
        assert_eq!(
            refusal.to_string(),
            "the PNG image cannot be read: its decoder failed"
        );
    }
}
