//! Bodies of `multipart/form-data` (RFC 7578).

use std::collections::HashMap;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderMap;
use bytes::Bytes;
use futures_util::Stream;
use serde_json::{Map, Value};

use super::body::Sent;
use super::form::{FILE, add_text};
use super::incoming::{Pace, next, too_large};
use super::{FilePart, Limits, Refusal, Sender};

/// Most parts of a form.
const PARTS: usize = 100;
/// Most files that a form may bring.
const FILES: usize = 10;

/// What becomes of the files of a form.
#[derive(Debug, Clone, Copy)]
pub(super) enum Files {
    /// They are not kept: of each it is known only that it came.
    Dropped,
    /// They go to the disk as they come, as those of this sender.
    Kept(Sender),
}

/// Receives a form with at most so many bytes of text, names among them. Of the files of one name the last counts.
///
/// # Errors
/// If it is no such form, is too large, or takes too long; and as [`FilePart::begin`].
pub(super) async fn receive<S>(
    headers: &HeaderMap,
    body: S,
    limits: &Limits,
    text_bytes: usize,
    files: Files,
) -> Result<Sent, Refusal>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + 'static,
{
    let mut fields = Multipart::new(headers, body);
    let mut form = Partial {
        limits,
        most_text: text_bytes,
        kept: files,
        parts: 0,
        text: 0,
        bytes: 0,
        pace: Pace::begin(),
        values: Map::new(),
        files: HashMap::new(),
    };
    while let Some(field) = next(&mut fields, malformed).await? {
        form.take(field).await?;
    }
    Ok(form.whole())
}

/// A form, as far as it has come.
struct Partial<'a> {
    limits: &'a Limits,
    /// Most bytes of text.
    most_text: usize,
    /// What becomes of files.
    kept: Files,
    /// How many parts have come.
    parts: usize,
    /// How many bytes of text.
    text: usize,
    /// How many bytes of files.
    bytes: u64,
    /// How fast it comes.
    pace: Pace,
    values: Map<String, Value>,
    /// Those that came, and what is kept of them.
    files: HashMap<String, Option<FilePart>>,
}

impl Partial<'_> {
    async fn take(&mut self, mut field: Field) -> Result<(), Refusal> {
        self.parts += 1;
        if self.parts > PARTS {
            return Err(too_many("fields"));
        }
        let name = field.name().unwrap_or_default().trim().to_owned();
        self.count_text(name.len())?;
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
                add_text(&mut self.values, name, text);
            }
        }
        Ok(())
    }

    async fn read_text(&mut self, field: &mut Field) -> Result<String, Refusal> {
        let mut text = Vec::new();
        while let Some(bytes) = next(field, malformed).await? {
            self.count_text(bytes.len())?;
            text.extend_from_slice(&bytes);
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// A file, if they are kept.
    async fn read_file(&mut self, name: String, field: &mut Field) -> Result<Option<FilePart>, Refusal> {
        let mime: Option<Box<str>> = field.content_type().map(|mime| mime.essence_str().into());
        self.count_text(name.len() + mime.as_ref().map_or(0, |mime| mime.len()))?;
        let most = self.limits.file_bytes - self.bytes;
        let mut file = match self.kept {
            Files::Dropped => None,
            Files::Kept(sender) => Some(FilePart::begin(&self.limits.spool, sender, most, name, mime).await?),
        };
        while let Some(bytes) = next(field, malformed).await? {
            self.count_bytes(bytes.len())?;
            if let Some(file) = &mut file {
                file.write(&bytes).await?;
            }
        }
        Ok(file)
    }

    fn count_text(&mut self, more: usize) -> Result<(), Refusal> {
        self.text += more;
        if self.text > self.most_text {
            return Err(too_large(self.most_text));
        }
        self.check_pace()
    }

    fn count_bytes(&mut self, more: usize) -> Result<(), Refusal> {
        let sum = self.bytes.saturating_add(more as u64);
        if sum > self.limits.file_bytes {
            return Err(Refusal::too_large(self.limits.file_bytes));
        }
        self.bytes = sum;
        self.check_pace()
    }

    fn check_pace(&mut self) -> Result<(), Refusal> {
        self.pace.check(self.bytes.saturating_add(self.text as u64))
    }

    /// All of it. A file that was not kept is among the values, as what is no file and nothing else.
    fn whole(self) -> Sent {
        let (mut values, mut files) = (self.values, HashMap::new());
        for (name, file) in self.files {
            match file {
                Some(file) => {
                    files.insert(name, file);
                }
                None => {
                    values.insert(name, FILE.clone());
                }
            }
        }
        Sent::form(values, files)
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::ResponseError;
    use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
    use futures_util::stream;
    use parlor_domain::UserId;
    use serde_json::json;
    use tokio::time::sleep;
    use uuid::Uuid;

    use super::*;
    use crate::drf::file::tests::spool;

    /// What becomes of a body, with room for 32 bytes of text and 8 of files.
    async fn receive_of(
        body: impl Stream<Item = Result<Bytes, PayloadError>> + 'static,
        files: Files,
    ) -> Result<Sent, Refusal> {
        let folder = tempfile::tempdir().unwrap();
        let mut headers = HeaderMap::new();
        let kind = HeaderValue::from_static("multipart/form-data; boundary=b");
        headers.insert(CONTENT_TYPE, kind);
        let limits = Limits {
            json_bytes: 32,
            file_bytes: 8,
            spool: spool(folder.path()),
        };
        receive(&headers, body, &limits, limits.json_bytes, files).await
    }

    /// What becomes of these parts, each a head and a body.
    async fn received_with(parts: &[(&str, &str)], files: Files) -> Result<Sent, Refusal> {
        let mut body = String::new();
        for (head, text) in parts {
            body.push_str(&format!(
                "--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{text}\r\n"
            ));
        }
        body.push_str("--b--\r\n");
        receive_of(stream::iter([Ok(Bytes::from(body))]), files).await
    }

    async fn received(parts: &[(&str, &str)]) -> Result<Sent, Refusal> {
        let sender = Sender::Known(UserId::new(Uuid::from_u128(1)));
        received_with(parts, Files::Kept(sender)).await
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
        assert_eq!(file.claims().name.unwrap().as_str(), "b.txt");
        assert_eq!(file.bytes(), 3);
    }

    #[tokio::test]
    async fn of_a_file_that_nobody_asks_for_it_is_known_only_that_it_came() {
        let parts = [
            ("name=\"a\"", "one"),
            ("name=\"b\"; filename=\"b.txt\"", "two"),
            ("name=\"a\"; filename=\"a.txt\"", "three"),
        ];
        let sent = received_with(&parts, Files::Dropped).await.unwrap();
        assert_eq!(sent.value, json!({ "a": FILE, "b": FILE }));
        assert!(sent.files.is_empty());
        let large = [("name=\"b\"; filename=\"b.txt\"", "123456789")];
        let refusal = received_with(&large, Files::Dropped).await.err().unwrap();
        assert_eq!(refusal.status_code(), 413);
    }

    #[tokio::test]
    async fn nobody_sends_more_files_at_a_time_than_he_may() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(folder.path());
        let begin = async |sender: Sender| FilePart::begin(&spool, sender, 8, "a".to_owned(), None).await;
        let known = |number: u128| Sender::Known(UserId::new(Uuid::from_u128(number)));
        let at = |address: &str| Sender::Stranger(Some(address.parse().unwrap()));
        for (sender, another) in [
            (Sender::Stranger(None), known(2)),
            (known(1), known(2)),
            (at("192.0.2.1"), at("192.0.2.2")),
            (at("2001:db8::1"), at("2001:db8:0:1::1")),
        ] {
            let mut files = Vec::new();
            while let Ok(file) = begin(sender).await {
                files.push(file);
                assert!(files.len() <= 8, "of {sender:?}");
            }
            assert_eq!(files.len(), 8, "of {sender:?}");
            let refusal: Refusal = begin(sender).await.unwrap_err().into();
            assert_eq!(refusal.status_code(), 503);
            assert!(begin(another).await.is_ok(), "another one may");
        }
    }

    #[tokio::test]
    async fn of_one_name_all_texts_are_kept_and_the_last_file() {
        let parts = [
            ("name=\"a\"", "one"),
            ("name=\"a\"", "two"),
            ("name=\"b\"; filename=\"1\"", "x"),
            ("name=\"b\"; filename=\"2\"", "y"),
        ];
        let sent = received(&parts).await.unwrap();
        assert_eq!(sent.value, json!({ "a": ["one", "two"] }));
        assert_eq!(sent.files["b"].claims().name.unwrap().as_str(), "2");
    }

    #[tokio::test]
    async fn what_is_too_large_is_refused() {
        let text = "x".repeat(16);
        let long = format!("name=\"{text}\"");
        for parts in [
            [("name=\"a\"", &*text), ("name=\"b\"", &*text)],
            [(&*long, "1"), (&*long, "2")],
            [
                ("name=\"a\"; filename=\"a\"", "12345"),
                ("name=\"a\"; filename=\"a\"", "6789"),
            ],
        ] {
            let refusal = received(&parts).await.err().unwrap();
            assert_eq!(refusal.status_code(), 413, "{parts:?}");
        }
    }

    #[tokio::test]
    async fn names_are_text_like_any_other() {
        let (half, file) = (
            "x".repeat(16),
            format!("name=\"f\"; filename=\"{}\"", "x".repeat(16)),
        );
        let name = format!("name=\"{half}\"");
        assert!(received(&[(&*name, "")]).await.is_ok());
        for parts in [
            [(&*name, ""), (&*file, "")],
            [(&*file, ""), (&*file, "")],
            [(&*name, ""), (&*name, "x")],
        ] {
            let refusal = received(&parts).await.err().unwrap();
            assert_eq!(
                refusal.to_string(),
                r#"{"detail":"Request body exceeded 32 bytes."}"#
            );
        }
    }

    #[tokio::test]
    async fn too_many_files_are_refused() {
        let heads: Vec<String> = (0..=FILES)
            .map(|number| format!("name=\"{}\"; filename=\"a\"", char::from(b'a' + number as u8)))
            .collect();
        let parts: Vec<_> = heads.iter().map(|head| (head.as_str(), "")).collect();
        assert!(received_with(&parts[1..], Files::Dropped).await.is_ok());
        let refusal = received_with(&parts, Files::Dropped).await.err().unwrap();
        assert_eq!(
            refusal.to_string(),
            r#"{"detail":"Multipart form parse error - Too many files"}"#
        );
        let parts = [("name=\"\"", ""); PARTS + 1];
        assert!(received(&parts[1..]).await.is_ok());
        let refusal = received(&parts).await.err().unwrap();
        assert_eq!(
            refusal.to_string(),
            r#"{"detail":"Multipart form parse error - Too many fields"}"#
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_form_that_drips_is_given_up() {
        const HEAD: &str = "--b\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n";
        let drips = stream::unfold(0, async |number| {
            sleep(Duration::from_secs(25)).await;
            let bytes = Bytes::from_static(if number == 0 { HEAD.as_bytes() } else { b"x" });
            Some((Ok(bytes), number + 1))
        });
        let refusal = receive_of(drips, Files::Dropped).await.err().unwrap();
        assert_eq!(refusal.status_code(), 408, "{refusal}");
    }
}
