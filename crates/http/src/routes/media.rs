//! Media: in, out by links, and away.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{FileName, MediaId};
use parlor_services::{Actor, Claims};
use parlor_wire::{ChangeAvatar, MediaLinkView, MediaUsage, MediaView, UploadMedia};
use utoipa::ToSchema;

use crate::extract::{Caller, Json, Path, Uploader, is_json};
use crate::{Api, ApiError, answer, form};

/// A file, and what is said about it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a form is read as it comes; this describes it")]
pub(crate) struct UploadForm {
    /// The file. Its name and type are taken from the form.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The picture that stands for a video.
    #[schema(value_type = Option<String>, format = Binary)]
    poster: Option<Vec<u8>>,
    /// `image`, `voice`, `audio`, `video` or `file`; without this the content decides, and sound is `audio`.
    #[schema(example = "voice")]
    kind: Option<String>,
    /// What the file is called, if not as the form says.
    #[schema(example = "lake.jpg")]
    name: Option<String>,
}

/// Upload a file
///
/// In one piece, as a form or, if it is small, as base64 in JSON. What it is, its content decides; a claim that does not fit
/// is refused. What no message and no avatar uses is forgotten after a day. For large files and bad networks there is
/// `/v1/uploads`.
#[utoipa::path(post, path = "/v1/media", operation_id = "uploadMedia", tag = "media",
    request_body(content((UploadForm = "multipart/form-data"), (UploadMedia = "application/json"))),
    responses(
        (status = 201, description = "Examined and stored", body = MediaView),
        (status = 408, description = "`timeout`: less than 60 kB came in a minute"),
        (status = 413, description = "`upload_too_large`, `media_too_large`, `too_large`"),
        (status = 415, description = "`media_mismatch`: it is not what it is said to be; `media_not_allowed`, \
            `unsupported_media_type`"),
        (status = 422, description = "`media_empty`, `media_unreadable`, `media_infected`; `invalid`: `field` says what"),
        (status = 503, description = "`busy`, `scanner_away`, `media_too_slow`: wait as `Retry-After` says"),
        (status = 507, description = "`quota_used_up`, `storage_full`"),
    ))]
pub(crate) async fn upload(
    Uploader(actor): Uploader,
    api: Data<Api>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    receive(&actor, &api, &request, body).await
}

/// Takes a file in one piece, in the name of somebody.
pub(super) async fn receive(
    actor: &Actor,
    api: &Api,
    request: &HttpRequest,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    let uploads = &api.services.uploads;
    let media = if is_json(request.headers()) {
        let limit = text_limit(uploads.inline_bytes());
        let Json(file) = Json::<UploadMedia>::read(request.headers(), body.into_inner(), limit).await?;
        let claims = claims(&file);
        uploads.decode(actor, &file.data, claims).await?
    } else {
        let form = form::receive(uploads, actor, request.headers(), body).await?;
        uploads.finish(actor, form.file, form.poster, form.claims).await?
    };
    let view = MediaView::from(&media);
    Ok(answer::created(&format!("/v1/media/{}", view.id), view))
}

/// What is said about a file that comes as text.
fn claims(file: &UploadMedia) -> Claims {
    Claims {
        kind: file.kind.map(Into::into),
        mime: file.mime.as_deref().map(Into::into),
        name: file.name.as_deref().and_then(FileName::tame),
    }
}

/// Most bytes of JSON with a file of so many bytes as text: some write each slash as an escape.
fn text_limit(bytes: usize) -> usize {
    let text = bytes.div_ceil(3) * 4;
    2 * text + 4096
}

/// Make a link to a piece of media
///
/// For `<img>` and players, which cannot show a token: whoever has it can have this one piece of media, and its pictures, for
/// some minutes, as long as its maker may see them. For a while it is the same link, so that browsers keep what they got.
#[utoipa::path(post, path = "/v1/media/{media}/link", operation_id = "linkMedia", tag = "media",
    responses(
        (status = 200, description = "The link", body = MediaLinkView),
        (status = 404, description = "`no_such_media`"),
    ))]
pub(crate) async fn link(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(media): Path<MediaId>,
) -> Result<Json<MediaLinkView>, ApiError> {
    let link = api.services.library.link(&actor, media).await?;
    let path = format!("/v1/media/{media}?signature={}", link.signature);
    let public = api.settings.public_url.as_ref();
    let url = public.and_then(|url| url.join(&path).ok());
    Ok(Json(MediaLinkView {
        url: url.map_or(path, String::from),
        expires_at: link.until.into(),
    }))
}

/// Forget what one has uploaded
///
/// Only while nothing uses it: what a message shows goes with the message.
#[utoipa::path(delete, path = "/v1/media/{media}", operation_id = "deleteMedia", tag = "media",
    responses(
        (status = 204, description = "Forgotten"),
        (status = 404, description = "`no_such_media`"),
        (status = 409, description = "`media_in_use`"),
    ))]
pub(crate) async fn delete(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(media): Path<MediaId>,
) -> Result<HttpResponse, ApiError> {
    api.services.library.delete(&actor, media).await?;
    Ok(answer::done())
}

/// How much one has uploaded
#[utoipa::path(get, path = "/v1/me/media", operation_id = "getMediaUsage", tag = "media",
    responses((status = 200, description = "What is still kept, and how much it may be", body = MediaUsage)))]
pub(crate) async fn usage(Caller(actor): Caller, api: Data<Api>) -> Result<Json<MediaUsage>, ApiError> {
    let (used, quota) = api.services.library.usage(&actor).await?;
    Ok(Json(MediaUsage { used, quota }))
}

/// Put a picture in the place of one's avatar
///
/// An image that one has uploaded. Everybody with an account sees it.
#[utoipa::path(put, path = "/v1/me/avatar", operation_id = "setAvatar", tag = "media", request_body = ChangeAvatar,
    responses(
        (status = 204, description = "Set"),
        (status = 404, description = "`no_such_media`"),
    ))]
pub(crate) async fn set_avatar(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<ChangeAvatar>,
) -> Result<HttpResponse, ApiError> {
    let media = MediaId::new(wish.media);
    api.services.library.set_avatar(&actor, Some(media)).await?;
    Ok(answer::done())
}

/// Take one's avatar away
#[utoipa::path(delete, path = "/v1/me/avatar", operation_id = "removeAvatar", tag = "media",
    responses((status = 204, description = "Taken away, now or before")))]
pub(crate) async fn remove_avatar(Caller(actor): Caller, api: Data<Api>) -> Result<HttpResponse, ApiError> {
    api.services.library.set_avatar(&actor, None).await?;
    Ok(answer::done())
}
