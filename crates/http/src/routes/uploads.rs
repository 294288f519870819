//! Uploads that survive lost networks: the tus protocol, version 1.0.0 (<https://tus.io/protocols/resumable-upload>).

use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::rt;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use parlor_services::{Actor, Progress};
use uuid::Uuid;

use crate::extract::{Path, UploadId, Uploader};
use crate::incoming::fill;
use crate::tus::{
    EXTENSIONS, PARLOR_MEDIA, TUS_EXTENSION, TUS_MAX_SIZE, TUS_VERSION, Tus, UPLOAD_EXPIRES, UPLOAD_LENGTH,
    UPLOAD_METADATA, UPLOAD_OFFSET, VERSION, X_HTTP_METHOD_OVERRIDE, bytes, claims, date, is_part, metadata,
};
use crate::{Api, ApiError, answer};

/// After how many bytes what has come is kept, so that not all of it is lost if the server dies.
const STEP: u64 = 32 << 20;

/// What the server knows of the protocol
#[utoipa::path(options, path = "/v1/uploads", operation_id = "describeUploads", tag = "media",
    responses((status = 204, description = "Versions, extensions and the largest size, in headers")), security(()))]
pub(crate) async fn describe(api: Data<Api>) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((TUS_VERSION, VERSION))
        .insert_header((TUS_EXTENSION, EXTENSIONS))
        .insert_header((TUS_MAX_SIZE, api.services.uploads.largest()))
        .finish()
}

/// Begin an upload
///
/// `Upload-Length` says how large it will be, `Upload-Metadata` what is said about the file: `filename`, `filetype` and `kind`,
/// each in base64. Its first bytes may follow in the body. It is kept for a day after each part.
#[utoipa::path(post, path = "/v1/uploads", operation_id = "beginUpload", tag = "media",
    params(
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = u64, Header, description = "Bytes of the whole file"),
        ("Upload-Metadata" = Option<String>, Header, description = "Keys, each with a value in base64"),
    ),
    responses(
        (status = 201, description = "Begun; `Location` is where its parts go"),
        (status = 409, description = "`too_many_uploads`"),
        (status = 412, description = "`no_such_tus`: another version of the protocol"),
        (status = 413, description = "`upload_too_large`"),
        (status = 507, description = "`quota_used_up`"),
    ))]
pub(crate) async fn begin(
    _: Tus,
    Uploader(actor): Uploader,
    api: Data<Api>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    let headers = request.headers();
    let length = bytes(headers, &UPLOAD_LENGTH, "Upload-Length")?;
    let upload = api
        .services
        .uploads
        .begin(&actor, length, claims(headers)?)
        .await?;
    let mut answer = HttpResponse::Created();
    answer
        .insert_header((LOCATION, format!("/v1/uploads/{}", upload.id)))
        .insert_header((UPLOAD_EXPIRES, date(upload.expires_at)));
    if is_part(headers) {
        let id = upload.id;
        let (progress, offset) = match take(api.clone(), actor, id, 0, body).await {
            Ok(taken) => taken,
            // It goes on by its address, which the client would never know of.
            Err(failed) => match api.services.uploads.find(&actor, id).await {
                Ok(Progress::Going(upload)) => {
                    let offset = upload.received;
                    (Progress::Going(upload), offset)
                }
                _ => return Err(failed),
            },
        };
        tell(&mut answer, &progress).insert_header((UPLOAD_OFFSET, offset));
    }
    Ok(answer.finish())
}

/// How far an upload has come
#[utoipa::path(head, path = "/v1/uploads/{upload}", operation_id = "getUpload", tag = "media",
    params(("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses(
        (status = 200, description = "`Upload-Offset` is where it goes on; `Parlor-Media` is there once it is done"),
        (status = 404, description = "`no_such_upload`"),
        (status = 412, description = "`no_such_tus`: another version of the protocol"),
    ))]
pub(crate) async fn show(
    _: Tus,
    Uploader(actor): Uploader,
    api: Data<Api>,
    Path(UploadId(id)): Path<UploadId>,
) -> Result<HttpResponse, ApiError> {
    let mut answer = HttpResponse::Ok();
    let (length, offset) = match api.services.uploads.resume(&actor, id).await? {
        Progress::Done { media, bytes } => {
            answer.insert_header((PARLOR_MEDIA, media.id.to_string()));
            (bytes, bytes)
        }
        Progress::Going(upload) => {
            answer.insert_header((UPLOAD_EXPIRES, date(upload.expires_at)));
            if let Some(metadata) = metadata(&upload) {
                answer.insert_header((UPLOAD_METADATA, metadata));
            }
            (upload.bytes, upload.received)
        }
    };
    answer
        .insert_header((UPLOAD_LENGTH, length))
        .insert_header((UPLOAD_OFFSET, offset));
    Ok(answer.finish())
}

/// Send a part of an upload
///
/// What has come before a connection broke is kept: ask with `HEAD` where to go on. With the last part the file is examined
/// and becomes media, whose id is that of the upload.
#[utoipa::path(patch, path = "/v1/uploads/{upload}", operation_id = "addToUpload", tag = "media",
    params(
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = u64, Header, description = "The place of the part's first byte"),
    ),
    request_body(content = super::downloads::FileBytes, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "Kept; `Upload-Offset` is where it goes on, `Parlor-Media` is there once it is done"),
        (status = 404, description = "`no_such_upload`"),
        (status = 408, description = "`timeout`: less than 60 kB came in a minute"),
        (status = 409, description = "`wrong_offset`: it goes on at another byte, as `Upload-Offset` says; `too_many_parts`"),
        (status = 412, description = "`no_such_tus`: another version of the protocol"),
        (status = 413, description = "`upload_too_large`, `media_too_large`"),
        (status = 415, description = "`media_mismatch`: it is not what it is said to be; `media_not_allowed`, \
            `unsupported_media_type`"),
        (status = 422, description = "`media_empty`, `media_unreadable`, `media_infected`; `invalid`: `field` says what"),
        (status = 503, description = "`busy`, `scanner_away`, `media_too_slow`: send an empty part to try again"),
        (status = 507, description = "`quota_used_up`, `storage_full`"),
    ))]
pub(crate) async fn add(
    _: Tus,
    Uploader(actor): Uploader,
    api: Data<Api>,
    request: HttpRequest,
    Path(UploadId(id)): Path<UploadId>,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    if !is_part(request.headers()) {
        return Err(ApiError::no_part());
    }
    let offset = bytes(request.headers(), &UPLOAD_OFFSET, "Upload-Offset")?;
    let (progress, offset) = take(api, actor, id, offset, body).await?;
    let mut answer = HttpResponse::NoContent();
    tell(&mut answer, &progress).insert_header((UPLOAD_OFFSET, offset));
    Ok(answer.finish())
}

/// Send a part of an upload, or end it, through what lets only POST pass
///
/// `X-HTTP-Method-Override` names the method that is meant, `PATCH` or `DELETE`; all else is as there.
#[utoipa::path(post, path = "/v1/uploads/{upload}", operation_id = "overrideUpload", tag = "media",
    params(("X-HTTP-Method-Override" = String, Header, description = "`PATCH` or `DELETE`")),
    responses(
        (status = 204, description = "As `PATCH`, or as `DELETE`"),
        (status = 422, description = "`invalid`: `X-HTTP-Method-Override` names no such method"),
    ))]
pub(crate) async fn overridden(
    tus: Tus,
    uploader: Uploader,
    api: Data<Api>,
    request: HttpRequest,
    upload: Path<UploadId>,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    let meant = request.headers().get(X_HTTP_METHOD_OVERRIDE);
    match meant.map(HeaderValue::as_bytes) {
        Some(b"PATCH") => add(tus, uploader, api, request, upload, body).await,
        Some(b"DELETE") => end(tus, uploader, api, upload).await,
        _ => Err(ApiError::invalid(
            "X-HTTP-Method-Override",
            "must be PATCH or DELETE",
        )),
    }
}

/// End an upload
///
/// One that became media is none any more: see `DELETE /v1/media/{media}`.
#[utoipa::path(delete, path = "/v1/uploads/{upload}", operation_id = "endUpload", tag = "media",
    params(("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses(
        (status = 204, description = "Ended, and what had come is forgotten"),
        (status = 404, description = "`no_such_upload`"),
        (status = 412, description = "`no_such_tus`: another version of the protocol"),
    ))]
pub(crate) async fn end(
    _: Tus,
    Uploader(actor): Uploader,
    api: Data<Api>,
    Path(UploadId(id)): Path<UploadId>,
) -> Result<HttpResponse, ApiError> {
    api.services.uploads.end(&actor, id).await?;
    Ok(answer::done())
}

/// Takes a part, and says what became of the upload and where it goes on. Who goes away in the middle takes the request along
/// and all that waits in it, so this is done beside it: what has come is kept.
async fn take(
    api: Data<Api>,
    actor: Actor,
    id: Uuid,
    offset: u64,
    body: Payload,
) -> Result<(Progress, u64), ApiError> {
    let taken = rt::spawn(async move { receive(&api, &actor, id, offset, body).await });
    taken.await.expect("it does not panic, and nobody ends it")
}

async fn receive(
    api: &Api,
    actor: &Actor,
    id: Uuid,
    mut offset: u64,
    body: Payload,
) -> Result<(Progress, u64), ApiError> {
    let (uploads, mut body) = (&api.services.uploads, body.into_inner());
    loop {
        let mut part = uploads.receive_part(actor, id, offset).await?;
        let filled = fill(&mut part, &mut body, STEP).await;
        let bytes = part.bytes();
        let progress = uploads.add_part(actor, id, offset, part).await?;
        offset += bytes;
        if matches!(progress, Progress::Done { .. }) || filled? {
            return Ok((progress, offset));
        }
    }
}

fn tell<'a>(answer: &'a mut HttpResponseBuilder, progress: &Progress) -> &'a mut HttpResponseBuilder {
    match progress {
        Progress::Going(upload) => answer.insert_header((UPLOAD_EXPIRES, date(upload.expires_at))),
        Progress::Done { media, .. } => answer.insert_header((PARLOR_MEDIA, media.id.to_string())),
    }
}
