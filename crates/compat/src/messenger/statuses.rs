//! What people show, one thing each, as long as they like.

use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Account, Media, MediaKind, Status};
use parlor_services::{Actor, Error, ErrorKind, Services, StatusDraft};
use serde_json::{Value, json};

use super::NO_FIELD;
use super::callers::{Caller, known};
use super::files::of_kind;
use crate::compat::Compat;
use crate::drf::{Any, AnyWithMedia, Body, FilePart, Form, InOrder, Integer, Refusal, Text, View, time};
use crate::links::Links;
use crate::mount::Mount;

/// Most characters of a text.
const TEXT: usize = 500;
/// Most bytes of a picture or video that comes as text.
const MEDIA_BYTES: usize = 8 << 20;
/// Where a front end looks for each of them.
const PICTURES: &str = "status_pictures";
const VIDEOS: &str = "status";

/// A picture or video, as it was sent.
enum Shown {
    /// In base64.
    Text(String),
    File(Box<FilePart>),
}

pub(super) fn views() -> Vec<View> {
    vec![
        View::at("/api/status/").guard(known).on(Method::POST, post),
        View::at("/api/statusDelete/")
            .guard(known)
            .on(Method::POST, remove),
    ]
}

/// What each of these people shows at the moment, as far as the viewer may see it, in their order.
pub(super) async fn current(
    compat: &Compat,
    viewer: &Actor,
    owners: &[Account],
    links: &Links,
) -> Result<Vec<Value>, Refusal> {
    let people: Vec<_> = owners.iter().map(|owner| owner.user.id).collect();
    let found = compat.services().statuses.current(viewer, &people).await?;
    let shown = owners.iter().map(|owner| match found.get(&owner.user.id) {
        Some(status) => shape(status, links),
        None => json!({ "id": owner.user.number, "videos": null, "pictures": null, "text": null }),
    });
    Ok(shown.collect())
}

/// `POST /api/status/`: in place of what was shown before.
async fn post(
    InOrder(Caller(caller), body): InOrder<Caller, Body<AnyWithMedia>>,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let services = compat.services();
    let mut form = body.form(NO_FIELD)?;
    let shown = shown(&mut form);
    let text = text(&mut form, shown.is_some());
    form.finish()?;
    let media = match shown {
        Some(shown) => Some(upload(services, &caller.actor, shown).await?.id),
        None => None,
    };
    let draft = StatusDraft {
        body: text,
        media,
        ..StatusDraft::default()
    };
    let posted = services.statuses.post_lasting(&caller.actor, draft).await;
    let status = posted.map_err(not_posted)?.into_inner().status;
    let links = compat.paths_at(Mount::of(&request));
    Ok(HttpResponse::Ok().json(json!({
        "message": "Successfully saved",
        "data": shape(&status, &links),
        "status": 200,
    })))
}

/// `POST /api/statusDelete/`
async fn remove(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let statuses = &compat.services().statuses;
    let mut form = body.form(NO_FIELD)?;
    let number = form.integer_or_none("status_id", Integer::new());
    let own = statuses.own(&caller.actor).await?.statuses;
    let found = own.iter().find(|own| Some(own.status.number) == number);
    let found = found.ok_or_else(|| Refusal::detail(StatusCode::FORBIDDEN, "INVALID STATUS ID"))?;
    statuses.remove(&caller.actor, found.status.id).await?;
    Ok(HttpResponse::Ok().json(json!({ "message": "Successfully deleted", "status": 200 })))
}

/// The picture or video; `None` if there is none or something is wrong with it, which the form knows then.
fn shown(form: &mut Form) -> Option<Shown> {
    if form.value("files").is_none() {
        return form.file_or_none("files").map(|file| Shown::File(Box::new(file)));
    }
    let text = form.text_or_none("files", Text::new().blank().nullable())?;
    (!text.is_empty()).then_some(Shown::Text(text))
}

/// The text, which may be left out beside a picture or video.
fn text(form: &mut Form, is_beside: bool) -> String {
    let rule = Text::new().max(TEXT);
    if is_beside || form.is_refused("files") {
        form.text("text_message", rule.blank().optional().nullable())
    } else {
        form.text("text_message", rule)
    }
}

/// Makes media of what shall be shown, which must be a picture or a video.
async fn upload(services: &Services, actor: &Actor, shown: Shown) -> Result<Media, Refusal> {
    let uploads = &services.uploads;
    let made = match shown {
        Shown::Text(text) => uploads.decode_large(actor, text, MEDIA_BYTES).await,
        Shown::File(file) => file.untyped().upload(uploads, actor).await,
    };
    match made {
        Ok(media) => {
            let shown = of_kind(services, actor, media, &[MediaKind::Image, MediaKind::Video]).await;
            shown.ok_or_else(|| unfit("Unsupported file type!"))
        }
        Err(Error::Invalid { .. }) => Err(unfit("Invalid base64-encoded data")),
        Err(error) => match error.kind() {
            ErrorKind::Invalid | ErrorKind::Unsupported => Err(unfit("Unsupported file type!")),
            _ => Err(error.into()),
        },
    }
}

/// 400, with a list alone.
fn unfit(why: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, json!([why]))
}

/// What is said of a text that is not taken, and of what else is refused.
fn not_posted(error: Error) -> Refusal {
    match error {
        Error::Invalid { message, .. } => {
            Refusal::field("text_message", &[&format!("This field {message}.")])
        }
        error => error.into(),
    }
}

fn shape(status: &Status, links: &Links) -> Value {
    let url = |kind: MediaKind, folder: &str| {
        let media = status.media.as_ref().filter(|media| media.kind == kind);
        media.map(|media| links.url_in(folder, media))
    };
    let text = status.body.as_str();
    json!({
        "id": status.number,
        "user_id": status.author.number,
        "created_time": time::drf(status.at),
        "videos": url(MediaKind::Video, VIDEOS),
        "pictures": url(MediaKind::Image, PICTURES),
        "text": (!text.is_empty()).then_some(text),
    })
}
