//! Finding people by their mobile numbers.

use serde_json::{Value, json};

use super::people::{PASSWORD, Someone, someone};
use crate::world::{Answer, World};

const PREFIX: &str = "/compat/messenger";

async fn search(world: &World, who: &Someone, query: &str) -> Answer {
    world.get(&format!("/api/userSearch/{query}"), &who.token).await
}

async fn set_number(world: &World, who: &Someone, number: i64) {
    let bearer = format!("Bearer {}", who.token);
    let headers = [("authorization", &*bearer)];
    let body = json!({ "mobile_no": number });
    let set = world
        .call("PUT", "/api/MobileNumberUpdate/", &headers, body)
        .await;
    assert_eq!(set.status, 200, "{set:?}");
}

/// Asks Parlor's own API for something, in somebody's name.
async fn ask_parlor(world: &World, who: &Someone, method: &str, path: &str, body: Value) -> Answer {
    let login = json!({ "username": who.name, "password": PASSWORD });
    let login = world.ask_parlor("POST", "/v1/sessions", "", login).await.json();
    let token = login["access_token"].as_str().unwrap();
    world.ask_parlor(method, path, token, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_their_whole_number_alone() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    set_number(&world, &ben, 41791234567).await;
    let found = json!({ "username": "ben", "mobile number": 41791234567_i64 });
    let nobody = json!({ "message": "No matching user found." });
    for query in ["?q=41791234567", "?q=+41791234567", "?q=%2B41791234567"] {
        search(&world, &ann, query).await.is(200, found.clone());
    }
    for query in [
        "?q=4179123456",
        "?q=1791234567",
        "?q=417",
        "?q=7",
        "?q=",
        "?q=ben",
        "?q=-41791234567",
        "?q=%25",
        "?q=99999999999999999999",
    ] {
        search(&world, &ann, query).await.is(200, nobody.clone());
    }
    let missing = search(&world, &ann, "").await;
    missing.is(400, json!({ "q": ["This field is required."] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_with_a_number_is_found_by_it() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let profile = world.get("/api/UserProfileView/", &ben.token).await.json();
    let number = &profile["mobile_no"];
    let found = search(&world, &ann, &format!("?q={number}")).await;
    found.is(200, json!({ "username": "ben", "mobile number": number }));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_to_be_found_is_not() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    set_number(&world, &ben, 41791234567).await;
    let finds = async || {
        let answer = search(&world, &ann, "?q=41791234567").await.json();
        answer["username"] == "ben"
    };
    assert!(finds().await);
    for (discoverable, expected) in [(false, false), (true, true)] {
        let change = json!({ "discoverable": discoverable });
        let changed = ask_parlor(&world, &ben, "PATCH", "/v1/me", change).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(finds().await, expected);
    }
    let number = json!({ "password": PASSWORD, "mobile": "+41791234567" });
    let set = ask_parlor(&world, &ben, "PUT", "/v1/me/mobile", number).await;
    assert_eq!(set.status, 200, "{set:?}");
    assert!(!finds().await, "at /v1 numbers are nobody's business");
}
