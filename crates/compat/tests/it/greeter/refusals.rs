//! What is refused, and how.

use std::num::NonZeroU32;

use parlor::config::{Registration, TwoStep};
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::{PASSWORD, PREFIX, group, person, registration};
use crate::world::World;

fn with(field: &str, value: Value) -> Value {
    let mut changed = registration("ben");
    changed[field] = value;
    changed
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_first_is_told_alone() {
    let world = World::at(PREFIX).await;
    let mut sent = json!({});
    for (field, value) in [("name", "Ann"), ("username", "ann"), ("password", PASSWORD)] {
        let missing = json!({ "error": format!("{field} is missing") });
        for nothing in [json!(""), json!(" "), json!(null), json!(["x"])] {
            let mut blank = sent.clone();
            blank[field] = nothing;
            world.post("/api/register/", blank).await.is(400, missing.clone());
        }
        let answer = world.post("/api/register/", sent.clone()).await;
        answer.is(400, missing);
        sent[field] = json!(value);
    }
    assert_eq!(world.post("/api/register/", sent).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_one_persons() {
    let world = World::at(PREFIX).await;
    person(&world, "paul").await;
    let used = json!({ "error": "Username already used" });
    for username in ["paul", "PAUL", "pauI"] {
        let answer = world
            .post("/api/register/", with("username", json!(username)))
            .await;
        answer.is(400, used.clone());
    }
    let mut short = with("password", json!("short"));
    short["username"] = json!("paul");
    let first = world.post("/api/register/", short).await;
    first.is(400, used);
    let many =
        futures_util::future::join_all((0..5).map(|_| world.post("/api/register/", registration("ben"))));
    let made = many.await.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1, "five at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_parlor_cannot_take_is_told_as_an_error() {
    let world = World::at(PREFIX).await;
    for (field, value, error) in [
        (
            "password",
            "1234567",
            "This password is too short. It must contain at least 8 characters.",
        ),
        (
            "password",
            &*"x".repeat(1025),
            "This password is too long. It must contain at most 1024 bytes.",
        ),
        ("username", "x", "username must be 2 to 32 characters"),
        (
            "name",
            "a\nb",
            "name must be one line without control, invisible or direction-changing characters",
        ),
    ] {
        let answer = world.post("/api/register/", with(field, json!(value))).await;
        answer.is(400, json!({ "error": error }));
    }
    let long = world
        .post("/api/register/", with("name", json!("x".repeat(100))))
        .await;
    assert_eq!(long.status, 201, "{long:?}");
    assert_eq!(long.json()["name"], "x".repeat(80), "as far as it fits");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_refused_alike() {
    let world = World::at(PREFIX).await;
    person(&world, "ann").await;
    let refused = json!({ "detail": "No active account found with the given credentials" });
    for (username, password) in [("ann", "wrong password"), ("nobody", PASSWORD), ("?", "y")] {
        let login = json!({ "username": username, "password": password });
        let answer = world.post("/api/token/", login).await;
        answer.is(401, refused.clone());
        assert_eq!(answer.header("set-cookie"), None);
    }
    let required = json!(["This field is required."]);
    let empty = world.post("/api/token/", json!({})).await;
    empty.is(400, json!({ "username": required, "password": required }));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_refresh_tokens_are_refreshed() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    for (token, detail) in [
        ("nonsense", "Token is invalid or expired"),
        (&*ann.access, "Token has wrong type"),
    ] {
        let answer = world
            .post("/api/token/refresh/", json!({ "refresh": token }))
            .await;
        answer.is(401, json!({ "detail": detail, "code": "token_not_valid" }));
        assert_eq!(answer.header("set-cookie"), None);
    }
    let empty = world.post("/api/token/refresh/", json!({})).await;
    empty.is(400, json!({ "refresh": ["This field is required."] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_are_for_those_with_a_good_access_token() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let bad = |message: &str| {
        json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{ "token_class": "AccessToken", "token_type": "access", "message": message }],
        })
    };
    for (method, path) in [
        ("POST", "/api/start-chat/"),
        ("GET", "/api/send-test-message/?group_name=x"),
    ] {
        let none = world.call(method, path, &[], Value::Null).await;
        none.is(
            401,
            json!({ "detail": "Authentication credentials were not provided." }),
        );
        assert_eq!(none.header("www-authenticate"), Some("Bearer realm=\"api\""));
        let cookie = ann.cookie();
        let by_cookie = world
            .call(method, path, &[("cookie", &cookie)], Value::Null)
            .await;
        assert_eq!(by_cookie.status, 401, "the cookie is for the socket");
        for (token, message) in [
            ("nonsense", "Token is invalid or expired"),
            (&*ann.refresh, "Token has wrong type"),
        ] {
            let bearer = format!("Bearer {token}");
            let answer = world
                .call(method, path, &[("authorization", &bearer)], Value::Null)
                .await;
            answer.is(401, bad(message));
        }
    }
    let needless = [("authorization", "Bearer nonsense")];
    let answer = world
        .call("POST", "/api/register/", &needless, registration("ben"))
        .await;
    answer.is(401, bad("Token is invalid or expired"));
    let unread = [needless[0], ("content-type", "text/plain")];
    let answer = world.send("POST", "/api/register/", &unread, b"x".to_vec()).await;
    assert_eq!(answer.status, 401, "before the body: {answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_creator_tests_a_group() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [person(&world, "ann").await, person(&world, "ben").await];
    let group = group(&world, &ann).await;
    super::enter(&world, &group, &ben).await.unwrap();
    for path in ["/api/send-test-message/", "/api/send-test-message/?group_name="] {
        let answer = world.get(path, &ann.access).await;
        answer.is(400, json!({ "error": "group_name is required" }));
    }
    let refused = json!({ "error": "Group not found or you are not the creator" });
    for (name, who) in [
        (&*group, &ben),
        ("chat_0123abcd", &ann),
        ("lobby", &ann),
        ("%00", &ann),
    ] {
        let path = format!("/api/send-test-message/?group_name={name}");
        world.get(&path, &who.access).await.is(400, refused.clone());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_methods_and_slashes_are_as_in_drf() {
    let world = World::at(PREFIX).await;
    for path in ["/api/register/", "/api/token/", "/api/token/refresh/"] {
        let list = world.post(path, json!([1])).await;
        list.is(
            400,
            json!({ "non_field_errors": ["Invalid data. Expected a dictionary, but got list."] }),
        );
        let plain = [("content-type", "text/plain")];
        let plain = world.send("POST", path, &plain, b"x".to_vec()).await;
        plain.is(
            415,
            json!({ "detail": "Unsupported media type \"text/plain\" in request." }),
        );
        let get = world.call("GET", path, &[], Value::Null).await;
        get.is(405, json!({ "detail": "Method \"GET\" not allowed." }));
        assert_eq!(get.header("allow"), Some("POST, OPTIONS"));
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = b"name=Ann&username=ann&password=a+train+to+Bern".to_vec();
    let registered = world.send("POST", "/api/register/", &form, body).await;
    assert_eq!(registered.status, 201, "forms are read: {registered:?}");
    let bare = world
        .call("GET", "/api/send-test-message?group_name=x", &[], Value::Null)
        .await;
    let place = "/compat/greeter/api/send-test-message/?group_name=x";
    assert_eq!((bare.status, bare.header("location")), (301, Some(place)));
    let ann = person(&world, "anna").await;
    let wrong = world.get("/api/start-chat/", &ann.access).await;
    wrong.is(405, json!({ "detail": "Method \"GET\" not allowed." }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_nobody_says_so() {
    let app = TestApp::start_with(|config| config.auth.registration = Registration::Closed).await;
    let world = World::of(app, PREFIX);
    for body in [registration("ann"), json!({})] {
        let answer = world.post("/api/register/", body).await;
        answer.is(403, json!({ "error": "Registration is closed." }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_a_registration_is_told_as_an_error() {
    let app = TestApp::start_with(|config| {
        config.auth.two_step = TwoStep::Required;
        config.limits.enabled = true;
        config.limits.credentials_per_minute = NonZeroU32::MIN;
    });
    let world = World::of(app.await, PREFIX);
    let unreachable = world.post("/api/register/", registration("ann")).await;
    let error = "email is needed: a code is mailed there at each log in";
    unreachable.is(400, json!({ "error": error }));
    let hurried = world.post("/api/register/", registration("ann")).await;
    assert_eq!(hurried.status, 429, "{hurried:?}");
    let error = hurried.json()["error"].as_str().unwrap().to_owned();
    assert!(error.starts_with("Request was throttled."), "{error}");
    assert!(hurried.header("retry-after").is_some(), "{hurried:?}");
}
