//! What is said about a file, held against what it is.

use parlor_domain::MediaKind;

use crate::Refusal;
use crate::sniff::{Format, UNKNOWN};

/// What the sender says that a file is. What it is decided by content; this is held against it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Claim<'a> {
    /// The kind that it is sent as. Without it, the kind follows from the content, and sound is audio; `Voice` must be
    /// sound, `File` may be anything, and any other must agree with the content.
    pub kind: Option<MediaKind>,
    /// The media type that it was sent with, if any. `application/octet-stream` claims nothing, and neither does what
    /// is no media type.
    pub mime: Option<&'a str>,
}

impl Claim<'_> {
    /// Refuses what cannot be what it was said to be. Whether a container has the sound or the video that was promised
    /// is seen by its tracks.
    pub(crate) fn check(&self, found: Option<Format>) -> Result<(), Refusal> {
        if let Some(claimed) = self.mime.and_then(essence)
            && !agrees(&claimed, found)
        {
            return Err(mismatch(&claimed, found));
        }
        match self.kind {
            Some(kind) if !may_be(kind, found) => Err(mismatch(kind.as_str(), found)),
            _ => Ok(()),
        }
    }
}

fn mismatch(claimed: &str, found: Option<Format>) -> Refusal {
    Refusal::Mismatch {
        claimed: claimed.to_owned(),
        found: found.map_or(UNKNOWN, Format::mime).to_owned(),
    }
}

/// The type and subtype without parameters, in small letters (RFC 9110, 8.3.1; their lengths are RFC 6838's). None if
/// it is no media type or claims nothing.
fn essence(mime: &str) -> Option<String> {
    let essence = mime
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let (of, name) = essence.split_once('/')?;
    let is_token = |part: &str| {
        (1..=127).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    (is_token(of) && is_token(name) && !NO_CLAIM.contains(&&*essence)).then_some(essence)
}

/// Types that say only that it is a file.
const NO_CLAIM: [&str; 4] = [
    UNKNOWN,
    "binary/octet-stream",
    "application/force-download",
    "application/x-download",
];

/// Whether a media type in small letters names the content. What is kept as a plain file need only be of the same
/// sort: it has many names, and is never shown as what it was sent as.
fn agrees(claimed: &str, found: Option<Format>) -> bool {
    let sort = claimed.split('/').next().unwrap_or_default();
    let is_shown = matches!(sort, "image" | "audio" | "video");
    match (formats(claimed), found) {
        // Nobody knows what either is: it is a plain file.
        ([], None) => true,
        // Text may begin with anything, and an SVG is one.
        ([], Some(found)) if found.is_plain() => {
            !is_shown
                || found.mime().split('/').next() == Some(sort)
                || claimed == "image/svg+xml" && found.mime() == "text/xml"
        }
        ([], Some(_)) => false,
        // Raw AAC has the type that some phones give to AAC in MP4.
        (_, Some(Format::Other(mime))) => mime == claimed,
        (formats, Some(found)) => formats.contains(&found),
        (_, None) => false,
    }
}

/// The formats that go by a media type, of those that are read: registered names (IANA), and those that browsers,
/// phones and programs use all the same.
fn formats(mime: &str) -> &'static [Format] {
    match mime {
        "image/jpeg" | "image/jpg" | "image/pjpeg" => &[Format::Jpeg],
        "image/png" | "image/x-png" | "image/apng" | "image/vnd.mozilla.apng" => &[Format::Png],
        "image/gif" => &[Format::Gif],
        "image/webp" => &[Format::WebP],
        "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave" | "audio/x-pn-wav" => &[Format::Wav],
        "audio/ogg" | "video/ogg" | "application/ogg" | "audio/x-ogg" | "audio/opus" | "audio/vorbis" => {
            &[Format::Ogg]
        }
        "audio/mpeg" | "audio/mp3" | "audio/mpeg3" | "audio/mpg" | "audio/x-mp3" | "audio/x-mpeg"
        | "audio/x-mpeg-3" => &[Format::Mp3],
        "audio/flac" | "audio/x-flac" => &[Format::Flac, Format::Ogg],
        "audio/mp4" | "video/mp4" | "application/mp4" | "audio/m4a" | "audio/x-m4a" | "audio/mp4a-latm"
        | "audio/aac" | "video/x-m4v" | "video/quicktime" | "audio/3gpp" | "video/3gpp" | "audio/3gpp2"
        | "video/3gpp2" => &[Format::Mp4],
        "audio/webm" | "video/webm" | "audio/x-matroska" | "video/x-matroska" | "audio/matroska"
        | "video/matroska" => &[Format::WebM],
        _ => &[],
    }
}

fn may_be(kind: MediaKind, found: Option<Format>) -> bool {
    match (kind, found) {
        (MediaKind::File, _) => true,
        (_, None) => false,
        (_, Some(found)) if found.is_plain() => false,
        (MediaKind::Image, Some(found)) => found.is_image(),
        (MediaKind::Voice | MediaKind::Audio, Some(found)) => !found.is_image(),
        (MediaKind::Video, Some(found)) => matches!(found, Format::Mp4 | Format::WebM | Format::Ogg),
    }
}
