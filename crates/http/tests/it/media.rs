//! Media on their way in: forms, text, and what becomes of them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD};
use hyper::Method;
use insta::assert_snapshot;
use parlor_domain::MediaKind;
use serde_json::{Value, json};

use crate::samples::{PDF, VIDEO, VOICE, picture};
use crate::world::{Answer, Device, HangUp, House, Line, Person, Setup, World};

const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=x-y");

/// A field of a form: what is said of it, and its content.
type Field<'a> = (&'a str, &'a [u8]);

/// A form with these fields.
fn form(fields: &[Field<'_>]) -> Vec<u8> {
    let mut form = Vec::new();
    for (head, content) in fields {
        form.extend(format!("--x-y\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
        form.extend(*content);
        form.extend(b"\r\n");
    }
    form.extend(b"--x-y--\r\n");
    form
}

async fn send(person: &Person<'_>, fields: &[Field<'_>]) -> Answer {
    person
        .send(Method::POST, "/v1/media", &[FORM], form(fields))
        .await
}

/// A server that takes files of one MiB.
async fn small() -> World {
    let mut setup = Setup::default();
    let limits = &mut setup.services.media.limits;
    limits.image.bytes = 1 << 20;
    limits.voice.bytes = 1 << 20;
    limits.audio.bytes = 1 << 20;
    limits.video.bytes = 1 << 20;
    limits.file_bytes = 1 << 20;
    World::start(setup).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_media() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let picture = picture(800, 600, 1);
    let made = send(&ann, &[("name=\"file\"; filename=\"../../tea.png\"", &picture)]).await;
    let mut shown = made.json();
    let path = format!("/v1/media/{}", shown["id"].as_str().unwrap());
    assert_eq!((made.status, made.header("location")), (201, Some(&*path)));
    assert!(shown["thumbhash"].take().is_string());
    assert!(shown["bytes"].take().is_u64());
    shown["id"].take();
    assert_snapshot!(format!("{shown:#}"), @r#"
    {
      "bytes": null,
      "height": 600,
      "id": null,
      "kind": "image",
      "mime": "image/png",
      "name": "tea.png",
      "picture": true,
      "thumbhash": null,
      "width": 800
    }
    "#);
    assert_eq!(ann.get(&path).await.status, 200);
    assert_eq!(world.files("spool"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_read_however_it_is_cut() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    // What looks like the end of a field is no end.
    let content = [PDF, b"\r\n--x-\r\n--x-z\r\n\r\r\n--\r", &[0, 255, b'\r', b'\n']].concat();
    let form = form(&[
        ("name=\"file\"; filename=\"a.pdf\"", &content),
        ("name=\"kind\"", b"file"),
        ("name=\"name\"", "B\u{f6}rse.pdf".as_bytes()),
    ]);
    for size in [1, 2, 7, 64, 4096] {
        let head = format!(
            "POST /v1/media HTTP/1.1
            Authorization: Bearer {}
            Content-Type: multipart/form-data; boundary=\"x-y\"
            Transfer-Encoding: chunked",
            ann.token
        );
        let mut line = Line::begin(&world, &head).await;
        for piece in form.chunks(size) {
            line.chunk(piece).await;
        }
        line.chunk(b"").await;
        let made = line.answer().await;
        assert_eq!(made.status, 201, "{size}: {}", made.text);
        let media = made.json();
        assert_eq!(
            (&media["kind"], &media["name"]),
            (&json!("file"), &json!("B\u{f6}rse.pdf"))
        );
        let path = made.header("location").unwrap();
        assert_eq!(ann.get(path).await.bytes, content, "{size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_is_a_voice_message_if_it_is_sent_as_one() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let file = "name=\"file\"; filename=\"a.webm\"\r\nContent-Type: audio/webm;codecs=opus";
    let voice = send(&ann, &[("name=\"kind\"", b"voice"), (file, VOICE)])
        .await
        .json();
    assert_eq!(voice["kind"], "voice");
    assert!(voice["duration_ms"].as_u64().unwrap() > 0);
    let peaks = BASE64.decode(voice["waveform"].as_str().unwrap()).unwrap();
    assert_eq!(peaks.len(), 64);
    let audio = send(&ann, &[(file, VOICE)]).await.json();
    assert_eq!(audio["kind"], "audio");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poster_comes_with_its_video_where_no_pictures_are_kept() {
    let mut setup = Setup::default();
    setup.services.media.limits.kinds = [MediaKind::Video].into_iter().collect();
    let world = World::start(setup).await;
    let ann = world.person("ann").await;
    let poster = picture(640, 480, 9);
    let fields = [("name=\"file\"", VIDEO), ("name=\"poster\"", &*poster)];
    let video = send(&ann, &fields).await.json();
    assert_eq!(
        (&video["kind"], &video["picture"]),
        (&json!("video"), &json!(true)),
        "{video}"
    );
    let alone = send(&ann, &[("name=\"file\"", &poster)]).await;
    assert_ne!(alone.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_has_the_poster_that_comes_with_it() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let poster = picture(640, 480, 9);
    let (file, also) = (
        "name=\"file\"; filename=\"a.webm\"",
        "name=\"poster\"; filename=\"p.png\"",
    );
    for fields in [
        [(file, VIDEO), (also, &*poster)],
        [(also, &*poster), (file, VIDEO)],
    ] {
        let video = send(&ann, &fields).await.json();
        assert_eq!(
            (&video["kind"], &video["picture"]),
            (&json!("video"), &json!(true)),
            "{video}"
        );
        for name in ["poster", "small", "large"] {
            let shown = ann
                .get(&format!("/v1/media/{}/{name}", video["id"].as_str().unwrap()))
                .await;
            assert_eq!(shown.status, 200, "{name}");
            assert!(
                shown.header("content-type").unwrap().starts_with("image/"),
                "{name}"
            );
            let found = image::load_from_memory(&shown.bytes).unwrap();
            assert!(
                found.width() <= 640 && found.width() * 3 == found.height() * 4,
                "{name}"
            );
        }
    }
    let bare = send(&ann, &[(file, VIDEO)]).await.json();
    assert_eq!(bare["picture"], false);
    let missing = ann
        .get(&format!("/v1/media/{}/small", bare["id"].as_str().unwrap()))
        .await;
    assert_eq!(missing.refusal(), "404 no_such_media");
    let wrong = send(&ann, &[(file, VIDEO), (also, PDF)]).await;
    assert_eq!(wrong.refusal(), "415 media_mismatch");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_form_is_named() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let picture = picture(8, 8, 1);
    let file = ("name=\"file\"", &*picture);
    let long = "x".repeat(5000);
    let cases: [(&[Field<'_>], &str); 9] = [
        (&[], "422 invalid file"),
        (&[("name=\"kind\"", b"image")], "422 invalid file"),
        (&[file, file], "422 invalid file"),
        (&[file, ("name=\"colour\"", b"red")], "422 invalid colour"),
        (&[file, ("filename=\"a\"", b"red")], "400 malformed"),
        (&[file, ("name=\"kind\"", b"film")], "422 invalid kind"),
        (&[("name=\"name\"", b"\xff"), file], "422 invalid name"),
        (&[("name=\"name\"", long.as_bytes()), file], "422 invalid name"),
        (&[("name=\"file\"", b"")], "422 media_empty"),
    ];
    for (fields, refusal) in cases {
        assert_eq!(send(&ann, fields).await.refusal(), refusal);
    }
    let whole = form(&[file]);
    for (kind, body, refusal) in [
        ("text/plain", &*whole, "415 unsupported_media_type"),
        (
            "multipart/mixed; boundary=x-y",
            &whole,
            "415 unsupported_media_type",
        ),
        ("multipart/form-data", &whole, "400 malformed"),
        (FORM.1, &whole[..whole.len() - 40], "400 malformed"),
        (FORM.1, b"", "400 malformed"),
        (FORM.1, b"what?", "400 malformed"),
    ] {
        let headers = [("content-type", kind)];
        let refused = ann.send(Method::POST, "/v1/media", &headers, body.to_vec()).await;
        assert_eq!(refused.refusal(), refusal, "{kind}");
    }
    let stranger = world
        .send(world.request(Method::POST, "/v1/media", &[FORM], whole))
        .await;
    assert_eq!(stranger.refusal(), "401 unauthenticated");
    assert_eq!((world.files("spool"), world.files("kept/content")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_what_its_content_says() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let png = picture(8, 8, 1);
    let claimed = send(&ann, &[("name=\"file\"\r\nContent-Type: image/jpeg", &png)]).await;
    assert_eq!(claimed.refusal(), "415 media_mismatch");
    let detail = claimed.json()["detail"].to_string();
    assert!(
        detail.contains("image/jpeg") && detail.contains("image/png"),
        "{detail}"
    );
    let voice = send(&ann, &[("name=\"kind\"", b"voice"), ("name=\"file\"", &png)]).await;
    assert_eq!(voice.refusal(), "415 media_mismatch");
    let cut = send(&ann, &[("name=\"file\"", &png[..png.len() / 2])]).await;
    assert_eq!(cut.refusal(), "422 media_unreadable");
    assert_eq!(world.files("spool"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_large_is_refused_as_soon_as_it_is() {
    let world = small().await;
    let ann = world.person("ann").await;
    let head = format!(
        "POST /v1/media HTTP/1.1
        Authorization: Bearer {}
        Content-Type: multipart/form-data; boundary=x-y
        Content-Length: 1000000000",
        ann.token
    );
    let mut line = Line::begin(&world, &head).await;
    line.say(b"--x-y\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n")
        .await;
    // The server hears no more than it must, so the rest of this waits until it goes.
    for _ in 0..40 {
        line.say(&[b'x'; 32 << 10]).await;
    }
    assert_eq!(line.answer().await.refusal(), "413 upload_too_large");
    assert_eq!(world.files("spool"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_leaves_nothing_behind() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for how in [HangUp::Close, HangUp::Reset] {
        let head = format!(
            "POST /v1/media HTTP/1.1
            Authorization: Bearer {}
            Content-Type: multipart/form-data; boundary=x-y
            Content-Length: 1000000",
            ann.token
        );
        let mut line = Line::begin(&world, &head).await;
        line.say(&form(&[("name=\"file\"", &[b'x'; 100_000])])[..90_000])
            .await;
        world.until(|| world.files("spool") == 1).await;
        line.hang_up(how);
        world.until(|| world.files("spool") == 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_may_come_as_text() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let png = picture(8, 8, 1);
    let mut texts = vec![
        BASE64.encode(&png),
        URL_SAFE_NO_PAD.encode(&png),
        format!("data:image/png;base64,{}", BASE64.encode(&png)),
    ];
    let lines = BASE64.encode(&png);
    let lines: Vec<&str> = lines
        .as_bytes()
        .chunks(60)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    texts.push(lines.join("\r\n"));
    for text in texts {
        let made = ann
            .post(
                "/v1/media",
                json!({"data": text, "kind": "image", "name": "dot.png"}),
            )
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(made.json()["name"], "dot.png");
    }
    let largest = BASE64.encode(vec![255; 128 << 10]).replace('/', "\\/");
    let headers = [("content-type", "application/json")];
    let body = format!("{{\"data\":\"{largest}\"}}");
    let made = ann.send(Method::POST, "/v1/media", &headers, body).await;
    assert_eq!((made.status, &made.json()["kind"]), (201, &json!("file")));

    let too_large = BASE64.encode(vec![0; (128 << 10) + 1]);
    for (wish, refusal) in [
        (json!({}), "422 invalid data"),
        (json!({"data": "***"}), "422 invalid data"),
        (json!({"data": "aGk", "kind": "film"}), "422 invalid kind"),
        (json!({"data": "aGk", "size": 2}), "422 invalid size"),
        (json!({"data": too_large}), "413 upload_too_large"),
        (json!({"data": "x".repeat(400_000)}), "413 too_large"),
        (
            json!({"data": BASE64.encode(&png), "mime": "image/gif"}),
            "415 media_mismatch",
        ),
        (
            json!({"data": format!("data:image/gif;base64,{}", BASE64.encode(&png))}),
            "415 media_mismatch",
        ),
    ] {
        assert_eq!(ann.post("/v1/media", wish).await.refusal(), refusal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_may_be_nothing_but_media() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let media = ann.upload(&picture(8, 8, 1), "dot.png").await;
    let message = ann.show(&room, &media).await;
    let seen = bob.get(&message).await.json();
    assert_eq!((&seen["body"], &seen["media"]), (&json!(""), &json!([media])));
    let listed = bob.get(&format!("{room}/messages")).await.json();
    assert_eq!(listed["messages"][0]["media"], json!([media]));
    assert_eq!(
        bob.get(&room).await.json()["last_message"]["media"],
        json!([media])
    );
    let plain = ann.say(&room, "m2", "text").await;
    assert_eq!(
        bob.get(&plain).await.json()["media"],
        Value::Null,
        "it is left out"
    );

    let edited = ann.patch(&message, json!({"body": "with text"})).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    assert_eq!(bob.get(&message).await.json()["media"], json!([media]));
    assert_eq!(ann.delete(&message).await.status, 204);
    let gone = bob.get(&message).await.json();
    assert_eq!((&gone["body"], &gone["media"]), (&Value::Null, &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_shows_what_its_sender_has_uploaded() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let room = ann.group(&[&bob]).await;
    let media = ann.upload(&picture(8, 8, 1), "dot.png").await;
    let id = &media["id"];
    let many: Vec<String> = (0..11)
        .map(|n| format!("00000000-0000-7000-8000-{n:012}"))
        .collect();
    for (wish, refusal) in [
        (json!({"client_id": "a", "media": [id]}), "404 no_such_media"),
        (json!({"client_id": "a", "media": [many[0]]}), "404 no_such_media"),
        (json!({"client_id": "a", "media": many}), "422 invalid media"),
        (json!({"client_id": "a", "media": [id, id]}), "422 invalid media"),
        (json!({"client_id": "a", "media": ["x"]}), "422 invalid media[0]"),
        (json!({"client_id": "a", "media": []}), "422 invalid body"),
        (json!({"client_id": "a", "media": id}), "422 invalid media"),
    ] {
        let refused = bob.post(&format!("{room}/messages"), wish).await;
        assert_eq!(refused.refusal(), refusal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_is_seen_by_everybody() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let media = ann.upload(&picture(800, 800, 1), "me.png").await;
    let path = format!("/v1/media/{}", media["id"].as_str().unwrap());
    let wish = json!({"media": media["id"]});
    assert_eq!(bob.get(&path).await.status, 404);
    assert_eq!(
        bob.put("/v1/me/avatar", wish.clone()).await.refusal(),
        "404 no_such_media"
    );
    assert_eq!(ann.get("/v1/me").await.json()["avatar"], Value::Null);
    assert_eq!(ann.put("/v1/me/avatar", wish).await.status, 204);
    assert_eq!(ann.get("/v1/me").await.json()["avatar"], media["id"]);
    let seen = bob.get(&format!("/v1/users/{}", ann.id)).await.json();
    assert_eq!(seen["avatar"], media["id"]);
    assert_eq!(bob.get(&format!("{path}/small")).await.status, 200);
    assert_eq!(ann.delete(&path).await.refusal(), "409 media_in_use");

    let file = ann.upload(PDF, "a.pdf").await;
    let wrong = ann.put("/v1/me/avatar", json!({"media": file["id"]})).await;
    assert_eq!(wrong.refusal(), "422 invalid media");
    for _ in 0..2 {
        assert_eq!(ann.delete("/v1/me/avatar").await.status, 204);
    }
    assert_eq!(bob.get(&path).await.status, 404);
    let seen = bob.get(&format!("/v1/users/{}", ann.id)).await.json();
    assert_eq!(seen["avatar"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_uses_can_be_forgotten_and_counts_no_more() {
    let mut setup = Setup::default();
    setup.services.media.quotas.person = 1000;
    let world = World::start(setup).await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let file = ann
        .upload(&[b"%PDF-1.4\n", &[b'a'; 600][..]].concat(), "a.pdf")
        .await;
    let usage = ann.get("/v1/me/media").await.json();
    assert_eq!(usage, json!({"used": 609, "quota": 1000}));
    let more = json!({"data": BASE64.encode([b"%PDF-1.4\n", &[b'b'; 600][..]].concat())});
    assert_eq!(
        ann.post("/v1/media", more.clone()).await.refusal(),
        "507 quota_used_up"
    );
    let path = format!("/v1/media/{}", file["id"].as_str().unwrap());
    assert_eq!(bob.delete(&path).await.refusal(), "404 no_such_media");
    assert_eq!(ann.delete(&path).await.status, 204);
    assert_eq!(ann.delete(&path).await.refusal(), "404 no_such_media");
    assert_eq!(ann.get("/v1/me/media").await.json()["used"], 0);
    assert_eq!(ann.post("/v1/media", more).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_cookie_alone_only_own_pages_upload() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let cookie = format!("parlor_access={}", ann.token);
    let own = format!("http://{}", world.address);
    let form = form(&[("name=\"file\"", &picture(8, 8, 1))]);
    for (origin, status) in [
        (Some(&*own), 201),
        (Some("http://evil.example"), 403),
        (None, 403),
    ] {
        let mut headers = vec![FORM, ("cookie", &cookie)];
        headers.extend(origin.map(|origin| ("origin", origin)));
        let request = world.request(Method::POST, "/v1/media", &headers, form.clone());
        assert_eq!(world.send(request).await.status, status, "{origin:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_uploads_and_shows() {
    for house in [House::Own, House::Foreign] {
        let world = World::start(Setup {
            house,
            ..Setup::default()
        })
        .await;
        let ann = world.person("ann").await;
        let room = ann.group(&[]).await;
        let room = room.rsplit('/').next().unwrap();
        let mut device = Device::open(&world, &ann.token).await;
        device.command(json!({"type": "hello"})).await;
        let welcome = device.said().await;
        assert_eq!(welcome["type"], "welcome");
        let data = BASE64.encode(picture(8, 8, 1));
        device
            .command(json!({"type": "upload", "id": 1, "data": data, "kind": "image", "name": "dot.png"}))
            .await;
        let done = device.said().await;
        assert_eq!((&done["type"], &done["id"]), (&json!("ok"), &json!(1)), "{done}");
        let media = &done["media"];
        assert_eq!(
            (&media["kind"], &media["name"]),
            (&json!("image"), &json!("dot.png"))
        );
        device
            .command(json!({"type": "send", "id": 2, "room": room, "client_id": "a", "media": [media["id"]]}))
            .await;
        let mut heard = [device.said().await, device.said().await];
        heard.sort_by_key(|said| said["type"].to_string());
        assert_eq!(heard[0]["media"], json!([media]), "{heard:?}");
        assert_eq!(heard[1]["id"], 2);
        for (wish, code, field) in [
            (json!({"type": "upload", "id": 3}), "invalid", json!("data")),
            (
                json!({"type": "upload", "id": 3, "data": "*"}),
                "invalid",
                json!("data"),
            ),
            (
                json!({"type": "upload", "id": 3, "data": data, "kind": "voice"}),
                "media_mismatch",
                Value::Null,
            ),
            (
                json!({"type": "upload", "id": 3, "data": BASE64.encode(vec![0; 130 << 10])}),
                "upload_too_large",
                Value::Null,
            ),
        ] {
            device.command(wish).await;
            let refused = device.said().await;
            assert_eq!(
                (&refused["code"], &refused["field"]),
                (&json!(code), &field),
                "{refused}"
            );
            assert_eq!(refused["id"], 3);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_does_not_hold_up_what_comes_behind_it() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut device = Device::open(&world, &ann.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    let data = BASE64.encode(picture(180, 180, 1));
    device
        .say([
            Device::text(&json!({"type": "upload", "id": 1, "data": data})),
            Device::text(&json!({"type": "ping", "id": 2})),
        ])
        .await;
    let order = [device.said().await["id"].take(), device.said().await["id"].take()];
    assert_eq!(order, [2, 1]);
}
