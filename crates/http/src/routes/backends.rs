//! What backends do with an API key.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Event, MediaId, RoomId, Seq, Title, UserId};
use parlor_services::Saying;
use parlor_wire::{MediaView, PostMessage, PublishNotification, Recipient, Said, UploadMedia, parse};

use super::media::{self, UploadForm};
use crate::extract::{Asked, Holder, Path};
use crate::{Api, ApiError, answer};

/// Notify a user, everybody in a room, or all accounts
///
/// A user finds it among his notifications. In a room it is a message of the key's bot, which must be a member, and mentions all
/// members. For everyone it is such a message in the channel that all accounts are in, which is made when it is first needed; whoever
/// has an account later does not see it. Needs the scope `notify:user`, `notify:room` or `notify:everyone`. Sent again with the same
/// `Idempotency-Key` within 48 hours, it is done once.
#[utoipa::path(post, path = "/v1/server/notifications", operation_id = "publishNotification", tag = "backends",
    params(("Idempotency-Key" = String, Header, description = "1 to 36 visible ASCII characters, new for each request")),
    request_body = PublishNotification,
    responses(
        (status = 201, description = "Said", body = Said),
        (status = 200, description = "Said before, by the same request", body = Said),
        (status = 401, description = "`invalid_api_key`"),
        (status = 403, description = "`missing_scope`; `blocked`, `not_a_contact` in a direct room"),
        (status = 404, description = "`no_such_user`, `no_such_room`, `no_such_media`"),
        (status = 409, description = "`idempotency_conflict`: the `Idempotency-Key` was used for something else; `no_bot`"),
        (status = 429, description = "`too_many_tries`: more than 600 requests in a minute"),
    ),
    security(("key" = [])))]
pub(crate) async fn publish(
    api: Data<Api>,
    asked: Asked<PublishNotification>,
) -> Result<HttpResponse, ApiError> {
    let Asked {
        holder,
        idempotency_key,
        body: wish,
    } = asked;
    let backends = &api.services.backends;
    let title = wish
        .title
        .map(|title| parse::<Title>("title", &title))
        .transpose()?;
    let saying = Saying {
        idempotency_key,
        text: wish.text,
        media: wish.media.into_iter().map(MediaId::new).collect(),
    };
    match wish.to {
        Recipient::User(user) => {
            let to = UserId::new(user);
            let made = backends.notify_user(&holder, to, title, saying).await?;
            let said = |seq: &Seq| Said {
                stream: user,
                seq: seq.0,
            };
            Ok(answer::made(made, said, |_| "/v1/notifications".to_owned()))
        }
        Recipient::Room(_) | Recipient::Everyone(_) if title.is_some() => Err(ApiError::invalid(
            "title",
            "must be left out but for a user: in a room it is a message",
        )),
        Recipient::Room(room) => {
            let made = backends.notify_room(&holder, RoomId::new(room), saying).await?;
            Ok(answer::made(made, |event| said(event), message))
        }
        Recipient::Everyone(_) => {
            let made = backends.notify_everyone(&holder, saying).await?;
            Ok(answer::made(made, |event| said(event), message))
        }
    }
}

/// Post in a room as a bot
///
/// As the key's bot, which must be a member of the room and has the rights of any member there. Needs the scope `post`. Sent
/// again with the same `Idempotency-Key`, it is posted once.
#[utoipa::path(post, path = "/v1/server/rooms/{room}/messages", operation_id = "postAsBot", tag = "backends",
    params(("Idempotency-Key" = String, Header, description = "1 to 36 visible ASCII characters, new for each request")),
    request_body = PostMessage,
    responses(
        (status = 201, description = "Posted", body = Said),
        (status = 200, description = "Posted before, by the same request", body = Said),
        (status = 401, description = "`invalid_api_key`"),
        (status = 403, description = "`missing_scope`; `blocked`, `not_a_contact` in a direct room"),
        (status = 404, description = "`no_such_room`, `no_such_message` for one to answer, `no_such_media`"),
        (status = 409, description = "`idempotency_conflict`: the `Idempotency-Key` was used for something else; `no_bot`"),
        (status = 429, description = "`too_many_tries`: more than 600 requests in a minute"),
    ),
    security(("key" = [])))]
pub(crate) async fn post(
    api: Data<Api>,
    Path(room): Path<RoomId>,
    asked: Asked<PostMessage>,
) -> Result<HttpResponse, ApiError> {
    let Asked {
        holder,
        idempotency_key,
        body: wish,
    } = asked;
    let saying = Saying {
        idempotency_key,
        text: wish.text,
        media: wish.media.into_iter().map(MediaId::new).collect(),
    };
    let reply_to = wish.reply_to.map(Seq);
    let made = api
        .services
        .backends
        .post(&holder, room, saying, reply_to)
        .await?;
    Ok(answer::made(made, |event| said(event), message))
}

/// Upload a file as a bot
///
/// As `POST /v1/media`, but by an API key: it belongs to the key's bot and counts for that.
#[utoipa::path(post, path = "/v1/server/media", operation_id = "uploadAsBot", tag = "backends",
    request_body(content((UploadForm = "multipart/form-data"), (UploadMedia = "application/json"))),
    responses(
        (status = 201, description = "Examined and stored", body = MediaView),
        (status = 401, description = "`invalid_api_key`"),
        (status = 408, description = "`timeout`: less than 60 kB came in a minute"),
        (status = 409, description = "`no_bot`"),
        (status = 413, description = "`upload_too_large`, `media_too_large`, `too_large`"),
        (status = 415, description = "`media_mismatch`: it is not what it is said to be; `media_not_allowed`, \
            `unsupported_media_type`"),
        (status = 422, description = "`media_empty`, `media_unreadable`, `media_infected`; `invalid`: `field` says what"),
        (status = 429, description = "`too_many_tries`: more than 600 requests in a minute"),
        (status = 503, description = "`busy`, `scanner_away`, `media_too_slow`: wait as `Retry-After` says"),
        (status = 507, description = "`quota_used_up`, `storage_full`"),
    ),
    security(("key" = [])))]
pub(crate) async fn upload(
    Holder(holder): Holder,
    api: Data<Api>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    media::receive(holder.bot()?, &api, &request, body).await
}

fn said(event: &Event) -> Said {
    Said {
        stream: event.stream.uuid(),
        seq: event.seq.0,
    }
}

fn message(said: &Said) -> String {
    format!("/v1/rooms/{}/messages/{}", said.stream, said.seq)
}
