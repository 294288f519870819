//! The page for people who open a link in a mail.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};

use crate::Page;

/// What it is to do stands in the fragment of the link, which browsers send to nobody.
const HTML: &str = include_str!("account.html");

static PAGE: LazyLock<Page> = LazyLock::new(|| Page::new(HTML));

/// The page.
pub(crate) async fn show() -> HttpResponse {
    let mut page = PAGE.show();
    let headers = page.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_page_comes_from_elsewhere_or_escapes_the_policy() {
        assert_eq!(HTML.matches("<script").count(), 1);
        assert_eq!(HTML.matches("<style").count(), 1);
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
            assert!(!HTML.contains(forbidden), "{forbidden}");
        }
    }
}
