//! Media in parts, over bad networks: the tus protocol, version 1.0.0 (<https://tus.io/protocols/resumable-upload>).

use std::io::{self, ErrorKind, SeekFrom};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::Method;
use hyper::body::Bytes;
use hyper::http::request::Builder;
use hyper::http::response::Parts;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt};
use uuid::Uuid;

use super::Claims;
use super::exchange::unexpected;
use super::form::word;
use crate::backoff::Backoff;
use crate::random::chance;
use crate::{Rest, RestError};

/// How much of a file is sent at once, and held in memory for that.
const PART: u64 = 8 * 1024 * 1024;
/// After so many failures in a row an upload is given up; a server may take a minute to start again.
const ATTEMPTS: u32 = 10;
/// Longest pause before the second attempt, and before any.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// An upload in parts, as far as the server has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upload {
    /// Its id, by which also another process can [go on](Rest::find_upload), and that of the media that it becomes.
    pub id: Uuid,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// How many of them the server has.
    pub received: u64,
    /// Whether it is media now.
    pub done: bool,
}

impl Rest {
    /// Begins an upload of so many bytes. The server keeps it for a day after each part.
    pub async fn begin_upload(&self, bytes: u64, claims: &Claims) -> Result<Upload, RestError> {
        let mut request = self
            .tus(Method::POST, "/v1/uploads")
            .header("upload-length", bytes);
        if let Some(metadata) = metadata(claims) {
            request = request.header("upload-metadata", metadata);
        }
        let head = self.head(request, Bytes::new()).await?;
        let place = head.headers.get("location").and_then(|place| place.to_str().ok());
        let id = place.and_then(|place| place.rsplit('/').next()?.parse().ok());
        Ok(Upload {
            id: id.ok_or_else(|| unexpected(head.status, b""))?,
            bytes,
            received: 0,
            done: false,
        })
    }

    /// How far an upload has come.
    pub async fn find_upload(&self, id: Uuid) -> Result<Upload, RestError> {
        let request = self.tus(Method::HEAD, &format!("/v1/uploads/{id}"));
        let head = self.head(request, Bytes::new()).await?;
        Ok(Upload {
            id,
            bytes: number(&head, "upload-length")?,
            received: number(&head, "upload-offset")?,
            done: head.headers.contains_key("parlor-media"),
        })
    }

    /// Sends the bytes that come next. With the last ones, the file is examined.
    ///
    /// # Errors
    /// [`RestError::Refused`] (`wrong_offset`) if the upload has come to another place meanwhile, as after an answer that
    /// was lost: [`Rest::find_upload`] says where.
    pub async fn send_part(&self, upload: &mut Upload, part: impl Into<Bytes>) -> Result<(), RestError> {
        let request = self
            .tus(Method::PATCH, &format!("/v1/uploads/{}", upload.id))
            .header("upload-offset", upload.received)
            .header("content-type", "application/offset+octet-stream");
        let head = self.head(request, part.into()).await?;
        upload.received = number(&head, "upload-offset")?;
        upload.done = head.headers.contains_key("parlor-media");
        Ok(())
    }

    /// Sends all of a file that the server does not have, and tells after each part how far it has come. Goes on by itself
    /// where a network breaks or the server is away for a while.
    ///
    /// # Errors
    /// The upload can be gone on with, unless the server refused the file itself. A token may expire before the end.
    pub async fn finish_upload<F>(
        &self,
        upload: &mut Upload,
        file: &mut F,
        mut tell: impl FnMut(&Upload),
    ) -> Result<(), RestError>
    where
        F: AsyncRead + AsyncSeek + Unpin,
    {
        let (base, cap) = PAUSES;
        let mut pauses = Backoff::new(base, cap, chance);
        let mut is_lost = false;
        while !upload.done {
            let before = upload.received;
            let sent = self.go_on(upload, file, is_lost).await;
            if upload.received > before {
                pauses.reset();
            }
            is_lost = sent.is_err();
            match sent {
                Ok(()) => {
                    tell(upload);
                    if upload.received == before && !upload.done {
                        // All of it is there, and somebody else's request has it examined.
                        tokio::time::sleep(pauses.next()).await;
                    }
                }
                Err(error) if !error.may_pass() || pauses.failures() == ATTEMPTS => return Err(error),
                // One broken connection says nothing about the next.
                Err(_) if pauses.is_fresh() => pauses.count(),
                Err(_) => tokio::time::sleep(pauses.next()).await,
            }
        }
        Ok(())
    }

    /// Ends an upload that is not done, and forgets what has come of it.
    pub async fn end_upload(&self, id: Uuid) -> Result<(), RestError> {
        let request = self.tus(Method::DELETE, &format!("/v1/uploads/{id}"));
        self.head(request, Bytes::new()).await?;
        Ok(())
    }

    /// Sends one part; one who `is_lost` asks first where the upload is.
    async fn go_on<F>(&self, upload: &mut Upload, file: &mut F, is_lost: bool) -> Result<(), RestError>
    where
        F: AsyncRead + AsyncSeek + Unpin,
    {
        if is_lost {
            *upload = self.find_upload(upload.id).await?;
            if upload.done {
                return Ok(());
            }
        }
        let part = part(file, upload).await.map_err(RestError::File)?;
        self.send_part(upload, part).await
    }

    fn tus(&self, method: Method, path: &str) -> Builder {
        self.begin(method, path).header("tus-resumable", "1.0.0")
    }
}

/// The part of a file that comes next, which is empty only at the end.
async fn part<F>(file: &mut F, upload: &Upload) -> io::Result<Vec<u8>>
where
    F: AsyncRead + AsyncSeek + Unpin,
{
    let wanted = PART.min(upload.bytes.saturating_sub(upload.received));
    let mut part = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
    file.seek(SeekFrom::Start(upload.received)).await?;
    file.take(wanted).read_to_end(&mut part).await?;
    if part.is_empty() && wanted > 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(part)
}

/// What is said about a file: keys, each with a value in base64.
fn metadata(claims: &Claims) -> Option<String> {
    let pairs = [
        ("filename", claims.name.clone()),
        ("filetype", claims.mime.clone()),
        ("kind", claims.kind.map(word)),
    ];
    let pairs = pairs
        .into_iter()
        .filter_map(|(key, value)| Some(format!("{key} {}", BASE64.encode(value?))));
    let pairs: Vec<String> = pairs.collect();
    (!pairs.is_empty()).then(|| pairs.join(","))
}

fn number(head: &Parts, name: &str) -> Result<u64, RestError> {
    let value = head.headers.get(name).and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| unexpected(head.status, b""))
}
