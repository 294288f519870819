//! What the tus protocol says in headers: resumable uploads, <https://tus.io/protocols/resumable-upload>, version 1.0.0.

use std::future::{Ready, ready};
use std::time::{Duration, SystemTime};

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, HttpDate};
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use parlor_domain::{FileName, Timestamp};
use parlor_services::{Claims, Upload};

use crate::ApiError;
use crate::form::kind;

/// The version that is spoken.
pub(crate) const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
/// What is spoken beyond the core.
pub(crate) const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("creation,creation-with-upload,termination,expiration");

pub(crate) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(crate) const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(crate) const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(crate) const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(crate) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(crate) const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(crate) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// What `POST` stands for.
pub(crate) const X_HTTP_METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
/// Our own: which media an upload became.
pub(crate) const PARLOR_MEDIA: HeaderName = HeaderName::from_static("parlor-media");

/// Most bytes of what a client says about a file.
const METADATA: usize = 8192;

/// Taken as its first argument by a handler of the protocol: refuses who speaks another version, or none.
pub(crate) struct Tus;

impl FromRequest for Tus {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let spoken = request.headers().get(TUS_RESUMABLE) == Some(&VERSION);
        ready(if spoken {
            Ok(Self)
        } else {
            Err(ApiError::no_such_tus())
        })
    }
}

/// A header that is a number of bytes.
///
/// # Errors
/// If it is missing or no such number.
pub(crate) fn bytes(headers: &HeaderMap, name: &HeaderName, shown: &str) -> Result<u64, ApiError> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let digits = value.filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| ApiError::invalid(shown, "must be a number of bytes"))
}

/// Whether the body is a part of an upload.
pub(crate) fn is_part(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| {
        kind.trim()
            .eq_ignore_ascii_case("application/offset+octet-stream")
    })
}

/// What a client says about a file: `filename`, `filetype` and `kind`; all else is passed over.
///
/// # Errors
/// If it is too long, not as the protocol has it, or the kind is none.
pub(crate) fn claims(headers: &HeaderMap) -> Result<Claims, ApiError> {
    let wrong = || ApiError::invalid("Upload-Metadata", "must be keys, each with a value in base64");
    let mut claims = Claims::default();
    let Some(value) = headers.get(UPLOAD_METADATA) else {
        return Ok(claims);
    };
    let text = value.to_str().map_err(|_| wrong())?;
    if text.len() > METADATA {
        return Err(ApiError::invalid("Upload-Metadata", "is too long"));
    }
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = BASE64.decode(value.trim()).map_err(|_| wrong())?;
        let value = String::from_utf8(value).map_err(|_| wrong())?;
        match key {
            "filename" => claims.name = FileName::tame(&value),
            "filetype" => claims.mime = (!value.is_empty()).then(|| value.into()),
            "kind" => claims.kind = Some(kind("kind", &value)?),
            _ => {}
        }
    }
    Ok(claims)
}

/// What is known of a file, as its client said it.
pub(crate) fn metadata(upload: &Upload) -> Option<String> {
    let name = upload.name.as_ref().map(FileName::as_str);
    let pairs = [
        ("filename", name),
        ("filetype", upload.mime.as_deref()),
        ("kind", upload.kind.map(|kind| kind.as_str())),
    ];
    let pairs = pairs
        .into_iter()
        .filter_map(|(key, value)| Some(format!("{key} {}", BASE64.encode(value?))));
    let pairs: Vec<String> = pairs.collect();
    (!pairs.is_empty()).then(|| pairs.join(","))
}

/// A time as headers have it (RFC 9110, section 5.6.7).
pub(crate) fn date(at: Timestamp) -> String {
    let since = Duration::from_micros(u64::try_from(at.micros()).unwrap_or(0));
    HttpDate::from(SystemTime::UNIX_EPOCH + since).to_string()
}

#[cfg(test)]
mod tests {
    use parlor_domain::MediaKind;

    use super::*;

    fn said(value: &'static str) -> Result<Claims, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(UPLOAD_METADATA, HeaderValue::from_static(value));
        claims(&headers)
    }

    #[test]
    fn what_is_said_about_a_file_is_read() {
        let claims =
            said("filename bGFrZS5qcGc=, filetype aW1hZ2UvanBlZw==,kind aW1hZ2U=,secret,x eA==").unwrap();
        assert_eq!(claims.name, FileName::tame("lake.jpg"));
        assert_eq!(claims.mime.as_deref(), Some("image/jpeg"));
        assert_eq!(claims.kind, Some(MediaKind::Image));
        assert!(said("").unwrap().name.is_none());
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for wrong in ["filename lake.jpg", "filename /w==", "kind ZmlsbQ=="] {
            assert!(said(wrong).is_err(), "{wrong}");
        }
        let long = Box::leak(format!("x {}", "AAAA".repeat(3000)).into_boxed_str());
        assert!(said(long).is_err());
    }

    #[test]
    fn only_digits_are_a_number() {
        let mut headers = HeaderMap::new();
        for (text, number) in [
            ("0", Some(0)),
            ("17", Some(17)),
            ("+1", None),
            ("-1", None),
            ("", None),
        ] {
            headers.insert(UPLOAD_LENGTH, HeaderValue::from_static(text));
            assert_eq!(
                bytes(&headers, &UPLOAD_LENGTH, "Upload-Length").ok(),
                number,
                "{text}"
            );
        }
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(
            date(Timestamp::from_micros(784_111_777_000_000)),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }
}
