//! Accounts and who administers them.

use parlor::config::Registration;
use parlor_domain::Username;
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::{PASSWORD, PREFIX, administrator, credentials, person};
use crate::world::World;

const CREATE: &str = "/accounts/create_user/";
const USERS: &str = "/accounts/get_users/";
const PROTECTED: &str = "/accounts/admin/protected/";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_once() {
    let world = World::at(PREFIX).await;
    person(&world, "ann").await;
    let needed = "Username and password are required";
    let taken = "A user with that username already exists.";
    let short = "This password is too short. It must contain at least 8 characters.";
    for (body, why) in [
        (json!({}), needed),
        (json!({ "username": "ben" }), needed),
        (json!({ "username": "ben", "password": "" }), needed),
        (json!({ "username": null, "password": PASSWORD }), needed),
        (json!({ "username": "ben", "password": "short" }), short),
        (credentials("ann"), taken),
        (credentials("ANN"), taken),
    ] {
        let refused = world.post(CREATE, body.clone()).await;
        refused.is(400, json!({ "error": why }));
    }
    let long = world.post(CREATE, credentials(&"a".repeat(151))).await;
    assert_eq!(long.status, 400);
    assert!(long.json()["error"].is_string(), "{long:?}");
    for body in ["{", "[]", "\"ann\""] {
        let refused = world.send("POST", CREATE, &[], body.into()).await;
        refused.is(400, json!({ "error": "Invalid JSON format" }));
    }
    for method in ["GET", "PUT", "DELETE"] {
        let refused = world.call(method, CREATE, &[], Value::Null).await;
        refused.is(405, json!({ "error": "Invalid request method" }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_registration_is_closed_it_is_closed_here() {
    let app = TestApp::start_with(|config| config.auth.registration = Registration::Closed).await;
    let world = World::of(app, PREFIX);
    for body in [credentials("ann"), json!({})] {
        let refused = world.post(CREATE, body).await;
        refused.is(403, json!({ "error": "Registration is closed." }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_see_who_there_is_and_no_password() {
    let world = World::at(PREFIX).await;
    let ann = administrator(&world, "ann").await;
    let ben = person(&world, "ben").await;
    let listed = ann.ask(&world, "GET", USERS, Value::Null).await;
    listed.is(
        200,
        json!([
            { "id": ann.number, "username": "ann", "password": "" },
            { "id": ben.number, "username": "ben", "password": "" },
        ]),
    );
    let protected = ann.ask(&world, "GET", PROTECTED, Value::Null).await;
    protected.is(200, json!({ "message": "admin" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_lock_accounts() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (administrator(&world, "ann").await, person(&world, "ben").await);
    let path = format!("/accounts/delete_user/{}/", ben.number);
    for method in ["GET", "POST"] {
        let refused = ann.ask(&world, method, &path, Value::Null).await;
        refused.is(405, json!({ "error": "Invalid request method" }));
    }
    let deleted = ann.ask(&world, "DELETE", &path, Value::Null).await;
    deleted.is(200, json!({ "message": "User deleted successfully" }));
    let login = world.post("/api/token/", credentials("ben")).await;
    assert_eq!(login.status, 401);
    assert_eq!(world.get(USERS, &ben.access).await.status, 401);
    let listed = ann.ask(&world, "GET", USERS, Value::Null).await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1);

    let bot: Username = "relay".parse().unwrap();
    let accounts = &world.app.app().services().accounts;
    let bot = accounts.find_by_username(&bot).await.unwrap().user.number;
    for number in [
        ben.number.to_string(),
        "4711".into(),
        bot.to_string(),
        "9".repeat(30),
    ] {
        let path = format!("/accounts/delete_user/{number}/");
        let missing = ann.ask(&world, "DELETE", &path, Value::Null).await;
        assert_eq!(missing.status, 404, "{number}");
        assert!(missing.text.contains("<h1>Not Found</h1>"), "{missing:?}");
    }
    let own = format!("/accounts/delete_user/{}/", ann.number);
    assert_eq!(ann.ask(&world, "DELETE", &own, Value::Null).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_administers() {
    let world = World::at(PREFIX).await;
    let ben = person(&world, "ben").await;
    for (method, path) in [
        ("GET", USERS),
        ("GET", PROTECTED),
        ("DELETE", "/accounts/delete_user/1/"),
        ("POST", "/accounts/delete_all/"),
    ] {
        let refused = ben.ask(&world, method, path, Value::Null).await;
        let why = "You do not have permission to perform this action.";
        refused.is(403, json!({ "detail": why }));
        let refused = world.call(method, path, &[], Value::Null).await;
        assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"api\""));
        let why = "Authentication credentials were not provided.";
        refused.is(401, json!({ "detail": why }));
    }
}
