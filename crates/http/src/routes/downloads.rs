//! The bytes of media.

use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use parlor_domain::MediaId;
use parlor_services::{Error, MediaFile, StoredMedia, shown};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::download::{Access, Download};
use crate::extract::{Caller, Path, Query};
use crate::{Api, ApiError};

/// How a file is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DownloadQuery {
    /// What stands in a link. It opens the file instead of a token.
    signature: Option<String>,
    /// `1` has it saved and not shown.
    download: Option<u8>,
}

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "bytes have no shape; this names them")]
pub(crate) struct FileBytes(Vec<u8>);

/// The bytes of a piece of media
///
/// As they are: `Range` and `If-Range`, `ETag` and `If-None-Match` work as everywhere. Images, sound and videos may be shown;
/// all else is an attachment.
#[utoipa::path(get, path = "/v1/media/{media}", operation_id = "getMedia", tag = "media", params(DownloadQuery),
    responses(
        (status = 200, description = "The file", body = FileBytes, content_type = "*/*"),
        (status = 206, description = "The part that `Range` names", body = FileBytes, content_type = "*/*"),
        (status = 304, description = "Still as `If-None-Match` says, as it is for ever"),
        (status = 404, description = "`no_such_media`, also if the link is not good any more"),
        (status = 412, description = "`another_version`: it is none that `If-Match` names"),
        (status = 416, description = "`range_not_satisfiable`: it has as many bytes as `Content-Range` says"),
    ))]
pub(crate) async fn whole(
    api: Data<Api>,
    request: HttpRequest,
    Path(media): Path<MediaId>,
    Query(query): Query<DownloadQuery>,
) -> Result<HttpResponse, ApiError> {
    serve(&api, &request, media, MediaFile::Original, query).await
}

/// A picture of a piece of media
///
/// `small` is for lists, `large` for conversations, and `poster` the picture that was sent with a video. Of an image that is
/// small enough itself, it is the image.
#[utoipa::path(get, path = "/v1/media/{media}/{file}", operation_id = "getMediaPicture", tag = "media",
    params(DownloadQuery),
    responses(
        (status = 200, description = "The picture", body = FileBytes, content_type = "image/*"),
        (status = 206, description = "The part that `Range` names", body = FileBytes, content_type = "image/*"),
        (status = 304, description = "Still as `If-None-Match` says, as it is for ever"),
        (status = 404, description = "`no_such_media`, also if there is no such picture of it"),
        (status = 412, description = "`another_version`: it is none that `If-Match` names"),
        (status = 416, description = "`range_not_satisfiable`: it has as many bytes as `Content-Range` says"),
    ))]
pub(crate) async fn picture(
    api: Data<Api>,
    request: HttpRequest,
    Path(media): Path<MediaId>,
    Path(file): Path<MediaFile>,
    Query(query): Query<DownloadQuery>,
) -> Result<HttpResponse, ApiError> {
    serve(&api, &request, media, file, query).await
}

async fn serve(
    api: &Api,
    request: &HttpRequest,
    media: MediaId,
    file: MediaFile,
    query: DownloadQuery,
) -> Result<HttpResponse, ApiError> {
    let (media, access) = find(api, request, media, query.signature.as_deref()).await?;
    let download = Download {
        media: &media,
        file: shown(&media, file).ok_or(Error::NoSuchMedia)?,
        access,
        save: query.download.is_some_and(|download| download > 0),
    };
    download.answer(api, request).await
}

/// Finds what may be had by a link, if there is one, or else with a session.
async fn find(
    api: &Api,
    request: &HttpRequest,
    media: MediaId,
    signature: Option<&str>,
) -> Result<(StoredMedia, Access), ApiError> {
    let library = &api.services.library;
    if let Some(signature) = signature {
        let (found, left) = library.find_by_link(media, signature).await?;
        return Ok((found, Access::Link(left)));
    }
    let Caller(actor) = Caller::extract(request).await?;
    Ok((library.find(&actor, media).await?, Access::Session))
}
