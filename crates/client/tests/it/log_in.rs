//! Logging in where the password is not enough.

use parlor_client::{Rest, RestError, Session};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers requests in turn, each on a connection of its own, and tells what they were.
async fn answer(listener: TcpListener, answers: Vec<(&'static str, Value)>) -> Vec<String> {
    let mut asked = Vec::new();
    for (status, body) in answers {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        asked.push(String::from_utf8(request).unwrap());
        let body = body.to_string();
        let answer = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    asked
}

#[tokio::test]
async fn a_code_completes_a_log_in_that_wants_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let at = "2026-11-21T03:42:02.123456Z";
    let session = json!({
        "id": "00000000-0000-0000-0000-000000000001", "device": "phone", "address": null, "created_at": at,
        "used_at": at, "expires_at": at, "current": true,
    });
    let user = json!({
        "id": "00000000-0000-0000-0000-000000000000", "number": 1, "username": "ann", "display_name": "Ann",
        "email_verified": true, "shows": {"email": "nobody", "mobile": "nobody", "last_seen": "contacts", "presence": "everyone"}, "reach": "everyone",
        "private": false, "discoverable": true,
        "admin": false, "created_at": at,
    });
    let challenge =
        json!({"challenge": "c1", "methods": ["app", "recovery_code"], "expires_at": at, "later": true});
    let tokens = json!({
        "access_token": "a", "access_expires_at": at, "refresh_token": "r", "session": session, "user": user,
    });
    let asked = tokio::spawn(answer(
        listener,
        vec![("202 Accepted", challenge), ("201 Created", tokens)],
    ));
    let rest = Rest::new(server.parse().unwrap());
    let wanted = match Session::log_in(&rest, "ann", "correct horse", "phone").await {
        Err(RestError::CodeWanted(wanted)) => wanted,
        other => panic!("{other:?}"),
    };
    let session = Session::complete(&rest, &wanted.challenge, "123456")
        .await
        .unwrap();
    assert_eq!(session.user().username, "ann");
    let asked = asked.await.unwrap();
    assert!(asked[0].starts_with("POST /v1/sessions HTTP"), "{asked:?}");
    assert!(
        asked[1].starts_with("POST /v1/challenges/complete HTTP"),
        "{asked:?}"
    );
    assert!(
        asked[1].ends_with(r#"{"challenge":"c1","code":"123456"}"#),
        "{asked:?}"
    );
}
