//! What is refused who logs in, or shows a token that is not good.

use serde_json::{Value, json};

use super::{CREATE, LIST, PREFIX, credentials, person};
use crate::world::World;

const NO_KEY: &str = "Invalid credentials or user is not an admin.";

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_wants_name_and_password() {
    let world = World::at(PREFIX).await;
    person(&world, "ann").await;
    let wrong = json!({ "username": "ann", "password": "wrong password" });
    let refused = world.post("/api/token/", wrong.clone()).await;
    assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"api\""));
    refused.is(
        401,
        json!({ "detail": "No active account found with the given credentials" }),
    );
    let nothing = world.post("/api/token/", json!({})).await;
    let required = json!(["This field is required."]);
    nothing.is(400, json!({ "username": required, "password": required }));

    for body in [
        wrong,
        json!({}),
        json!({ "username": "ann" }),
        credentials("nobody"),
    ] {
        let refused = world.post("/accounts/login/", body).await;
        assert_eq!(refused.header("www-authenticate"), None);
        refused.is(401, json!({ "detail": NO_KEY }));
    }
    let got = world.call("GET", "/accounts/login/", &[], Value::Null).await;
    got.is(405, json!({ "detail": "Method \"GET\" not allowed." }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_the_same_at_every_log_in() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let first = world.post("/accounts/login/", credentials("ann")).await;
    let key = first.json()["token"].as_str().unwrap().to_owned();
    assert!(
        key.len() == 40 && key.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{key}"
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = "username=ann&password=a+train+to+Bern";
    let again = world.send("POST", "/accounts/login/", &form, body.into()).await;
    again.is(200, json!({ "token": key }));
    // Requests want an access token.
    assert_eq!(world.get(LIST, &key).await.status, 401);
    assert_eq!(world.get(LIST, &ann.access).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_must_be_good() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let because = |message: &str| {
        json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{ "token_class": "AccessToken", "token_type": "access", "message": message }],
        })
    };
    for (method, path) in [("GET", LIST), ("POST", CREATE)] {
        let none = world.call(method, path, &[], Value::Null).await;
        assert_eq!(none.header("www-authenticate"), Some("Bearer realm=\"api\""));
        none.is(
            401,
            json!({ "detail": "Authentication credentials were not provided." }),
        );
        for (token, why) in [
            ("nonsense", "Token is invalid or expired"),
            (&*ann.refresh, "Token has wrong type"),
        ] {
            let headers = [("authorization", &*format!("Bearer {token}"))];
            let refused = world.call(method, path, &headers, Value::Null).await;
            refused.is(401, because(why));
        }
    }
    let headers = [("authorization", "Bearer nonsense")];
    let shown = world
        .call("POST", "/accounts/login/", &headers, credentials("ann"))
        .await;
    shown.is(401, because("Token is invalid or expired"));

    for (body, status, answer) in [
        (
            json!({ "refresh": "nonsense" }),
            401,
            json!({ "detail": "Token is invalid or expired", "code": "token_not_valid" }),
        ),
        (
            json!({ "refresh": ann.access }),
            401,
            json!({ "detail": "Token has wrong type", "code": "token_not_valid" }),
        ),
        (json!({}), 400, json!({ "refresh": ["This field is required."] })),
    ] {
        world.post("/api/token/refresh/", body).await.is(status, answer);
    }
}
