//! How requests are named, in answers and in the log.

use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// The header of a request's name.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers the requests of one process.
#[derive(Debug)]
pub struct RequestIds {
    process: u32,
    last: AtomicU64,
}

impl RequestIds {
    /// Names that begin with a number by which this process differs from others: a random one.
    pub fn new(process: u32) -> Self {
        let last = AtomicU64::new(0);
        Self { process, last }
    }

    /// A name that no other request has.
    pub fn next(&self) -> String {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        format!("{:08x}-{number}", self.process)
    }
}

/// A name as a header.
pub(crate) fn header(name: &str) -> HeaderValue {
    HeaderValue::from_str(name).expect("names of requests are ASCII")
}

/// The name that a trusted proxy gave a request: 1 to 64 letters, digits, `-`, `_` or `.`.
pub(crate) fn given(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let fits = (1..=64).contains(&name.len());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (fits && name.bytes().all(plain)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_another_name() {
        let ids = RequestIds::new(0xa1);
        assert_eq!([ids.next(), ids.next()], ["000000a1-1", "000000a1-2"]);
    }

    #[test]
    fn names_that_could_break_a_log_are_not_taken() {
        let mut headers = HeaderMap::new();
        for (name, taken) in [
            ("abc-DEF_1.2", true),
            ("", false),
            ("a b", false),
            ("a\"b", false),
        ] {
            headers.insert(X_REQUEST_ID, HeaderValue::from_static(name));
            assert_eq!(given(&headers).is_some(), taken, "{name}");
        }
    }
}
