//! What people say and show, checked.

use std::collections::HashSet;

use parlor_domain::{MediaId, MessageBody};

use crate::Error;

/// A text of at most so many bytes, which may be empty beside media: at most so many, each but once.
///
/// # Errors
/// [`Error::Invalid`] (`body`, `media`)
pub(crate) fn content(
    text: &str,
    media: &[MediaId],
    max_media: usize,
    max_body: usize,
) -> Result<MessageBody, Error> {
    if media.len() > max_media || media.iter().collect::<HashSet<_>>().len() < media.len() {
        return Err(Error::invalid(
            "media",
            format_args!("must be at most {max_media}, each but once"),
        ));
    }
    match text {
        "" if !media.is_empty() => Ok(MessageBody::none()),
        text => body(text, max_body),
    }
}

/// A text of at most so many bytes.
///
/// # Errors
/// [`Error::Invalid`] (`body`)
pub(crate) fn body(text: &str, max_body: usize) -> Result<MessageBody, Error> {
    MessageBody::parse(text, max_body).map_err(|why| Error::invalid("body", why))
}
