//! Pages that run and show only what stands in them.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

/// A page with its style and its script in it. It speaks with the server that it is from, and with nobody else.
pub struct Page {
    html: &'static str,
    policy: HeaderValue,
}

impl Page {
    /// A page of this text, which has one `<style>` and one `<script>`.
    ///
    /// # Panics
    /// If it lacks one of them.
    pub fn new(html: &'static str) -> Self {
        let (style, script) = (hash(html, "style"), hash(html, "script"));
        let policy = format!(
            "default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        Self {
            html,
            policy: HeaderValue::from_str(&policy).expect("hashes can stand in a header"),
        }
    }

    /// Shows it.
    pub fn show(&self) -> HttpResponse {
        HttpResponse::Ok()
            .content_type(ContentType::html())
            .insert_header((CONTENT_SECURITY_POLICY, self.policy.clone()))
            .body(self.html)
    }
}

/// What the policy says for the one element of this name (Content Security Policy Level 3, section 2.3.1).
fn hash(html: &str, element: &str) -> String {
    let (_, rest) = html
        .split_once(&format!("<{element}>"))
        .expect("the page has the element");
    let (content, _) = rest
        .split_once(&format!("</{element}>"))
        .expect("the element ends");
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(content)))
}
