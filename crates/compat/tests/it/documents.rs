//! The pages at which dialects are described.

use parlor_compat::{Root, SERVED};
use parlor_domain::Dialect;
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use crate::world::{Answer, World};

/// Where the page of a dialect is, its document, and what leads to the page.
fn place(dialect: Dialect) -> (&'static str, &'static str, Option<&'static str>) {
    match dialect {
        Dialect::Relay => ("/swagger/", "/swagger.json", None),
        Dialect::Messenger => (
            "/api_documentation/",
            "/api_documentation/?format=openapi",
            Some("/api_docs/"),
        ),
        Dialect::Greeter => ("/swagger/", "/swagger.json", Some("/redoc/")),
        Dialect::Conversations => ("/api/docs/", "/api/schema/", None),
        Dialect::Rooms => ("/api/v1/", "/api/v1/schema/", Some("/api/v1/redoc/")),
    }
}

async fn get(world: &World, path: &str) -> Answer {
    world.call("GET", path, &[], Value::Null).await
}

/// Passes if a page shows the document of a dialect whose paths begin so.
async fn shows(world: &World, dialect: Dialect, prefix: &str) {
    let (page, document, other) = place(dialect);
    let shown = get(world, page).await;
    assert_eq!((shown.status, shown.media_type()), (200, "text/html"), "{page}");
    let policy = shown.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'self'; style-src"), "{policy}");
    let bare = get(world, page.trim_end_matches('/')).await;
    let place = format!("{prefix}{page}");
    assert_eq!((bare.status, bare.header("location")), (301, Some(&*place)));

    let files = shown
        .text
        .split('"')
        .filter(|text| [".css", ".js", ".png"].iter().any(|end| text.ends_with(end)));
    let files: Vec<&str> = files.map(|file| file.trim_start_matches("./")).collect();
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        let found = get(world, &format!("{page}{file}")).await;
        assert_eq!(found.status, 200, "{page}{file}");
        let names_document = found.text.contains(&format!("\"{prefix}{document}\""));
        assert_eq!(names_document, file == "swagger-initializer.js", "{file}");
    }
    let none = get(world, &format!("{page}nothing.js")).await;
    assert_eq!((none.status, none.media_type()), (404, "text/html"));

    for path in [document, &*format!("{page}?format=openapi")] {
        let found = get(world, path).await;
        assert_eq!((found.status, found.media_type()), (200, "application/json"));
        let found = found.json();
        assert_eq!(found["info"]["title"], dialect.name());
        let server = if prefix.is_empty() { "/" } else { prefix };
        assert_eq!(found["servers"], json!([{ "url": server }]));
        let text = found.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(found.pointer(pointer).is_some(), "{pointer}");
        }
    }
    if let Some(other) = other {
        let led = get(world, other).await;
        assert_eq!((led.status, led.header("location")), (302, Some(&*place)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_dialect_is_described_below_its_prefix() {
    let app = TestApp::start().await;
    let mut world = World::of(app, "");
    for dialect in SERVED {
        let prefix = format!("/compat/{}", dialect.name());
        world = World::of(world.app, &prefix);
        shows(&world, dialect, &prefix).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_but_relay_are_described_at_the_root_beside_each_other() {
    let world = World::at("").await;
    for dialect in SERVED {
        if dialect != Dialect::Relay {
            shows(&world, dialect, "").await;
        }
    }
    let own = get(&world, "/docs/swagger-initializer.js").await;
    assert!(own.text.contains("\"/openapi.json\""), "{own:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn relay_is_described_at_the_root_where_greeter_is_not() {
    let app = TestApp::start_with(|config| config.compat.dialects = vec![Dialect::Relay, Dialect::Rooms]);
    shows(&World::of(app.await, ""), Dialect::Relay, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialect_alone_at_the_root_is_described_there() {
    for dialect in SERVED {
        let app = TestApp::start_with(|config| config.compat.root = Root::One(dialect)).await;
        shows(&World::of(app, ""), dialect, "").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_described_where_nobody_is_to_read_it() {
    let app = TestApp::start_with(|config| config.server.docs = false).await;
    let mut world = World::of(app, "");
    for dialect in SERVED {
        let (page, document, other) = place(dialect);
        for prefix in ["", &*format!("/compat/{}", dialect.name())] {
            world = World::of(world.app, prefix);
            for path in [Some(page), Some(document), other].into_iter().flatten() {
                assert_eq!(get(&world, path).await.status, 404, "{prefix}{path}");
            }
        }
    }
}
