//! Answers that a client who has them already need not load again.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::http::header::{
    CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH,
};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

/// JSON with a weak `ETag` made from its bytes; 304 to whoever names that in `If-None-Match` (RFC 9110, section 13).
pub(crate) struct Tagged<T>(pub(crate) T);

impl<T: Serialize> Responder for Tagged<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let body = serde_json::to_vec(&self.0).expect("answers are JSON");
        let tag = tag(&body);
        let mut response = if is_known(request.headers(), &tag) {
            HttpResponse::NotModified().finish()
        } else {
            let json = HeaderValue::from_static("application/json");
            HttpResponse::Ok().insert_header((CONTENT_TYPE, json)).body(body)
        };
        let tag = HeaderValue::from_str(&tag).expect("a tag is ASCII");
        response.headers_mut().insert(ETAG, tag);
        response
    }
}

fn tag(body: &[u8]) -> String {
    // Without a random key, so that the tags of all nodes agree.
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("W/\"{:016x}\"", hasher.finish())
}

/// Whether a client has what this tag is of, as `If-None-Match` says.
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim_start_matches("W/").to_owned();
    named(headers, &IF_NONE_MATCH).any(|known| known == "*" || opaque(known) == opaque(tag))
}

/// Whether what this strong tag is of is what a client wants, as `If-Match` says. Who does not say wants whatever is there.
pub(crate) fn is_wanted(headers: &HeaderMap, tag: &str) -> bool {
    !headers.contains_key(IF_MATCH) || named(headers, &IF_MATCH).any(|wanted| wanted == "*" || wanted == tag)
}

/// The tags that a header names.
fn named<'a>(headers: &'a HeaderMap, header: &'a HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly_and_in_lists() {
        let tag = tag(b"{}");
        let strong = tag.trim_start_matches("W/");
        for (given, known) in [
            (tag.clone(), true),
            (strong.to_owned(), true),
            (format!("\"other\", {tag}"), true),
            ("*".to_owned(), true),
            ("\"other\"".to_owned(), false),
            (String::new(), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(&given).unwrap());
            assert_eq!(is_known(&headers, &tag), known, "{given}");
        }
    }

    #[test]
    fn a_version_is_wanted_strongly_or_not_at_all() {
        assert!(is_wanted(&HeaderMap::new(), "\"tag\""));
        for (given, wanted) in [
            ("\"tag\"", true),
            ("\"other\", \"tag\"", true),
            ("*", true),
            ("W/\"tag\"", false),
            ("\"other\"", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(IF_MATCH, HeaderValue::from_static(given));
            assert_eq!(is_wanted(&headers, "\"tag\""), wanted, "{given}");
        }
    }
}
