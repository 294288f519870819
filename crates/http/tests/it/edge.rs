//! What stands around all requests: headers, limits, cookies, other origins, documents.

use std::num::NonZeroU32;
use std::sync::atomic::Ordering;

use hyper::Method;
use insta::assert_snapshot;
use parlor_http::{Rates, Settings};
use serde_json::json;

use crate::world::{PASSWORD, World};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_named_and_hardened() {
    let world = World::new().await;
    let mut names = Vec::new();
    for path in ["/", "/healthz", "/v1/me", "/nowhere", "/docs/", "/openapi.json"] {
        let answer = world.get(path).await;
        names.push(answer.header("x-request-id").unwrap().to_owned());
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(answer.header("cache-control").is_some(), "{path}");
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 6);
    let forged = world.request(Method::GET, "/", &[("x-request-id", "mine")], "");
    assert_ne!(world.send(forged).await.header("x-request-id"), Some("mine"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_names_requests_and_clients() {
    let world = World::with(Settings {
        trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()],
        rates: None,
        ..Settings::default()
    })
    .await;
    world.person("ann").await;
    let headers = [
        ("content-type", "application/json"),
        ("x-request-id", "from-the-proxy"),
        ("x-forwarded-for", "198.51.100.1, 203.0.113.5"),
    ];
    let proof = json!({"username": "ann", "password": PASSWORD}).to_string();
    let login = world
        .send(world.request(Method::POST, "/v1/sessions", &headers, proof))
        .await;
    assert_eq!(login.header("x-request-id"), Some("from-the-proxy"));
    assert_eq!(login.json()["session"]["address"], "203.0.113.5");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_paths_and_methods_are_problems_too() {
    let world = World::new().await;
    let nowhere = world.get("/v1/nothing").await;
    assert_snapshot!(nowhere.shown(), @r#"
    404
    {
      "code": "no_such_path",
      "detail": "there is nothing here; see /openapi.json",
      "request_id": "a name",
      "status": 404,
      "title": "Not Found",
      "type": "about:blank"
    }
    "#);
    let wrong = world
        .send(world.request(Method::PATCH, "/v1/rooms", &[], ""))
        .await;
    assert_eq!(wrong.refusal(), "405 method_not_allowed");
    assert_eq!(wrong.header("allow"), Some("GET, HEAD, POST"));
    let head = world.send(world.request(Method::HEAD, "/healthz", &[], "")).await;
    assert_eq!((head.status, &*head.text), (200, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_whether_it_works() {
    let world = World::new().await;
    assert_eq!(world.get("/healthz").await.json(), json!({"status": "ok"}));
    assert_eq!(world.get("/readyz").await.status, 200);
    world.ready.0.store(false, Ordering::Relaxed);
    let stopping = world.get("/readyz").await;
    assert_eq!(stopping.refusal(), "503 not_ready");
    assert_eq!(world.get("/healthz").await.status, 200);
    assert_eq!(world.get("/version").await.json()["name"], "parlor");
    assert_eq!(
        world.get("/.well-known/jwks.json").await.json()["keys"][0]["alg"],
        "EdDSA"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_served_unless_they_are_switched_off() {
    let world = World::new().await;
    assert_eq!(world.get("/openapi.json").await.json()["openapi"], "3.1.0");
    assert_eq!(world.get("/asyncapi.json").await.json()["asyncapi"], "3.0.0");
    assert_eq!(world.get("/docs").await.header("location"), Some("/docs/"));
    let page = world.get("/docs/").await;
    assert!(
        page.status == 200 && page.text.contains("swagger-ui"),
        "{}",
        page.text
    );
    assert!(
        world
            .get("/docs/swagger-initializer.js")
            .await
            .text
            .contains("/openapi.json")
    );
    assert_eq!(world.get("/docs/../Cargo.toml").await.status, 404);
    let closed = World::with(Settings {
        docs: false,
        ..Settings::default()
    })
    .await;
    for path in ["/openapi.json", "/asyncapi.json", "/docs", "/docs/"] {
        assert_eq!(closed.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_changes_nothing_from_elsewhere() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let cookie = format!("parlor_access={}", ann.token);
    let own = format!("http://{}", world.address);
    let room = json!({"name": "Tea"}).to_string();
    let post = async |headers: &[(&str, &str)]| {
        let mut all = vec![("cookie", &*cookie)];
        all.extend(headers);
        world
            .send(world.request(Method::POST, "/v1/rooms", &all, room.clone()))
            .await
    };
    let json = ("content-type", "application/json");
    let foreign = "403 foreign_origin";
    assert_eq!(post(&[json]).await.refusal(), foreign);
    assert_eq!(post(&[json, ("origin", "null")]).await.refusal(), foreign);
    assert_eq!(
        post(&[json, ("origin", "http://evil.example")]).await.refusal(),
        foreign
    );
    let lookalike = format!("{own}.evil.example");
    assert_eq!(post(&[json, ("origin", &lookalike)]).await.refusal(), foreign);
    let form = post(&[("content-type", "text/plain"), ("origin", &own)]).await;
    assert_eq!(form.refusal(), "415 unsupported_media_type");
    assert_eq!(ann.get("/v1/rooms").await.json()["rooms"], json!([]));
    assert_eq!(post(&[json, ("origin", &own)]).await.status, 201);
    let read = world.request(Method::GET, "/v1/rooms", &[("cookie", &cookie)], "");
    assert_eq!(world.send(read).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_configured_origins_are_let_in() {
    let preflight = [
        ("origin", "https://app.example.org"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization, content-type"),
    ];
    let closed = World::new().await;
    let answer = closed
        .send(closed.request(Method::OPTIONS, "/v1/rooms", &preflight, ""))
        .await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (405, None)
    );
    let open = World::with(Settings {
        cors_origins: vec!["https://app.example.org".to_owned()],
        rates: None,
        ..Settings::default()
    })
    .await;
    let answer = open
        .send(open.request(Method::OPTIONS, "/v1/rooms", &preflight, ""))
        .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://app.example.org")
    );
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let refused = open
        .send(open.request(Method::GET, "/v1/me", &preflight[..1], ""))
        .await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.header("access-control-allow-origin"),
        Some("https://app.example.org")
    );
    let evil = open.request(Method::GET, "/healthz", &[("origin", "https://evil.example")], "");
    assert_eq!(open.send(evil).await.header("access-control-allow-origin"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_may_send_what_is_usual() {
    let world = World::with(Settings {
        cors_origins: vec!["https://app.example.org".to_owned()],
        rates: None,
        ..Settings::default()
    })
    .await;
    for (headers, status) in [
        ("accept, authorization, content-type, user-agent", 200),
        ("x-csrftoken, x-requested-with", 200),
        ("accept-encoding, dnt, origin", 200),
        ("Cache-Control, Pragma, X-Requested-With", 200),
        ("range, if-match, if-none-match, if-range", 200),
        ("x-forwarded-for", 400),
        ("content-type, x-http-method", 400),
    ] {
        let preflight = [
            ("origin", "https://app.example.org"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", headers),
        ];
        let asked = world.request(Method::OPTIONS, "/v1/rooms", &preflight, "");
        assert_eq!(world.send(asked).await.status, status, "{headers}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_much_has_to_wait() {
    let few = NonZeroU32::new(2).unwrap();
    let world = World::with(Settings {
        rates: Some(Rates {
            requests_per_second: few,
            credentials_per_minute: few,
        }),
        ..Settings::default()
    })
    .await;
    let wrong = json!({"username": "ann", "password": "wrong horse"});
    assert_eq!(world.post("/v1/sessions", wrong.clone()).await.status, 401);
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    let forged = world.request(Method::POST, "/v1/sessions", &headers, wrong.to_string());
    assert_eq!(world.send(forged).await.status, 401);
    let third = world.post("/v1/sessions", wrong).await;
    assert_eq!(third.refusal(), "429 rate_limited");
    let wait: u64 = third.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    // Eight may come at once; that the machine is slow only makes it more.
    let mut refused = 0;
    for _ in 0..200 {
        refused += u32::from(world.get("/version").await.status == 429);
        assert_eq!(world.get("/healthz").await.status, 200);
    }
    assert!(refused > 0);
}
