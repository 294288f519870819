//! Handshakes that open nothing.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::Hostile;
use super::raw::{self, exchange, handshake, until_closed, until_end};
use super::tally::Tally;

/// Tries them all.
pub(super) async fn are_refused(hostile: &Hostile, tally: &mut Tally) {
    let address = hostile.address;
    let good = &hostile.person.tokens.access_token;
    let right = handshake(address, &format!("Authorization: Bearer {good}\r\n"));
    let without = |line: &str| {
        let lines = right.split_inclusive("\r\n");
        lines.filter(|other| !other.starts_with(line)).collect::<String>()
    };
    let with = |headers: String| handshake(address, &headers);
    let own = format!("http://{address}");
    let mut cases = vec![
        ("no key", without("Sec-WebSocket-Key"), "400 no_handshake"),
        ("no version", without("Sec-WebSocket-Version"), "400 no_handshake"),
        (
            "an old version",
            right.replace("Version: 13", "Version: 8"),
            "400 no_handshake",
        ),
        ("no upgrade", without("Upgrade"), "400 no_handshake"),
        (
            "an upgrade to something else",
            right.replace("websocket", "h2c"),
            "400 no_handshake",
        ),
        (
            "another path",
            right.replace("/v1/socket", "/v1/rooms"),
            "404 no_such_path",
        ),
        ("a POST", right.replace("GET", "POST"), "405 method_not_allowed"),
        (
            "a foreign origin with a good token",
            with(format!(
                "Origin: https://evil.example\r\nAuthorization: Bearer {good}\r\n"
            )),
            "403 foreign_origin",
        ),
        (
            "the origin null",
            with("Origin: null\r\n".to_owned()),
            "403 foreign_origin",
        ),
        (
            "an origin that begins like ours",
            with(format!("Origin: {own}.evil.example\r\n")),
            "403 foreign_origin",
        ),
        (
            "the cookie from a foreign page",
            with(format!(
                "Origin: https://evil.example\r\nCookie: parlor_access={good}\r\n"
            )),
            "403 foreign_origin",
        ),
        (
            "a cookie that is no token",
            with(format!("Origin: {own}\r\nCookie: parlor_access=x\r\n")),
            "401 invalid_token",
        ),
    ];
    for (kind, token) in &hostile.bad_tokens {
        let expected = if *kind == "expired" {
            "401 token_expired"
        } else {
            "401 invalid_token"
        };
        let request = handshake(address, &format!("Authorization: Bearer {token}\r\n"));
        cases.push((*kind, request, expected));
    }
    for (what, request, expected) in cases {
        let answer = exchange(address, request.as_bytes()).await;
        tally.expect(what, &&*answer, &expected);
    }

    // These open a socket, but say nobody's name.
    let nameless = [
        (
            "the cookie without an origin",
            format!("Cookie: parlor_access={good}\r\n"),
        ),
        ("a password", "Authorization: Basic bWFsbG9yeTp4\r\n".to_owned()),
    ];
    for (what, headers) in &nameless {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = handshake(address, headers);
        stream.write_all(request.as_bytes()).await.unwrap();
        until_end(&mut stream).await;
        raw::say(&mut stream, r#"{"type":"hello"}"#).await;
        let (_, code) = until_closed(&mut stream).await;
        tally.expect(what, &code, &Some(4001));
    }
}
