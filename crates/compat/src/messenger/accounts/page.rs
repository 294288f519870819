//! The page that links in mails open.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use parlor_http::Page;

/// It sends what stands in the fragment of its address, which browsers send to nobody, to the path that it is at.
const HTML: &str = include_str!("page.html");

static PAGE: LazyLock<Page> = LazyLock::new(|| Page::new(HTML));

/// `GET /api/changepassword/`, `GET /api/UserEmailUpdate/`: uses nothing up.
pub(super) async fn show() -> HttpResponse {
    PAGE.show()
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
