//! Media on their way out: who may have them, which bytes, and what is said about them.

use std::time::Duration;

use hyper::Method;
use parlor_http::Settings;
use serde_json::{Value, json};

use crate::samples::{PDF, VIDEO, VOICE, picture};
use crate::world::{Answer, Person, World};

fn path(media: &Value) -> String {
    format!("/v1/media/{}", media["id"].as_str().unwrap())
}

async fn ask(person: &Person<'_>, path: &str, headers: &[(&str, &str)]) -> Answer {
    person.send(Method::GET, path, headers, "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_are_answered_as_the_standard_has_them() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let file = [PDF, &(0..=255).cycle().take(200_000).collect::<Vec<u8>>()].concat();
    let headers = [("content-type", "multipart/form-data; boundary=x")];
    let form = [
        b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n",
        &*file,
        b"\r\n--x--\r\n",
    ];
    let made = ann.send(Method::POST, "/v1/media", &headers, form.concat()).await;
    let path = made.header("location").unwrap();
    let (length, last) = (file.len(), file.len() - 1);

    let whole = ask(&ann, path, &[]).await;
    assert_eq!((whole.status, &*whole.bytes), (200, &*file));
    assert_eq!(whole.header("content-length"), Some(&*length.to_string()));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let tag = whole.header("etag").unwrap();
    assert!(tag.starts_with('"') && tag.len() == 66, "{tag}");
    for (range, first, end) in [
        ("bytes=0-0", 0, 0),
        ("bytes=100000-150000", 100_000, 150_000),
        ("bytes=100-", 100, last),
        ("bytes=-100", length - 100, last),
        ("bytes=100-99999999999", 100, last),
    ] {
        let part = ask(&ann, path, &[("range", range)]).await;
        assert_eq!((part.status, &*part.bytes), (206, &file[first..=end]), "{range}");
        let content = format!("bytes {first}-{end}/{length}");
        assert_eq!(part.header("content-range"), Some(&*content), "{range}");
        assert_eq!(part.header("etag"), Some(tag), "{range}");
        assert_eq!(
            part.header("content-length"),
            Some(&*(end - first + 1).to_string())
        );
    }
    for range in ["bytes=0-1,5-6", "bytes=9-1", "pages=1", "bytes"] {
        let whole = ask(&ann, path, &[("range", range)]).await;
        assert_eq!((whole.status, whole.bytes.len()), (200, length), "{range}");
    }
    for range in [format!("bytes={length}-"), "bytes=-0".to_owned()] {
        let none = ask(&ann, path, &[("range", &range)]).await;
        assert_eq!(none.refusal(), "416 range_not_satisfiable");
        assert_eq!(none.header("content-range"), Some(&*format!("bytes */{length}")));
    }
    for (condition, status) in [
        (tag, 206),
        ("\"other\"", 200),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 200),
    ] {
        let part = ask(&ann, path, &[("range", "bytes=0-9"), ("if-range", condition)]).await;
        assert_eq!(part.status, status, "{condition}");
    }
    let head = ann.send(Method::HEAD, path, &[("range", "bytes=0-9")], "").await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(&*length.to_string()));
    assert_eq!(head.header("etag"), Some(tag));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_it_need_not_load_it_again() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let [one, two] = [picture(300, 300, 1), picture(300, 300, 2)];
    let media = ann.upload(&one, "a.png").await;
    let first = ask(&ann, &path(&media), &[]).await;
    let tag = first.header("etag").unwrap();
    let cache = first.header("cache-control");
    assert_eq!(cache, Some("private, no-cache"));
    for known in [tag, "*", &format!("\"x\", {tag}")] {
        let again = ask(
            &ann,
            &path(&media),
            &[("if-none-match", known), ("range", "bytes=0-1")],
        )
        .await;
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{known}");
        assert_eq!(
            (again.header("etag"), again.header("cache-control")),
            (Some(tag), cache)
        );
    }
    assert_eq!(
        ask(&ann, &path(&media), &[("if-none-match", "\"x\"")])
            .await
            .status,
        200
    );
    let same = ann.upload(&one, "b.png").await;
    let other = ann.upload(&two, "a.png").await;
    assert_eq!(ask(&ann, &path(&same), &[]).await.header("etag"), Some(tag));
    assert_ne!(ask(&ann, &path(&other), &[]).await.header("etag"), Some(tag));
    let small = ask(&ann, &format!("{}/small", path(&media)), &[]).await;
    assert_ne!(small.header("etag"), Some(tag));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_harmless_is_shown() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let html = b"<!doctype html><html><script>alert(1)</script></html>";
    let xml = b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></html>";
    let png = picture(8, 8, 1);
    let bytes = "application/octet-stream";
    let cases: [(&[u8], &str, &str, &str); 8] = [
        (&png, "a.png", "image/png", "inline; filename=\"a.png\""),
        (VOICE, "a.html", "audio/webm", "inline; filename=\"a.html\""),
        (VIDEO, "a.webm", "video/webm", "inline; filename=\"a.webm\""),
        (PDF, "a.pdf", "application/pdf", "attachment; filename=\"a.pdf\""),
        (svg, "a.svg", bytes, "attachment; filename=\"a.svg\""),
        (html, "a.png", bytes, "attachment; filename=\"a.png\""),
        (xml, "a.xhtml", bytes, "attachment; filename=\"a.xhtml\""),
        (
            PDF,
            "\u{f6}\"\r\nX-Evil: 1;%41.pdf",
            "application/pdf",
            "attachment; filename=\"____X-Evil_ 1;_41.pdf\"; filename*=UTF-8''%C3%B6___X-Evil_%201%3B%2541.pdf",
        ),
    ];
    for (file, name, mime, disposition) in cases {
        let media = ann.upload(file, name).await;
        let had = ask(&ann, &path(&media), &[]).await;
        assert_eq!(had.status, 200);
        let said = had.header("content-type").unwrap();
        assert_eq!(said.split(';').next(), Some(mime), "{name}");
        assert_eq!(had.header("content-disposition"), Some(disposition));
        assert_eq!(had.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(had.header("cross-origin-resource-policy"), Some("same-origin"));
        let policy = had.header("content-security-policy").unwrap();
        let sandbox = if disposition.starts_with("inline") {
            "sandbox allow-same-origin; default-src 'none';"
        } else {
            "sandbox; default-src 'none';"
        };
        assert!(policy.starts_with(sandbox), "{policy}");
        let saved = ask(&ann, &format!("{}?download=1", path(&media)), &[]).await;
        let disposition = saved.header("content-disposition").unwrap();
        assert!(disposition.starts_with("attachment; "), "{disposition}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_in_two_sizes() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let media = ann.upload(&picture(1600, 1200, 1), "a.png").await;
    let tiny = ann.upload(&picture(8, 8, 1), "a.png").await;
    for (media, name, width) in [
        (&media, "small", 160),
        (&media, "large", 800),
        (&tiny, "small", 8),
        (&tiny, "large", 8),
    ] {
        let shown = ask(&ann, &format!("{}/{name}", path(media)), &[]).await;
        let found = image::load_from_memory(&shown.bytes).unwrap();
        assert!(
            found.width() == width || name == "large" && found.width() > 160,
            "{name}: {}",
            found.width()
        );
        assert_eq!(
            shown.header("content-disposition"),
            Some(if width == 8 {
                "inline; filename=\"a.png\""
            } else {
                "inline"
            })
        );
    }
    let file = ann.upload(PDF, "a.pdf").await;
    assert_eq!(
        ask(&ann, &format!("{}/small", path(&file)), &[]).await.refusal(),
        "404 no_such_media"
    );
    assert_eq!(
        ask(&ann, &format!("{}/poster", path(&media)), &[])
            .await
            .refusal(),
        "404 no_such_media"
    );
    assert_eq!(
        ask(&ann, &format!("{}/huge", path(&media)), &[]).await.refusal(),
        "422 invalid file"
    );
    assert_eq!(ask(&ann, "/v1/media/x", &[]).await.refusal(), "422 invalid media");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_see_the_message_may_have_its_media() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    let room = ann.group(&[&bob]).await;
    let media = ann.upload(&picture(8, 8, 1), "a.png").await;
    let path = path(&media);
    assert_eq!(ann.get(&path).await.status, 200);
    assert_eq!(bob.get(&path).await.refusal(), "404 no_such_media");
    let message = ann.show(&room, &media).await;
    assert_eq!(bob.get(&path).await.status, 200);
    assert_eq!(bob.get(&format!("{path}/small")).await.status, 200);
    assert_eq!(eve.get(&path).await.refusal(), "404 no_such_media");
    assert_eq!(
        eve.post(&format!("{path}/link"), json!({})).await.refusal(),
        "404 no_such_media"
    );
    assert_eq!(world.get(&path).await.refusal(), "401 unauthenticated");
    let cookie = format!("parlor_access={}", bob.token);
    let by_cookie = world.request(Method::GET, &path, &[("cookie", &cookie)], "");
    assert_eq!(world.send(by_cookie).await.status, 200);

    assert_eq!(bob.delete(&format!("{room}/members/me")).await.status, 204);
    assert_eq!(bob.get(&path).await.refusal(), "404 no_such_media");
    let [bobs, second] = [world.log_in("bob").await, world.person("kim").await];
    let again = ann
        .post(&format!("{room}/members"), json!({"users": [bobs.id, second.id]}))
        .await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(second.get(&path).await.status, 200);
    assert_eq!(ann.delete(&message).await.status, 204);
    assert_eq!(second.get(&path).await.refusal(), "404 no_such_media");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_another_version_gets_none() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let media = ann.upload(&picture(30, 30, 1), "a.png").await;
    let first = ask(&ann, &path(&media), &[]).await;
    let tag = first.header("etag").unwrap();
    let again = ask(&ann, &path(&media), &[("if-match", tag)]).await;
    assert_eq!(again.status, 200);
    let other = ask(
        &ann,
        &path(&media),
        &[("if-match", "\"other\""), ("if-none-match", tag)],
    )
    .await;
    assert_eq!(other.refusal(), "412 another_version");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_its_media_for_a_while_and_for_anybody() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let media = ann.upload(&picture(800, 600, 1), "a.png").await;
    let other = ann.upload(&picture(800, 600, 2), "b.png").await;
    let made = ann
        .send(Method::POST, &format!("{}/link", path(&media)), &[], "")
        .await;
    assert_eq!(made.status, 200, "{}", made.text);
    let link = made.json();
    assert_eq!(link["expires_at"], "2026-01-01T00:20:00.000000Z");
    let url = link["url"].as_str().unwrap();
    let signature = url.strip_prefix(&format!("{}?signature=", path(&media))).unwrap();
    let had = world.get(url).await;
    assert_eq!(had.status, 200);
    assert_eq!(had.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(
        had.header("cache-control"),
        Some("private, max-age=1200, immutable")
    );
    for picture in ["small", "large"] {
        let shown = world
            .get(&format!("{}/{picture}?signature={signature}", path(&media)))
            .await;
        assert_eq!(shown.status, 200, "{picture}");
    }
    let tampered = signature.replace(
        &signature[20..21],
        if &signature[20..21] == "x" { "y" } else { "x" },
    );
    for bad in [
        format!("{}?signature={signature}", path(&other)),
        format!("{}?signature={tampered}", path(&media)),
        format!("{}?signature=", path(&media)),
        format!("{}?signature={signature}x", path(&media)),
    ] {
        assert_eq!(world.get(&bad).await.refusal(), "404 no_such_media", "{bad}");
        assert_eq!(ann.get(&bad).await.status, 404, "what is in the link counts");
    }
    let twice = world.get(&format!("{url}&signature={signature}")).await;
    assert_eq!(twice.refusal(), "422 invalid signature");
    world.clock.advance(Duration::from_secs(1_199));
    let late = world.get(url).await;
    assert_eq!(
        late.header("cache-control"),
        Some("private, max-age=1, immutable")
    );
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.get(url).await.refusal(), "404 no_such_media");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_to_where_people_reach_the_server() {
    let world = World::with(Settings {
        public_url: Some("https://chat.example.org".parse().unwrap()),
        rates: None,
        ..Settings::default()
    })
    .await;
    let ann = world.person("ann").await;
    let media = ann.upload(&picture(8, 8, 1), "a.png").await;
    let made = ann
        .post(&format!("{}/link", path(&media)), json!({}))
        .await
        .json();
    let begin = format!("https://chat.example.org{}?signature=", path(&media));
    assert!(made["url"].as_str().unwrap().starts_with(&begin), "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_server_in_front_may_send_the_bytes() {
    let world = World::with(Settings {
        accel_redirect: Some("/kept/".to_owned()),
        rates: None,
        ..Settings::default()
    })
    .await;
    let [ann, eve] = [world.person("ann").await, world.person("eve").await];
    let media = ann.upload(PDF, "a.pdf").await;
    let told = ask(&ann, &path(&media), &[("range", "bytes=0-1")]).await;
    assert_eq!((told.status, told.bytes.len()), (200, 0));
    assert_eq!(told.header("content-type"), Some("application/pdf"));
    let place = told.header("x-accel-redirect").unwrap();
    assert!(place.starts_with("/kept/content/"), "{place}");
    assert_eq!(
        ask(&eve, &path(&media), &[]).await.header("x-accel-redirect"),
        None
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn front_ends_of_other_origins_see_what_they_need() {
    let world = World::with(Settings {
        cors_origins: vec!["https://app.example.org".to_owned()],
        rates: None,
        ..Settings::default()
    })
    .await;
    let ann = world.person("ann").await;
    let media = ann.upload(PDF, "a.pdf").await;
    let origin = ("origin", "https://app.example.org");
    for (method, headers) in [
        ("GET", "authorization, range, if-range"),
        (
            "PATCH",
            "authorization, content-type, tus-resumable, upload-offset",
        ),
        (
            "POST",
            "authorization, tus-resumable, upload-length, upload-metadata",
        ),
    ] {
        let preflight = [
            origin,
            ("access-control-request-method", method),
            ("access-control-request-headers", headers),
        ];
        let asked = world.request(Method::OPTIONS, "/v1/uploads", &preflight, "");
        assert_eq!(world.send(asked).await.status, 200, "{method}");
    }
    let had = ask(&ann, &path(&media), &[origin, ("range", "bytes=0-1")]).await;
    assert_eq!(
        had.header("access-control-allow-origin"),
        Some("https://app.example.org")
    );
    let exposed = had
        .header("access-control-expose-headers")
        .unwrap()
        .to_ascii_lowercase();
    for name in [
        "content-range",
        "content-disposition",
        "etag",
        "upload-offset",
        "parlor-media",
        "location",
    ] {
        assert!(exposed.contains(name), "{exposed}");
    }
}
