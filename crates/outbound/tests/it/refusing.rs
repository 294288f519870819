//! Answers that are no keys, and addresses that are not asked.

use std::sync::Arc;
use std::time::Duration;

use parlor_outbound::{JwksSettings, JwksUrl, UrlError};
use parlor_ports::KeySource;
use parlor_testkit::FixedClock;

use crate::publisher::{Publisher, keys, ok};

async fn failure(answer: impl Into<Vec<u8>>) -> String {
    let publisher = Publisher::start().await;
    publisher.answer(answer);
    let failure = publisher.source(&Arc::default()).keys(None).await.unwrap_err();
    assert_eq!(publisher.count(), 1);
    failure.to_string()
}

#[tokio::test]
async fn the_request_says_what_it_wants_and_no_more() {
    let publisher = Publisher::start().await;
    publisher.publish("a");
    publisher
        .source(&Arc::default())
        .keys(Some("secret"))
        .await
        .unwrap();
    let request = publisher.requests().remove(0).to_lowercase();
    assert!(request.starts_with("get /keys http/1.1\r\n"), "{request}");
    assert!(request.contains("accept: application/json\r\n"));
    assert!(!request.contains("secret"), "what strangers write goes nowhere");
}

#[tokio::test]
async fn what_is_no_key_set_is_refused_with_advice() {
    for body in ["", "<html></html>", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]"#] {
        let failure = failure(ok(body)).await;
        assert!(
            failure.contains("no JWK Set") && failure.contains("check the address"),
            "{failure}"
        );
    }
    let failure = failure(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe".as_slice()).await;
    assert!(failure.contains("no text"), "{failure}");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Publisher::start().await;
    elsewhere.publish("evil");
    let to = elsewhere.settings().url;
    let failure = failure(format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    ))
    .await;
    assert!(
        failure.contains("302 Found") && failure.contains("redirects are not followed"),
        "{failure}"
    );
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn other_answers_are_told() {
    let failure = failure("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
    assert!(
        failure.contains("/keys: answered 404 Not Found: check the address"),
        "{failure}"
    );
}

#[tokio::test]
async fn too_much_is_refused_whether_it_is_announced_or_not() {
    let padding = " ".repeat(256 << 10);
    let body = format!("{}{padding}", keys("a"));
    let failed = failure(ok(&body)).await;
    assert!(failed.contains("more than 262144 bytes"), "{failed}");
    let failed = failure(format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}")).await;
    assert!(failed.contains("more than 262144 bytes"), "{failed}");
}

#[tokio::test]
async fn who_is_slow_is_not_waited_for() {
    for half in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"] {
        let publisher = Publisher::start().await;
        publisher.answer(half);
        let mut settings = publisher.settings();
        settings.timeout = Duration::from_millis(100);
        let source = JwksUrl::new(settings, Arc::new(FixedClock::default())).unwrap();
        let failure = source.keys(None).await.unwrap_err().to_string();
        assert!(failure.contains("it took too long"), "{half:?}: {failure}");
    }
}

#[tokio::test]
async fn who_is_not_there_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    drop(listener);
    let settings = JwksSettings::new(url.parse().unwrap());
    let source = JwksUrl::new(settings, Arc::new(FixedClock::default())).unwrap();
    let failure = source.keys(None).await.unwrap_err().to_string();
    assert!(failure.contains(&url) && failure.contains("refused"), "{failure}");
}

#[test]
fn keys_come_encrypted_or_from_this_machine() {
    let asked = |url: &str| {
        let settings = JwksSettings::new(url.parse().unwrap());
        JwksUrl::new(settings, Arc::new(FixedClock::default())).map(|_| ())
    };
    for good in [
        "https://app.example/jwks.json",
        "http://localhost:8080/",
        "http://127.0.0.1/",
        "http://[::1]/",
    ] {
        assert!(asked(good).is_ok(), "{good}");
    }
    for bad in [
        "http://app.example/jwks.json",
        "http://10.0.0.1/",
        "http://localhost.evil.example/",
        "ftp://localhost/",
        "file:///etc/passwd",
    ] {
        assert!(matches!(asked(bad), Err(UrlError::Insecure(_))), "{bad}");
    }
    assert!(matches!(
        asked("https://user:secret@app.example/"),
        Err(UrlError::Login)
    ));
}
