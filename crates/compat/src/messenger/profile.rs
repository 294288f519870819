//! What people tell about themselves.

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{About, MediaId, MediaKind, ProfileChange};
use parlor_services::{Actor, Error, ErrorKind, Guest, Services};
use serde_json::{Value, json};

use super::callers::{Caller, known};
use super::files::of_kind;
use super::people::{mobile, own};
use super::{FOLDERS, NO_FIELD};
use crate::compat::Compat;
use crate::drf::{Any, AnyWithFiles, Body, FilePart, Form, InOrder, Integer, Refusal, Text, View};
use crate::mount::Mount;

/// Most characters of the words about a person.
const ABOUT: usize = 50;
const NO_IMAGE: &str =
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";

/// What somebody wants to tell from now on, as far as it was sent.
struct Wish {
    about: Option<Option<About>>,
    photo: Option<FilePart>,
}

pub(super) fn views() -> Vec<View> {
    vec![
        View::at("/api/UserProfileView/").guard(known).get(show),
        View::at("/api/UserProfileAdd/")
            .guard(known)
            .on(Method::POST, add),
        View::at("/api/UserProfileEdit/")
            .guard(known)
            .on(Method::PUT, edit),
        View::at("/api/MobileNumberUpdate/")
            .guard(known)
            .on(Method::PUT, change_number),
    ]
}

/// `GET /api/UserProfileView/`
async fn show(Caller(caller): Caller, request: HttpRequest, compat: Data<Compat>) -> HttpResponse {
    let links = compat.paths_at(Mount::of(&request)).in_folders(FOLDERS);
    HttpResponse::Ok().json(own(&caller.account, &links))
}

/// `POST /api/UserProfileAdd/`
async fn add(
    InOrder(Caller(caller), body): InOrder<Caller, Body<AnyWithFiles>>,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let mut form = body.form(NO_FIELD)?;
    let wish = Wish::read(&mut form);
    let photo = picture(compat.services(), &caller.actor, &mut form, wish.photo).await?;
    form.finish()?;
    save(compat.services(), &caller.actor, wish.about, photo).await?;
    Ok(HttpResponse::Ok().json(json!({ "msg": "data added successfully", "status": 200 })))
}

/// `PUT /api/UserProfileEdit/`: what is wrong is told in an answer that looks well. A name stays as it is.
async fn edit(
    InOrder(Caller(caller), body): InOrder<Caller, Body<AnyWithFiles>>,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let mut form = body.form(NO_FIELD)?;
    check_name(&mut form, &caller);
    let wish = Wish::read(&mut form);
    let photo = picture(compat.services(), &caller.actor, &mut form, wish.photo).await?;
    if let Some(errors) = form.errors() {
        return Ok(HttpResponse::Ok().json(json!({ "msg": errors, "status": 401 })));
    }
    save(compat.services(), &caller.actor, wish.about, photo).await?;
    Ok(HttpResponse::Ok().json(json!({ "msg": "data updated successfully", "status": 200 })))
}

/// `PUT /api/MobileNumberUpdate/`
async fn change_number(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let mut form = body.form(NO_FIELD)?;
    let number = form.integer("mobile_no", Integer::new());
    let wanted = mobile(number);
    if wanted.is_none() && !form.is_refused("mobile_no") {
        form.refuse("mobile_no", "Mobile number is not valid");
    }
    form.finish()?;
    let wanted = wanted.ok_or_else(Refusal::overlooked)?;
    let accounts = &compat.services().accounts;
    match accounts.give_mobile(&caller.actor, wanted).await {
        Ok(_) => Ok(HttpResponse::Ok().json(json!({
            "msg": "Your Mobile Number Changed Successfully",
            "staus": 200,
        }))),
        Err(Error::MobileTaken) => {
            let taken = "user with this mobile no already exists.";
            Err(Refusal::field("mobile_no", &[taken]))
        }
        Err(error) => Err(error.into()),
    }
}

impl Wish {
    fn read(form: &mut Form) -> Self {
        Self {
            about: about(form),
            photo: form.file_or_none("profile_photo"),
        }
    }
}

/// Refuses another name than the caller's own.
fn check_name(form: &mut Form, caller: &Guest) {
    let name = form.text("username", Text::new());
    if name != caller.account.username.as_str() && !form.is_refused("username") {
        form.refuse("username", "The username cannot be changed.");
    }
}

/// Words about the caller: `None` if they were not sent or something is wrong with them, which the form knows then, and `Some(None)` if
/// there shall be none.
fn about(form: &mut Form) -> Option<Option<About>> {
    if form.value("about") == Some(&Value::Null) {
        return Some(None);
    }
    let text = form.text_or_none("about", Text::new().max(ABOUT).blank())?;
    if text.is_empty() {
        return Some(None);
    }
    match text.parse() {
        Ok(about) => Some(Some(about)),
        Err(_) => {
            form.refuse("about", "Enter a valid value.");
            None
        }
    }
}

/// Makes media of a photo; `None` if there is none or something is wrong, which the form knows then.
async fn picture(
    services: &Services,
    actor: &Actor,
    form: &mut Form,
    photo: Option<FilePart>,
) -> Result<Option<MediaId>, Refusal> {
    let Some(photo) = photo.filter(|_| form.errors().is_none()) else {
        return Ok(None);
    };
    match photo.untyped().upload(&services.uploads, actor).await {
        Ok(media) => {
            let photo = of_kind(services, actor, media, &[MediaKind::Image]).await;
            if let Some(photo) = photo {
                return Ok(Some(photo.id));
            }
        }
        Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Unsupported) => {}
        Err(error) => return Err(error.into()),
    }
    form.refuse("profile_photo", NO_IMAGE);
    Ok(None)
}

async fn save(
    services: &Services,
    actor: &Actor,
    about: Option<Option<About>>,
    photo: Option<MediaId>,
) -> Result<(), Refusal> {
    if let Some(photo) = photo {
        services.library.set_avatar(actor, Some(photo)).await?;
    }
    if about.is_some() {
        let change = ProfileChange {
            about,
            ..ProfileChange::default()
        };
        services.accounts.change_profile(actor, change).await?;
    }
    Ok(())
}
