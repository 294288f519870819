//! What several dialects have, where all are at the root.

use parlor_domain::Password;
use parlor_services::Registration;
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use crate::world::{Heard, World};

const PASSWORD: &str = "a train to Bern";

#[tokio::test(flavor = "multi_thread")]
async fn one_log_in_is_good_for_all() {
    let world = World::at("").await;
    let ann = json!({ "name": "Ann", "username": "ann", "password": PASSWORD });
    assert_eq!(world.post("/api/register/", ann).await.status, 201);
    let login = json!({ "username": "ann", "password": PASSWORD });
    let answer = world.post("/api/token/", login).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let tokens = answer.json();
    assert!(answer.header("set-cookie").unwrap().starts_with("access="));
    let key = format!("Token {}", tokens["token"].as_str().unwrap());
    let rooms = world
        .call(
            "GET",
            "/api/v1/chats/rooms/",
            &[("authorization", &key)],
            Value::Null,
        )
        .await;
    assert_eq!(rooms.status, 200, "{rooms:?}");
    let bearer = format!("Bearer {}", tokens["access"].as_str().unwrap());
    let chat = world
        .call(
            "POST",
            "/api/start-chat/",
            &[("authorization", &bearer)],
            json!({}),
        )
        .await;
    assert_eq!(chat.status, 200, "{chat:?}");
    let notifications = world
        .call(
            "GET",
            "/notifications/get_notifications/",
            &[("authorization", &bearer)],
            Value::Null,
        )
        .await;
    assert_eq!(notifications.status, 200, "{notifications:?}");
    let refresh = json!({ "refresh": tokens["refresh"] });
    assert_eq!(world.post("/api/token/refresh/", refresh).await.status, 200);

    let wrong = json!({ "username": "ann", "password": "wrong password" });
    let wrong = world.post("/api/token/", wrong).await;
    wrong.is(
        401,
        json!({ "detail": "No active account found with the given credentials" }),
    );
}

/// What is answered by some of the dialects: which keys, and whether there is a cookie.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_gives_what_those_want_who_are_there() {
    for (here, keys, cookie) in [
        (&["relay"][..], &["access", "refresh"][..], false),
        (&["greeter"], &["access", "refresh"], true),
        (&["rooms"], &["token"], false),
        (&["relay", "greeter"], &["access", "refresh"], true),
        (&["relay", "rooms"], &["access", "refresh", "token"], false),
        (&["greeter", "rooms"], &["access", "refresh", "token"], true),
        (
            &["relay", "greeter", "rooms"],
            &["access", "refresh", "token"],
            true,
        ),
    ] {
        let app = TestApp::start_with(|config| {
            config
                .compat
                .dialects
                .retain(|dialect| here.contains(&dialect.name()));
        })
        .await;
        let credentials = json!({ "username": "ann", "password": PASSWORD });
        let registered = app.app().services().accounts.create(Registration {
            username: "ann".parse().unwrap(),
            password: Password::parse(PASSWORD.to_owned().into()).unwrap(),
            display_name: None,
            email: None,
            invite: None,
        });
        registered.await.unwrap();
        let world = World::of(app, "");
        let answer = world.post("/api/token/", credentials).await;
        assert_eq!(answer.status, 200, "{here:?}: {answer:?}");
        let tokens = answer.json();
        let mut given: Vec<&String> = tokens.as_object().unwrap().keys().collect();
        given.sort_unstable();
        assert_eq!(given, keys, "{here:?}");
        assert_eq!(answer.header("set-cookie").is_some(), cookie, "{here:?}");
        let refreshed = world
            .post("/api/token/refresh/", json!({ "refresh": tokens["refresh"] }))
            .await;
        let status = if tokens["refresh"].is_null() { 404 } else { 200 };
        assert_eq!(refreshed.status, status, "{here:?}");
        assert_eq!(refreshed.header("set-cookie").is_some(), cookie, "{here:?}");
        if here.contains(&"relay") {
            let access = tokens["access"].as_str().unwrap();
            let socket = format!("/ws/notifications/?token={access}");
            assert!(world.socket(&socket, &[]).await.is_ok(), "{here:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_goes_by_its_keys() {
    let world = World::at("").await;
    let nothing = world.post("/api/register/", json!({})).await;
    nothing.is(400, json!({ "error": "name is missing" }));
    let of_conversations = world
        .post("/api/register/", json!({ "confirm_password": "x" }))
        .await;
    assert_eq!(
        of_conversations.json()["first_name"],
        json!(["This field is required."])
    );
    let of_messenger = world.post("/api/register/", json!({ "mobile_no": 1 })).await;
    let required = ["This field is required."];
    of_messenger.is(
        401,
        json!({
            "username": required,
            "email": required,
            "password": required,
            "mobile_no": ["Mobile number is not valid"],
        }),
    );
    let get = world.call("GET", "/api/register/", &[], Value::Null).await;
    get.is(405, json!({ "detail": "Method \"GET\" not allowed." }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_of_them_has_alone_is_as_it_has_it() {
    let app = TestApp::start_with(|config| {
        config.compat.dialects.retain(|dialect| dialect.name() == "rooms");
    })
    .await;
    let world = World::of(app, "");
    let wrong = json!({ "username": "ann", "password": "wrong password" });
    let wrong = world.post("/api/token/", wrong).await;
    wrong.is(
        400,
        json!({ "error": ["Unable to log in with provided credentials."] }),
    );
    assert_eq!(world.post("/api/register/", json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_what_was_typed_with_the_spaces_at_its_ends() {
    const TYPED: &str = " a train to Bern ";
    const OTHER: &str = " a boat to Thun ";
    let world = World::at("").await;
    for (path, registration) in [
        (
            "/api/register/",
            json!({
                "first_name": "Ann", "last_name": "Smith", "email": "ann@example.org",
                "password": TYPED, "confirm_password": TYPED,
            }),
        ),
        (
            "/api/register/",
            json!({ "name": "Ben", "username": "ben", "password": TYPED }),
        ),
        ("/api/v1/users/", json!({ "username": "cleo", "password": TYPED })),
    ] {
        let answer = world.post(path, registration).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let by_name = ["/api/token/", "/compat/greeter/api/token/", "/api/v1/auth/login/"];
    for (password, is_right) in [(TYPED, true), (TYPED.trim(), false)] {
        for username in ["ann.smith", "ben", "cleo"] {
            let login = json!({ "username": username, "password": password });
            for path in by_name {
                let answer = world.post(path, login.clone()).await;
                assert_eq!(answer.status == 200, is_right, "{path}: {answer:?}");
            }
        }
        let login = json!({ "email": "ann@example.org", "password": password });
        let answer = world.post("/api/login/", login).await;
        assert_eq!(answer.status == 200, is_right, "{answer:?}");
    }
    let login = json!({ "username": "cleo", "password": TYPED });
    let key = world.post("/api/v1/auth/login/", login).await.json();
    let key = format!("Token {}", key["token"].as_str().unwrap());
    let people = world.get("/api/v1/users/", "").await.json();
    let path = format!("/api/v1/users/{}/", people["results"][0]["id"]);
    let other = json!({ "password": OTHER });
    let changed = world
        .call("PATCH", &path, &[("authorization", &key)], other)
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    for (password, is_right) in [(OTHER, true), (OTHER.trim(), false)] {
        let login = json!({ "username": "cleo", "password": password });
        let answer = world.post("/api/v1/auth/login/", login).await;
        assert_eq!(answer.status == 200, is_right, "{answer:?}");
    }
}

/// One direct room, seen at once through `rooms`, `conversations` and Parlor's own API.
#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_one_in_all_dialects() {
    let world = World::at("").await;
    let mut people = Vec::new();
    for first in ["Ann", "Ben"] {
        let email = format!("{first}@example.org");
        let registration = json!({
            "first_name": first, "last_name": "Smith", "email": email,
            "password": PASSWORD, "confirm_password": PASSWORD,
        });
        assert_eq!(world.post("/api/register/", registration).await.status, 201);
        let login = world
            .post("/api/login/", json!({ "email": email, "password": PASSWORD }))
            .await;
        let access = login.json()["access"].as_str().unwrap().to_owned();
        let username = format!("{}.smith", first.to_lowercase());
        let key = json!({ "username": username, "password": PASSWORD });
        let key = world.post("/api/v1/auth/login/", key).await;
        assert_eq!(
            key.status, 200,
            "who registered in one dialect logs in in another: {key:?}"
        );
        people.push((access, key.json()["token"].as_str().unwrap().to_owned()));
    }
    let [(ann, anns_key), (ben, bens_key)] = &people[..] else {
        panic!("two people");
    };
    let others = world.get("/api/users/", ann).await.json();
    let id = others[0]["id"].as_str().unwrap().to_owned();
    let opened = world.get(&format!("/api/users/{id}/chat/"), ann).await.json();
    let conversation = opened["data"]["id"].as_str().unwrap().to_owned();
    let as_room = world
        .call(
            "GET",
            "/api/v1/chats/rooms/",
            &[("authorization", &format!("Token {anns_key}"))],
            Value::Null,
        )
        .await
        .json();
    let room = &as_room["results"][0];
    assert_eq!(
        (&room["type"], &room["max_users"]),
        (&json!("PRIVATE"), &json!(2))
    );

    let mut by_conversations = world
        .socket(&format!("/ws/chat/{conversation}/?token={ann}"), &[])
        .await
        .unwrap();
    let mut by_rooms = world.socket(&format!("/?token={bens_key}"), &[]).await.unwrap();
    by_conversations
        .say_json(json!({ "message": "from one dialect", "recipient_id": id }))
        .await;
    assert_eq!(by_conversations.hear_json().await["message"], "from one dialect");
    assert_eq!(by_rooms.hear_json().await["text"], "from one dialect");
    by_rooms
        .say_json(json!({ "text": "from the other", "room": room["id"] }))
        .await;
    assert_eq!(by_rooms.hear_json().await["text"], "from the other");
    let heard = by_conversations.hear().await;
    let Heard::Text(heard) = heard else {
        panic!("{heard:?}")
    };
    assert!(heard.contains("from the other"), "{heard}");
    let told = world.get(&format!("/api/users/{id}/chat/"), ann).await.json();
    assert_eq!(told["data"]["messages"][0]["text"], "from the other");
    assert_eq!(world.get("/api/users/", ben).await.status, 200);
}
