//! What people tell about themselves, who sees it, and how they are found.

use hyper::Method;
use serde_json::{Value, json};

use crate::world::{Answer, PASSWORD, Person, World, text};

async fn found(ann: &Person<'_>, query: &str) -> Vec<String> {
    let answer = ann.get(&format!("/v1/users?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let users = answer.json()["users"].clone();
    users
        .as_array()
        .unwrap()
        .iter()
        .map(|user| text(&user["username"]))
        .collect()
}

async fn set_mobile(ann: &Person<'_>, mobile: Value) -> Answer {
    let change = json!({"password": PASSWORD, "mobile": mobile});
    ann.put("/v1/me/mobile", change).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_stays_and_null_empties() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let all = json!({
        "display_name": "Ann L.", "first_name": "Ann", "last_name": "Lee", "about": "In Zurich", "locale": "DE-ch",
        "time_zone": "Europe/Zurich", "shows": {"email": "everyone", "last_seen": "nobody"},
    });
    let changed = ann.patch("/v1/me", all).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let changed = changed.json();
    assert_eq!(changed["locale"], "de-CH");
    let shows =
        json!({"email": "everyone", "mobile": "nobody", "last_seen": "nobody", "presence": "everyone"});
    assert_eq!(changed["shows"], shows);
    let emptied = ann
        .patch("/v1/me", json!({"about": null, "time_zone": null}))
        .await;
    let mut expected = changed.clone();
    expected["about"].take();
    expected["time_zone"].take();
    assert_eq!(emptied.json(), expected);
    assert_eq!(ann.patch("/v1/me", json!({})).await.json(), expected);
    let bob = world.person("bob").await;
    let seen = bob.get(&format!("/v1/users/{}", ann.id)).await.json();
    let expected = json!({
        "id": ann.id, "number": seen["number"], "username": "ann", "display_name": "Ann L.", "first_name": "Ann",
        "last_name": "Lee",
    });
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_field_of_a_profile_is_named() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for (change, field) in [
        (json!({"display_name": " "}), "display_name"),
        (json!({"display_name": null}), "display_name"),
        (json!({"first_name": "x".repeat(101)}), "first_name"),
        (json!({"last_name": "a\nb"}), "last_name"),
        (json!({"about": 7}), "about"),
        (json!({"locale": "../de"}), "locale"),
        (json!({"time_zone": "Here"}), ""),
        (json!({"shows": {"email": "friends"}}), "shows.email"),
        (json!({"shows": {"address": "nobody"}}), "shows.address"),
        (json!({"admin": true}), "admin"),
        (json!({"email": "ann@example.org"}), "email"),
        (json!({"mobile": "+41791234567"}), "mobile"),
    ] {
        let answer = ann.patch("/v1/me", change.clone()).await;
        if field.is_empty() {
            assert_eq!(answer.status, 200, "{change}: a zone is known by its shape");
        } else {
            assert_eq!(answer.refusal(), format!("422 invalid {field}"), "{change}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_normalised_unique_and_taken_away_by_null_alone() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let set = set_mobile(&ann, json!("0041 (79) 123-45.67")).await;
    assert_eq!(set.json()["mobile"], "+41791234567", "{}", set.text);
    let bob = world.person("bob").await;
    let taken = set_mobile(&bob, json!("+41 79 123 45 67")).await;
    assert_eq!(taken.refusal(), "409 mobile_taken mobile");
    let wrong = set_mobile(&bob, json!("079 123 45 67")).await;
    assert_eq!(wrong.refusal(), "422 invalid mobile");
    let silent = ann.put("/v1/me/mobile", json!({"password": PASSWORD})).await;
    assert_eq!(silent.refusal(), "422 invalid mobile");
    let change = json!({"password": "not this one", "mobile": null});
    let refused = ann.put("/v1/me/mobile", change).await;
    assert_eq!(refused.refusal(), "403 wrong_password");
    assert_eq!(set_mobile(&ann, json!(null)).await.json()["mobile"], json!(null));
    assert_eq!(set_mobile(&bob, json!("+41 79 123 45 67")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn address_and_number_are_seen_by_those_to_whom_they_are_shown() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let bob = world.person("bob").await;
    set_mobile(&ann, json!("+41791234567")).await;
    let path = format!("/v1/users/{}", ann.id);
    let seen = async || {
        let seen = bob.get(&path).await.json();
        (seen.get("email").is_some(), seen.get("mobile").is_some())
    };
    let by_email = "email=ANN%40example.org";
    let by_mobile = "mobile=%2B41791234567";
    assert_eq!(seen().await, (false, false));
    assert_eq!(found(&bob, by_email).await, [""; 0]);
    let shows = json!({"shows": {"email": "everyone", "mobile": "contacts"}});
    ann.patch("/v1/me", shows).await;
    assert_eq!(seen().await, (true, false));
    assert_eq!(found(&bob, by_email).await, ["ann"]);
    assert_eq!(found(&bob, by_mobile).await, [""; 0]);
    bob.put(&format!("/v1/directs/{}", ann.id), json!(null)).await;
    assert_eq!(seen().await, (true, false), "nobody makes himself a contact");
    let room = ann.put(&format!("/v1/directs/{}", bob.id), json!(null)).await;
    let room = room.json()["id"].as_str().unwrap().to_owned();
    let said = json!({"client_id": "1", "body": "hello"});
    let said = ann.post(&format!("/v1/rooms/{room}/messages"), said).await;
    assert_eq!(said.status, 201);
    assert_eq!(seen().await, (true, true));
    assert_eq!(found(&bob, by_mobile).await, ["ann"]);
    assert_eq!(ann.get(&path).await.json()["mobile"], "+41791234567", "oneself");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_what_their_names_begin_with() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    world.person("anna").await;
    let bob = world.person("bob").await;
    bob.patch("/v1/me", json!({"display_name": "Robert", "last_name": "Annan"}))
        .await;
    assert_eq!(found(&ann, "q=AN").await, ["ann", "anna", "bob"]);
    assert_eq!(found(&ann, "q=robe").await, ["bob"]);
    assert_eq!(found(&ann, "q=nobody").await, [""; 0]);
    assert_eq!(found(&ann, "q=%25").await, [""; 0], "nothing stands for anything");
    for (query, field) in [
        ("", "q"),
        ("q=", "q"),
        ("q=%20", "q"),
        (&*format!("q={}", "x".repeat(81)), "q"),
        ("q=a&username=ann", "q"),
        ("username=ann&email=ann%40example.org", "q"),
        ("email=ann", "email"),
        ("mobile=079", "mobile"),
        ("name=ann", "name"),
    ] {
        let answer = ann.get(&format!("/v1/users?{query}")).await;
        assert_eq!(answer.refusal(), format!("422 invalid {field}"), "{query}");
    }
    let stranger = world.get("/v1/users?q=an").await;
    assert_eq!(stranger.refusal(), "401 unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_forgotten_and_what_he_said_stays_if_he_wants() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let bob = world.person("bob").await;
    let room = bob.group(&[&ann]).await;
    let said = ann.say(&room, "1", "good bye").await;
    let delete = async |password: &str, messages: Value| {
        let wish = json!({"password": password, "messages": messages});
        ann.post("/v1/me/deletion", wish).await
    };
    let refused = delete("not this one", json!("keep")).await;
    assert_eq!(refused.refusal(), "403 wrong_password");
    let refused = delete(PASSWORD, json!("some")).await;
    assert_eq!(refused.refusal(), "422 invalid messages");
    assert_eq!(delete(PASSWORD, json!("keep")).await.status, 204);
    assert_eq!(ann.get("/v1/me").await.refusal(), "401 session_over");
    assert_eq!(world.begin("ann").await.refusal(), "401 wrong_credentials");
    let left = bob.get(&format!("/v1/users/{}", ann.id)).await.json();
    assert_eq!(left["deleted"], true);
    assert!(!left.to_string().contains("ann"), "{left}");
    assert_eq!(bob.get(&said).await.json()["body"], "good bye");
    assert_eq!(found(&bob, "username=ann").await, [""; 0]);
    world.person_with_mail("ann").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_oneself_is_changed_without_a_token() {
    let world = World::new().await;
    for (method, path) in [
        (Method::PATCH, "/v1/me"),
        (Method::PUT, "/v1/me/email"),
        (Method::POST, "/v1/me/email/verification"),
        (Method::PUT, "/v1/me/mobile"),
        (Method::POST, "/v1/me/deletion"),
        (Method::GET, "/v1/me/second-step"),
        (Method::PUT, "/v1/me/second-step/mailed-code"),
        (Method::POST, "/v1/me/second-step/app"),
        (Method::PUT, "/v1/me/second-step/app"),
        (Method::POST, "/v1/me/second-step/app/remove"),
        (Method::POST, "/v1/me/second-step/recovery-codes"),
        (Method::POST, "/v1/invites"),
        (Method::GET, "/v1/invites"),
        (Method::DELETE, "/v1/invites/1"),
        (Method::PATCH, "/v1/users/01890a5d-ac96-774b-bcce-b302099a8057"),
        (
            Method::DELETE,
            "/v1/users/01890a5d-ac96-774b-bcce-b302099a8057?messages=keep",
        ),
    ] {
        let headers = [("content-type", "application/json")];
        let answer = world
            .send(world.request(method.clone(), path, &headers, "{}"))
            .await;
        assert_eq!(answer.refusal(), "401 unauthenticated", "{method} {path}");
    }
}
