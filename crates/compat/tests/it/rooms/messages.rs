//! Messages over HTTP.

use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::{PREFIX, Person, numbers, person, picture};
use crate::multipart::Part;
use crate::world::{Answer, World};

const MESSAGES: &str = "/api/v1/chats/messages/";
const NOT_AUTHORIZED: &str = "You're not authorized to perform any actions in this room";

async fn send(world: &World, person: &Person, parts: &[Part<'_>]) -> Answer {
    person.send(world, "POST", MESSAGES, parts).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_message_is_told() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let room = ann.room(&world, json!({ "name": "Tea" })).await.to_string();
    ben.join(&world, room.parse().unwrap()).await;
    let long = "x".repeat(65_537);
    let cases: [(&[Part<'_>], Value); 7] = [
        (
            &[Part::Text("text", "x")],
            json!({ "room": ["This field is required."] }),
        ),
        (
            &[Part::Text("room", "4711")],
            json!({ "room": ["Invalid pk \"4711\" - object does not exist."] }),
        ),
        (
            &[Part::Text("room", "x")],
            json!({ "room": ["Incorrect type. Expected pk value, received str."] }),
        ),
        (
            &[
                Part::Text("room", &room),
                Part::File("file", "a.txt", "text/plain", b""),
            ],
            json!({ "file": ["The submitted file is empty."] }),
        ),
        (
            &[Part::Text("room", &room), Part::Text("text", &long)],
            json!({ "text": ["Ensure this field has no more than 65536 bytes."] }),
        ),
        (
            &[Part::Text("text", &long), Part::Text("file", "x")],
            json!({
                "text": ["Ensure this field has no more than 65536 bytes."],
                "file": ["The submitted data was not a file. Check the encoding type on the form."],
                "room": ["This field is required."],
            }),
        ),
        (
            &[Part::Text("room", &room), Part::Text("text", "a\u{7}b")],
            json!({ "text": ["This field must not contain control characters other than tab and line breaks."] }),
        ),
    ];
    for (parts, expected) in cases {
        send(&world, &ben, parts).await.is(400, expected);
    }
    let owner = send(&world, &ann, &[Part::Text("room", &room)]).await;
    owner.is(400, json!({ "room": [NOT_AUTHORIZED] }));
    let json = ben
        .ask(&world, "POST", MESSAGES, json!({ "room": 1, "text": "x" }))
        .await;
    json.is(
        415,
        json!({ "detail": "Unsupported media type \"application/json\" in request." }),
    );
    let none = world.call("POST", MESSAGES, &[], Value::Null).await;
    assert_eq!(none.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_may_be_without_text_and_with_any_file() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    ann.join(&world, room).await;
    let room = room.to_string();
    let empty = send(&world, &ann, &[Part::Text("room", &room)]).await;
    assert_eq!((empty.status, &empty.json()["text"]), (201, &json!("")));
    let picture = picture();
    let files: [(&str, &str, &[u8], &str); 5] = [
        ("dot.png", "image/png", &picture, "image/png"),
        ("dot.jpg", "image/jpeg", &picture, "image/png"),
        ("notes.txt", "text/plain", b"Buy milk.", "text/plain"),
        ("List.CSV", "text/csv", b"milk,2", "text/plain"),
        (
            "notes.xyz",
            "application/x-unknown",
            b"\x01\x02\x03",
            "application/octet-stream",
        ),
    ];
    for (called, said, bytes, found) in files {
        let parts = [Part::Text("room", &room), Part::File("file", called, said, bytes)];
        let sent = send(&world, &ann, &parts).await;
        assert_eq!(
            (sent.status, &sent.json()["file_type"]),
            (201, &json!(found)),
            "{called}"
        );
        let file = sent.json()["file"].as_str().unwrap().to_owned();
        let path = file.strip_prefix(&world.url("")).expect("it is below the prefix");
        let end = match found {
            "image/png" => "png".to_owned(),
            _ => called.split_once('.').unwrap().1.to_lowercase(),
        };
        assert!(path.ends_with(&format!(".{end}")), "{path}");
        let file = world.call("GET", path, &[], Value::Null).await;
        assert_eq!(file.status, 200, "{path}");
        let shown = found.starts_with("image/");
        let disposition = file.header("content-disposition").unwrap_or_default();
        assert_eq!(
            disposition.starts_with("attachment"),
            !shown,
            "{called}: {disposition}"
        );
    }
    let page = b"<html><script>alert(1)</script></html>";
    let parts = [
        Part::Text("room", &room),
        Part::File("file", "x.html", "text/html", page),
    ];
    let sent = send(&world, &ann, &parts).await.json();
    let path = sent["file"].as_str().unwrap().to_owned();
    let file = world
        .call(
            "GET",
            path.strip_prefix(&world.url("")).unwrap(),
            &[],
            Value::Null,
        )
        .await;
    assert_ne!(file.header("content-type"), Some("text/html"));
    assert!(
        file.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_listed_from_rooms_that_one_is_in() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let one = ann.room(&world, json!({ "name": "One" })).await;
    let two = ann.room(&world, json!({ "name": "Two" })).await;
    for room in [one, two] {
        ann.join(&world, room).await;
    }
    ben.join(&world, one).await;
    let first = ann.say(&world, one, "first").await["id"].as_i64().unwrap();
    let second = ann.say(&world, two, "second").await["id"].as_i64().unwrap();
    let third = ben.say(&world, one, "third").await["id"].as_i64().unwrap();
    let list = async |person: &Person, query: String| {
        let page = person.get(&world, &format!("{MESSAGES}{query}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        page.json()
    };
    assert_eq!(numbers(&list(&ann, String::new()).await), [third, second, first]);
    assert_eq!(numbers(&list(&ann, format!("?room={two}")).await), [second]);
    assert_eq!(numbers(&list(&ann, "?room=".to_owned()).await).len(), 3);
    assert_eq!(numbers(&list(&ben, String::new()).await), [third, first]);
    for query in ["?page=2&page_size=2", "?page=last&page_size=2"] {
        assert_eq!(numbers(&list(&ann, query.to_owned()).await), [first]);
    }
    let other = list(&ben, format!("?room={two}")).await;
    assert_eq!(
        other["page_metadata"],
        json!({ "total_pages": 1, "count": 0, "page_size": 10 })
    );
    for room in ["4711", "x"] {
        let unknown = ben.get(&world, &format!("{MESSAGES}?room={room}")).await;
        let error = "Select a valid choice. That choice is not one of the available choices.";
        unknown.is(400, json!({ "room": [error] }));
    }
    ann.leave(&world, two).await;
    assert_eq!(numbers(&list(&ann, String::new()).await), [third, first]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_its_authors() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "ann").await,
        person(&world, "ben").await,
        person(&world, "cleo").await,
    ];
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    let other = ann.room(&world, json!({ "name": "Coffee" })).await;
    for person in [&ann, &ben] {
        person.join(&world, room).await;
        person.join(&world, other).await;
    }
    let said = ben.say(&world, room, "Hello").await;
    let path = format!("{MESSAGES}{}/", said["id"]);
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        for person in [&ann, &cleo] {
            let refused = person
                .send(&world, method, &path, &[Part::Text("text", "x")])
                .await;
            refused.is(403, json!({ "detail": "Access Denied: Owner user only" }));
        }
        let unknown = ben
            .send(
                &world,
                method,
                &format!("{MESSAGES}4711/"),
                &[Part::Text("text", "x")],
            )
            .await;
        unknown.is(404, json!({ "detail": "Not found." }));
    }
    ben.get(&world, &path).await.is(200, said.clone());

    let bare = ben.send(&world, "PUT", &path, &[Part::Text("text", "x")]).await;
    bare.is(400, json!({ "room": ["This field is required."] }));
    let json = ben.ask(&world, "PATCH", &path, json!({ "text": "x" })).await;
    assert_eq!(json.status, 415);
    let room = room.to_string();
    let parts = [Part::Text("room", &room), Part::Text("text", "Hello Ann")];
    let whole = ben.send(&world, "PUT", &path, &parts).await;
    assert_eq!((whole.status, &whole.json()["text"]), (200, &json!("Hello Ann")));
    assert_eq!(whole.json()["created_at"], said["created_at"]);
    assert_ne!(whole.json()["updated_at"], said["updated_at"]);
    let picture = picture();
    let file = [Part::File("file", "dot.png", "image/png", &picture)];
    let filed = ben.send(&world, "PATCH", &path, &file).await;
    filed.is(400, json!({ "file": ["A message keeps its file."] }));
    let blank = ben.send(&world, "PATCH", &path, &[Part::Text("text", "")]).await;
    assert_eq!((blank.status, &blank.json()["text"]), (200, &json!("")));
    let other = other.to_string();
    let moved = ben
        .send(&world, "PATCH", &path, &[Part::Text("room", &other)])
        .await;
    moved.is(400, json!({ "room": ["A message stays in its room."] }));
    ben.leave(&world, room.parse().unwrap()).await;
    for method in ["PUT", "PATCH"] {
        let gone = ben.send(&world, method, &path, &parts).await;
        gone.is(400, json!({ "room": [NOT_AUTHORIZED] }));
    }
    let text = [Part::Text("text", "x")];
    let gone = ben.send(&world, "PATCH", &path, &text).await;
    gone.is(400, json!({ "room": [NOT_AUTHORIZED] }));
    let own = ben.get(&world, &path).await;
    assert_eq!((own.status, &own.json()["text"]), (200, &json!("")));
    assert_eq!(ann.ask(&world, "DELETE", &path, Value::Null).await.status, 403);
    let mut anns = ann.socket(&world).await;
    assert_eq!(ben.ask(&world, "DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(ben.get(&world, &path).await.status, 404);
    assert_eq!(ben.ask(&world, "DELETE", &path, Value::Null).await.status, 404);
    let page = ann.get(&world, &format!("{MESSAGES}?room={room}")).await.json();
    assert_eq!(page["page_metadata"]["count"], 0, "it is gone for everyone");
    let last = ann.say(&world, room.parse().unwrap(), "Bye").await;
    assert_eq!(anns.hear_json().await, last, "of which nothing is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_as_long_as_the_server_takes_it() {
    let app = TestApp::start_with(|config| config.messages.body_bytes = 100).await;
    let world = World::of(app, PREFIX);
    let ann = person(&world, "ann").await;
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    ann.join(&world, room).await;
    let long = "x".repeat(101);
    let parts = [Part::Text("room", &room.to_string()), Part::Text("text", &long)];
    let refused = send(&world, &ann, &parts).await;
    refused.is(
        400,
        json!({ "text": ["Ensure this field has no more than 100 bytes."] }),
    );
    let mut socket = ann.socket(&world).await;
    socket.say_json(json!({ "text": long, "room": room })).await;
    assert_eq!(socket.hear_json().await, json!({ "error": "validation error" }));
    assert_eq!(ann.say(&world, room, &long[1..]).await["text"], json!(&long[1..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn further_files_stand_in_the_text() {
    use base64::Engine;
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    ann.join(&world, room).await;
    let token = ann.log_in_to_parlor(&world).await;
    let rooms = world
        .ask_parlor("GET", "/v1/rooms", &token, Value::Null)
        .await
        .json();
    let rooms = rooms["rooms"].as_array().unwrap().iter();
    let mut named = rooms.filter(|listed| listed["number"] == room);
    let id = named.next().unwrap()["id"].as_str().unwrap();
    let mut media = Vec::new();
    for text in ["one", "two"] {
        let data = base64::engine::general_purpose::STANDARD.encode(text);
        let body = json!({ "data": data, "name": format!("{text}.txt") });
        let kept = world.ask_parlor("POST", "/v1/media", &token, body).await;
        assert_eq!(kept.status, 201, "{kept:?}");
        media.push(kept.json()["id"].clone());
    }
    let mut socket = ann.socket(&world).await;
    let body = json!({ "body": "both", "media": media, "client_id": "1" });
    let path = format!("/v1/rooms/{id}/messages");
    let sent = world.ask_parlor("POST", &path, &token, body).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let page = ann.get(&world, MESSAGES).await.json();
    let message = &page["results"][0];
    let base = world.url("/media/text/");
    assert!(message["file"].as_str().unwrap().starts_with(&base), "{message}");
    let lines: Vec<&str> = message["text"].as_str().unwrap().split('\n').collect();
    assert_eq!((lines.len(), lines[0]), (2, "both"));
    assert!(lines[1].starts_with(&base), "{message}");
    let heard = socket.hear_json().await;
    assert_eq!(heard["id"], message["id"]);
    let text = heard["text"].as_str().unwrap();
    assert!(text.contains("/compat/rooms/media/text/"), "{heard}");

    let path = format!("{MESSAGES}{}/", message["id"]);
    let line = text.strip_prefix("both").unwrap();
    for (spelt, kept) in [
        (message["text"].as_str().unwrap(), "both"),
        (text, "both"),
        (&*format!("all{line}"), "all"),
        (line.trim_start(), ""),
    ] {
        let sent = ann
            .send(&world, "PATCH", &path, &[Part::Text("text", spelt)])
            .await;
        let shown = sent.json()["text"].as_str().unwrap().to_owned();
        let own: Vec<&str> = shown
            .split('\n')
            .filter(|line| !line.contains("/media/"))
            .collect();
        assert_eq!((sent.status, own.join("\n")), (200, kept.to_owned()), "{shown}");
        assert_eq!(shown.matches("/media/").count(), 1, "{shown}");
    }
}
