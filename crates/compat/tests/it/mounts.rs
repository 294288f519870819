//! Where dialects are.

use parlor_compat::Root;
use parlor_domain::Dialect;
use parlor_testkit::TestApp;
use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_dialect_is_at_its_prefix_and_at_the_root() {
    let world = World::at("").await;
    for prefix in ["/compat/conversations", ""] {
        let answer = world.post(&format!("{prefix}/api/login/"), json!({})).await;
        assert_eq!(answer.status, 400, "{prefix}");
        assert_eq!(answer.json()["email"], json!(["This field is required."]));
    }
    let page = world.get("/", "").await;
    assert!(
        page.text.starts_with("Parlor"),
        "the root page stays Parlor's own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_is_nowhere() {
    let app = TestApp::start_with(|config| config.compat.dialects = Vec::new()).await;
    let world = World::of(app, "");
    for path in ["/compat/conversations/api/login/", "/api/login/"] {
        assert_eq!(world.post(path, json!({})).await.status, 404, "{path}");
    }
    let socket = "/compat/conversations/ws/chat/00000000-0000-0000-0000-000000000000/";
    assert_eq!(world.socket(socket, &[]).await.err(), Some(404));
    let file = world
        .get("/media/text/00000000-0000-0000-0000-000000000000.txt", "")
        .await;
    assert_eq!(
        (file.status, file.media_type()),
        (404, "application/problem+json")
    );
}

/// The spaces at the ends of a password are a part of it, wherever it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_taken_as_they_are() {
    let world = World::at("").await;
    let (password, trimmed) = (" correct horse ", "correct horse");
    let body = json!({ "username": "ann", "password": password });
    let made = world.ask_parlor("POST", "/v1/users", "", body).await;
    assert_eq!(made.status, 201, "{made:?}");
    for (path, refused) in [
        ("/compat/relay/api/token/", 401),
        ("/compat/relay/accounts/login/", 401),
        ("/compat/greeter/api/token/", 401),
        ("/compat/rooms/api/token/", 400),
        ("/api/token/", 401),
    ] {
        for (password, status) in [(password, 200), (trimmed, refused)] {
            let answer = world
                .post(path, json!({ "username": "ann", "password": password }))
                .await;
            assert_eq!(answer.status, status, "{path}: {password:?}");
        }
    }
}

/// simplejwt names the refresh token first.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_come_in_their_order() {
    let world = World::at("").await;
    let body = json!({ "username": "ann", "password": "correct horse" });
    let made = world.ask_parlor("POST", "/v1/users", "", body.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    for (path, names) in [
        ("/compat/relay/api/token/", &["refresh", "access"][..]),
        ("/compat/greeter/api/token/", &["refresh", "access"]),
        ("/api/token/", &["token", "refresh", "access"]),
    ] {
        let answer = world.post(path, body.clone()).await;
        let places: Vec<usize> = names
            .iter()
            .map(|name| answer.text.find(&format!("\"{name}\"")).expect(name))
            .collect();
        assert!(places.is_sorted(), "{path}: {}", answer.text);
    }
}

/// Alone at the root, a dialect answers as under its prefix.
#[tokio::test(flavor = "multi_thread")]
async fn ids_of_sockets_are_told_apart_only_among_others() {
    let both = [Dialect::Greeter, Dialect::Conversations];
    for (root, dialects, status) in [
        (Root::All, &both[..], 404),
        (Root::All, &[Dialect::Greeter, Dialect::Rooms], 403),
        (Root::One(Dialect::Greeter), &both, 403),
        (Root::One(Dialect::Conversations), &both, 403),
    ] {
        let app = TestApp::start_with(|config| {
            config.compat.root = root;
            config.compat.dialects = dialects.to_vec();
        })
        .await;
        let world = World::of(app, "");
        let refused = world.socket("/ws/chat/lobby/", &[]).await.err();
        assert_eq!(refused, Some(status), "{root:?}, {dialects:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_is_one_dialects_or_nobodys() {
    for (root, status) in [(Root::None, 404), (Root::One(Dialect::Conversations), 400)] {
        let app = TestApp::start_with(|config| config.compat.root = root).await;
        let world = World::of(app, "");
        assert_eq!(
            world.post("/api/login/", json!({})).await.status,
            status,
            "{root:?}"
        );
        let prefixed = world.post("/compat/conversations/api/login/", json!({})).await;
        assert_eq!(prefixed.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_below_a_prefix_are_answered_with_a_page() {
    let world = World::at("/compat/conversations").await;
    for path in ["/api/nothing/", "/", "/api/users/x/y/z/"] {
        let answer = world.get(path, "").await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer
                .header("content-type")
                .is_some_and(|of| of.starts_with("text/html"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_this_machine_may_call_a_dialect_with_its_cookies() {
    let world = World::at("").await;
    let wanted = [
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "content-type, x-csrftoken, x-requested-with",
        ),
    ];
    for (origin, path, allowed) in [
        ("http://localhost:3000", "/compat/greeter/api/token/", true),
        ("http://127.0.0.1:3000", "/api/token/", true),
        ("http://localhost:3000", "/api/token", true),
        ("https://evil.example", "/compat/greeter/api/token/", false),
        ("http://localhost:3000", "/v1/sessions", false),
        ("http://localhost:3000", "/", false),
    ] {
        let headers = [&[("origin", origin)], &wanted[..]].concat();
        for method in ["OPTIONS", "POST"] {
            let answer = world.send(method, path, &headers, Vec::new()).await;
            let origin = allowed.then_some(origin);
            assert_eq!(
                answer.header("access-control-allow-origin"),
                origin,
                "{method} {path}"
            );
            let cookies = allowed.then_some("true");
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                cookies,
                "{method} {path}"
            );
        }
    }
}
