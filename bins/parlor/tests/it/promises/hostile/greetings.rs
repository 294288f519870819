//! A `hello` that is wrong, and what is said instead of it.

use serde_json::{Value, json};

use super::Hostile;
use super::raw::{self, until_closed, until_said};
use super::tally::Tally;

/// Tries them all.
pub(super) async fn are_refused(hostile: &Hostile, tally: &mut Tally) {
    said_instead(hostile, tally).await;
    refused_for_good(hostile, tally).await;
}

fn code_and_field(text: &str) -> (String, Value) {
    let error: Value = serde_json::from_str(text).unwrap();
    assert_eq!(error["type"], "error", "{error}");
    (error["code"].as_str().unwrap().to_owned(), error["field"].clone())
}

/// After each of these the connection stays open for a better `hello`.
async fn said_instead(hostile: &Hostile, tally: &mut Tally) {
    let stream = hostile.own;
    let position =
        |fields: &str| format!(r#"{{"type":"hello","positions":[{{"stream":"{stream}",{fields}}}]}}"#);
    let cases = [
        (r#"{"type":"ping","id":7}"#.to_owned(), "hello_first", None),
        (
            format!(r#"{{"type":"read","id":7,"room":"{stream}","seq":1}}"#),
            "hello_first",
            None,
        ),
        ("hello".to_owned(), "malformed", None),
        (r#"{"type":"hallo"}"#.to_owned(), "unknown_type", Some("type")),
        (
            r#"{"type":"hello","token":7}"#.to_owned(),
            "invalid",
            Some("token"),
        ),
        (
            r#"{"type":"hello","name":"x"}"#.to_owned(),
            "invalid",
            Some("name"),
        ),
        (
            r#"{"type":"hello","positions":{}}"#.to_owned(),
            "invalid",
            Some("positions"),
        ),
        (
            position(r#""seq":-1,"tag":1"#),
            "invalid",
            Some("positions[0].seq"),
        ),
        (position(r#""seq":1"#), "invalid", Some("positions[0].tag")),
        (
            position(r#""seq":1,"tag":4294967296"#),
            "invalid",
            Some("positions[0].tag"),
        ),
        (
            r#"{"type":"hello","marks":[{"room":"x"}]}"#.to_owned(),
            "invalid",
            Some("marks[0].room"),
        ),
    ];
    let mut stream = raw::open(hostile.address, Some(&hostile.person.tokens.access_token)).await;
    for (text, ..) in &cases {
        raw::say(&mut stream, text).await;
    }
    raw::say(&mut stream, r#"{"type":"hello"}"#).await;
    let (texts, _) = until_said(&mut stream, |text| text.contains("\"welcome\"")).await;
    assert!(texts.last().unwrap().contains("\"welcome\""), "{texts:?}");
    for ((text, code, field), told) in cases.iter().zip(&texts) {
        let expected = ((*code).to_owned(), field.map_or(Value::Null, Value::from));
        tally.expect(text, &code_and_field(told), &expected);
    }
}

/// These are answered, and then the socket is closed.
async fn refused_for_good(hostile: &Hostile, tally: &mut Tally) {
    let mut cases = vec![
        (None, vec![json!({"type": "hello"})], "invalid_token", 4001),
        (
            None,
            vec![json!({"type": "hello", "token": ""})],
            "invalid_token",
            4001,
        ),
    ];
    for (kind, token) in &hostile.bad_tokens {
        let code = if *kind == "expired" {
            "token_expired"
        } else {
            "invalid_token"
        };
        cases.push((None, vec![json!({"type": "hello", "token": token})], code, 4001));
    }
    let positions = vec![json!({"stream": hostile.own, "seq": 0, "tag": 0}); 2001];
    let flood = json!({"type": "hello", "positions": positions, "more": true});
    let token = Some(&*hostile.person.tokens.access_token);
    cases.push((token, vec![flood; 5], "invalid", 4029));
    for (token, hellos, expected, close) in cases {
        let mut stream = raw::open(hostile.address, token).await;
        for hello in &hellos {
            raw::say(&mut stream, &hello.to_string()).await;
        }
        let (texts, code) = until_closed(&mut stream).await;
        let told = texts.last().map(|text| code_and_field(text).0);
        let expected = (Some(expected.to_owned()), Some(close));
        tally.expect(&hellos[0].to_string(), &(told, code), &expected);
    }
}
