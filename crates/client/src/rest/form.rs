//! Files as forms (`multipart/form-data`, RFC 7578).

use futures_util::{StreamExt, TryStreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::HeaderValue;
use parlor_wire::MediaKindName;
use serde_json::json;
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use super::Claims;
use super::exchange::{Body, network};
use crate::{RestError, client_id};

/// How much of a file is read at once.
const READ: usize = 64 * 1024;

/// A form on its way.
pub(super) struct Form {
    pub(super) content_type: String,
    pub(super) body: Body,
}

/// A form with a file, which is read as it is sent. The file comes last: what is said about it is known before.
pub(super) fn of(
    file: impl AsyncRead + Send + 'static,
    poster: Option<Bytes>,
    claims: &Claims,
) -> Result<Form, RestError> {
    // Nobody who makes files knows it before.
    let boundary = format!("parlor-{}", client_id());
    let field = |name: &str| format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n");
    let mut before = Vec::new();
    for (name, value) in [("kind", claims.kind.map(word)), ("name", claims.name.clone())] {
        if let Some(value) = value {
            before.extend(format!("{}\r\n{value}\r\n", field(name)).bytes());
        }
    }
    if let Some(poster) = poster {
        before.extend(format!("{}\r\n", field("poster")).bytes());
        before.extend_from_slice(&poster);
        before.extend(b"\r\n");
    }
    before.extend(field("file").bytes());
    if let Some(mime) = &claims.mime {
        let mime = HeaderValue::from_str(mime).map_err(network)?;
        before.extend(b"content-type: ");
        before.extend_from_slice(mime.as_bytes());
        before.extend(b"\r\n");
    }
    before.extend(b"\r\n");
    let after = format!("\r\n--{boundary}--\r\n");
    let part = |bytes: Bytes| stream::iter([Ok(bytes)]);
    let parts = part(before.into())
        .chain(ReaderStream::with_capacity(file, READ))
        .chain(part(after.into()));
    Ok(Form {
        content_type: format!("multipart/form-data; boundary={boundary}"),
        body: StreamBody::new(parts.map_ok(Frame::data)).boxed_unsync(),
    })
}

/// The name of a kind.
pub(super) fn word(kind: MediaKindName) -> String {
    let name = json!(kind);
    name.as_str().expect("a kind is a word in JSON").to_owned()
}
