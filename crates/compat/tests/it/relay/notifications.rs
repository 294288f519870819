//! Notifications that are made, listed and deleted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{CREATE, GIF, LIST, PREFIX, administrator, assert_is_png, bytes, person, text, tone};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_is_heard_and_listed_as_it_was_given() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let mut socket = ann.socket(&world).await;
    let given = [
        (
            json!({ "type": "text", "message": "Hello" }),
            json!("Hello"),
            json!("Hello"),
        ),
        (
            json!({ "type": "image", "message": "no base64" }),
            json!("no base64"),
            json!("no base64"),
        ),
        (json!({ "type": "voice", "message": GIF }), json!(GIF), json!(GIF)),
        (json!({ "type": "image" }), json!(null), json!(null)),
        (
            json!({ "type": "text", "message": null }),
            json!(null),
            json!(null),
        ),
        (json!({ "type": "text", "message": "" }), json!(""), json!("")),
        (
            json!({ "type": "voice", "message": { "a": 1 } }),
            json!({ "a": 1 }),
            json!("{\"a\":1}"),
        ),
    ];
    let mut listed = Vec::new();
    for (body, told, content) in &given {
        let id = ann.create(&world, body.clone()).await;
        let heard = socket.hear_json().await;
        assert_eq!(heard, json!({ "message": told, "type": body["type"] }));
        listed.insert(0, (json!(id), body["type"].clone(), content.clone()));
    }
    let shown = ann.list(&world).await;
    for notification in &shown {
        assert_eq!(notification.as_object().unwrap().len(), 4);
        let at = notification["created_at"].as_str().unwrap();
        assert!(
            at.ends_with('Z') && at.len() <= "2026-11-21T01:27:08.121Z".len(),
            "{at}"
        );
    }
    let shown: Vec<(Value, Value, Value)> = shown
        .into_iter()
        .map(|mut row| (row["id"].take(), row["type"].take(), row["content"].take()))
        .collect();
    assert_eq!(shown, listed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_on_the_socket_is_listed_too() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let mut socket = ann.socket(&world).await;
    socket.say_json(text("Hello")).await;
    socket.say_json(text(json!([1]))).await;
    socket.say_json(json!({ "type": "image", "image": GIF })).await;
    socket
        .say_json(json!({ "type": "voice", "voice": STANDARD.encode(tone()) }))
        .await;
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(socket.hear_json().await);
    }
    let shown = ann.list(&world).await;
    let types: Vec<&Value> = shown.iter().map(|row| &row["type"]).collect();
    assert_eq!(types, ["voice", "image", "text", "text"]);
    assert_eq!(shown[0]["content"], heard[3]["message"], "half a second is short");
    assert_eq!(shown[1]["content"], heard[2]["message"]);
    assert_eq!(
        (&shown[2]["content"], &shown[3]["content"]),
        (&json!("[1]"), &json!("Hello"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_long_is_listed_by_its_url() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let mut socket = ann.socket(&world).await;
    let long: Vec<u8> = {
        // Three seconds at 16,000 samples of two bytes: more than 100,000 letters.
        let (short, mut wav) = (tone(), tone());
        for _ in 0..5 {
            wav.extend(&short[44..]);
        }
        let length = u32::try_from(wav.len()).unwrap();
        wav[4..8].copy_from_slice(&(length - 8).to_le_bytes());
        wav[40..44].copy_from_slice(&(length - 44).to_le_bytes());
        wav
    };
    socket
        .say_json(json!({ "type": "voice", "voice": STANDARD.encode(&long) }))
        .await;
    let heard = bytes(&socket.hear_json().await, "voice");
    let shown = ann.list(&world).await.remove(0);
    let url = shown["content"].as_str().unwrap();
    let path = url.strip_prefix(&world.url("")).unwrap();
    assert!(
        path.starts_with("/media/audio/") && path.ends_with(".wav"),
        "{path}"
    );
    let file = world.app.url() + PREFIX + path;
    let got = reqwest::get(file).await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), heard);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_twenty_are_listed_whatever_was_deleted() {
    let world = World::at(PREFIX).await;
    let ann = administrator(&world, "ann").await;
    assert!(ann.list(&world).await.is_empty());
    let mut numbers = Vec::new();
    for n in 0..25 {
        numbers.insert(0, ann.create(&world, text(n)).await);
    }
    let listed = async || -> Vec<i64> {
        let shown = ann.list(&world).await;
        shown.iter().map(|row| row["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(listed().await, numbers[..20]);

    let token = ann.log_in_to_parlor(&world).await;
    let rooms = world.ask_parlor("GET", "/v1/rooms", &token, Value::Null).await;
    let room = rooms.json()["rooms"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/rooms/{room}/messages");
    let page = world.ask_parlor("GET", &path, &token, Value::Null).await.json();
    let newest = page["messages"].as_array().unwrap().last().unwrap()["seq"].clone();
    let edited = json!({ "body": "another text" });
    let answer = world
        .ask_parlor(
            "PATCH",
            &format!("{path}/{}", newest.as_u64().unwrap() - 1),
            &token,
            edited,
        )
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let deleted = world
        .ask_parlor("DELETE", &format!("{path}/{newest}"), &token, Value::Null)
        .await;
    assert!(deleted.status < 300, "{deleted:?}");
    assert_eq!(listed().await, numbers[1..21]);
    assert_eq!(ann.list(&world).await[0]["content"], "another text");
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_delete_all_of_them() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (administrator(&world, "ann").await, person(&world, "ben").await);
    let mut socket = ben.socket(&world).await;
    for n in 0..120 {
        ben.create(&world, text(n)).await;
        socket.hear_json().await;
    }
    let all = json!({ "status": "success", "message": "All Use have been deleted." });
    ann.ask(&world, "GET", "/accounts/delete_all/", Value::Null)
        .await
        .is(200, all.clone());
    assert!(ben.list(&world).await.is_empty());
    ben.create(&world, text("new")).await;
    assert_eq!(socket.hear_json().await, text("new"), "a deletion is no frame");
    assert_eq!(ben.list(&world).await.len(), 1);
    ann.ask(&world, "POST", "/accounts/delete_all/", json!({}))
        .await
        .is(200, all);
    assert!(ben.list(&world).await.is_empty());
    let path = "/accounts/delete_all/";
    assert_eq!(ben.ask(&world, "DELETE", path, Value::Null).await.status, 403);
    assert_eq!(world.call("DELETE", path, &[], Value::Null).await.status, 401);
}

/// A picture of `/v1` with a text, and a file.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_elsewhere_is_heard_here() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let mut socket = ben.socket(&world).await;
    let token = ann.log_in_to_parlor(&world).await;
    let rooms = world.ask_parlor("GET", "/v1/rooms", &token, Value::Null).await;
    let rooms = rooms.json();
    let room = &rooms["rooms"][0];
    assert_eq!(
        (&room["name"], &room["kind"]),
        (&json!("Notifications"), &json!("channel"))
    );
    let path = format!("/v1/rooms/{}/messages", room["id"].as_str().unwrap());
    let keep = async |data: &str, name: &str| {
        let body = json!({ "data": data, "name": name });
        let kept = world.ask_parlor("POST", "/v1/media", &token, body).await;
        assert_eq!(kept.status, 201, "{kept:?}");
        kept.json()["id"].clone()
    };
    let send = async |n: u32, body: &str, media: Vec<Value>| {
        let body = json!({ "body": body, "media": media, "client_id": n.to_string() });
        let sent = world.ask_parlor("POST", &path, &token, body).await;
        assert_eq!(sent.status, 201, "{sent:?}");
    };
    send(1, "Hello", Vec::new()).await;
    assert_eq!(socket.hear_json().await, text("Hello"));

    let gif = keep(GIF, "dot.gif").await;
    send(2, "", vec![gif.clone()]).await;
    assert_is_png(&bytes(&socket.hear_json().await, "image"));
    let shown = ben.list(&world).await.remove(0);
    assert_eq!(shown["type"], "image");
    let url = shown["content"].as_str().unwrap();
    assert!(
        url.starts_with(&world.url("/media/image/")),
        "what is no PNG: {url}"
    );

    let plain = keep(&STANDARD.encode("some text"), "note.txt").await;
    send(3, "both", vec![gif, plain]).await;
    let words = socket.hear_json().await;
    let lines: Vec<&str> = words["message"].as_str().unwrap().split('\n').collect();
    assert_eq!(
        (&words["type"], lines.len(), lines[0]),
        (&json!("text"), 2, "both")
    );
    assert!(lines[1].contains("/compat/relay/media/text/"), "{words}");
    assert_is_png(&bytes(&socket.hear_json().await, "image"));
    let shown = ben.list(&world).await.remove(0);
    let lines = shown["content"].as_str().unwrap().split('\n').count();
    assert_eq!((&shown["type"], lines), (&json!("text"), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_notification_is_refused() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    for body in [
        json!({}),
        json!({ "message": "x" }),
        json!({ "type": "video", "message": "x" }),
        json!({ "type": 7, "message": "x" }),
    ] {
        let refused = ann.ask(&world, "POST", CREATE, body).await;
        refused.is(400, json!({ "error": "Invalid type" }));
    }
    for message in [json!("x".repeat(65_537)), json!(["x".repeat(65_536)])] {
        let body = json!({ "type": "text", "message": message });
        let refused = ann.ask(&world, "POST", CREATE, body).await;
        refused.is(400, json!({ "error": "Message too long" }));
    }
    let bearer = format!("Bearer {}", ann.access);
    let headers = [
        ("authorization", &*bearer),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let form = world
        .send("POST", CREATE, &headers, b"type=text&message=x".to_vec())
        .await;
    assert_eq!(form.status, 415);
    let text = "Unsupported media type \"application/x-www-form-urlencoded\" in request.";
    assert_eq!(form.json(), json!({ "detail": text }));
    let got = ann.ask(&world, "GET", CREATE, Value::Null).await;
    got.is(405, json!({ "detail": "Method \"GET\" not allowed." }));
    let posted = ann.ask(&world, "POST", LIST, json!({})).await;
    posted.is(405, json!({ "detail": "Method \"POST\" not allowed." }));
    assert!(ann.list(&world).await.is_empty());
}
