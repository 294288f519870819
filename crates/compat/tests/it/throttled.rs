//! How much one network address may ask.

use std::num::NonZeroU32;

use parlor_compat::Root;
use parlor_domain::Dialect;
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use crate::world::{Answer, World};

/// A server that takes four requests at once, and one more each second.
async fn world(root: Root) -> World {
    let app = TestApp::start_with(|config| {
        config.compat.root = root;
        config.limits.enabled = true;
        config.limits.requests_per_second = NonZeroU32::MIN;
        config.limits.credentials_per_minute = NonZeroU32::new(100_000).unwrap();
    });
    World::of(app.await, "")
}

/// The first answer that says to wait.
async fn hurried(world: &World, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    for _ in 0..100 {
        let body = if method == "POST" { json!({}) } else { Value::Null };
        let answer = world.call(method, path, headers, body).await;
        if answer.status == 429 {
            return answer;
        }
    }
    panic!("{path} may be asked without end");
}

/// Passes if this refusal says so under the key.
#[track_caller]
fn says(answer: &Answer, key: &str) {
    assert_eq!(answer.media_type(), "application/json", "{answer:?}");
    let body = answer.json();
    let text = body[key].as_str().unwrap_or_default();
    assert!(
        text.starts_with("Request was throttled. Expected available in "),
        "{answer:?}"
    );
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=4).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_much_is_told_so_as_the_dialect_tells_it() {
    let world = world(Root::All).await;
    for (method, path, key) in [
        ("GET", "/compat/relay/notifications/get_notifications/", "detail"),
        ("POST", "/compat/messenger/api/Userlogin/", "detail"),
        ("POST", "/compat/greeter/api/register/", "error"),
        ("POST", "/compat/greeter/api/register", "error"),
        ("POST", "/compat/greeter/api/token/", "detail"),
        ("GET", "/compat/conversations/api/users/", "detail"),
        ("GET", "/compat/rooms/api/v1/chats/rooms/", "detail"),
        ("GET", "/compat/rooms/nothing/", "detail"),
        ("GET", "/api/v1/chats/rooms/", "detail"),
        ("GET", "/notifications/get_notifications/", "detail"),
        // Here it is not that of `greeter` alone.
        ("POST", "/api/register/", "detail"),
    ] {
        says(&hurried(&world, method, path, &[]).await, key);
    }
    for path in ["/", "/v1/me"] {
        let own = hurried(&world, "GET", path, &[]).await;
        assert_eq!(own.media_type(), "application/problem+json", "{path}");
        assert_eq!(own.json()["code"], "rate_limited", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_alone_at_the_root_tells_it_there_as_well() {
    let world = world(Root::One(Dialect::Greeter)).await;
    says(&hurried(&world, "POST", "/api/register/", &[]).await, "error");
    says(&hurried(&world, "POST", "/api/token/", &[]).await, "detail");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_too_many_is_refused_in_the_same_words() {
    let world = world(Root::All).await;
    let handshake = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        // So none is opened before it is too many.
        ("origin", "https://evil.example"),
    ];
    let refused = hurried(&world, "GET", "/ws/notifications/", &handshake).await;
    says(&refused, "detail");
    let own = hurried(&world, "GET", "/v1/socket", &handshake).await;
    assert_eq!(own.json()["code"], "rate_limited");
}
