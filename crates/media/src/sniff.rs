//! What a file begins as.

/// How much of a file's beginning is looked at, in bytes.
pub(crate) const HEAD: usize = 8192;

/// What nobody knows.
pub(crate) const UNKNOWN: &str = "application/octet-stream";

/// A format by its first bytes. All but `Other` are read; that is kept as a plain file, as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    Png,
    Gif,
    WebP,
    Wav,
    Ogg,
    Mp3,
    Flac,
    /// ISO base media (ISO/IEC 14496-12), with or without a video: MP4, M4A, 3GP, and the older QuickTime.
    Mp4,
    /// Any EBML document: WebM and Matroska.
    WebM,
    /// Pictures in ISO base media, by their media type: HEIC, AVIF. They are cleaned, and kept as a plain file.
    Heif(&'static str),
    /// A TIFF, just so.
    Tiff(&'static str),
    /// Pictures in other boxes, just so.
    Jpeg2000,
    JpegXl,
    /// What the sensor of a camera saw, in the format of its maker, who says what is in it to nobody. It is refused.
    Raw(&'static str),
    /// Something else that is known, by its media type.
    Other(&'static str),
}

impl Format {
    /// Its media type; of a container, the one for videos.
    pub(crate) const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Wav => "audio/wav",
            Self::Ogg => "audio/ogg",
            Self::Mp3 => "audio/mpeg",
            Self::Flac => "audio/flac",
            Self::Mp4 => "video/mp4",
            Self::WebM => "video/webm",
            Self::Jpeg2000 => "image/jp2",
            Self::JpegXl => "image/jxl",
            Self::Heif(mime) | Self::Tiff(mime) | Self::Raw(mime) | Self::Other(mime) => mime,
        }
    }

    /// Whether it is a plain file whatever is in it.
    pub(crate) const fn is_plain(self) -> bool {
        matches!(
            self,
            Self::Heif(_) | Self::Tiff(_) | Self::Jpeg2000 | Self::JpegXl | Self::Raw(_) | Self::Other(_)
        )
    }

    /// Whether it is one of the pictures that are shown.
    pub(crate) const fn is_image(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Gif | Self::WebP)
    }

    /// What people call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG image",
            Self::Png => "PNG image",
            Self::Gif => "GIF image",
            Self::WebP => "WebP image",
            Self::Wav => "WAV sound",
            Self::Ogg => "Ogg file",
            Self::Mp3 => "MP3 sound",
            Self::Flac => "FLAC sound",
            Self::Mp4 => "MP4 file",
            Self::WebM => "WebM file",
            Self::Heif(_) => "HEIF image",
            Self::Tiff(_) => "TIFF image",
            Self::Jpeg2000 => "JPEG 2000 image",
            Self::JpegXl => "JPEG XL image",
            Self::Raw(_) => "raw picture",
            Self::Other(_) => "file",
        }
    }
}

/// Tells the format of a file by its first [`HEAD`] bytes, or all of them if it has fewer.
///
/// What we read, and what could pass for it with a browser, is told by the whole of its signature; `infer`, which is
/// content with two or three letters, names the rest.
pub(crate) fn sniff(head: &[u8]) -> Option<Format> {
    picture(head)
        .or_else(|| raw(head))
        .or_else(|| sound(head))
        .or_else(|| container(head))
        .or_else(|| markup(head))
        .or_else(|| other(head))
}

fn picture(head: &[u8]) -> Option<Format> {
    if head.starts_with(b"\xFF\xD8\xFF") {
        Some(Format::Jpeg)
    } else if head.starts_with(b"\x89PNG\r\n\x1A\n") {
        Some(Format::Png)
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        Some(Format::Gif)
    } else if is_riff(head, *b"WEBP") {
        Some(Format::WebP)
    } else if [b"II\x2A\0", b"MM\0\x2A", b"II\x2B\0", b"MM\0\x2B"]
        .iter()
        .any(|start| head.starts_with(*start))
    {
        Some(Format::Tiff("image/tiff"))
    } else if head.starts_with(b"\0\0\0\x0CjP  \r\n\x87\n") {
        Some(Format::Jpeg2000)
    } else if head.starts_with(b"\0\0\0\x0CJXL \r\n\x87\n") {
        Some(Format::JpegXl)
    } else {
        None
    }
}

/// Raw pictures of cameras that are no TIFF. Those that are one are told by how they are compressed.
fn raw(head: &[u8]) -> Option<Format> {
    const STARTS: [(&[u8], &str); 5] = [
        (b"FUJIFILMCCD-RAW ", "image/x-fuji-raf"),
        (b"IIU\0", "image/x-panasonic-rw2"),
        (b"\0MRM", "image/x-minolta-mrw"),
        (b"FOVb", "image/x-sigma-x3f"),
        (b"II\x1A\0\0\0HEAPCCDR", "image/x-canon-crw"),
    ];
    let found = STARTS.iter().find(|(start, _)| head.starts_with(start));
    // Four letters with which a text begins as well, and where the pictures lie behind them.
    let is_olympus = [&b"IIRO"[..], b"IIRS", b"MMOR"]
        .iter()
        .any(|start| head.starts_with(start))
        && head.get(4..8).is_some_and(|place| place.contains(&0));
    match found {
        Some((_, mime)) => Some(Format::Raw(mime)),
        None if is_olympus => Some(Format::Raw("image/x-olympus-orf")),
        None => None,
    }
}

fn sound(head: &[u8]) -> Option<Format> {
    if is_riff(head, *b"WAVE") {
        Some(Format::Wav)
    } else if head.starts_with(b"OggS") {
        Some(Format::Ogg)
    } else if head.starts_with(b"fLaC") {
        Some(Format::Flac)
    } else if let Some(rest) = after_id3(head) {
        // Tags of MP3 stand before other sound as well. What lies beyond the head is for `behind_tag`.
        if rest.starts_with(b"fLaC") {
            Some(Format::Flac)
        } else {
            Some(Format::Mp3)
        }
    } else if is_mpeg_layer_3(head) {
        Some(Format::Mp3)
    } else {
        None
    }
}

fn is_riff(head: &[u8], kind: [u8; 4]) -> bool {
    head.starts_with(b"RIFF") && head.get(8..12) == Some(&kind)
}

/// What follows an ID3v2 tag, as far as the head goes.
fn after_id3(head: &[u8]) -> Option<&[u8]> {
    let end = end_of_id3(head)?;
    Some(head.get(end..).unwrap_or_default())
}

/// Where a tag ends that reaches beyond the head. A sound begins there, of which four bytes tell whether it is FLAC.
pub(crate) fn behind_tag(head: &[u8]) -> Option<u64> {
    end_of_id3(head)
        .filter(|end| end + 4 > head.len())
        .map(|end| end as u64)
}

/// Where an ID3v2 tag (<https://id3.org/id3v2.4.0-structure>) ends.
fn end_of_id3(head: &[u8]) -> Option<usize> {
    let tag = head.strip_prefix(b"ID3")?;
    let [version, _, flags, size @ ..] = tag.first_chunk::<7>()?;
    if !(2..=4).contains(version) || size.iter().any(|byte| *byte >= 0x80) {
        return None;
    }
    let size = size.iter().fold(0, |size, byte| size << 7 | usize::from(*byte));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    Some(10 + size + footer)
}

/// Whether the first frame header is one of MPEG audio, layer III (ISO/IEC 11172-3, 2.4.1.3).
fn is_mpeg_layer_3(head: &[u8]) -> bool {
    let Some([0xFF, kind, rates, _]) = head.first_chunk::<4>() else {
        return false;
    };
    let sync_and_layer = kind & 0b1110_0110 == 0b1110_0010;
    let known_version = kind & 0b0001_1000 != 0b0000_1000;
    let known_rates = rates & 0b1111_0000 != 0b1111_0000 && rates & 0b0000_1100 != 0b0000_1100;
    sync_and_layer && known_version && known_rates
}

fn container(head: &[u8]) -> Option<Format> {
    if head.starts_with(b"\x1A\x45\xDF\xA3") {
        return Some(Format::WebM);
    }
    let (size, rest) = head.split_at_checked(4)?;
    let (name, rest) = rest.split_at_checked(4)?;
    match name {
        b"ftyp" => Some(of_brand(rest.get(..4)?)),
        // QuickTime of old begins with any of its atoms. A text that has one of these words there has no such size.
        b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot" | b"moof" | b"styp"
            if size.iter().any(u8::is_ascii_control) =>
        {
            Some(Format::Mp4)
        }
        _ => None,
    }
}

/// Pictures are ISO base media too, and no videos.
fn of_brand(brand: &[u8]) -> Format {
    match brand {
        b"avif" | b"avis" => Format::Heif("image/avif"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Format::Heif("image/heic"),
        b"mif1" | b"mif2" | b"msf1" | b"miaf" => Format::Heif("image/heif"),
        b"crx " => Format::Raw("image/x-canon-cr3"),
        _ => Format::Mp4,
    }
}

fn markup(head: &[u8]) -> Option<Format> {
    let text = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    if !text.starts_with(b"<") {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    if has(b"<!doctype html") || has(b"<html") || has(b"<script") && !has(b"<svg") {
        Some(Format::Other("text/html"))
    } else if has(b"<svg") {
        Some(Format::Other("image/svg+xml"))
    } else {
        None
    }
}

fn other(head: &[u8]) -> Option<Format> {
    let mime = match infer::get(head)?.mime_type() {
        // Formats that begin with other bytes than infer believes are none.
        "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "audio/mpeg" | "audio/m4a"
        | "video/mp4" | "video/x-m4v" | "video/quicktime" | UNKNOWN => return None,
        // Two letters, with which texts begin as well.
        "image/bmp" if !is_bitmap(head) => return None,
        mime => mime,
    };
    Some(Format::Other(mime))
}

/// Whether the four reserved bytes of the header are zero.
fn is_bitmap(head: &[u8]) -> bool {
    head.get(6..10) == Some(&[0; 4])
}

#[cfg(test)]
mod tests {
    use super::{Format, sniff};

    #[test]
    fn a_text_that_begins_with_letters_of_a_format_is_none() {
        for text in [
            "GIFts for you",
            "BMW, a car",
            "the mdat box",
            "ID3 is a tag",
            "RIFF is a format",
            "IIRO is a word",
            "FUJIFILM, a maker",
            "OggThis",
        ] {
            assert_eq!(sniff(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_text_in_utf_16_is_no_mp3() {
        assert_eq!(sniff(b"\xFF\xFEh\0i\0"), None);
    }

    #[test]
    fn sound_is_told_behind_its_tag() {
        assert_eq!(
            sniff(b"ID3\x04\0\0\0\0\0\x02\0\0\xFF\xFB\x90\0"),
            Some(Format::Mp3)
        );
        assert_eq!(sniff(b"ID3\x04\0\0\0\0\0\x02\0\0fLaC"), Some(Format::Flac));
        assert_eq!(sniff(b"\xFF\xFB\x90\x64"), Some(Format::Mp3));
    }

    #[test]
    fn pictures_in_iso_base_media_are_no_videos() {
        let brand = |brand: &str| sniff(format!("\0\0\0\x18ftyp{brand}\0\0\0\0").as_bytes());
        assert_eq!(brand("heic"), Some(Format::Heif("image/heic")));
        assert_eq!(brand("avif"), Some(Format::Heif("image/avif")));
        assert_eq!(brand("M4A "), Some(Format::Mp4));
        assert_eq!(brand("qt  "), Some(Format::Mp4));
    }

    #[test]
    fn raw_pictures_are_told_apart() {
        for (head, mime) in [
            (&b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom"[..], "image/x-canon-cr3"),
            (b"FUJIFILMCCD-RAW 0201FF383501", "image/x-fuji-raf"),
            (b"IIU\0\x18\0\0\0", "image/x-panasonic-rw2"),
            (b"IIRO\x08\0\0\0", "image/x-olympus-orf"),
            (b"IIRS\x08\0\0\0", "image/x-olympus-orf"),
            (b"MMOR\0\0\0\x08", "image/x-olympus-orf"),
            (b"\0MRM\0\0\0\x08", "image/x-minolta-mrw"),
            (b"FOVb\0\0\x02\0", "image/x-sigma-x3f"),
            (b"II\x1A\0\0\0HEAPCCDR", "image/x-canon-crw"),
        ] {
            assert_eq!(sniff(head), Some(Format::Raw(mime)));
        }
    }

    #[test]
    fn markup_is_told_apart() {
        let svg = Some(Format::Other("image/svg+xml"));
        assert_eq!(sniff(b"<svg xmlns='x'><script>alert(1)</script></svg>"), svg);
        assert_eq!(sniff(b"\xEF\xBB\xBF\n<?xml version='1.0'?><SVG>"), svg);
        let html = Some(Format::Other("text/html"));
        assert_eq!(sniff(b" <!DOCTYPE html>\n<svg>"), html);
        assert_eq!(sniff(b"<script>alert(1)</script>"), html);
        assert_eq!(
            sniff(b"<?xml version='1.0'?><a/>"),
            Some(Format::Other("text/xml"))
        );
    }
}
