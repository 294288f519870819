//! Who stays logged in.

use std::sync::Arc;
use std::time::Duration;

use parlor_testkit::{FixedClock, TestApp};
use serde_json::{Value, json};

use crate::world::World;

const PASSWORD: &str = "a train to Bern";

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_tokens_in_use_do_not_end_by_later_log_ins() {
    let clock = Arc::new(FixedClock::default());
    let app = TestApp::start_at(clock.clone(), |config| config.auth.sessions_per_user = 3);
    let world = World::of(app.await, "");
    let ann = json!({ "name": "Ann", "username": "ann", "password": PASSWORD });
    let registered = world.post("/compat/greeter/api/register/", ann).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let login = json!({ "username": "ann", "password": PASSWORD });
    let keyed = world
        .post("/compat/rooms/api/v1/auth/login/", login.clone())
        .await;
    let key = format!("Token {}", keyed.json()["token"].as_str().unwrap());
    let tokens = world.post("/compat/greeter/api/token/", login.clone()).await;
    let refresh = json!({ "refresh": tokens.json()["refresh"] });
    for log_ins in 0..4 {
        clock.advance(Duration::from_secs(2 * 60 * 60));
        let headers = [("authorization", &*key)];
        let path = "/compat/rooms/api/v1/chats/rooms/";
        let rooms = world.call("GET", path, &headers, Value::Null).await;
        assert_eq!(rooms.status, 200, "{log_ins}: {rooms:?}");
        let path = "/compat/greeter/api/token/refresh/";
        let refreshed = world.post(path, refresh.clone()).await;
        assert_eq!(refreshed.status, 200, "{log_ins}: {refreshed:?}");
        clock.advance(Duration::from_secs(1));
        let elsewhere = world.ask_parlor("POST", "/v1/sessions", "", login.clone());
        assert_eq!(elsewhere.await.status, 201);
    }
}
