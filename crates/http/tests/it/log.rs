//! What the log knows of requests.

use std::io;
use std::sync::{Arc, Mutex};

use hyper::Method;
use parlor_domain::LetterKind;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::world::{PASSWORD, World, text};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_logged_without_secrets() {
    let paper = Paper::default();
    let writer = paper.clone();
    // For the whole process, since the server has threads of its own; so the other tests are on the paper too.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(
            "info,parlor_http=trace,parlor_services=trace,parlor_store=trace",
        ))
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let world = World::new().await;
    let ann = world.person("ann").await;
    let path = format!("/v1/users/{}", ann.id);
    let query = format!("{path}?token={}", ann.token);
    assert_eq!(ann.get(&query).await.status, 200);
    let cookie = format!("parlor_access={}", ann.token);
    let asked = world.request(Method::GET, "/v1/me", &[("cookie", &cookie)], "");
    let named = world.send(asked).await;
    world
        .post("/v1/sessions/refresh", json!({"refresh_token": ann.refresh}))
        .await;
    let bob = world.person_with_mail("bob").await;
    world.post("/v1/password-resets", json!({"login": "bob"})).await;
    let link = world.mailed("bob@example.org", LetterKind::ResetPassword).await;
    let wish = json!({"on": true, "password": PASSWORD});
    bob.put("/v1/me/second-step/mailed-code", wish).await;
    let challenge = text(&world.begin("bob").await.json()["challenge"]);
    let code = world.mailed("bob@example.org", LetterKind::LoginCode).await;
    world.complete(&json!(challenge), &code).await;
    let new = json!({"token": link, "new_password": "battery staple"});
    world.post("/v1/password-resets/complete", new).await;
    let media = ann.upload(b"%PDF-1.4", "secret name.pdf").await;
    let media = format!("/v1/media/{}", text(&media["id"]));
    let shared = text(&ann.post(&format!("{media}/link"), json!({})).await.json()["url"]);
    assert_eq!(world.get(&shared).await.status, 200);
    let signature = shared.rsplit('=').next().unwrap();
    let logged = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains(&path), "{logged}");
    assert!(logged.contains(named.header("x-request-id").unwrap()), "{logged}");
    let secrets = [
        &*ann.token,
        &ann.refresh,
        PASSWORD,
        "?token",
        &link,
        &challenge,
        "battery staple",
        signature,
        "secret name",
    ];
    for secret in secrets {
        assert!(!logged.contains(secret), "{logged}");
    }
}
