//! Files on their way out.

use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, HeaderName, HeaderValue,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use parlor_domain::FileName;
use parlor_services::{BlobStream, Error, MediaFile, StoredFile, StoredMedia, shown};

use crate::disposition::{disposition, may_show, served_as};
use crate::etag::{is_known, is_wanted};
use crate::range::{Wanted, wanted};
use crate::{Api, ApiError};

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// Tells a web server in front to give out a file by itself (nginx: `ngx_http_proxy_module`, X-Accel).
const X_ACCEL_REDIRECT: HeaderName = HeaderName::from_static("x-accel-redirect");

/// Whatever a browser makes of a file that is opened by itself, it may run nothing, load nothing, and is of no origin. Pictures
/// and players in pages do not ask this.
const SAVED: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'");
/// The same for what may be shown: the page that a browser makes around it loads it again, so it needs its origin.
const SHOWN: HeaderValue = HeaderValue::from_static(
    "sandbox allow-same-origin; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; \
     frame-ancestors 'none'",
);

/// How somebody came to a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access {
    /// With a session, in a request that no page of another origin can make.
    Session,
    /// By a link, which is good for so long and in any page.
    Link(Duration),
}

/// Gives out a piece of media to whoever has a URL that is good for so long.
///
/// # Errors
/// If no byte of it is wanted, or its bytes cannot be had.
pub async fn give(
    api: &Api,
    request: &HttpRequest,
    media: &StoredMedia,
    left: Duration,
) -> Result<HttpResponse, ApiError> {
    let download = Download {
        media,
        file: shown(media, MediaFile::Original).ok_or(Error::NoSuchMedia)?,
        access: Access::Link(left),
        save: false,
    };
    download.answer(api, request).await
}

/// A file that was asked for and may be had.
pub(crate) struct Download<'a> {
    pub(crate) media: &'a StoredMedia,
    pub(crate) file: &'a StoredFile,
    pub(crate) access: Access,
    /// Whether it is to be saved and not shown.
    pub(crate) save: bool,
}

impl Download<'_> {
    /// The answer: the file, the part of it that is wanted, that it is known, or where a web server in front has it.
    ///
    /// # Errors
    /// If no byte of it is wanted, or its bytes cannot be had.
    pub(crate) async fn answer(self, api: &Api, request: &HttpRequest) -> Result<HttpResponse, ApiError> {
        let length = self.file.blob.bytes;
        let (headers, tag) = (request.headers(), self.tag());
        let mut answer = self.head(&tag);
        if !is_wanted(headers, &tag) {
            return Err(ApiError::another_version());
        }
        if is_known(headers, &tag) {
            return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
        }
        answer
            .insert_header((CONTENT_TYPE, served_as(&self.file.mime)))
            .insert_header((CONTENT_DISPOSITION, self.disposition()));
        if let Some(place) = self.elsewhere(api) {
            return Ok(answer.insert_header((X_ACCEL_REDIRECT, place)).finish());
        }
        // Nothing but GET has ranges (RFC 9110, section 14.2).
        let is_get = request.method() == Method::GET;
        let range = match wanted(headers, &tag, length) {
            Wanted::Part(range) if is_get => {
                let content = format!("bytes {}-{}/{length}", range.start, range.end - 1);
                answer
                    .status(StatusCode::PARTIAL_CONTENT)
                    .insert_header((CONTENT_RANGE, content));
                range
            }
            Wanted::Nothing if is_get => return Err(ApiError::range_not_satisfiable(length)),
            _ => 0..length,
        };
        let size = range.end - range.start;
        let bytes: BlobStream = if is_get {
            api.services.library.read(self.file, range).await?
        } else {
            Box::pin(stream::empty())
        };
        Ok(answer.body(SizedStream::new(size, bytes)))
    }

    /// What is said of the file in any case.
    fn head(&self, tag: &str) -> HttpResponseBuilder {
        let (kept, shared) = match self.access {
            // Whether one may see it is asked each time, as another person may have logged in at the same browser since: who
            // has it need not load it again.
            Access::Session => ("private, no-cache".to_owned(), "same-origin"),
            Access::Link(left) => (
                format!("private, max-age={}, immutable", left.as_secs()),
                "cross-origin",
            ),
        };
        let mut answer = HttpResponse::Ok();
        answer
            .insert_header((ETAG, tag))
            .insert_header((ACCEPT_RANGES, "bytes"))
            .insert_header((
                CONTENT_SECURITY_POLICY,
                if self.is_shown() { SHOWN } else { SAVED },
            ))
            .insert_header((CROSS_ORIGIN_RESOURCE_POLICY, shared))
            .insert_header((CACHE_CONTROL, kept));
        answer
    }

    /// The strong tag: what the content is.
    fn tag(&self) -> String {
        let digest = self.file.blob.digest.iter();
        format!(
            "\"{}\"",
            digest.map(|byte| format!("{byte:02x}")).collect::<String>()
        )
    }

    fn disposition(&self) -> HeaderValue {
        // A picture of it is another file, whose name nobody has given.
        let original = self.file.file == MediaFile::Original;
        let name = self.media.media.name.as_ref().filter(|_| original);
        disposition(self.is_shown(), name.map(FileName::as_str))
    }

    fn is_shown(&self) -> bool {
        may_show(self.media.media.kind, &self.file.mime) && !self.save
    }

    /// Where a web server in front has it.
    fn elsewhere(&self, api: &Api) -> Option<String> {
        let prefix = api.settings.accel_redirect.as_ref()?;
        let path = api.services.library.local(self.file)?;
        Some(format!("{}/{path}", prefix.trim_end_matches('/')))
    }
}
