//! Bodies of `multipart/form-data` (RFC 7578).

use std::collections::HashMap;
use std::io::{self, ErrorKind};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use bytes::Bytes;
use futures_util::Stream;
use serde_json::{Map, Value};

use super::body::Sent;
use super::incoming::{Pace, next, too_large};
use super::{FilePart, Limits, Refusal};

/// Most parts of a form.
const PARTS: usize = 1_000;
/// Most files that a form may bring.
const FILES: usize = 10;

/// Receives a form with at most so many bytes of text. Its files go to the disk as they come; of those of one name the last counts,
/// and of texts likewise.
///
/// # Errors
/// If it is no such form, is too large, or takes too long.
pub(super) async fn receive<S>(
    headers: &HeaderMap,
    body: S,
    limits: &Limits,
    text_bytes: usize,
) -> Result<Sent, Refusal>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + 'static,
{
    let mut fields = Multipart::new(headers, body);
    let mut form = Partial {
        limits,
        most_text: text_bytes,
        parts: 0,
        text: 0,
        bytes: 0,
        values: Map::new(),
        files: HashMap::new(),
    };
    while let Some(field) = next(&mut fields, malformed).await? {
        form.take(field).await?;
    }
    Ok(Sent::form(form.values, form.files))
}

/// A form, as far as it has come.
struct Partial<'a> {
    limits: &'a Limits,
    /// Most bytes of text.
    most_text: usize,
    /// How many parts have come.
    parts: usize,
    /// How many bytes of text.
    text: usize,
    /// How many bytes of files.
    bytes: u64,
    values: Map<String, Value>,
    files: HashMap<String, FilePart>,
}

impl Partial<'_> {
    async fn take(&mut self, mut field: Field) -> Result<(), Refusal> {
        self.parts += 1;
        if self.parts > PARTS {
            return Err(too_many("fields"));
        }
        let name = field.name().unwrap_or_default().trim().to_owned();
        match file_name(&field) {
            Some(said) => {
                if self.files.len() == FILES && !self.files.contains_key(&name) {
                    return Err(too_many("files"));
                }
                let file = self.read_file(said, &mut field).await?;
                self.files.insert(name, file);
            }
            None => {
                let text = self.read_text(&mut field).await?;
                self.values.insert(name, Value::String(text));
            }
        }
        Ok(())
    }

    async fn read_text(&mut self, field: &mut Field) -> Result<String, Refusal> {
        let mut text = Vec::new();
        while let Some(bytes) = next(field, malformed).await? {
            self.text += bytes.len();
            if self.text > self.most_text {
                return Err(too_large(self.most_text));
            }
            text.extend_from_slice(&bytes);
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    async fn read_file(&mut self, name: String, field: &mut Field) -> Result<FilePart, Refusal> {
        let mime = field.content_type().map(|mime| mime.essence_str().into());
        let file = FilePart::begin(self.limits.spool.clone(), name, mime).await;
        let mut file = file.map_err(not_stored)?;
        let mut pace = Pace::begin();
        while let Some(bytes) = next(field, malformed).await? {
            let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            self.bytes = self.bytes.saturating_add(more);
            if self.bytes > self.limits.file_bytes {
                return Err(Refusal::too_large(self.limits.file_bytes));
            }
            file.write(&bytes).await.map_err(not_stored)?;
            pace.check(file.bytes())?;
        }
        file.finish().await.map_err(not_stored)?;
        Ok(file)
    }
}

/// What the sender calls a file; a part without such a name is a text.
fn file_name(field: &Field) -> Option<String> {
    let disposition = field.content_disposition()?;
    let extended = disposition
        .get_filename_ext()
        .and_then(|name| std::str::from_utf8(&name.value).ok());
    extended
        .or_else(|| disposition.get_filename())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

/// What is said of a body that is not such a form.
fn malformed(error: MultipartError) -> Refusal {
    let why = match error {
        MultipartError::BoundaryMissing => "Invalid boundary in multipart: None".to_owned(),
        error => error.to_string(),
    };
    Refusal::parse_error(&format!("Multipart form parse error - {why}"))
}

fn too_many(what: &str) -> Refusal {
    Refusal::parse_error(&format!("Multipart form parse error - Too many {what}"))
}

fn not_stored(error: io::Error) -> Refusal {
    tracing::error!(%error, "a file of a form was not stored");
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Refusal::of(StatusCode::INSUFFICIENT_STORAGE),
        _ => Refusal::server_error(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
    use futures_util::stream;
    use serde_json::json;

    use super::*;

    /// What becomes of these parts, each a head and a body, with room for 8 bytes of text and 8 of files.
    async fn received(parts: &[(&str, &str)]) -> Result<Sent, Refusal> {
        let folder = tempfile::tempdir().unwrap();
        let mut body = String::new();
        for (head, text) in parts {
            body.push_str(&format!(
                "--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{text}\r\n"
            ));
        }
        body.push_str("--b--\r\n");
        let mut headers = HeaderMap::new();
        let kind = HeaderValue::from_static("multipart/form-data; boundary=b");
        headers.insert(CONTENT_TYPE, kind);
        let limits = Limits {
            json_bytes: 8,
            file_bytes: 8,
            spool: folder.path().to_owned(),
        };
        let body = stream::iter([Ok(Bytes::from(body))]);
        receive(&headers, body, &limits, limits.json_bytes).await
    }

    #[tokio::test]
    async fn texts_and_files_are_told_apart() {
        let parts = [
            ("name=\"a\"", "one"),
            ("name=\"b\"; filename=\"b.txt\"", "two"),
            ("name=\"c\"; filename=\"\"", ""),
        ];
        let sent = received(&parts).await.unwrap();
        assert_eq!(sent.value, json!({ "a": "one", "c": "" }));
        let file = &sent.files["b"];
        assert_eq!((file.name(), file.bytes()), ("b.txt", 3));
    }

    #[tokio::test]
    async fn the_last_of_one_name_counts() {
        let parts = [
            ("name=\"a\"", "one"),
            ("name=\"a\"", "two"),
            ("name=\"b\"; filename=\"1\"", "x"),
            ("name=\"b\"; filename=\"2\"", "y"),
        ];
        let sent = received(&parts).await.unwrap();
        assert_eq!(sent.value, json!({ "a": "two" }));
        assert_eq!(sent.files["b"].name(), "2");
    }

    #[tokio::test]
    async fn what_is_too_large_is_refused() {
        for parts in [
            [("name=\"a\"", "12345"), ("name=\"b\"", "6789")],
            [
                ("name=\"a\"; filename=\"a\"", "12345"),
                ("name=\"a\"; filename=\"a\"", "6789"),
            ],
        ] {
            let refusal = received(&parts).await.err().unwrap();
            assert_eq!(refusal.status_code(), 413);
        }
    }

    #[tokio::test]
    async fn too_many_files_are_refused() {
        let heads: Vec<String> = (0..=FILES)
            .map(|number| format!("name=\"{number}\"; filename=\"a\""))
            .collect();
        let parts: Vec<_> = heads.iter().map(|head| (head.as_str(), "")).collect();
        assert!(received(&parts[1..]).await.is_ok());
        let refusal = received(&parts).await.err().unwrap();
        assert_eq!(
            refusal.to_string(),
            r#"{"detail":"Multipart form parse error - Too many files"}"#
        );
    }
}
