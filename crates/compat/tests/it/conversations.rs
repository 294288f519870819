//! `conversations`, as its README tells it and as it refuses.

mod refusals;
mod socket;

use serde_json::{Value, json};

use crate::world::World;

const PREFIX: &str = "/compat/conversations";
pub(crate) const PASSWORD: &str = "a train to Bern";

/// Somebody who has registered and logged in.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

pub(crate) fn registration(first: &str, last: &str) -> Value {
    json!({
        "first_name": first,
        "last_name": last,
        "email": format!("{first}@Example.org"),
        "password": PASSWORD,
        "confirm_password": PASSWORD,
    })
}

/// Registers somebody, and logs him in.
pub(crate) async fn person(world: &World, first: &str) -> Person {
    let answer = world.post("/api/register/", registration(first, "Smith")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    log_in(world, first).await
}

pub(crate) async fn log_in(world: &World, first: &str) -> Person {
    let email = format!("{}@example.org", first.to_uppercase());
    let login = json!({ "email": email, "password": PASSWORD });
    let answer = world.post("/api/login/", login).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let tokens = answer.json();
    let access = tokens["access"].as_str().unwrap().to_owned();
    Person {
        id: claims(&access)["user_id"].as_str().unwrap().to_owned(),
        refresh: tokens["refresh"].as_str().unwrap().to_owned(),
        access,
    }
}

/// Somebody who uses Parlor itself: his id, and his access token.
async fn in_parlor(world: &World, username: &str) -> (String, String) {
    let account = json!({ "username": username, "password": PASSWORD });
    let made = world.ask_parlor("POST", "/v1/users", "", account.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let logged_in = world.ask_parlor("POST", "/v1/sessions", "", account).await;
    let token = logged_in.json()["access_token"].as_str().unwrap().to_owned();
    (made.json()["id"].as_str().unwrap().to_owned(), token)
}

/// What a token says.
pub(crate) fn claims(token: &str) -> Value {
    use base64::Engine;
    let claims = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(claims)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Opens the conversation of somebody with somebody.
pub(crate) async fn open(world: &World, one: &Person, other: &Person) -> Value {
    let answer = world
        .get(&format!("/api/users/{}/chat/", other.id), &one.access)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_readme_from_top_to_bottom() {
    let world = World::at(PREFIX).await;
    let registered = world.post("/api/register/", registration("Ann", "Smith")).await;
    registered.is(
        201,
        json!({
            "success": true,
            "msg": "User account created successfully.",
            "data": { "first_name": "Ann", "last_name": "Smith", "email": "ann@example.org" },
            "status": 201,
        }),
    );
    let ann = log_in(&world, "Ann").await;
    let said = claims(&ann.access);
    assert_eq!(
        (&said["token_type"], said["jti"].as_str().unwrap().len()),
        (&json!("access"), 32)
    );
    let lives = |token| claims(token)["exp"].as_i64().unwrap() - claims(token)["iat"].as_i64().unwrap();
    assert_eq!((lives(&ann.access), lives(&ann.refresh)), (30 * 60, 24 * 60 * 60));
    let ben = person(&world, "Ben").await;
    person(&world, "Cleo").await;

    let users = world.get("/api/users/", &ann.access).await.json();
    let names: Vec<&str> = users
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["first_name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["Ben", "Cleo"],
        "all others, in the order in which they came"
    );
    assert_eq!(
        users[0],
        json!({ "id": ben.id, "first_name": "Ben", "last_name": "Smith" })
    );

    let opened = open(&world, &ann, &ben).await;
    assert_eq!(opened["success"], true);
    assert_eq!(
        opened["msg"],
        "User conversation with messages retrieved successfully."
    );
    assert_eq!(opened["status"], 200);
    assert_eq!(opened["data"]["messages"], json!([]));
    let id = opened["data"]["id"].as_str().unwrap();
    assert_eq!(
        open(&world, &ben, &ann).await["data"]["id"],
        id,
        "it is one conversation"
    );

    let path = |person: &Person| format!("/ws/chat/{id}/?token={}", person.access);
    let mut anns = world.socket(&path(&ann), &[]).await.unwrap();
    let mut bens = world.socket(&path(&ben), &[]).await.unwrap();
    let frame = json!({ "message": "Hello Ben", "recipient_id": ben.id });
    anns.say_json(frame.clone()).await;
    assert_eq!(anns.hear_json().await, frame);
    assert_eq!(bens.hear_json().await, frame);
    let answer = json!({ "message": "Hello “Ann” 👋", "recipient_id": ann.id });
    bens.say_json(answer.clone()).await;
    assert_eq!(bens.hear_json().await, answer);
    assert_eq!(anns.hear_json().await, answer);

    let told = open(&world, &ann, &ben).await;
    let messages = told["data"]["messages"].as_array().unwrap();
    let texts: Vec<&str> = messages
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["Hello “Ann” 👋", "Hello Ben"], "the newest first");
    assert_eq!(
        messages[0]["sender"],
        json!({ "id": ben.id, "first_name": "Ben", "last_name": "Smith" })
    );
    assert_eq!(
        messages[1]["sender"],
        json!({ "id": ann.id, "first_name": "Ann", "last_name": "Smith" })
    );
    assert!(messages[0]["created_at"].as_str().unwrap().ends_with('Z'));

    let refresh = json!({ "refresh": ann.refresh });
    world
        .post("/api/logout/", refresh.clone())
        .await
        .is(200, json!({}));
    let again = world.post("/api/logout/", refresh).await;
    again.is(
        401,
        json!({ "detail": "Token is blacklisted", "code": "token_not_valid" }),
    );
    assert_eq!(
        world.get("/api/users/", &ann.access).await.status,
        401,
        "the access token ends with it"
    );
    assert_eq!(
        anns.hear().await,
        crate::world::Heard::Closed(1008),
        "and the open socket"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_conversation_is_told_whole() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "Ann").await, person(&world, "Ben").await);
    let opened = open(&world, &ann, &ben).await;
    let path = format!(
        "/ws/chat/{}/?token={}",
        opened["data"]["id"].as_str().unwrap(),
        ann.access
    );
    let mut socket = world.socket(&path, &[]).await.unwrap();
    for number in 0..120 {
        socket
            .say_json(json!({ "message": number.to_string(), "recipient_id": ben.id }))
            .await;
        socket.hear_json().await;
    }
    let told = open(&world, &ben, &ann).await;
    let messages = told["data"]["messages"].as_array().unwrap();
    let texts: Vec<&str> = messages
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (0..120).rev().map(|number| number.to_string()).collect();
    assert_eq!(texts, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_open_it_at_once_and_it_is_one() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "Ann").await, person(&world, "Ben").await);
    let opened = futures_util::future::join_all((0..10).map(|number| {
        let (one, other) = if number % 2 == 0 {
            (&ann, &ben)
        } else {
            (&ben, &ann)
        };
        open(&world, one, other)
    }));
    let opened = opened.await;
    let first = &opened[0]["data"]["id"];
    assert!(opened.iter().all(|one| &one["data"]["id"] == first), "{opened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_is_read() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "Ann").await;
    let (ben, token) = in_parlor(&world, "ben").await;
    let chat = format!("/api/users/{ben}/chat/");
    let opened = world.get(&chat, &ann.access).await.json();
    let path = format!("/v1/rooms/{}/messages", opened["data"]["id"].as_str().unwrap());
    let message = json!({ "client_id": "m1", "body": "tea?" });
    let sent = world.ask_parlor("POST", &path, &token, message).await;
    let receipts = format!("{}/receipts", sent.header("location").unwrap());
    let page = world.ask_parlor("GET", &receipts, &token, Value::Null).await;
    assert_eq!(page.json()["counts"]["read"], 0, "{page:?}");

    let told = world.get(&chat, &ann.access).await.json();
    assert_eq!(told["data"]["messages"][0]["text"], "tea?");
    // A server that stops has written all marks.
    let world = World::of(world.app.restart().await, PREFIX);
    let page = world.ask_parlor("GET", &receipts, &token, Value::Null).await;
    assert_eq!(page.json()["counts"]["read"], 1, "{page:?}");
}
