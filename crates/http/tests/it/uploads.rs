//! Uploads in parts: the tus protocol.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::Method;
use serde_json::json;

use crate::samples::picture;
use crate::world::{Answer, HangUp, Line, Person, Setup, World};

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const PART: (&str, &str) = ("content-type", "application/offset+octet-stream");

/// Begins an upload of so many bytes, and gives its path.
async fn begin(person: &Person<'_>, bytes: usize) -> String {
    let length = bytes.to_string();
    let headers = [TUS, ("upload-length", &*length)];
    let begun = person.send(Method::POST, "/v1/uploads", &headers, "").await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    begun.header("location").unwrap().to_owned()
}

async fn add(person: &Person<'_>, path: &str, offset: usize, part: &[u8]) -> Answer {
    let offset = offset.to_string();
    let headers = [TUS, PART, ("upload-offset", &*offset)];
    person.send(Method::PATCH, path, &headers, part.to_vec()).await
}

async fn head(person: &Person<'_>, path: &str) -> Answer {
    person.send(Method::HEAD, path, &[TUS], "").await
}

/// Where an upload goes on.
async fn offset(person: &Person<'_>, path: &str) -> usize {
    let head = head(person, path).await;
    assert_eq!(head.status, 200);
    head.header("upload-offset").unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_what_it_knows_of_the_protocol() {
    let world = World::new().await;
    let told = world
        .send(world.request(Method::OPTIONS, "/v1/uploads", &[], ""))
        .await;
    assert_eq!(told.status, 204);
    for (name, value) in [
        ("tus-resumable", "1.0.0"),
        ("tus-version", "1.0.0"),
        (
            "tus-extension",
            "creation,creation-with-upload,termination,expiration",
        ),
        ("tus-max-size", "1073741824"),
    ] {
        assert_eq!(told.header(name), Some(value), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_survives_lost_connections() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let png = picture(400, 300, 1);
    let length = png.len().to_string();
    let metadata = format!(
        "filename {},filetype {},kind {},secret",
        BASE64.encode("l\u{e4}ke.png"),
        BASE64.encode("image/png"),
        BASE64.encode("image")
    );
    let headers = [TUS, ("upload-length", &*length), ("upload-metadata", &*metadata)];
    let begun = ann.send(Method::POST, "/v1/uploads", &headers, "").await;
    assert_eq!(
        (begun.status, begun.header("upload-expires")),
        (201, Some("Fri, 02 Jan 2026 00:00:00 GMT"))
    );
    let path = begun.header("location").unwrap();
    let before = head(&ann, path).await;
    for (name, value) in [
        ("upload-offset", "0"),
        ("upload-length", &*length),
        ("upload-metadata", metadata.trim_end_matches(",secret")),
        ("cache-control", "no-store"),
        ("tus-resumable", "1.0.0"),
    ] {
        assert_eq!(before.header(name), Some(value), "{name}");
    }
    assert_eq!(before.header("parlor-media"), None);

    let mut at = 0;
    for how in [HangUp::Close, HangUp::Reset] {
        let request = format!(
            "PATCH {path} HTTP/1.1
            Authorization: Bearer {}
            Tus-Resumable: 1.0.0
            Upload-Offset: {at}
            Content-Type: application/offset+octet-stream
            Content-Length: {}",
            ann.token,
            png.len() - at
        );
        let mut line = Line::begin(&world, &request).await;
        line.say(&png[at..at + 100]).await;
        world.until(|| world.files("spool") == 1).await;
        line.hang_up(how);
        world.until(|| world.files("spool") == 0).await;
        // It has left the spool a moment before it counts.
        let mut now = offset(&ann, path).await;
        for _ in 0..500 {
            if now == at {
                now = offset(&ann, path).await;
            }
        }
        assert!(now <= at + 100, "{how:?}");
        if how == HangUp::Close {
            assert_eq!(now, at + 100, "what came is kept");
        }
        at = now;
    }
    let part = add(&ann, path, at, &png[at..at + 200]).await;
    assert_eq!((part.status, part.header("parlor-media")), (204, None));
    assert_eq!(part.header("upload-offset"), Some(&*(at + 200).to_string()));
    assert!(part.header("upload-expires").is_some());
    let last = add(&ann, path, at + 200, &png[at + 200..]).await;
    let id = path.rsplit('/').next().unwrap();
    assert_eq!((last.status, last.header("parlor-media")), (204, Some(id)));
    assert_eq!(last.header("upload-offset"), Some(&*length));

    let after = head(&ann, path).await;
    assert_eq!(after.header("upload-offset"), after.header("upload-length"));
    assert_eq!(after.header("parlor-media"), Some(id));
    let room = ann.group(&[]).await;
    let message = ann.show(&room, &json!({"id": id})).await;
    let media = ann.get(&message).await.json()["media"][0].take();
    assert_eq!(
        (&media["name"], &media["width"]),
        (&json!("l\u{e4}ke.png"), &json!(400))
    );
    world.services.library.tidy().await.unwrap();
    assert_eq!(world.files("kept/parts"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_bytes_may_come_with_the_beginning() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let png = picture(100, 100, 1);
    let length = png.len().to_string();
    let headers = [TUS, PART, ("upload-length", &*length)];
    let begun = ann
        .send(Method::POST, "/v1/uploads", &headers, png[..50].to_vec())
        .await;
    assert_eq!((begun.status, begun.header("upload-offset")), (201, Some("50")));
    let path = begun.header("location").unwrap();
    assert_eq!(add(&ann, path, 50, &png[50..]).await.status, 204);
    let whole = ann.send(Method::POST, "/v1/uploads", &headers, png.clone()).await;
    assert_eq!(whole.status, 201, "{}", whole.text);
    let id = whole.header("parlor-media").unwrap();
    assert_eq!(whole.header("location").unwrap(), format!("/v1/uploads/{id}"));
    assert_eq!(ann.get(&format!("/v1/media/{id}")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_named() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let huge = (2_u64 << 30).to_string();
    let begin_with = async |headers: &[(&str, &str)]| {
        let begun = ann.send(Method::POST, "/v1/uploads", headers, "").await;
        assert_eq!(begun.header("tus-resumable"), Some("1.0.0"));
        begun.refusal()
    };
    let length = ("upload-length", "10");
    for (headers, refusal) in [
        (&[length][..], "412 no_such_tus"),
        (&[("tus-resumable", "0.2.2"), length], "412 no_such_tus"),
        (&[TUS], "422 invalid Upload-Length"),
        (&[TUS, ("upload-length", "-1")], "422 invalid Upload-Length"),
        (&[TUS, ("upload-length", "ten")], "422 invalid Upload-Length"),
        (&[TUS, ("upload-length", &huge)], "413 upload_too_large"),
        (
            &[TUS, length, ("upload-metadata", "filename a.png")],
            "422 invalid Upload-Metadata",
        ),
        (
            &[TUS, length, ("upload-metadata", "kind ZmlsbQ==")],
            "422 invalid kind",
        ),
    ] {
        assert_eq!(begin_with(headers).await, refusal, "{headers:?}");
    }
    let path = begin(&ann, 10).await;
    let offset = ("upload-offset", "0");
    for (headers, refusal) in [
        (&[PART, offset][..], "412 no_such_tus"),
        (&[TUS, offset], "415 unsupported_media_type"),
        (
            &[TUS, offset, ("content-type", "application/octet-stream")],
            "415 unsupported_media_type",
        ),
        (&[TUS, PART], "422 invalid Upload-Offset"),
        (&[TUS, PART, ("upload-offset", "1")], "409 wrong_offset"),
    ] {
        let refused = ann.send(Method::PATCH, &path, headers, "12345").await;
        assert_eq!(refused.refusal(), refusal, "{headers:?}");
        match refused.status {
            412 => assert_eq!(refused.header("tus-version"), Some("1.0.0")),
            409 => assert_eq!(refused.header("upload-offset"), Some("0")),
            _ => {}
        }
    }
    assert_eq!(
        add(&ann, &path, 0, b"12345678901").await.refusal(),
        "413 upload_too_large"
    );
    assert_eq!(ann.get(&path).await.refusal(), "405 method_not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lets_only_post_pass_says_what_it_means() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let png = picture(30, 30, 1);
    let path = begin(&ann, png.len()).await;
    let post = async |path: &str, method, headers: &[_], body: &[u8]| {
        let headers = [&[TUS, ("x-http-method-override", method)], headers].concat();
        ann.send(Method::POST, path, &headers, body.to_vec()).await
    };
    let refused = post(&path, "GET", &[], b"").await;
    assert_eq!(refused.refusal(), "422 invalid X-HTTP-Method-Override");
    let done = post(&path, "PATCH", &[PART, ("upload-offset", "0")], &png).await;
    assert_eq!(done.status, 204, "{}", done.text);
    assert!(done.header("parlor-media").is_some());
    let other = begin(&ann, 10).await;
    assert_eq!(post(&other, "DELETE", &[], b"").await.status, 204);
    assert_eq!(head(&ann, &other).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_upload_is_as_long_as_what_was_sent() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut png = picture(30, 30, 1);
    png.extend_from_slice(b"what stands behind a picture is not kept");
    let path = begin(&ann, png.len()).await;
    assert_eq!(add(&ann, &path, 0, &png).await.status, 204);
    let end = png.len().to_string();
    let told = head(&ann, &path).await;
    for header in ["upload-length", "upload-offset"] {
        assert_eq!(told.header(header), Some(&*end), "{header}");
    }
    let again = add(&ann, &path, png.len(), b"").await;
    assert_eq!(again.status, 204);
    assert_eq!(again.header("parlor-media"), told.header("parlor-media"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_its_owners_alone() {
    let world = World::new().await;
    let [ann, bob] = [world.person("ann").await, world.person("bob").await];
    let path = begin(&ann, 10).await;
    assert_eq!(head(&bob, &path).await.status, 404);
    assert_eq!(
        add(&bob, &path, 0, b"12345").await.refusal(),
        "404 no_such_upload"
    );
    let ended = bob.send(Method::DELETE, &path, &[TUS], "").await;
    assert_eq!(ended.refusal(), "404 no_such_upload");
    let nobody = world.send(world.request(Method::HEAD, &path, &[TUS], "")).await;
    assert_eq!(nobody.status, 401);
    assert_eq!(offset(&ann, &path).await, 0);
    assert_eq!(ann.send(Method::DELETE, &path, &[TUS], "").await.status, 204);
    assert_eq!(head(&ann, &path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_on_with_an_upload_that_has_expired() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let path = begin(&ann, 10).await;
    assert_eq!(add(&ann, &path, 0, b"12345").await.status, 204);
    world.clock.advance(Duration::from_secs(25 * 60 * 60));
    let ann = world.log_in("ann").await;
    assert_eq!(
        add(&ann, &path, 5, b"12345").await.refusal(),
        "404 no_such_upload"
    );
    world.services.library.tidy().await.unwrap();
    assert_eq!(world.files("kept/parts"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_refused_ends_its_upload() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let png = picture(8, 8, 1);
    let length = png.len().to_string();
    let metadata = format!("filetype {}", BASE64.encode("image/gif"));
    let headers = [TUS, ("upload-length", &*length), ("upload-metadata", &*metadata)];
    let begun = ann.send(Method::POST, "/v1/uploads", &headers, "").await;
    let path = begun.header("location").unwrap();
    assert_eq!(add(&ann, path, 0, &png).await.refusal(), "415 media_mismatch");
    assert_eq!(head(&ann, path).await.status, 404);
    assert_eq!(
        add(&ann, &begin(&ann, 0).await, 0, b"").await.refusal(),
        "422 media_empty"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_for_which_there_was_no_room_is_tried_again() {
    let mut setup = Setup::default();
    setup.services.media.quotas.person = 1000;
    let world = World::start(setup).await;
    let ann = world.person("ann").await;
    let second = [b"%PDF-1.4\n", &[b'b'; 600][..]].concat();
    let path = begin(&ann, second.len()).await;
    let first = ann
        .upload(&[b"%PDF-1.4\n", &[b'a'; 600][..]].concat(), "a.pdf")
        .await;
    let length = second.len().to_string();
    let headers = [TUS, ("upload-length", &*length)];
    let third = ann.send(Method::POST, "/v1/uploads", &headers, "").await;
    assert_eq!(
        third.refusal(),
        "507 quota_used_up",
        "it is told before anything is sent"
    );
    assert_eq!(add(&ann, &path, 0, &second).await.refusal(), "507 quota_used_up");
    assert_eq!(head(&ann, &path).await.status, 507);
    let gone = ann
        .delete(&format!("/v1/media/{}", first["id"].as_str().unwrap()))
        .await;
    assert_eq!(gone.status, 204);
    assert!(head(&ann, &path).await.header("parlor-media").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_may_begin_so_many_uploads_and_no_more() {
    let mut setup = Setup::default();
    setup.services.media.uploads = 2;
    let world = World::start(setup).await;
    let ann = world.person("ann").await;
    let first = begin(&ann, 10).await;
    begin(&ann, 10).await;
    let headers = [TUS, ("upload-length", "10")];
    let third = ann.send(Method::POST, "/v1/uploads", &headers, "").await;
    assert_eq!(third.refusal(), "409 too_many_uploads");
    assert_eq!(ann.send(Method::DELETE, &first, &[TUS], "").await.status, 204);
    begin(&ann, 10).await;
}
