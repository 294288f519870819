//! Pages that were written by the originals' READMEs, in a real browser. What a page has seen, it tells where it came from.

use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Json, Query};
use actix_web::{App, HttpResponse, HttpServer};
use parlor_testkit::{Browser, TestApp};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::mailed;

/// To whom something was mailed.
#[derive(Deserialize)]
struct Addressed {
    to: String,
}

/// After so long a test gives up: a browser takes its time where there is little of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a page tells that is opened in a browser; it comes from another port than the server. `None` without a browser.
async fn told(page: &'static str, prefix: &str) -> Option<Value> {
    let world = TestApp::start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let outbox = world.app().data().outbox();
    let pages = HttpServer::new(move || {
        let tell = tell.clone();
        let done = move |Json(what): Json<Value>| {
            tell.send(what).unwrap();
            async { HttpResponse::NoContent().finish() }
        };
        let show = move || async move { HttpResponse::Ok().content_type(ContentType::html()).body(page) };
        let outbox = outbox.clone();
        let code = move |Query(addressed): Query<Addressed>| {
            let outbox = outbox.clone();
            async move { mailed::code(&mailed::first(&outbox, &addressed.to, "login_code").await) }
        };
        App::new()
            .route("/", web::get().to(show))
            .route("/code", web::get().to(code))
            .route("/done", web::post().to(done))
    });
    let pages = pages.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = pages.addrs()[0];
    let running = pages.run();
    let handle = running.handle();
    let running = tokio::spawn(running);
    let base = format!("{}{prefix}", world.url());
    let browser = Browser::open(&format!("http://{address}/?base={base}"))?;
    let what = timeout(PATIENCE, told.recv()).await;
    drop(browser);
    handle.stop(false).await;
    running.await.unwrap().unwrap();
    what.expect("the page ends in time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_greeter_is_greeted() {
    for prefix in ["/compat/greeter", ""] {
        let Some(told) = told(include_str!("../pages/greeter.html"), prefix).await else {
            return;
        };
        assert_eq!(
            told,
            json!({
                "registered": 201,
                "cookie is hidden": true,
                "welcome": "hi ann now is",
                "answer": "now is",
            }),
            "at {prefix}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_conversations_talks() {
    for prefix in ["/compat/conversations", ""] {
        let Some(told) = told(include_str!("../pages/conversations.html"), prefix).await else {
            return;
        };
        assert_eq!(
            told,
            json!({
                "people": ["Bob"],
                "heard by ann": "hello bob",
                "heard by bob": "hello bob",
                "history": ["hello bob"],
                "to oneself": "Invalid recipient.",
                "closed": 1000,
            }),
            "at {prefix}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_rooms_shares_a_file() {
    for prefix in ["/compat/rooms", ""] {
        let Some(told) = told(include_str!("../pages/rooms.html"), prefix).await else {
            return;
        };
        assert_eq!(
            told,
            json!({
                "rooms": ["tea"],
                "heard": ["hello", "a picture"],
                "the file": "image/png",
                "messages": ["a picture", "hello"],
                "after leaving": 0,
            }),
            "at {prefix}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_relay_notifies() {
    for prefix in ["/compat/relay", ""] {
        let Some(told) = told(include_str!("../pages/relay.html"), prefix).await else {
            return;
        };
        let text = json!({ "message": "Tea is ready", "type": "text" });
        assert_eq!(
            told,
            json!({
                "heard by ann": text,
                "heard by bob": text,
                "the picture": ["image", "PNG", 40, 30],
                "the voice": ["voice", 1, 16_000, 16],
                "nonsense": { "error": "Invalid JSON format", "type": "error" },
                "the list": ["voice", "image", "text"],
            }),
            "at {prefix}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_messenger_chats() {
    for prefix in ["/compat/messenger", ""] {
        let Some(told) = told(include_str!("../pages/messenger.html"), prefix).await else {
            return;
        };
        assert_eq!(
            told,
            json!({
                "started": ["ann", "bob", "Normal", 0],
                "alone": { "status": "OFFLINE" },
                "together": [{ "status": "ONLINE" }, { "status": "ONLINE" }],
                "heard by ann": "hello bob",
                "heard by bob": "hello bob",
                "the picture": ["look", 200, "image/png"],
                "something else": { "Warning_Message": "Unsupported file type!" },
                "overview": ["ann"],
                "alone again": { "status": "OFFLINE" },
            }),
            "at {prefix}"
        );
    }
}
