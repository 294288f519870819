//! Whether a browser's request comes from a page of this server.

use actix_web::http::Uri;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::http::uri::Authority;
use url::Url;

/// Whether the request names, as its `Origin`, this server: the public URL, or where none is set the host that the
/// request was sent to. Without `Origin` it does not; `null` is the origin of nobody.
pub fn is_own_origin(headers: &HeaderMap, public_url: Option<&Url>) -> bool {
    let Some(origin) = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return false;
    };
    match public_url {
        Some(url) => url.origin().ascii_serialization() == origin,
        // Behind a proxy the scheme is not known. A page that lies about its host does not get the cookie.
        None => {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok());
            let origin = origin.parse::<Uri>().ok();
            let authority = origin.as_ref().and_then(Uri::authority);
            host.is_some() && authority.map(Authority::as_str) == host
        }
    }
}

/// Whether the request names as its `Origin` a page of the machine on which the browser runs, on any port, as front ends are that
/// somebody works on.
pub(crate) fn is_local_origin(headers: &HeaderMap) -> bool {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = origin.and_then(|origin| origin.parse::<Uri>().ok());
    let host = origin.as_ref().and_then(Uri::host);
    host.is_some_and(|host| matches!(host, "localhost" | "127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn is_own(origin: &'static str, host: &'static str, public: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        if !origin.is_empty() {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        is_own_origin(&headers, public.map(|url| url.parse().unwrap()).as_ref())
    }

    #[test]
    fn only_pages_of_the_public_url_are_own() {
        let public = Some("https://chat.example.org");
        assert!(is_own("https://chat.example.org", "anything", public));
        for other in [
            "",
            "null",
            "http://chat.example.org",
            "https://chat.example.org:8443",
            "https://chat.example.org.evil.example",
            "https://evil.example",
        ] {
            assert!(!is_own(other, "chat.example.org", public), "{other}");
        }
    }

    #[test]
    fn pages_of_ones_own_machine_are_local() {
        let is_local = |origin| {
            let mut headers = HeaderMap::new();
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
            is_local_origin(&headers)
        };
        for origin in ["http://localhost:3000", "http://127.0.0.1", "https://localhost"] {
            assert!(is_local(origin), "{origin}");
        }
        for origin in [
            "null",
            "http://localhost.evil.example",
            "http://evil.example/127.0.0.1",
        ] {
            assert!(!is_local(origin), "{origin}");
        }
        assert!(!is_local_origin(&HeaderMap::new()));
    }

    #[test]
    fn without_public_url_the_host_decides() {
        assert!(is_own("http://localhost:8000", "localhost:8000", None));
        assert!(is_own("https://chat.example.org", "chat.example.org", None));
        for other in [
            "",
            "null",
            "http://localhost",
            "http://localhost:8001",
            "http://evil.example",
        ] {
            assert!(!is_own(other, "localhost:8000", None), "{other}");
        }
    }
}
