//! Media: in, in one piece, out, by links, and away.

use std::fmt;
use std::ops::Range;

use hyper::body::Bytes;
use hyper::{Method, StatusCode};
use parlor_wire::{MediaKindName, MediaLinkView, MediaView};
use serde_json::json;
use tokio::io::AsyncRead;
use uuid::Uuid;

use super::exchange::{collect, read, refused, unexpected, whole};
use super::{Download, form};
use crate::{Rest, RestError};

/// What is said about a file that is uploaded. All of it may be left out: what a file is, its content decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// What it is. Without this, sound is `audio`, also if somebody spoke it.
    pub kind: Option<MediaKindName>,
    /// What it is called.
    pub name: Option<String>,
    /// Its media type. One that does not fit the content is refused.
    pub mime: Option<String>,
}

/// A file of a piece of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaFile {
    /// What was uploaded, without what it told of its maker.
    Original,
    /// Its picture for lists.
    Small,
    /// Its picture for conversations.
    Large,
    /// The picture that was sent with a video.
    Poster,
}

impl Rest {
    /// Uploads a file in one piece, as it is read. What was sent before a network broke is lost: see
    /// [`Rest::begin_upload`].
    pub async fn upload(
        &self,
        file: impl AsyncRead + Send + 'static,
        claims: &Claims,
    ) -> Result<MediaView, RestError> {
        self.upload_form(form::of(file, None, claims)?).await
    }

    /// Uploads a video in one piece, with the picture that stands for it.
    pub async fn upload_video(
        &self,
        file: impl AsyncRead + Send + 'static,
        poster: impl Into<Bytes>,
        claims: &Claims,
    ) -> Result<MediaView, RestError> {
        self.upload_form(form::of(file, Some(poster.into()), claims)?)
            .await
    }

    async fn upload_form(&self, form: form::Form) -> Result<MediaView, RestError> {
        let request = self.begin(Method::POST, "/v1/media");
        let request = request.header("content-type", form.content_type);
        let response = self.exchange(request, form.body).await?;
        read(response.status(), &collect(response.into_body()).await?)
    }

    /// A file of a piece of media, as it comes.
    pub async fn download(&self, media: Uuid, file: MediaFile) -> Result<Download, RestError> {
        self.open(media, file, None).await
    }

    /// The bytes of a file from one place to another, of which those behind the end are left out.
    ///
    /// # Errors
    /// [`RestError::Refused`] (`range_not_satisfiable`) if the file has none of them
    ///
    /// # Panics
    /// If the range is empty.
    pub async fn download_part(
        &self,
        media: Uuid,
        file: MediaFile,
        part: Range<u64>,
    ) -> Result<Download, RestError> {
        assert!(!part.is_empty(), "a part has at least one byte");
        self.open(media, file, Some(part)).await
    }

    async fn open(
        &self,
        media: Uuid,
        file: MediaFile,
        part: Option<Range<u64>>,
    ) -> Result<Download, RestError> {
        let mut request = self.begin(Method::GET, &format!("/v1/media/{media}{file}"));
        let mut wanted = StatusCode::OK;
        if let Some(part) = part {
            request = request.header("range", format!("bytes={}-{}", part.start, part.end - 1));
            wanted = StatusCode::PARTIAL_CONTENT;
        }
        let response = self.exchange(request, whole(Bytes::new())).await?;
        match response.status() {
            status if status == wanted => Ok(Download::new(response)),
            // All of the file instead of a part, or a part of it instead of all.
            status if status.is_success() => Err(unexpected(status, b"")),
            status => Err(refused(status, &collect(response.into_body()).await?)),
        }
    }

    /// A link to a piece of media, which opens it without a token for some minutes.
    pub async fn link(&self, media: Uuid) -> Result<MediaLinkView, RestError> {
        let path = format!("/v1/media/{media}/link");
        let mut link: MediaLinkView = self.post(&path, json!({})).await?;
        // A server that does not know its own address leaves it out.
        if link.url.starts_with('/') {
            link.url = self.server.resource(&link.url);
        }
        Ok(link)
    }

    /// Forgets what one has uploaded and nothing uses.
    pub async fn delete_media(&self, media: Uuid) -> Result<(), RestError> {
        self.request(Method::DELETE, &format!("/v1/media/{media}"), None)
            .await
    }
}

/// What stands behind the path of the media.
impl fmt::Display for MediaFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Original => "",
            Self::Small => "/small",
            Self::Large => "/large",
            Self::Poster => "/poster",
        })
    }
}
