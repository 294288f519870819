//! What to do about a bucket that cannot be used.

use std::error::Error as _;

use object_store::Error;

use super::fault::{Answer, answer};

/// What happened and what to do, in a sentence for an operator.
pub(super) fn on(error: &Error) -> String {
    let Some(Answer {
        status,
        code,
        message,
    }) = answer(error)
    else {
        return of_the_line(error);
    };
    let hint = match (status, code.as_str()) {
        (_, "NoSuchBucket") => "there is none of that name: make it, or check the address",
        (_, "InvalidAccessKeyId" | "SignatureDoesNotMatch") | (401, _) => {
            "the access key is refused: check it and its secret"
        }
        (_, "RequestTimeTooSkewed") => "this machine's clock is wrong: set it",
        (_, "AuthorizationHeaderMalformed" | "PermanentRedirect") | (301 | 307, _) => {
            "it is in another region: check the region and the endpoint"
        }
        (403, _) => {
            "the access key must be allowed to s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket"
        }
        (404, _) => "there is none: check its name, the endpoint, and whether the bucket is part of the path",
        (500.., _) => "the server fails: look into its log, or try again later",
        _ => "check the endpoint, the region and the access key",
    };
    let said: Vec<_> = [code, message]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    format!("{hint} (it answered {status} {})", said.join(": "))
}

fn of_the_line(error: &Error) -> String {
    let mut innermost = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        innermost = error.to_string();
        source = error.source();
    }
    format!(
        "it cannot be reached: check the endpoint, the region, and that this machine may connect to it ({innermost})"
    )
}
