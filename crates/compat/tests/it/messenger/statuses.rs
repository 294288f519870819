//! What people show.

use base64::Engine;
use serde_json::{Value, json};

use super::people::{Someone, someone};
use super::profile::kept;
use crate::multipart::{MULTIPART, Part, form};
use crate::rooms::picture;
use crate::world::{Answer, World};

const PREFIX: &str = "/compat/messenger";

/// A video of a fraction of a second.
const VIDEO: &[u8] = include_bytes!("../../../../media/tests/samples/playing/chromium-vp8.webm");

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

async fn post(world: &World, who: &Someone, path: &str, body: Value) -> Answer {
    let bearer = format!("Bearer {}", who.token);
    world
        .call("POST", path, &[("authorization", &bearer)], body)
        .await
}

/// Shows something, and tells what was saved.
async fn show(world: &World, who: &Someone, body: Value) -> Value {
    let answer = post(world, who, "/api/status/", body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let saved = answer.json();
    assert_eq!(
        (&saved["message"], &saved["status"]),
        (&json!("Successfully saved"), &json!(200))
    );
    saved["data"].clone()
}

/// Opens the direct room of two people.
async fn meet(world: &World, who: &Someone, other: &Someone) {
    let body = json!({ "username": other.name, "room_type": "Normal" });
    let started = post(world, who, "/api/start/", body).await;
    assert_eq!(started.status, 200, "{started:?}");
}

/// What the only one with whom somebody has a direct room shows him.
async fn seen(world: &World, who: &Someone) -> Value {
    let shown = world.get("/api/show_user/", &who.token).await.json();
    let people = shown["conversation_users"].as_array().unwrap();
    assert_eq!(people.len(), 1, "{shown}");
    people[0]["satus_add"].clone()
}

/// The file at a path of an answer.
async fn file(world: &World, path: &Value) -> Answer {
    let path = path.as_str().unwrap();
    world.get(path.strip_prefix(PREFIX).unwrap(), "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_shown_until_another_takes_its_place() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    meet(&world, &ben, &ann).await;
    let nothing = json!({ "id": ann.number, "videos": null, "pictures": null, "text": null });
    assert_eq!(seen(&world, &ben).await, nothing);

    let saved = show(&world, &ann, json!({ "text_message": "on the train" })).await;
    let expected = json!({
        "id": saved["id"], "user_id": ann.number, "created_time": saved["created_time"],
        "videos": null, "pictures": null, "text": "on the train",
    });
    assert_eq!(saved, expected);
    assert!(saved["id"].is_i64() && saved["created_time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(seen(&world, &ben).await, saved);

    let next = show(&world, &ann, json!({ "files": base64(&picture()) })).await;
    let expected = json!({
        "id": next["id"], "user_id": ann.number, "created_time": next["created_time"],
        "videos": null, "pictures": next["pictures"], "text": null,
    });
    assert_eq!(next, expected);
    assert_eq!(seen(&world, &ben).await, next);
    let path = next["pictures"].as_str().unwrap();
    assert!(
        path.starts_with("/compat/messenger/media/status_pictures/"),
        "{path}"
    );
    let shown = file(&world, &next["pictures"]).await;
    assert_eq!(
        (shown.status, shown.header("content-type")),
        (200, Some("image/png"))
    );

    let last = show(
        &world,
        &ann,
        json!({ "text_message": "" , "files": base64(VIDEO) }),
    )
    .await;
    assert_eq!((&last["pictures"], &last["text"]), (&json!(null), &json!(null)));
    let path = last["videos"].as_str().unwrap();
    assert!(path.starts_with("/compat/messenger/media/status/"), "{path}");
    assert_eq!(file(&world, &last["videos"]).await.status, 200);
    assert_eq!(
        file(&world, &next["pictures"]).await.status,
        404,
        "it is shown no more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_deleted_by_its_owner_alone() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    meet(&world, &ben, &ann).await;
    let saved = show(&world, &ann, json!({ "text_message": "tea" })).await;
    let id = &saved["id"];
    let invalid = json!({ "detail": "INVALID STATUS ID" });
    let delete = async |who: &Someone, body: Value| post(&world, who, "/api/statusDelete/", body).await;
    delete(&ben, json!({ "status_id": id }))
        .await
        .is(403, invalid.clone());
    for body in [
        json!({}),
        json!({ "status_id": null }),
        json!({ "status_id": "x" }),
        json!({ "status_id": 99_999 }),
    ] {
        delete(&ann, body).await.is(403, invalid.clone());
    }
    assert_eq!(seen(&world, &ben).await, saved);
    let deleted = json!({ "message": "Successfully deleted", "status": 200 });
    delete(&ann, json!({ "status_id": id })).await.is(200, deleted);
    assert_eq!(seen(&world, &ben).await["text"], json!(null));
    delete(&ann, json!({ "status_id": id })).await.is(403, invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_shown_is_refused() {
    let world = World::at(PREFIX).await;
    let ann = someone(&world, "ann").await;
    let required = json!({ "text_message": ["This field is required."] });
    let unsupported = json!(["Unsupported file type!"]);
    for (body, refused) in [
        (json!({}), required.clone()),
        (json!({ "files": null }), required.clone()),
        (json!({ "files": "" }), required),
        (
            json!({ "text_message": "" }),
            json!({ "text_message": ["This field may not be blank."] }),
        ),
        (
            json!({ "text_message": "x".repeat(501) }),
            json!({ "text_message": ["Ensure this field has no more than 500 characters."] }),
        ),
        (
            json!({ "files": "no base64!" }),
            json!(["Invalid base64-encoded data"]),
        ),
        (json!({ "files": base64(b"just words") }), unsupported.clone()),
        (
            json!({ "files": base64(b"<svg xmlns='http://www.w3.org/2000/svg'/>") }),
            unsupported,
        ),
    ] {
        let answer = post(&world, &ann, "/api/status/", body).await;
        answer.is(400, refused);
    }
    for (bytes, status) in [(8 << 20, 400), ((8 << 20) + 1, 413)] {
        let large = json!({ "files": base64(&vec![0; bytes]) });
        let answer = post(&world, &ann, "/api/status/", large).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(kept(&world, &ann).await, 0, "it takes no room");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_come_in_a_form() {
    let world = World::at(PREFIX).await;
    let ann = someone(&world, "ann").await;
    let bearer = format!("Bearer {}", ann.token);
    let headers = [("authorization", &*bearer), MULTIPART];
    let (bytes, text) = (picture(), base64(&picture()));
    for part in [
        Part::Text("files", &text),
        Part::File("files", "me.png", "image/png", &bytes),
    ] {
        let parts = [part, Part::Text("text_message", "look")];
        let answer = world.send("POST", "/api/status/", &headers, form(&parts)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let saved = answer.json()["data"].clone();
        assert!(
            saved["pictures"].is_string() && saved["text"] == "look",
            "{saved}"
        );
    }
}
