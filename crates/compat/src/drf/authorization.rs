//! Credentials in the `Authorization` header.

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::Refusal;

/// How a dialect wants credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `Bearer <JWT>`, as djangorestframework-simplejwt has it.
    Bearer,
    /// `Token <40 hex>`, as DRF's own `TokenAuthentication` has it.
    Token,
}

impl Scheme {
    /// What `WWW-Authenticate` says.
    pub(crate) fn challenge(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Bearer => "Bearer realm=\"api\"",
            Self::Token => "Token",
        })
    }
}

/// The JWT of a request. The scheme is written exactly so; another one counts as no credentials.
///
/// # Errors
/// [`Refusal::bad_header`] if there is not one word after the scheme, [`Refusal::bad_token`] if it is no text.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut words = words(headers);
    if words.next() != Some(b"Bearer".as_slice()) {
        return Ok(None);
    }
    match (words.next(), words.next()) {
        (Some(token), None) => std::str::from_utf8(token)
            .map(Some)
            .map_err(|_| Refusal::bad_token("Token is invalid or expired")),
        _ => Err(Refusal::bad_header()),
    }
}

/// The key of a request. The scheme may be written in small or capital letters; another one counts as no credentials.
///
/// # Errors
/// 401 if there is not one word after the scheme, or it is no text.
pub(crate) fn token_key(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut words = words(headers);
    let is_ours = words
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"Token"));
    if !is_ours {
        return Ok(None);
    }
    let why = match (words.next(), words.next()) {
        (Some(key), None) => match std::str::from_utf8(key) {
            Ok(key) => return Ok(Some(key)),
            Err(_) => "Token string should not contain invalid characters.",
        },
        (None, _) => "No credentials provided.",
        (Some(_), Some(_)) => "Token string should not contain spaces.",
    };
    let text = format!("Invalid token header. {why}");
    Err(Refusal::unauthenticated(Scheme::Token, &text))
}

/// The words of the header.
fn words(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let value = headers.get(AUTHORIZATION);
    let bytes = value.map_or(b"".as_slice(), |value| value.as_bytes());
    bytes
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn a_bearer_token_is_the_second_of_two_words() {
        for (value, token) in [
            ("Bearer abc", Some("abc")),
            ("  Bearer   abc ", Some("abc")),
            ("", None),
            ("bearer abc", None),
            ("Token abc", None),
            ("abc", None),
        ] {
            assert_eq!(bearer(&headers(value)).unwrap(), token, "{value:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn another_number_of_words_is_a_bad_header() {
        for value in ["Bearer", "Bearer a b"] {
            let refusal = bearer(&headers(value)).unwrap_err();
            assert_eq!(refusal.to_string(), Refusal::bad_header().to_string(), "{value}");
        }
    }

    #[test]
    fn a_key_is_the_second_of_two_words() {
        for (value, key) in [
            ("Token abc", Some("abc")),
            ("token abc", Some("abc")),
            ("Bearer abc", None),
            ("", None),
        ] {
            assert_eq!(token_key(&headers(value)).unwrap(), key, "{value:?}");
        }
    }

    #[test]
    fn a_bad_header_of_a_key_is_told_why() {
        for (value, why) in [
            ("Token", "No credentials provided."),
            ("Token a b", "Token string should not contain spaces."),
        ] {
            let refusal = token_key(&headers(value)).unwrap_err();
            let body = format!(r#"{{"detail":"Invalid token header. {why}"}}"#);
            assert_eq!(refusal.to_string(), body, "{value}");
        }
    }
}
