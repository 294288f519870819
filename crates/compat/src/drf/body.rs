//! Bodies of requests, parsed as views parse them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use futures_util::{StreamExt, stream};
use parlor_services::Spool;
use serde_json::{Map, Value, json};
use tokio::task::spawn_blocking;
use url::form_urlencoded;

use super::form::add_text;
use super::incoming::{first, soon, too_large, whole};
use super::multipart::{self, Files};
use super::{FilePart, Form, Refusal, Sender, python};

/// How large bodies may be, and where their files wait. Views find it in the application's data, as `Data<Limits>`.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Most bytes of a body of JSON, of an urlencoded form, or of the texts and all names of one with files.
    pub(crate) json_bytes: usize,
    /// Most bytes of all files of a form.
    pub(crate) file_bytes: u64,
    /// Where files wait.
    pub(crate) spool: Arc<Spool>,
}

/// Most bytes of text with media in it: 8 MiB of them as base64, and something besides.
const WITH_MEDIA: usize = 12 << 20;
/// Longer texts, in bytes, are read beside the thread that serves others.
const SHORT: usize = 128 << 10;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `application/json`
    Json,
    /// `application/x-www-form-urlencoded`
    Urlencoded,
    /// `multipart/form-data`
    Multipart,
}

impl Format {
    /// By its media type, in small letters and without parameters.
    pub(crate) fn of(media_type: &str) -> Option<Self> {
        match media_type {
            "application/json" => Some(Self::Json),
            "application/x-www-form-urlencoded" => Some(Self::Urlencoded),
            "multipart/form-data" => Some(Self::Multipart),
            _ => None,
        }
    }
}

/// Which bodies a view takes.
pub(crate) trait Parsers: 'static {
    /// How a body of this media type is read, if it is taken.
    fn choose(media_type: &str) -> Option<Format>;

    /// Most bytes of text.
    fn text_bytes(limits: &Limits) -> usize {
        limits.json_bytes
    }

    /// Which fields are held of a text that is longer than `json_bytes`. Of all others in it nothing is.
    fn of_long() -> &'static [&'static str] {
        &[]
    }

    /// Whether the files of a form are kept. Where nobody asks for one they are not: a stranger's would fill the disk.
    fn takes_files() -> bool {
        false
    }

    /// What is said of a body of JSON that cannot be read.
    fn malformed(why: &str) -> Refusal {
        Refusal::parse_error(&format!("JSON parse error - {why}"))
    }
}

/// Takes JSON and both kinds of forms, as views do that say nothing. Of files it is known only that they came.
#[derive(Debug)]
pub(crate) enum Any {}

/// As [`Any`], with the files of forms.
#[derive(Debug)]
pub(crate) enum AnyWithFiles {}

/// As [`AnyWithFiles`], also if media of up to 8 MiB come as text in it, which then has `files` and `text_message` alone.
#[derive(Debug)]
pub(crate) enum AnyWithMedia {}

/// Takes JSON alone.
#[derive(Debug)]
pub(crate) enum OnlyJson {}

/// Takes forms with files alone.
#[derive(Debug)]
pub(crate) enum OnlyMultipart {}

/// Takes anything for JSON, as views do that are none of DRF.
#[derive(Debug)]
pub(crate) enum Untyped {}

impl Parsers for Any {
    fn choose(media_type: &str) -> Option<Format> {
        Format::of(media_type)
    }
}

impl Parsers for AnyWithFiles {
    fn choose(media_type: &str) -> Option<Format> {
        Format::of(media_type)
    }

    fn takes_files() -> bool {
        true
    }
}

impl Parsers for AnyWithMedia {
    fn choose(media_type: &str) -> Option<Format> {
        Format::of(media_type)
    }

    fn text_bytes(limits: &Limits) -> usize {
        limits.json_bytes.max(WITH_MEDIA)
    }

    fn of_long() -> &'static [&'static str] {
        &["files", "text_message"]
    }

    fn takes_files() -> bool {
        true
    }
}

impl Parsers for OnlyJson {
    fn choose(media_type: &str) -> Option<Format> {
        Format::of(media_type).filter(|format| *format == Format::Json)
    }
}

impl Parsers for OnlyMultipart {
    fn choose(media_type: &str) -> Option<Format> {
        Format::of(media_type).filter(|format| *format == Format::Multipart)
    }

    fn takes_files() -> bool {
        true
    }
}

impl Parsers for Untyped {
    fn choose(_: &str) -> Option<Format> {
        Some(Format::Json)
    }

    fn malformed(_: &str) -> Refusal {
        Refusal::error(StatusCode::BAD_REQUEST, "Invalid JSON format")
    }
}

/// A body, read as `P` says. One that is empty is an empty object, whatever its type.
#[derive(Debug)]
pub(crate) struct Body<P> {
    sent: Sent,
    parsers: PhantomData<P>,
}

/// What was sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) value: Value,
    pub(super) files: HashMap<String, FilePart>,
    /// Whether it was a form, in which every value is text, or several of one name, and an empty one may mean that there is none.
    pub(super) is_form: bool,
}

impl Sent {
    pub(super) fn form(values: Map<String, Value>, files: HashMap<String, FilePart>) -> Self {
        Self {
            value: Value::Object(values),
            files,
            is_form: true,
        }
    }
}

impl<P: Parsers> FromRequest for Body<P> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = request.app_data::<Data<Limits>>();
        let limits = limits.expect("every view is mounted with limits").clone();
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let sent = read::<P>(&request, payload, &limits).await?;
            Ok(Self {
                sent,
                parsers: PhantomData,
            })
        })
    }
}

impl<P> Body<P> {
    /// Whether it is an object, or a form, that has this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.sent.value.get(key).is_some() || self.sent.files.contains_key(key)
    }

    /// The fields of the body, which are to be asked for one by one.
    ///
    /// # Errors
    /// 400 if it is no object, under the key that the dialect has for what is about no field: `non_field_errors`, or another.
    pub(crate) fn form(self, list_key: &'static str) -> Result<Form, Refusal> {
        let Sent {
            value,
            files,
            is_form,
        } = self.sent;
        match value {
            Value::Object(values) => Ok(Form::new(values, files, is_form)),
            Value::Null => {
                let body = json!({ list_key: ["No data provided"] });
                Err(Refusal::new(StatusCode::BAD_REQUEST, body))
            }
            other => Err(Refusal::not_an_object(list_key, python::type_name(&other))),
        }
    }
}

async fn read<P: Parsers>(
    request: &HttpRequest,
    mut payload: Payload,
    limits: &Limits,
) -> Result<Sent, Refusal> {
    let headers = request.headers();
    let content_type = said(headers);
    let format = P::choose(&essence(&content_type));
    let Some(begun) = first(&mut payload).await? else {
        let is_form = format.is_some_and(|format| format != Format::Json);
        let value = json!({});
        let files = HashMap::new();
        return Ok(Sent {
            value,
            files,
            is_form,
        });
    };
    let format = format.ok_or_else(|| Refusal::unsupported_media(&content_type))?;
    let most = P::text_bytes(limits);
    let mut body = stream::iter([Ok(begun)]).chain(payload);
    if format == Format::Multipart {
        if !P::takes_files() {
            return multipart::receive(headers, body, limits, most, Files::Dropped).await;
        }
        let sender = Sender::of(request);
        let sent = multipart::receive(headers, body, limits, most, Files::Kept(sender));
        return match sender {
            Sender::Known(_) => sent.await,
            Sender::Stranger(_) => soon(sent).await,
        };
    }
    if announced(headers).is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    let text = whole(&mut body, most).await?;
    let is_form = format == Format::Urlencoded;
    let held = (text.len() > limits.json_bytes).then(P::of_long);
    let value = if text.len() > SHORT {
        let parsed = spawn_blocking(move || parse(&text, is_form, held)).await;
        parsed.map_err(|_| Refusal::server_error())?
    } else {
        parse(&text, is_form, held)
    };
    Ok(Sent {
        value: value.map_err(|why| P::malformed(&why))?,
        files: HashMap::new(),
        is_form,
    })
}

/// What a text says, in all its fields or in these; `Err` says what is wrong with it.
fn parse(text: &[u8], is_form: bool, held: Option<&[&str]>) -> Result<Value, String> {
    match held {
        _ if is_form => Ok(Value::Object(pairs(text, held))),
        Some(held) => python::long_json(text, held),
        None => python::json(text),
    }
}

/// What the body is said to be.
fn said(headers: &HeaderMap) -> Cow<'_, str> {
    let value = headers.get(CONTENT_TYPE);
    value.map_or(Cow::Borrowed(""), |value| {
        String::from_utf8_lossy(value.as_bytes())
    })
}

/// A media type without its parameters.
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// How many bytes are to come, if it is said.
fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The values of an urlencoded form, or those of these names alone: then the last of each, so that little is held.
fn pairs(body: &[u8], held: Option<&[&str]>) -> Map<String, Value> {
    let mut pairs = Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        match held {
            None => add_text(&mut pairs, name.into_owned(), value.into_owned()),
            Some(held) if held.contains(&&*name) => {
                pairs.insert(name.into_owned(), Value::String(value.into_owned()));
            }
            Some(_) => {}
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::test::TestRequest;
    use bytes::Bytes;
    use parlor_domain::UserId;
    use uuid::Uuid;

    use super::*;
    use crate::drf::file::tests::spool;

    /// What a view makes of a body of this type.
    async fn sent<P: Parsers>(content_type: &str, body: impl Into<Bytes>) -> Result<Body<P>, Refusal> {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            json_bytes: 64,
            file_bytes: 64,
            spool: spool(folder.path()),
        };
        let (request, mut payload) = TestRequest::post()
            .insert_header((CONTENT_TYPE, content_type))
            .app_data(Data::new(limits))
            .set_payload(body)
            .to_http_parts();
        Body::<P>::from_request(&request, &mut payload).await
    }

    const FORM: &str = "application/x-www-form-urlencoded";
    const WITH_FILE: &str = "multipart/form-data; boundary=b";
    /// A form with a file of three bytes.
    const FILE: &str =
        "--b\r\ncontent-disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\nabc\r\n--b--\r\n";

    #[tokio::test]
    async fn both_kinds_of_text_are_read() {
        let body = sent::<Any>("Application/JSON; charset=utf-8", r#"{"a": [1]}"#).await;
        assert_eq!(body.unwrap().sent.value, json!({ "a": [1] }));
        let body = sent::<Any>(FORM, "a=1&b=x+y%C3%A9&a=2&c").await;
        assert_eq!(
            body.unwrap().sent.value,
            json!({ "a": ["1", "2"], "b": "x yé", "c": "" })
        );
    }

    #[tokio::test]
    async fn an_empty_body_is_an_empty_object() {
        for content_type in ["application/json", FORM, "text/plain", ""] {
            let body = sent::<Any>(content_type, "").await.unwrap();
            assert_eq!(body.sent.value, json!({}), "{content_type}");
        }
        let body = sent::<OnlyMultipart>("multipart/form-data; boundary=b", "").await;
        assert!(!body.unwrap().has("a"));
    }

    #[tokio::test]
    async fn another_type_is_not_supported() {
        for refusal in [
            sent::<Any>("text/plain; a=b", "x").await.err(),
            sent::<OnlyJson>("text/plain; a=b", "x").await.err(),
            sent::<OnlyMultipart>("text/plain; a=b", "x").await.err(),
        ] {
            let refusal = refusal.unwrap();
            assert_eq!(refusal.status_code(), 415);
            let body = r#"{"detail":"Unsupported media type \"text/plain; a=b\" in request."}"#;
            assert_eq!(refusal.to_string(), body);
        }
        assert!(sent::<OnlyJson>(FORM, "a=b").await.is_err());
        assert!(sent::<OnlyMultipart>("application/json", "{}").await.is_err());
        assert!(sent::<Untyped>("text/plain", "{}").await.is_ok());
    }

    #[tokio::test]
    async fn files_are_kept_only_where_one_is_asked_for() {
        let body = sent::<Any>(WITH_FILE, FILE).await.unwrap();
        assert!(body.has("a") && body.sent.files.is_empty());
        for kept in [
            sent::<AnyWithFiles>(WITH_FILE, FILE).await.unwrap().sent.files,
            sent::<OnlyMultipart>(WITH_FILE, FILE).await.unwrap().sent.files,
        ] {
            assert_eq!(kept["a"].bytes(), 3);
        }
    }

    #[tokio::test]
    async fn files_count_as_those_of_whoever_is_known_to_send_them() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(folder.path());
        let [ann, ben] = [1, 2].map(|number| UserId::new(Uuid::from_u128(number)));
        let mut anns = Vec::new();
        while let Ok(file) = spool.receive(ann, 1).await {
            anns.push(file);
        }
        for (sender, refused) in [(None, None), (Some(ben), None), (Some(ann), Some(503))] {
            let limits = Limits {
                json_bytes: 64,
                file_bytes: 64,
                spool: spool.clone(),
            };
            let (request, mut payload) = TestRequest::post()
                .insert_header((CONTENT_TYPE, WITH_FILE))
                .app_data(Data::new(limits))
                .set_payload(FILE)
                .to_http_parts();
            if let Some(sender) = sender {
                Sender::remember(&request, sender);
            }
            let body = Body::<OnlyMultipart>::from_request(&request, &mut payload).await;
            let status = body.err().map(|refusal| refusal.status_code().as_u16());
            assert_eq!(status, refused, "{sender:?}");
        }
    }

    #[tokio::test]
    async fn bad_json_is_told_where() {
        let refusal = sent::<Any>("application/json", "{'a': 1}").await.unwrap_err();
        let body = r#"{"detail":"JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"}"#;
        assert_eq!(refusal.to_string(), body);
        let refusal = sent::<Untyped>("application/json", "{").await.unwrap_err();
        assert_eq!(refusal.to_string(), r#"{"error":"Invalid JSON format"}"#);
    }

    #[tokio::test]
    async fn what_is_no_object_has_no_fields() {
        for (body, expected) in [
            ("[]", "Invalid data. Expected a dictionary, but got list."),
            ("\"a\"", "Invalid data. Expected a dictionary, but got str."),
            ("1", "Invalid data. Expected a dictionary, but got int."),
            ("1.5", "Invalid data. Expected a dictionary, but got float."),
            ("true", "Invalid data. Expected a dictionary, but got bool."),
            ("null", "No data provided"),
        ] {
            let body = sent::<Any>("application/json", body).await.unwrap();
            let refusal = body.form("error").unwrap_err();
            assert_eq!(refusal.to_string(), format!(r#"{{"error":["{expected}"]}}"#));
        }
    }

    #[tokio::test]
    async fn what_is_too_large_is_refused() {
        let refusal = sent::<Any>("application/json", " ".repeat(65)).await.unwrap_err();
        assert_eq!(refusal.status_code(), 413);
        assert_eq!(
            refusal.to_string(),
            r#"{"detail":"Request body exceeded 64 bytes."}"#
        );
        let media = sent::<AnyWithMedia>("application/json", " ".repeat(WITH_MEDIA + 1)).await;
        assert_eq!(media.unwrap_err().status_code(), 413);
    }

    #[tokio::test]
    async fn of_a_long_text_only_what_is_asked_for_is_held() {
        let media = "A".repeat(200_000);
        for (content_type, text) in [
            (
                "application/json",
                format!(r#"{{"a": [{{"": 0}}], "text_message": {{"a": 1}}, "files": "{media}"}}"#),
            ),
            (FORM, format!("a=1&files=1&files={media}")),
        ] {
            let body = sent::<AnyWithMedia>(content_type, text).await.unwrap();
            assert_eq!(body.sent.value["files"], json!(media));
            assert!(!body.has("a"));
            let nothing = body.sent.value.get("text_message");
            assert!(nothing.is_none_or(|value| *value == json!({})), "{nothing:?}");
        }
        let list = sent::<AnyWithMedia>("application/json", format!("[{}0]", "0,".repeat(100_000)));
        let refusal = list.await.unwrap().form("error").unwrap_err();
        assert!(refusal.to_string().contains("but got list."), "{refusal}");
        let broken = sent::<AnyWithMedia>("application/json", format!("[{}]", "0,".repeat(100_000)));
        let refusal = broken.await.unwrap_err();
        assert_eq!(refusal.status_code(), 400);
        assert!(refusal.to_string().contains("JSON parse error - "), "{refusal}");
    }
}
