//! Requests over HTTP that are wrong in form, in size or in name.

use super::Hostile;
use super::raw::exchange;
use super::tally::Tally;

/// Tries them all.
pub(super) async fn are_refused(hostile: &Hostile, tally: &mut Tally) {
    let cases = [bodies(hostile), paths(hostile), credentials(hostile), broken()];
    for (request, expected) in cases.concat() {
        let answer = exchange(hostile.address, &request).await;
        // Where two answers are as good, either may come.
        let mut one_of = expected.split('|');
        let expected = one_of.find(|one| *one == answer).unwrap_or(expected);
        tally.expect(&String::from_utf8_lossy(&request), &&*answer, &expected);
    }
}

type Case = (Vec<u8>, &'static str);

/// A request with these headers, each with its line end.
fn request(hostile: &Hostile, line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{line} HTTP/1.1\r\nHost: {}\r\n{headers}", hostile.address);
    let length = format!("Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), length.as_bytes(), body].concat()
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

const JSON: &str = "Content-Type: application/json\r\n";

fn bodies(hostile: &Hostile) -> Vec<Case> {
    let own = bearer(&hostile.person.tokens.access_token);
    let room = |kind: &str, body: &[u8]| request(hostile, "POST /v1/rooms", &format!("{own}{kind}"), body);
    let json = |body: &str| room(JSON, body.as_bytes());
    let message = |body: &str| {
        let line = format!("POST /v1/rooms/{}/messages", hostile.own);
        request(hostile, &line, &format!("{own}{JSON}"), body.as_bytes())
    };
    let register = |body: &str| request(hostile, "POST /v1/users", JSON, body.as_bytes());
    let tea = br#"{"name":"Tea"}"#;
    vec![
        (json(""), "400 malformed"),
        (json("{"), "400 malformed"),
        (json("{\"name\":\"Tea\"} {}"), "400 malformed"),
        (
            json(&format!("{{\"topic\":{}", "[".repeat(100_000))),
            "400 malformed|422 invalid topic",
        ),
        (room(JSON, b"{\"name\":\"\xff\xfe\"}"), "400 malformed"),
        (json("[]"), "422 invalid"),
        (json("null"), "422 invalid"),
        (json("{}"), "422 invalid name"),
        (json(r#"{"name":7}"#), "422 invalid name"),
        (json(r#"{"name":"a","name":"b"}"#), "422 invalid name"),
        (json(r#"{"name":"a","nome":"b"}"#), "422 invalid nome"),
        (json(r#"{"name":"a\u0000b"}"#), "422 invalid name"),
        (json(r#"{"name":"a\u202eb"}"#), "422 invalid name"),
        (json(r#"{"name":"a","capacity":-1}"#), "422 invalid capacity"),
        (
            json(r#"{"name":"a","capacity":4294967296}"#),
            "422 invalid capacity",
        ),
        (
            json(r#"{"name":"a","capacity":4000000000}"#),
            "422 invalid capacity",
        ),
        (json(r#"{"name":"a","history":"some"}"#), "422 invalid history"),
        (
            json(r#"{"name":"a","members":["ann"]}"#),
            "422 invalid members[0]",
        ),
        (
            json(&format!(r#"{{"name":"a","members":["{}"]}}"#, uuid::Uuid::nil())),
            "404 no_such_user",
        ),
        (
            message(r#"{"body":"a\u0000","client_id":"x"}"#),
            "422 invalid body",
        ),
        (message(r#"{"body":"a","client_id":""}"#), "422 invalid client_id"),
        (
            message(r#"{"body":"a","client_id":"x","reply_to":-1}"#),
            "422 invalid reply_to",
        ),
        (
            message(r#"{"body":"a","client_id":"x","reply_to":18446744073709551615}"#),
            "404 no_such_message",
        ),
        (
            register(r#"{"username":"a\u0000b","password":"correct horse"}"#),
            "422 invalid username",
        ),
        (
            register(r#"{"username":"аnn","password":"correct horse"}"#),
            "422 invalid username",
        ),
        (
            register(r#"{"username":"zoe","password":"short"}"#),
            "422 invalid password",
        ),
        (
            register(&format!(
                r#"{{"username":"zoe","password":"{}"}}"#,
                "x".repeat(2000)
            )),
            "422 invalid password",
        ),
        (room("", tea), "415 unsupported_media_type"),
        (
            room("Content-Type: text/plain\r\n", tea),
            "415 unsupported_media_type",
        ),
        (
            room(&format!("{JSON}Content-Encoding: gzip\r\n"), b"\x1f\x8b\x08"),
            "415 unsupported_media_type",
        ),
        (room(JSON, &vec![b' '; 10_000_000]), "413 too_large"),
    ]
}

fn paths(hostile: &Hostile) -> Vec<Case> {
    let own = bearer(&hostile.person.tokens.access_token);
    let at = |line: &str| request(hostile, line, &own, b"");
    let room = format!("/v1/rooms/{}", hostile.own);
    vec![
        (at("GET /v1/nothing"), "404 no_such_path"),
        (at("GET /v1/../../etc/passwd"), "404 no_such_path"),
        (at("GET /docs/..%2f..%2fetc%2fpasswd"), "404 no_such_path"),
        (at("TRACE /v1/rooms"), "405 method_not_allowed"),
        (at("BREW /v1/rooms"), "405 method_not_allowed"),
        (at("PATCH /v1/rooms"), "405 method_not_allowed"),
        (at("GET /v1/rooms/x"), "422 invalid room"),
        (at("GET /v1/rooms/%00"), "422 invalid room"),
        (at("GET /v1/rooms?limit=-1"), "422 invalid limit"),
        (at("GET /v1/rooms?cursor=AAAA"), "422 invalid cursor"),
        (at("GET /v1/rooms?limit=1&limit=2"), "422 invalid limit"),
        (
            at(&format!("GET {room}/messages?before=1&after=1")),
            "422 invalid after",
        ),
        (
            at(&format!("GET {room}/messages?before=99999999999999999999")),
            "422 invalid before",
        ),
        (at(&format!("GET {room}/messages/-1")), "422 invalid seq"),
        (
            at(&format!("GET {room}/messages/18446744073709551615")),
            "404 no_such_message",
        ),
        (at(&format!("GET {room}/members?after=me")), "422 invalid after"),
        (
            at(&format!("GET /v1/rooms/{}", hostile.other)),
            "404 no_such_room",
        ),
    ]
}

fn credentials(hostile: &Hostile) -> Vec<Case> {
    let good = &hostile.person.tokens.access_token;
    let own = format!("http://{}", hostile.address);
    let cookie = |headers: &str| {
        let headers = format!("Cookie: parlor_access={good}\r\n{JSON}{headers}");
        request(hostile, "POST /v1/rooms", &headers, br#"{"name":"Tea"}"#)
    };
    let mut cases = vec![
        (request(hostile, "GET /v1/me", "", b""), "401 unauthenticated"),
        (
            request(hostile, "GET /v1/me", "Authorization: Basic YTpi\r\n", b""),
            "401 unauthenticated",
        ),
        (
            request(hostile, &format!("GET /v1/me?access_token={good}"), "", b""),
            "401 unauthenticated",
        ),
        (cookie(""), "403 foreign_origin"),
        (cookie("Origin: null\r\n"), "403 foreign_origin"),
        (cookie("Origin: https://evil.example\r\n"), "403 foreign_origin"),
        (
            cookie(&format!("Origin: {own}.evil.example\r\n")),
            "403 foreign_origin",
        ),
    ];
    for (kind, token) in &hostile.bad_tokens {
        let expected = if *kind == "expired" {
            "401 token_expired"
        } else {
            "401 invalid_token"
        };
        cases.push((request(hostile, "GET /v1/me", &bearer(token), b""), expected));
    }
    cases
}

/// What is hardly HTTP. A smuggled second request must not be answered, and is not: the connection ends.
fn broken() -> Vec<Case> {
    let post = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let text = |text: String| text.into_bytes();
    let raw = |headers: &str| text(format!("{post}{headers}\r\n"));
    let large = "x".repeat(200_000);
    vec![
        (
            raw("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"),
            "400",
        ),
        (raw("Content-Length: 5\r\nContent-Length: 6\r\n"), "400"),
        (raw("Content-Length: -1\r\n"), "400"),
        (raw("Content-Length: +5\r\n"), "400"),
        (raw("Content-Length: 99999999999999999999\r\n"), "400"),
        (raw("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n"), "400"),
        (raw("Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), "400 malformed"),
        (
            raw("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"),
            "400 malformed",
        ),
        (raw("X\u{0}: y\r\n"), "400"),
        (raw("X : y\r\n"), "400"),
        (text("\u{0}\u{1}\u{2}\r\n\r\n".to_owned()), "400"),
        (text("GET / HTTP/9.9\r\n\r\n".to_owned()), "400"),
        (
            text(format!("GET / HTTP/1.1\r\nHost: x\r\nX: {large}\r\n\r\n")),
            "431|400",
        ),
        (
            text(format!("GET /{large} HTTP/1.1\r\nHost: x\r\n\r\n")),
            "414|431|400",
        ),
    ]
}
