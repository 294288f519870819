//! Accounts, keys and pages of people.

use parlor::config::Registration;
use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::{PASSWORD, PREFIX, Person, numbers, person};
use crate::world::{Heard, World};

fn path(person: &Person) -> String {
    format!("/api/v1/users/{}/", person.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_a_registration_are_checked_all_at_once() {
    let world = World::at(PREFIX).await;
    person(&world, "ann").await;
    let required = json!(["This field is required."]);
    let empty = world.post("/api/v1/users/", json!({})).await;
    empty.is(400, json!({ "username": required, "password": required }));
    let no_username =
        "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    for (field, value, error) in [
        (
            "username",
            json!("ann"),
            "A user with that username already exists.",
        ),
        (
            "username",
            json!("ANN"),
            "A user with that username already exists.",
        ),
        ("username", json!("a b"), no_username),
        ("username", json!(" "), "This field may not be blank."),
        ("username", json!(null), "This field may not be null."),
        (
            "username",
            json!("x"),
            "Ensure this field has at least 2 characters.",
        ),
        (
            "username",
            json!("x".repeat(33)),
            "Ensure this field has no more than 32 characters.",
        ),
        ("first_name", json!(["x"]), "Not a valid string."),
        (
            "last_name",
            json!("x".repeat(101)),
            "Ensure this field has no more than 100 characters.",
        ),
        (
            "password",
            json!("short"),
            "This password is too short. It must contain at least 8 characters.",
        ),
    ] {
        let mut body = json!({ "username": "ben", "password": PASSWORD });
        body[field] = value;
        let answer = world.post("/api/v1/users/", body).await;
        answer.is(400, json!({ field: [error] }));
    }
    let list = world.post("/api/v1/users/", json!([1])).await;
    list.is(
        400,
        json!({ "error": ["Invalid data. Expected a dictionary, but got list."] }),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_nobody_says_so() {
    let app = TestApp::start_with(|config| config.auth.registration = Registration::Closed).await;
    let world = World::of(app, PREFIX);
    for body in [json!({ "username": "ann", "password": PASSWORD }), json!({})] {
        let answer = world.post("/api/v1/users/", body).await;
        answer.is(403, json!({ "detail": "Registration is closed." }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_be_left_blank() {
    let world = World::at(PREFIX).await;
    let body = json!({ "username": "ann", "password": PASSWORD, "first_name": "", "last_name": " " });
    let made = world.post("/api/v1/users/", body).await.json();
    assert_eq!(
        (&made["first_name"], &made["last_name"]),
        (&json!(""), &json!(""))
    );
    let ben = person(&world, "ben").await;
    for (body, names) in [
        (json!({ "last_name": "Smith" }), ["", "Smith"]),
        (json!({ "first_name": "Ben" }), ["Ben", "Smith"]),
        (json!({ "first_name": "", "last_name": "" }), ["", ""]),
        (json!({}), ["", ""]),
    ] {
        let answer = ben.ask(&world, "PATCH", &path(&ben), body).await.json();
        assert_eq!([&answer["first_name"], &answer["last_name"]], names);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_refused_alike() {
    let world = World::at(PREFIX).await;
    person(&world, "ann").await;
    let refused = json!({ "error": ["Unable to log in with provided credentials."] });
    for (username, password) in [("ann", "wrong password"), ("nobody", PASSWORD), ("x", "y")] {
        let login = json!({ "username": username, "password": password });
        world
            .post("/api/v1/auth/login/", login)
            .await
            .is(400, refused.clone());
    }
    let required = json!(["This field is required."]);
    let empty = world.post("/api/token/", json!({})).await;
    empty.is(400, json!({ "username": required, "password": required }));
    let list = world.post("/api/token/", json!([])).await;
    list.is(
        400,
        json!({ "error": ["Invalid data. Expected a dictionary, but got list."] }),
    );
    let form = ("content-type", "application/x-www-form-urlencoded");
    let form = world
        .send(
            "POST",
            "/api/token/",
            &[form],
            b"username=ann&password=x".to_vec(),
        )
        .await;
    form.is(
        415,
        json!({ "detail": "Unsupported media type \"application/x-www-form-urlencoded\" in request." }),
    );
    let get = world.call("GET", "/api/v1/auth/login/", &[], Value::Null).await;
    get.is(405, json!({ "detail": "Method \"GET\" not allowed." }));
    assert_eq!(get.header("allow"), Some("POST, OPTIONS"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shown_as_the_scheme_wants() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let rooms = "/api/v1/chats/rooms/";
    let none = world.call("GET", rooms, &[], Value::Null).await;
    none.is(
        401,
        json!({ "detail": "Authentication credentials were not provided." }),
    );
    assert_eq!(none.header("www-authenticate"), Some("Token"));
    for (header, detail) in [
        ("Token nonsense", "Invalid token."),
        ("Token", "Invalid token header. No credentials provided."),
        (
            "Token a b",
            "Invalid token header. Token string should not contain spaces.",
        ),
        ("Bearer x", "Authentication credentials were not provided."),
    ] {
        let answer = world
            .call("GET", rooms, &[("authorization", header)], Value::Null)
            .await;
        answer.is(401, json!({ "detail": detail }));
    }
    let small = format!("token {}", ann.key);
    let answer = world
        .call("GET", rooms, &[("authorization", &small)], Value::Null)
        .await;
    assert_eq!(answer.status, 200);
    let open = world
        .call(
            "GET",
            "/api/v1/users/",
            &[("authorization", "Token nonsense")],
            Value::Null,
        )
        .await;
    open.is(401, json!({ "detail": "Invalid token." }));
    for path in [rooms, "/api/v1/chats/messages/", "/api/v1/chats/rooms/7/join/"] {
        let answer = world.call("DELETE", path, &[], Value::Null).await;
        assert_eq!(answer.status, 401, "before the method: {path}");
        let answer = ann.ask(&world, "DELETE", path, Value::Null).await;
        assert_eq!(answer.status, 405, "{path}");
    }
    let post = ann
        .ask(&world, "POST", "/api/v1/chats/rooms/7/join/", Value::Null)
        .await;
    post.is(405, json!({ "detail": "Method \"POST\" not allowed." }));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_by_pages() {
    let world = World::at(PREFIX).await;
    let mut people = Vec::new();
    for number in 10..22 {
        people.push(person(&world, &format!("user{number}")).await.id);
    }
    people.reverse();
    let get = async |query: &str| {
        let path = format!("/api/v1/users/{query}");
        world.call("GET", &path, &[], Value::Null).await
    };
    let first = get("").await.json();
    assert_eq!(numbers(&first), people[..10]);
    assert_eq!(
        first["page_metadata"],
        json!({ "total_pages": 2, "count": 12, "page_size": 10 })
    );
    for (query, expected) in [
        ("?page=2", &people[10..]),
        ("?page=last", &people[10..]),
        ("?page=2&page_size=5", &people[5..10]),
        ("?page_size=1000", &people[..]),
        ("?page_size=0", &people[..10]),
        ("?page_size=x", &people[..10]),
    ] {
        assert_eq!(numbers(&get(query).await.json()), expected, "{query}");
    }
    assert_eq!(
        get("?page_size=1000").await.json()["page_metadata"]["page_size"],
        100
    );
    for query in ["?page=3", "?page=0", "?page=x"] {
        get(query).await.is(404, json!({ "detail": "Invalid page." }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_changed_by_its_owner_alone() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let body = json!({ "first_name": "X" });
    for method in ["PUT", "PATCH", "DELETE"] {
        let none = world.call(method, &path(&ann), &[], body.clone()).await;
        assert_eq!(none.status, 401, "{method}");
        let other = ben.ask(&world, method, &path(&ann), body.clone()).await;
        other.is(403, json!({ "detail": "Access Denied: Owner user only" }));
        let nobody = ben.ask(&world, method, "/api/v1/users/4711/", body.clone()).await;
        nobody.is(404, json!({ "detail": "Not found." }));
    }
    let seen = world.call("GET", &path(&ann), &[], Value::Null).await;
    assert_eq!((seen.status, &seen.json()["username"]), (200, &json!("ann")));
    let nonsense = world.call("GET", "/api/v1/users/x/", &[], Value::Null).await;
    assert_eq!(nonsense.status, 404);
    assert!(nonsense.text.contains("<h1>"), "{nonsense:?}");

    let bare = ann
        .ask(&world, "PUT", &path(&ann), json!({ "first_name": "Ann" }))
        .await;
    let required = json!(["This field is required."]);
    bare.is(400, json!({ "username": required, "password": required }));
    for method in ["PUT", "PATCH"] {
        let body = json!({ "username": "anna", "password": PASSWORD });
        let renamed = ann.ask(&world, method, &path(&ann), body).await;
        renamed.is(400, json!({ "username": ["The username cannot be changed."] }));
        let body = json!({ "username": "ann", "password": PASSWORD, "last_name": method });
        let same = ann.ask(&world, method, &path(&ann), body).await;
        assert_eq!((same.status, &same.json()["last_name"]), (200, &json!(method)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_works_and_the_key_stays() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let token = ann.log_in_to_parlor(&world).await;
    let short = ann
        .ask(&world, "PATCH", &path(&ann), json!({ "password": "short" }))
        .await;
    let text = "This password is too short. It must contain at least 8 characters.";
    short.is(400, json!({ "password": [text] }));
    let changed = ann
        .ask(
            &world,
            "PATCH",
            &path(&ann),
            json!({ "password": "a boat to Thun" }),
        )
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let old = json!({ "username": "ann", "password": PASSWORD });
    assert_eq!(world.post("/api/token/", old).await.status, 400);
    let new = json!({ "username": "ann", "password": "a boat to Thun" });
    let login = world.post("/api/token/", new).await;
    login.is(200, json!({ "token": ann.key }));
    assert_eq!(ann.get(&world, "/api/v1/chats/rooms/").await.status, 200);
    let other = world.ask_parlor("GET", "/v1/me", &token, Value::Null).await;
    assert_eq!(other.status, 401, "other sessions end");
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_taken_as_they_are_typed() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let typed = " a boat to Thun ";
    for method in ["PATCH", "PUT"] {
        let body = json!({ "username": "ann", "password": typed });
        let changed = ann.ask(&world, method, &path(&ann), body.clone()).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let login = world.post("/api/v1/auth/login/", body).await;
        login.is(200, json!({ "token": ann.key }));
    }
    let body = json!({ "username": "ben", "password": typed });
    assert_eq!(world.post("/api/v1/users/", body.clone()).await.status, 201);
    assert_eq!(world.post("/api/v1/auth/login/", body).await.status, 200);
    let trimmed = json!({ "username": "ben", "password": typed.trim() });
    assert_eq!(world.post("/api/v1/auth/login/", trimmed).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_not_changed_without_end() {
    let app = TestApp::start_with(|config| config.limits.enabled = true).await;
    let world = World::of(app, PREFIX);
    let ann = person(&world, "ann").await;
    let mut statuses = Vec::new();
    for number in 0..11 {
        let body = json!({ "first_name": number.to_string(), "password": PASSWORD });
        let changed = ann.ask(&world, "PATCH", &path(&ann), body).await;
        statuses.push(changed.status);
        if changed.status == 429 {
            let detail = changed.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with("Request was throttled."), "{detail}");
        }
    }
    assert_eq!(statuses, [&[200; 10][..], &[429]].concat());
    let seen = ann.get(&world, &path(&ann)).await.json();
    assert_eq!(seen["first_name"], "9", "what was refused changed nothing");
    let renamed = ann
        .ask(&world, "PATCH", &path(&ann), json!({ "first_name": "Ann" }))
        .await;
    assert_eq!(renamed.status, 200, "all else may be changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_ended_is_followed_by_another() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let mut socket = ann.socket(&world).await;
    let token = ann.log_in_to_parlor(&world).await;
    let sessions = world.ask_parlor("GET", "/v1/sessions", &token, Value::Null).await;
    let sessions = sessions.json();
    let mut sessions = sessions["sessions"].as_array().unwrap().iter();
    let own = sessions.find(|session| session["device"] == "rooms").unwrap();
    let session = format!("/v1/sessions/{}", own["id"].as_str().unwrap());
    let ended = world.ask_parlor("DELETE", &session, &token, Value::Null).await;
    assert_eq!(ended.status, 204, "{ended:?}");
    assert_eq!(socket.hear().await, Heard::Closed(1008));
    let invalid = json!({ "detail": "Invalid token." });
    ann.get(&world, "/api/v1/chats/rooms/")
        .await
        .is(401, invalid.clone());

    let login = json!({ "username": "ann", "password": PASSWORD });
    let next = world.post("/api/token/", login.clone()).await.json();
    let key = next["token"].as_str().unwrap().to_owned();
    assert_ne!(key, ann.key);
    world.post("/api/token/", login).await.is(200, next);
    ann.get(&world, "/api/v1/chats/rooms/").await.is(401, invalid);
    let ann = Person { key, ..ann };
    assert_eq!(ann.get(&world, "/api/v1/chats/rooms/").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_to_be_found_is_in_no_list() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let token = ann.log_in_to_parlor(&world).await;
    let hidden = json!({ "discoverable": false });
    let changed = world.ask_parlor("PATCH", "/v1/me", &token, hidden).await;
    assert!(changed.status < 300, "{changed:?}");
    let list = world.call("GET", "/api/v1/users/", &[], Value::Null).await.json();
    assert_eq!(
        (numbers(&list), &list["page_metadata"]["count"]),
        (vec![ben.id], &json!(1))
    );
    let seen = world.call("GET", &path(&ann), &[], Value::Null).await;
    seen.is(404, json!({ "detail": "Not found." }));
    assert_eq!(
        ben.get(&world, &path(&ann)).await.status,
        200,
        "whom one shares rooms with has a name"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_owns_rooms_cannot_go() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    let kept = ann.ask(&world, "DELETE", &path(&ann), Value::Null).await;
    kept.is(409, json!({ "detail": "The user owns rooms." }));
    let room = format!("/api/v1/chats/rooms/{room}/");
    assert_eq!(ann.ask(&world, "DELETE", &room, Value::Null).await.status, 204);
    assert_eq!(
        ann.ask(&world, "DELETE", &path(&ann), Value::Null).await.status,
        204
    );
    let gone = ann.get(&world, "/api/v1/chats/rooms/").await;
    gone.is(401, json!({ "detail": "Invalid token." }));
    let login = json!({ "username": "ann", "password": PASSWORD });
    assert_eq!(world.post("/api/token/", login).await.status, 400);
}
