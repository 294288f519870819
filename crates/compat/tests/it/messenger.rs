//! `messenger`, as its README and its code tell it and as it refuses.

mod accounts;
mod across;
mod chats;
mod links;
mod lists;
mod missed;
mod people;
mod presence;
mod profile;
mod search;
mod socket;
mod starting;
mod statuses;
mod telling;

use parlor_compat::Root;
use parlor_domain::Dialect;
use parlor_testkit::TestApp;
use serde_json::Value;

use crate::world::World;

const PREFIX: &str = "/compat/messenger";

/// A server, and a front end of this dialect.
async fn world() -> World {
    World::at(PREFIX).await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_with_a_browser_is_told_where_he_is() {
    let alone = TestApp::start_with(|config| config.compat.root = Root::One(Dialect::Messenger));
    for world in [world().await, World::of(alone.await, "")] {
        let page = world.call("GET", "/", &[], Value::Null).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.text.contains("<h1>messenger</h1>"), "{page:?}");
        assert!(!page.text.contains("<script"), "{page:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_no_calls() {
    let world = world().await;
    for path in [
        "/api/call_connecting/",
        "/api/status_checker/",
        "/api/call_history/",
    ] {
        assert_eq!(
            world.call("GET", path, &[], Value::Null).await.status,
            404,
            "{path}"
        );
    }
}
