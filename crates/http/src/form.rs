//! Files in a form: `multipart/form-data` (RFC 7578), as browsers and curl send it.

use actix_multipart::{Field, Multipart};
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::Payload;
use parlor_domain::{FileName, MediaKind};
use parlor_services::{Actor, Claims, Received, Uploads};

use crate::ApiError;
use crate::incoming::{fill, next};

/// The fields that a form may have, each but once and in any order.
const KNOWN: [&str; 4] = ["file", "poster", "kind", "name"];
/// Most bytes of a field that is no file.
const TEXT: usize = 4096;

/// What came in a form.
pub(crate) struct Form {
    pub(crate) file: Received,
    pub(crate) poster: Option<Received>,
    pub(crate) claims: Claims,
}

/// A form, as far as it has come.
#[derive(Default)]
struct Partial {
    seen: Vec<&'static str>,
    file: Option<Received>,
    poster: Option<Received>,
    claims: Claims,
    name: Option<FileName>,
}

/// Receives a form. Its files go to the disk as they come; who goes away in the middle leaves nothing behind.
///
/// # Errors
/// If it is none, is too large, or a field is missing, unknown, there twice or not what it must be.
pub(crate) async fn receive(
    uploads: &Uploads,
    actor: &Actor,
    headers: &HeaderMap,
    body: Payload,
) -> Result<Form, ApiError> {
    if !is_form(headers) {
        return Err(ApiError::no_upload());
    }
    let mut fields = Multipart::new(headers, body);
    let mut form = Partial::default();
    while let Some(field) = next(&mut fields).await? {
        form.take(uploads, actor, field).await?;
    }
    form.complete()
}

/// Whether a body is said to be a form with files.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("multipart/form-data"))
}

impl Partial {
    async fn take(&mut self, uploads: &Uploads, actor: &Actor, mut field: Field) -> Result<(), ApiError> {
        let name = field.name().unwrap_or_default();
        let known = KNOWN.into_iter().find(|known| *known == name);
        let name = known.ok_or_else(|| ApiError::unknown_field(name, &KNOWN))?;
        if self.seen.contains(&name) {
            return Err(ApiError::invalid(name, "must be given once"));
        }
        self.seen.push(name);
        match name {
            "file" => {
                self.claims.mime = field.content_type().map(|mime| mime.essence_str().into());
                self.claims.name = said_name(&field);
                self.file = Some(filled(uploads.receive(actor).await?, &mut field).await?);
            }
            "poster" => {
                self.poster = Some(filled(uploads.receive_poster(actor).await?, &mut field).await?);
            }
            "kind" => self.claims.kind = Some(kind(name, &text(name, &mut field).await?)?),
            _ => self.name = FileName::tame(&text(name, &mut field).await?),
        }
        Ok(())
    }

    fn complete(self) -> Result<Form, ApiError> {
        let mut claims = self.claims;
        claims.name = self.name.or(claims.name);
        Ok(Form {
            file: self.file.ok_or_else(|| ApiError::invalid("file", "is missing"))?,
            poster: self.poster,
            claims,
        })
    }
}

/// What the sender calls the file.
fn said_name(field: &Field) -> Option<FileName> {
    let disposition = field.content_disposition()?;
    let extended = disposition
        .get_filename_ext()
        .and_then(|name| std::str::from_utf8(&name.value).ok());
    extended
        .or_else(|| disposition.get_filename())
        .and_then(FileName::tame)
}

async fn filled(mut file: Received, field: &mut Field) -> Result<Received, ApiError> {
    fill(&mut file, field, u64::MAX).await?;
    Ok(file)
}

async fn text(name: &str, field: &mut Field) -> Result<String, ApiError> {
    let mut text = Vec::new();
    while let Some(bytes) = next(field).await? {
        if text.len() + bytes.len() > TEXT {
            return Err(ApiError::invalid(name, "is too long"));
        }
        text.extend_from_slice(&bytes);
    }
    String::from_utf8(text).map_err(|_| ApiError::invalid(name, "must be UTF-8"))
}

/// A kind of media by its name.
pub(crate) fn kind(field: &str, text: &str) -> Result<MediaKind, ApiError> {
    use MediaKind::{Audio, File, Image, Video, Voice};
    [Image, Voice, Audio, Video, File]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| ApiError::invalid(field, "must be image, voice, audio, video or file"))
}
