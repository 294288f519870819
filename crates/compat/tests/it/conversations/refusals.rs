//! What is refused, and how.

use parlor::config::{Registration, TwoStep};
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::{PASSWORD, PREFIX, person, registration};
use crate::world::World;

fn with(field: &str, value: Value) -> Value {
    let mut changed = registration("Ben", "Smith");
    changed[field] = value;
    changed
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_a_registration_are_checked_all_at_once() {
    let world = World::at(PREFIX).await;
    let required = json!(["This field is required."]);
    let empty = world.post("/api/register/", json!({})).await;
    empty.is(
        400,
        json!({
            "first_name": required, "last_name": required, "email": required,
            "password": required, "confirm_password": required,
        }),
    );
    let fields: Vec<&str> = vec!["first_name", "last_name", "email", "password", "confirm_password"];
    let order: Vec<usize> = fields
        .iter()
        .map(|field| empty.text.find(field).unwrap())
        .collect();
    assert!(
        order.is_sorted(),
        "in the order of the serializer: {}",
        empty.text
    );
    for (field, value, error) in [
        ("first_name", json!(" "), "This field may not be blank."),
        ("first_name", json!(null), "This field may not be null."),
        ("last_name", json!(["x"]), "Not a valid string."),
        (
            "last_name",
            json!("x".repeat(101)),
            "Ensure this field has no more than 100 characters.",
        ),
        ("email", json!("nonsense"), "Enter a valid email address."),
    ] {
        let answer = world.post("/api/register/", with(field, value)).await;
        answer.is(400, json!({ field: [error] }));
    }
    for (field, value) in [("confirm_password", "another one"), ("password", "short")] {
        let differ = world.post("/api/register/", with(field, json!(value))).await;
        differ.is(400, json!({ "password": ["Password fields didn't match."] }));
    }
    assert_eq!(world.get("/api/users/", "").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn weak_passwords_are_refused_with_all_reasons() {
    let world = World::at(PREFIX).await;
    for (password, reasons) in [
        (
            "1234567",
            json!([
                "This password is too short. It must contain at least 8 characters.",
                "This password is too common.",
                "This password is entirely numeric.",
            ]),
        ),
        ("password", json!(["This password is too common."])),
        ("98236471056", json!(["This password is entirely numeric."])),
    ] {
        let mut weak = with("password", json!(password));
        weak["confirm_password"] = json!(password);
        world
            .post("/api/register/", weak)
            .await
            .is(400, json!({ "password": reasons }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_one_persons() {
    let world = World::at(PREFIX).await;
    person(&world, "Ann").await;
    let taken = json!({ "email": ["user account with this email already exists."] });
    for email in ["ann@example.org", "ANN@EXAMPLE.ORG"] {
        let answer = world.post("/api/register/", with("email", json!(email))).await;
        answer.is(400, taken.clone());
    }
    let many = futures_util::future::join_all(
        (0..5).map(|_| world.post("/api/register/", registration("Ben", "X"))),
    );
    let made = many.await.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1, "five at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_refused_alike() {
    let world = World::at(PREFIX).await;
    person(&world, "Ann").await;
    let refused = json!({ "detail": "No active account found with the given credentials" });
    for (email, password) in [
        ("ann@example.org", "wrong password"),
        ("nobody@example.org", PASSWORD),
        ("x", "y"),
    ] {
        let login = json!({ "email": email, "password": password });
        let answer = world.post("/api/login/", login).await;
        answer.is(401, refused.clone());
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""));
    }
    let required = json!(["This field is required."]);
    world
        .post("/api/login/", json!({}))
        .await
        .is(400, json!({ "email": required, "password": required }));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_good_for_what_they_are() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "Ann").await;
    let refused = |message: &str| {
        json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{ "token_class": "AccessToken", "token_type": "access", "message": message }],
        })
    };
    let nonsense = world.get("/api/users/", "nonsense").await;
    nonsense.is(401, refused("Token is invalid or expired"));
    let wrong = world.get("/api/users/", &ann.refresh).await;
    wrong.is(401, refused("Token has wrong type"));
    let none = world.call("GET", "/api/users/", &[], Value::Null).await;
    none.is(
        401,
        json!({ "detail": "Authentication credentials were not provided." }),
    );
    assert_eq!(none.header("www-authenticate"), Some("Bearer realm=\"api\""));
    let alone = world
        .call("GET", "/api/users/", &[("authorization", "Bearer")], Value::Null)
        .await;
    let shape = "Authorization header must contain two space-delimited values";
    alone.is(
        401,
        json!({ "detail": shape, "code": "bad_authorization_header" }),
    );
    let basic = world
        .call(
            "GET",
            "/api/users/",
            &[("authorization", "Basic eDp5")],
            Value::Null,
        )
        .await;
    basic.is(
        401,
        json!({ "detail": "Authentication credentials were not provided." }),
    );
    let needless = world
        .call(
            "POST",
            "/api/register/",
            &[("authorization", "Bearer nonsense")],
            registration("Ben", "Smith"),
        )
        .await;
    needless.is(401, refused("Token is invalid or expired"));

    let no_refresh = world.post("/api/logout/", json!({})).await;
    no_refresh.is(400, json!({ "refresh": ["This field is required."] }));
    for (token, detail) in [
        ("nonsense", "Token is invalid or expired"),
        (&*ann.access, "Token has wrong type"),
    ] {
        let answer = world.post("/api/logout/", json!({ "refresh": token })).await;
        answer.is(401, json!({ "detail": detail, "code": "token_not_valid" }));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_methods_and_slashes_are_as_in_drf() {
    let world = World::at(PREFIX).await;
    let json = ("content-type", "application/json");
    let bad = world.send("POST", "/api/login/", &[json], b"{".to_vec()).await;
    let error =
        "JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";
    bad.is(400, json!({ "detail": error }));
    let list = world.post("/api/login/", json!([1])).await;
    list.is(
        400,
        json!({ "non_field_errors": ["Invalid data. Expected a dictionary, but got list."] }),
    );
    let plain = world
        .send(
            "POST",
            "/api/login/",
            &[("content-type", "text/plain")],
            b"x".to_vec(),
        )
        .await;
    plain.is(
        415,
        json!({ "detail": "Unsupported media type \"text/plain\" in request." }),
    );
    let get = world.call("GET", "/api/login/", &[], Value::Null).await;
    get.is(405, json!({ "detail": "Method \"GET\" not allowed." }));
    assert_eq!(get.header("allow"), Some("POST, OPTIONS"));

    let form = ("content-type", "application/x-www-form-urlencoded");
    let urlencoded = world
        .send("POST", "/api/login/", &[form], b"email=x&password=y".to_vec())
        .await;
    assert_eq!(urlencoded.status, 401, "forms are read: {urlencoded:?}");
    let multipart = ("content-type", "multipart/form-data; boundary=x");
    let parts = "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nx\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\ny\r\n--x--\r\n";
    let multipart = world
        .send("POST", "/api/login/", &[multipart], parts.into())
        .await;
    assert_eq!(multipart.status, 401, "{multipart:?}");

    let bare = world.call("GET", "/api/users", &[], Value::Null).await;
    assert_eq!(
        (bare.status, bare.header("location")),
        (301, Some("/compat/conversations/api/users/"))
    );
    assert_eq!(
        world.post("/api/login", json!({})).await.status,
        400,
        "others are served"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_with_nobody_are_refused() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "Ann").await;
    let own = world
        .get(&format!("/api/users/{}/chat/", ann.id), &ann.access)
        .await;
    own.is(
        400,
        json!({ "success": false, "msg": "Invalid recipient.", "status": 400 }),
    );
    let nobody = "/api/users/00000000-0000-7000-8000-000000000000/chat/";
    let unknown = world.get(nobody, &ann.access).await;
    unknown.is(
        404,
        json!({ "detail": "No UserAccount matches the given query." }),
    );
    let ben = person(&world, "Ben").await;
    for id in ["nonsense", &ben.id.replace('-', "")] {
        let path = format!("/api/users/{id}/chat/");
        let nonsense = world.get(&path, &ann.access).await;
        assert_eq!(nonsense.status, 404, "{id}");
        assert!(nonsense.text.contains("<h1>"), "{nonsense:?}");
    }
    let post = world
        .call(
            "POST",
            nobody,
            &[("authorization", &format!("Bearer {}", ann.access))],
            json!({}),
        )
        .await;
    assert_eq!(post.status, 405);
    assert_eq!(world.call("GET", nobody, &[], Value::Null).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_nobody_says_so() {
    let app = TestApp::start_with(|config| config.auth.registration = Registration::Closed).await;
    let world = World::of(app, PREFIX);
    for body in [registration("Ann", "Smith"), json!({})] {
        let answer = world.post("/api/register/", body).await;
        answer.is(403, json!({ "detail": "Registration is closed." }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_show_more_than_a_password_cannot_come_in_by_one() {
    let app = TestApp::start_with(|config| {
        config.auth.two_step = TwoStep::Required;
        config.auth.log_in_by_mail = false;
    });
    let world = World::of(app.await, PREFIX);
    let registered = world.post("/api/register/", registration("Ann", "Smith")).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let login = json!({ "email": "ann@example.org", "password": PASSWORD });
    let refused = world.post("/api/login/", login).await;
    refused.is(
        401,
        json!({ "detail": "No active account found with the given credentials" }),
    );
}
