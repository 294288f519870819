//! What the errors of a bucket mean for a blob.

use std::error::Error as _;

use object_store::Error;
use object_store::client::HttpError;
use parlor_ports::BlobError;

/// What the server answered to a request that it refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// S3's word for it, which an answer to HEAD does not have.
    pub(super) code: String,
    /// S3's sentence for it.
    pub(super) message: String,
}

/// The answer in an error, if there was one. The library shows it nowhere but in its text.
pub(super) fn answer(error: &Error) -> Option<Answer> {
    let text = error.to_string();
    let (_, rest) = text.split_once("status code: ")?;
    let status = rest.get(..3)?.parse().ok()?;
    let element = |name: &str| {
        let (_, rest) = rest.split_once(&format!("<{name}>"))?;
        let (content, _) = rest.split_once("</")?;
        Some(content.to_owned())
    };
    Some(Answer {
        status,
        code: element("Code").unwrap_or_default(),
        message: element("Message").unwrap_or_default(),
    })
}

/// Tells errors apart.
pub(super) fn told(error: Error) -> BlobError {
    let answer = answer(&error).unwrap_or_default();
    if answer.status == 507 || answer.code.ends_with("StorageFull") || answer.code.ends_with("QuotaExceeded")
    {
        return BlobError::Full;
    }
    // An upload is also unknown if it was completed and the answer was lost.
    let may_work_later =
        matches!(answer.status, 408 | 429 | 500..) || answer.code == "NoSuchUpload" || is_of_the_line(&error);
    if may_work_later {
        BlobError::Unavailable(error.into())
    } else {
        BlobError::Other(error.into())
    }
}

/// No object is no error; no bucket is one.
pub(super) fn absent_or<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ Error::NotFound { .. }) if !says(&error, "NoSuchBucket") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a range lies behind the end of an object.
pub(super) fn is_behind_end(error: &Error) -> bool {
    answer(error).is_some_and(|answer| answer.status == 416)
}

fn says(error: &Error, code: &str) -> bool {
    answer(error).is_some_and(|answer| answer.code == code)
}

fn is_of_the_line(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if error.is::<HttpError>() {
            return true;
        }
        source = error.source();
    }
    false
}
