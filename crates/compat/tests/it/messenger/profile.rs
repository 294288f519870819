//! What people tell about themselves.

use parlor_services::Actor;
use serde_json::{Value, json};

use super::chats::{chat, in_parlor, is_known, is_shown, message};
use super::people::{PASSWORD, Someone, someone};
use crate::multipart::{MULTIPART, Part, form};
use crate::rooms::picture;
use crate::world::{Answer, World};

const PREFIX: &str = "/compat/messenger";

async fn ask(world: &World, who: &Someone, method: &str, path: &str, body: Value) -> Answer {
    let bearer = format!("Bearer {}", who.token);
    world
        .call(method, path, &[("authorization", &bearer)], body)
        .await
}

async fn send(world: &World, who: &Someone, method: &str, path: &str, parts: &[Part<'_>]) -> Answer {
    let bearer = format!("Bearer {}", who.token);
    let headers = [("authorization", &*bearer), MULTIPART];
    world.send(method, path, &headers, form(parts)).await
}

async fn shown(world: &World, who: &Someone) -> Value {
    let answer = world.get("/api/UserProfileView/", &who.token).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// How many bytes of somebody's files are kept.
pub(super) async fn kept(world: &World, who: &Someone) -> u64 {
    let services = world.app.app().services();
    let account = services.accounts.find_by_number(who.number).await.unwrap();
    let usage = services.library.usage(&Actor::newcomer(&account)).await;
    usage.unwrap().0
}

/// What Parlor's own API tells somebody about himself.
async fn own(world: &World, who: &Someone) -> Value {
    let body = json!({ "username": who.name, "password": PASSWORD });
    let login = world.ask_parlor("POST", "/v1/sessions", "", body).await.json();
    let token = login["access_token"].as_str().unwrap();
    world.ask_parlor("GET", "/v1/me", token, Value::Null).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_what_they_told() {
    let world = World::at(PREFIX).await;
    let ann = someone(&world, "ann").await;
    let number = json!({ "mobile_no": 41791234567_i64 });
    let changed = ask(&world, &ann, "PUT", "/api/MobileNumberUpdate/", number).await;
    changed.is(
        200,
        json!({ "msg": "Your Mobile Number Changed Successfully", "staus": 200 }),
    );
    let expected = json!({
        "id": ann.number,
        "username": "ann",
        "email": ann.email,
        "profile_photo": null,
        "mobile_no": 41791234567_i64,
    });
    assert_eq!(shown(&world, &ann).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_and_a_photo_are_added_and_changed() {
    let world = World::at(PREFIX).await;
    let ann = someone(&world, "ann").await;
    let added = json!({ "msg": "data added successfully", "status": 200 });
    let updated = json!({ "msg": "data updated successfully", "status": 200 });
    let photo = picture();
    let parts = [
        Part::Text("about", " likes tea "),
        Part::File("profile_photo", "me.png", "image/png", &photo),
    ];
    let answer = send(&world, &ann, "POST", "/api/UserProfileAdd/", &parts).await;
    answer.is(200, added.clone());
    assert_eq!(own(&world, &ann).await["about"], "likes tea");
    let first = shown(&world, &ann).await["profile_photo"].clone();
    let path = first.as_str().unwrap();
    assert!(path.starts_with("/compat/messenger/media/images/"), "{path}");
    let file = world.get(path.strip_prefix(PREFIX).unwrap(), "").await;
    assert_eq!(
        (file.status, file.header("content-type")),
        (200, Some("image/png"))
    );

    let answer = ask(&world, &ann, "POST", "/api/UserProfileAdd/", json!({})).await;
    answer.is(200, added);
    assert_eq!(own(&world, &ann).await["about"], "likes tea", "it was not sent");
    let change = json!({ "username": "ann", "about": "likes cake" });
    let answer = ask(&world, &ann, "PUT", "/api/UserProfileEdit/", change).await;
    answer.is(200, updated.clone());
    assert_eq!(own(&world, &ann).await["about"], "likes cake");
    assert_eq!(shown(&world, &ann).await["profile_photo"], first);
    for nothing in [json!(null), json!("")] {
        let change = json!({ "username": "ann", "about": nothing });
        let answer = ask(&world, &ann, "PUT", "/api/UserProfileEdit/", change).await;
        answer.is(200, updated.clone());
        assert_eq!(own(&world, &ann).await["about"], json!(null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_is_refused() {
    let world = World::at(PREFIX).await;
    let ann = someone(&world, "ann").await;
    let long = "x".repeat(51);
    let too_long = "Ensure this field has no more than 50 characters.";
    let no_image =
        "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
    let answer = ask(
        &world,
        &ann,
        "POST",
        "/api/UserProfileAdd/",
        json!({ "about": long }),
    );
    answer.await.is(400, json!({ "about": [too_long] }));
    let parts = [Part::File("profile_photo", "me.png", "image/png", b"no picture")];
    let answer = send(&world, &ann, "POST", "/api/UserProfileAdd/", &parts).await;
    answer.is(400, json!({ "profile_photo": [no_image] }));
    assert_eq!(shown(&world, &ann).await["profile_photo"], json!(null));
    assert_eq!(kept(&world, &ann).await, 0, "it takes no room");

    for (change, errors) in [
        (json!({}), json!({ "username": ["This field is required."] })),
        (
            json!({ "username": "anna" }),
            json!({ "username": ["The username cannot be changed."] }),
        ),
        (
            json!({ "username": "ann", "about": long, "profile_photo": "me.png" }),
            json!({
                "about": [too_long],
                "profile_photo": ["The submitted data was not a file. Check the encoding type on the form."],
            }),
        ),
    ] {
        let answer = ask(&world, &ann, "PUT", "/api/UserProfileEdit/", change).await;
        answer.is(200, json!({ "msg": errors, "status": 401 }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_among_the_files_of_its_sender() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let services = world.app.app().services();
    let account = services.accounts.find_by_number(ann.number).await.unwrap();
    let actor = Actor::newcomer(&account);
    let mut files = Vec::new();
    while let Ok(file) = services.uploads.receive(&actor).await {
        files.push(file);
    }
    let photo = picture();
    let parts = [Part::File("profile_photo", "me.png", "image/png", &photo)];
    for (who, status) in [(&ann, 503), (&ben, 200)] {
        let answer = send(&world, who, "POST", "/api/UserProfileAdd/", &parts).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_one_persons_and_has_9_to_15_digits() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let set = async |who: &Someone, number: Value| {
        let body = json!({ "mobile_no": number });
        ask(&world, who, "PUT", "/api/MobileNumberUpdate/", body).await
    };
    for number in [
        json!("41791234567"),
        json!("+41791234567"),
        json!(41791234567_i64),
    ] {
        assert_eq!(set(&ann, number).await.status, 200);
    }
    assert_eq!(own(&world, &ann).await["mobile"], "+41791234567");
    for (number, why) in [
        (json!(41791234567_i64), "user with this mobile no already exists."),
        (json!(12345678), "Mobile number is not valid"),
        (json!(1234567890123456_i64), "Mobile number is not valid"),
        (json!("Ann's"), "A valid integer is required."),
        (json!(null), "This field may not be null."),
    ] {
        let answer = set(&ben, number).await;
        answer.is(400, json!({ "mobile_no": [why] }));
    }
    let answer = ask(&world, &ben, "PUT", "/api/MobileNumberUpdate/", json!({})).await;
    answer.is(400, json!({ "mobile_no": ["This field is required."] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn address_and_number_are_shown_to_whom_one_writes_and_likes_to_show_them() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let chat = chat(&world, &ann, &ben).await;
    let (mut bens, _) = chat.socket(&world, &ben).await;
    let receiver = async || chat.told(&world, &ann).await["receiver"].clone();
    let all = async || world.get("/api/show_user/", &ann.token).await.json();
    is_shown(&receiver().await, &ben);
    is_shown(&all().await["conversation_users"][0]["users"], &ben);

    bens.say_json(json!({ "message": "Hello Ann" })).await;
    message(&mut bens).await;
    is_known(&receiver().await, &ben);
    is_known(&all().await["conversation_users"][0]["users"], &ben);

    let in_parlor = in_parlor(&world, &ben).await;
    let nobody = json!({ "shows": { "email": "nobody", "mobile": "nobody" } });
    let hidden = world.ask_parlor("PATCH", "/v1/me", &in_parlor, nobody).await;
    assert_eq!(hidden.status, 200, "{hidden:?}");
    is_shown(&receiver().await, &ben);
    is_shown(&all().await["conversation_users"][0]["users"], &ben);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_tells_anything_without_logging_in() {
    let world = World::at(PREFIX).await;
    let refused = json!({ "detail": "You are not authorized to perform this action." });
    for (method, path) in [
        ("GET", "/api/UserProfileView/"),
        ("POST", "/api/UserProfileAdd/"),
        ("PUT", "/api/UserProfileEdit/"),
        ("PUT", "/api/MobileNumberUpdate/"),
        ("GET", "/api/userSearch/?q=41791234567"),
        ("POST", "/api/status/"),
        ("POST", "/api/statusDelete/"),
        ("DELETE", "/api/status/"),
    ] {
        let answer = world.call(method, path, &[], Value::Null).await;
        answer.is(403, refused.clone());
    }
    let ann = someone(&world, "ann").await;
    let answer = ask(&world, &ann, "DELETE", "/api/UserProfileView/", Value::Null).await;
    answer.is(405, json!({ "detail": "Method \"DELETE\" not allowed." }));
}
