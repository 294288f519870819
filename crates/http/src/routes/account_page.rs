//! The page for people who open a link in a mail.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

/// The page, with its style and its script in it. What it is to do stands in the fragment of the link, which browsers
/// send to nobody.
const PAGE: &str = include_str!("account.html");

/// The page runs and shows only what stands in it, and speaks with this server alone.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let (style, script) = (hash("style"), hash("script"));
    format!(
        "default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
});

/// The page.
pub(crate) async fn show() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, POLICY.as_str()))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(PAGE)
}

/// What the policy says for the one element of this name (Content Security Policy Level 3, section 2.3.1).
fn hash(element: &str) -> String {
    let (_, rest) = PAGE
        .split_once(&format!("<{element}>"))
        .expect("the page has the element");
    let (content, _) = rest
        .split_once(&format!("</{element}>"))
        .expect("the element ends");
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_page_comes_from_elsewhere_or_escapes_the_policy() {
        assert_eq!(PAGE.matches("<script").count(), 1);
        assert_eq!(PAGE.matches("<style").count(), 1);
        for forbidden in [
            "http:",
            "https:",
            "//cdn",
            " style=",
            " onclick=",
            " onsubmit=",
            "innerHTML",
            "<link",
            "<img",
        ] {
            assert!(!PAGE.contains(forbidden), "{forbidden}");
        }
    }
}
