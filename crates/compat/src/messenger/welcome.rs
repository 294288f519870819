//! What somebody sees who opens the dialect in a browser.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;

const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>messenger</title>\n</head>\n\
    <body>\n<h1>messenger</h1>\n<p>Parlor serves the chat API <code>messenger</code> here. Its front ends know what to do.</p>\n\
    </body>\n</html>\n";

/// `GET /`
pub(super) async fn show() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::html()).body(PAGE)
}
