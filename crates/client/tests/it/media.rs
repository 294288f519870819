//! Files on their way to a server and back.

use std::io::Cursor;

use futures_util::{StreamExt, TryStreamExt};
use parlor_client::{Claims, Download, MediaFile, NewMessage, RestError, Upload};
use parlor_wire::MediaKindName;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::web::Web;

const ID: Uuid = Uuid::from_u128(7);

fn view() -> Value {
    json!({"id": ID, "kind": "voice", "mime": "audio/ogg", "bytes": 5, "picture": false})
}

fn voice() -> Claims {
    Claims {
        kind: Some(MediaKindName::Voice),
        name: Some("\"tea\"\r\n.ogg".to_owned()),
        mime: Some("audio/ogg".to_owned()),
    }
}

fn upload(received: u64) -> Upload {
    Upload {
        id: ID,
        bytes: 5,
        received,
        done: false,
    }
}

async fn all(download: Download) -> Result<Vec<u8>, RestError> {
    let mut all = Vec::new();
    let mut pieces = download;
    while let Some(piece) = pieces.try_next().await? {
        all.extend(piece);
    }
    Ok(all)
}

#[tokio::test]
async fn a_file_is_sent_with_what_is_said_about_it() {
    let (web, rest) = Web::start().await;
    let sent = tokio::spawn(async move { rest.upload(&b"hello"[..], &voice()).await });
    let asked = web.next().await;
    assert_eq!(asked.what(), "post /v1/media");
    assert!(
        asked.head.contains("\r\nauthorization: bearer token"),
        "{}",
        asked.head
    );
    let (_, boundary) = asked
        .head
        .split_once("content-type: multipart/form-data; boundary=")
        .unwrap();
    let boundary = boundary.lines().next().unwrap();
    let body = String::from_utf8(asked.body.clone()).unwrap();
    let field = |name: &str| format!("content-disposition: form-data; name=\"{name}\"\r\n");
    let (kind, name, file) = (field("kind"), field("name"), field("file"));
    assert_eq!(
        body.replace(boundary, "*"),
        format!(
            "--*\r\n{kind}\r\nvoice\r\n--*\r\n{name}\r\n\"tea\"\r\n.ogg\r\n\
             --*\r\n{file}content-type: audio/ogg\r\n\r\nhello\r\n--*--\r\n"
        )
    );
    asked.tell(201, view()).await;
    let media = sent.await.unwrap().unwrap();
    assert_eq!((media.id, media.kind), (ID, MediaKindName::Voice));
}

#[tokio::test]
async fn a_type_cannot_bring_headers_of_its_own() {
    let (_web, rest) = Web::start().await;
    let claims = Claims {
        mime: Some("audio/ogg\r\nx: y".to_owned()),
        ..Claims::default()
    };
    rest.upload(&b"hello"[..], &claims).await.unwrap_err();
}

#[tokio::test]
async fn an_upload_in_parts_says_what_it_will_be() {
    let (web, rest) = Web::start().await;
    let begun = tokio::spawn(async move { rest.begin_upload(5, &voice()).await });
    let asked = web.next().await;
    assert_eq!(asked.what(), "post /v1/uploads");
    for line in [
        "tus-resumable: 1.0.0",
        "upload-length: 5",
        // Of which the base64 is in small letters here, as all of the head.
        "upload-metadata: filename inrlysinci5vz2c=,filetype yxvkaw8vb2dn,kind dm9py2u=",
    ] {
        assert!(asked.head.contains(line), "{line}: {}", asked.head);
    }
    let place = format!("location: /chat/v1/uploads/{ID}\r\n");
    asked.answer(201, &place, b"").await;
    assert_eq!(begun.await.unwrap().unwrap(), upload(0));
}

#[tokio::test]
async fn an_upload_goes_on_where_the_connection_broke() {
    let (web, rest) = Web::start().await;
    let mut upload = upload(0);
    let sent = tokio::spawn(async move {
        let (mut told, mut file) = (Vec::new(), Cursor::new("hello"));
        let tell = |upload: &Upload| told.push(upload.received);
        let sent = rest.finish_upload(&mut upload, &mut file, tell).await;
        sent.map(|()| (upload, told))
    });
    let asked = web.next().await;
    assert_eq!(
        (asked.what(), &*asked.body),
        (&*format!("patch /v1/uploads/{ID}"), &b"hello"[..])
    );
    assert!(asked.head.contains("upload-offset: 0"), "{}", asked.head);
    drop(asked);
    let asked = web.next().await;
    assert_eq!(asked.what(), format!("head /v1/uploads/{ID}"));
    asked
        .answer(200, "upload-length: 5\r\nupload-offset: 2\r\n", b"")
        .await;
    let asked = web.next().await;
    assert_eq!(asked.body, b"llo");
    assert!(asked.head.contains("upload-offset: 2"), "{}", asked.head);
    let done = format!("upload-offset: 5\r\nparlor-media: {ID}\r\n");
    asked.answer(204, &done, b"").await;
    let (upload, told) = sent.await.unwrap().unwrap();
    assert!(upload.done);
    assert_eq!(told, [5]);
}

#[tokio::test]
async fn an_upload_whose_last_answer_was_lost_is_done() {
    let (web, rest) = Web::start().await;
    let mut upload = upload(2);
    let sent = tokio::spawn(async move {
        let mut file = Cursor::new("hello");
        let sent = rest.finish_upload(&mut upload, &mut file, |_| ()).await;
        sent.map(|()| upload)
    });
    drop(web.next().await);
    let done = format!("upload-length: 5\r\nupload-offset: 5\r\nparlor-media: {ID}\r\n");
    web.next().await.answer(200, &done, b"").await;
    assert!(sent.await.unwrap().unwrap().done);
}

#[tokio::test]
async fn a_file_that_is_refused_is_not_sent_again() {
    let (web, rest) = Web::start().await;
    let sent = tokio::spawn(async move {
        rest.finish_upload(&mut upload(0), &mut Cursor::new("hello"), |_| ())
            .await
    });
    web.next().await.refuse(415, "media_mismatch").await;
    let refused = sent.await.unwrap().unwrap_err();
    assert_eq!(refused.code(), Some("media_mismatch"));
}

#[tokio::test]
async fn a_file_that_is_shorter_than_it_was_is_an_error() {
    let (_web, rest) = Web::start().await;
    let (mut upload, mut file) = (upload(2), Cursor::new("he"));
    let sent = rest.finish_upload(&mut upload, &mut file, |_| ()).await;
    assert!(matches!(sent, Err(RestError::File(_))));
}

#[tokio::test]
async fn a_file_comes_in_pieces() {
    let (web, rest) = Web::start().await;
    let opened = tokio::spawn(async move { rest.download(ID, MediaFile::Small).await });
    let asked = web.next().await;
    assert_eq!(asked.what(), format!("get /v1/media/{ID}/small"));
    asked
        .answer(200, "content-type: image/png\r\n", b"a picture")
        .await;
    let download = opened.await.unwrap().unwrap();
    assert_eq!((download.mime(), download.bytes()), (Some("image/png"), Some(9)));
    assert_eq!(all(download).await.unwrap(), b"a picture");
}

#[tokio::test]
async fn a_file_that_breaks_off_ends_with_an_error() {
    let (web, rest) = Web::start().await;
    let opened = tokio::spawn(async move { rest.download(ID, MediaFile::Original).await });
    web.next().await.break_off(9, b"a pic").await;
    let mut pieces = opened.await.unwrap().unwrap();
    assert_eq!(pieces.next().await.unwrap().unwrap(), &b"a pic"[..]);
    assert!(matches!(pieces.next().await, Some(Err(RestError::Network(_)))));
}

#[tokio::test]
async fn a_part_is_what_was_asked_for_or_an_error() {
    let (web, rest) = Web::start().await;
    let ask = |rest: &parlor_client::Rest| {
        let rest = rest.clone();
        tokio::spawn(async move { rest.download_part(ID, MediaFile::Original, 2..5).await })
    };
    let opened = ask(&rest);
    let asked = web.next().await;
    assert!(asked.head.contains("range: bytes=2-4"), "{}", asked.head);
    asked.answer(206, "content-range: bytes 2-4/9\r\n", b"pic").await;
    assert_eq!(all(opened.await.unwrap().unwrap()).await.unwrap(), b"pic");

    let opened = ask(&rest);
    web.next().await.answer(200, "", b"a picture").await;
    let error = opened.await.unwrap().unwrap_err();
    assert!(
        matches!(error, RestError::Unexpected { status: 200, .. }),
        "{error}"
    );

    let opened = ask(&rest);
    web.next().await.refuse(416, "range_not_satisfiable").await;
    let error = opened.await.unwrap().unwrap_err();
    assert_eq!(error.code(), Some("range_not_satisfiable"));
}

#[tokio::test]
async fn a_link_is_a_whole_address() {
    let (web, rest) = Web::start().await;
    let path = format!("/v1/media/{ID}?signature=s");
    for url in [path.clone(), format!("https://chat.example.org{path}")] {
        let asking = rest.clone();
        let linked = tokio::spawn(async move { asking.link(ID).await });
        let asked = web.next().await;
        assert_eq!(asked.what(), format!("post /v1/media/{ID}/link"));
        let link = json!({"url": url, "expires_at": "2026-11-21T03:42:02.123456Z"});
        asked.tell(200, link).await;
        let link = linked.await.unwrap().unwrap();
        assert!(
            link.url.starts_with("http") && link.url.ends_with(&path),
            "{}",
            link.url
        );
    }
}

#[tokio::test]
async fn a_message_names_its_media() {
    let (web, rest) = Web::start().await;
    let mut message = NewMessage::new(ID, "");
    message.media = vec![ID];
    let sending = message.clone();
    let sent = tokio::spawn(async move { rest.send_message(&sending).await });
    let asked = web.next().await;
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    let wanted =
        json!({"body": "", "media": [ID], "reply_to": null, "forward": null, "client_id": message.client_id});
    assert_eq!(body, wanted);
    asked.refuse(404, "no_such_media").await;
    assert_eq!(sent.await.unwrap().unwrap_err().code(), Some("no_such_media"));
}
