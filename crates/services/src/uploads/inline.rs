//! Files that come as text.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::Error;

/// Padded or not; that the last bits are zero is not asked for, since some encoders leave them.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// The bytes of a base64 text or a data URL (RFC 2397), and the media type that such a URL names.
///
/// # Errors
/// [`Error::UploadTooLarge`] by the length of the text; [`Error::Invalid`] (`data`) if it is no base64
pub(super) fn decode(data: &str, most: usize) -> Result<(Option<Box<str>>, Vec<u8>), Error> {
    // White space may be between any two letters. Nobody needs more of it than a line break after each 60.
    let longest = most.div_ceil(3) * 4;
    if data.len() > longest + longest / 30 + 256 {
        return Err(too_large(most));
    }
    let (mime, text) = split(data)?;
    let mut letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if letters.len() > longest {
        return Err(too_large(most));
    }
    let url_safe = letters.iter().any(|letter| matches!(letter, b'-' | b'_'));
    let alphabet = if url_safe { &URL_SAFE } else { &STANDARD };
    let engine = GeneralPurpose::new(alphabet, LENIENT);
    letters.shrink_to_fit();
    let bytes = engine.decode(&letters).map_err(|why| invalid(why.to_string()))?;
    if bytes.len() > most {
        return Err(too_large(most));
    }
    Ok((mime, bytes))
}

/// The media type and the base64 of a data URL; any other text is base64 itself.
fn split(data: &str) -> Result<(Option<Box<str>>, &str), Error> {
    let data = data.trim_start();
    let Some(url) = data.get(..5).filter(|start| start.eq_ignore_ascii_case("data:")) else {
        return Ok((None, data));
    };
    let rest = &data[url.len()..];
    let (head, text) = rest
        .split_once(',')
        .ok_or_else(|| invalid("a data URL has a comma".into()))?;
    let head = head.trim_end();
    let end = head.len().saturating_sub(";base64".len());
    let is_base64 = head
        .get(end..)
        .is_some_and(|last| last.eq_ignore_ascii_case(";base64"));
    if !is_base64 {
        return Err(invalid("a data URL must be one of base64".into()));
    }
    let mime = &head[..end];
    Ok(((!mime.is_empty()).then(|| mime.into()), text))
}

fn too_large(most: usize) -> Error {
    Error::UploadTooLarge {
        most: u64::try_from(most).unwrap_or(u64::MAX),
    }
}

fn invalid(why: String) -> Error {
    Error::invalid("data", format_args!("must be base64 or a data URL: {why}"))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD as PADDED, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn data_urls_name_their_type() {
        for (text, mime) in [
            ("aGk=", None),
            (" aGk", None),
            ("aG\r\n k\t=", None),
            ("data:;base64,aGk=", None),
            ("data:image/png;base64,aGk=", Some("image/png")),
            (
                "DATA:audio/webm;codecs=opus;BASE64, aGk",
                Some("audio/webm;codecs=opus"),
            ),
        ] {
            let (found, bytes) = decode(text, 10).unwrap();
            assert_eq!((found.as_deref(), &*bytes), (mime, &b"hi"[..]), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_base64_is_refused_by_name() {
        for bad in [
            "a",
            "a*k=",
            "data:image/png,hi",
            "data:",
            "aG+_",
            "\u{e9}",
            "data:;base64",
        ] {
            let error = decode(bad, 10).unwrap_err();
            assert_eq!(
                (error.field(), error.code()),
                (Some("data"), "invalid"),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_decoded() {
        for bad in ["*".repeat(100_000), " ".repeat(100_000), PADDED.encode([0; 11])] {
            let error = decode(&bad, 10).unwrap_err();
            assert!(matches!(error, Error::UploadTooLarge { most: 10 }), "{error}");
        }
    }

    proptest! {
        #[test]
        fn all_bytes_come_through_either_alphabet(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            for text in [PADDED.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                prop_assert_eq!(&decode(&text, 100).unwrap().1, &bytes);
            }
        }

        #[test]
        fn no_text_is_a_panic(text in any::<String>()) {
            let _either = decode(&text, 64);
            let _either = decode(&format!("data:{text}"), 64);
        }
    }
}
