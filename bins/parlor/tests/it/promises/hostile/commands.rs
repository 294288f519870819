//! Commands on an open socket that are wrong: the error names the command and the field, and the socket stays open.

use parlor_wire::Retry;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Hostile;
use super::tally::Tally;

type Case = (String, Option<u64>, &'static str, Option<&'static str>);

const SOME: Option<u64> = Some(7);

/// Tries them all.
pub(super) async fn are_refused(hostile: &Hostile, tally: &mut Tally) {
    let mut device = hostile.person.connect().await;
    let cases = texts().into_iter().chain(fields(hostile)).chain(rights(hostile));
    for (text, id, code, field) in cases {
        let failure = device.refusal(&text).await;
        let told = (
            failure.id,
            &*failure.code,
            failure.field.as_deref(),
            failure.retry,
        );
        tally.expect(&text, &told, &(id, code, field, Retry::Never));
        assert!(!failure.message.contains("secret"), "{text}");
    }
    device.settle().await;
}

/// Texts that are no command.
fn texts() -> Vec<Case> {
    let malformed = [
        "".to_owned(),
        "nonsense".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "7".to_owned(),
        "\"ping\"".to_owned(),
        "{".to_owned(),
        r#"{"type":"ping","id":7,}"#.to_owned(),
        r#"{"type":"ping","id":7} {}"#.to_owned(),
        r#"{"type":"ping","id":1e400}"#.to_owned(),
        r#"{"type":"ping","id":NaN}"#.to_owned(),
        r#"{"type":"send","id":7,"body":"\ud800"}"#.to_owned(),
        "{\"type\":\"send\",\"id\":7,\"body\":\"\u{0}\"}".to_owned(),
        "[".repeat(200_000),
        format!(
            r#"{{"type":"send","id":7,"body":{}1{}}}"#,
            "[".repeat(200),
            "]".repeat(200)
        ),
        format!(r#"{{"a":{}"#, r#"{"a":"#.repeat(20_000)),
    ];
    let unknown = [
        ("{}", None),
        (r#"{"id":7,"type":"fly"}"#, SOME),
        (r#"{"id":7,"type":"SEND"}"#, SOME),
        (r#"{"id":7,"type":null}"#, SOME),
        (r#"{"id":7,"type":["send"]}"#, SOME),
        (r#"{"id":7,"type":"welcome"}"#, SOME),
        (r#"{"id":7,"__proto__":{"type":"ping"}}"#, SOME),
    ];
    let malformed = malformed.map(|text| (text, None, "malformed", None));
    let unknown = unknown.map(|(text, id)| (text.to_owned(), id, "unknown_type", Some("type")));
    malformed.into_iter().chain(unknown).collect()
}

/// Commands with a field that is missing, unknown, or not what it must be.
fn fields(hostile: &Hostile) -> Vec<Case> {
    let send = |key: &str, value: Value| {
        let mut command =
            json!({"type": "send", "id": 7, "room": hostile.own, "client_id": "x", "body": "secret"});
        match value {
            Value::Null => drop(command.as_object_mut().unwrap().remove(key)),
            value => command[key] = value,
        }
        command.to_string()
    };
    let own = hostile.own;
    let read = |seq: &str| format!(r#"{{"type":"read","id":7,"room":"{own}","seq":{seq}}}"#);
    let invalid = [
        (r#"{"type":"ping"}"#.to_owned(), None, "id"),
        (r#"{"type":"ping","id":-7}"#.to_owned(), None, "id"),
        (r#"{"type":"ping","id":7.5}"#.to_owned(), None, "id"),
        (r#"{"type":"ping","id":"7"}"#.to_owned(), None, "id"),
        (
            r#"{"type":"ping","id":18446744073709551616}"#.to_owned(),
            None,
            "id",
        ),
        (r#"{"type":"ping","id":7,"more":1}"#.to_owned(), SOME, "more"),
        (send("room", Value::Null), SOME, "room"),
        (send("room", json!("somewhere")), SOME, "room"),
        (send("room", json!(7)), SOME, "room"),
        (send("room", json!([own])), SOME, "room"),
        (send("client_id", Value::Null), SOME, "client_id"),
        (send("client_id", json!("")), SOME, "client_id"),
        (send("client_id", json!("x".repeat(37))), SOME, "client_id"),
        (send("client_id", json!("a b")), SOME, "client_id"),
        (send("client_id", json!("a\u{0}")), SOME, "client_id"),
        (send("client_id", json!("é")), SOME, "client_id"),
        (send("body", Value::Null), SOME, "body"),
        (send("body", json!({"text": "x"})), SOME, "body"),
        (send("body", json!("")), SOME, "body"),
        (send("body", json!(" \n\t ")), SOME, "body"),
        (send("body", json!("a\u{0}b")), SOME, "body"),
        (send("body", json!("\u{1b}[31m")), SOME, "body"),
        (send("body", json!("x".repeat(65_537))), SOME, "body"),
        (send("reply_to", json!(-1)), SOME, "reply_to"),
        (send("reply_to", json!("1")), SOME, "reply_to"),
        (send("sender", json!("ann")), SOME, "sender"),
        (read("-1"), SOME, "seq"),
        (read("1.5"), SOME, "seq"),
        (read("\"1\""), SOME, "seq"),
        (read("18446744073709551616"), SOME, "seq"),
        (read("null"), SOME, "seq"),
        (
            r#"{"type":"follow","id":7,"user":"ann"}"#.to_owned(),
            SOME,
            "user",
        ),
        (r#"{"type":"follow","id":7}"#.to_owned(), SOME, "user"),
        (
            r#"{"type":"authenticate","id":7,"token":7}"#.to_owned(),
            SOME,
            "token",
        ),
    ];
    let twice = format!(r#"{{"type":"typing","id":7,"room":"{own}","room":"{own}"}}"#);
    let invalid = invalid.map(|(text, id, field)| (text, id, "invalid", Some(field)));
    invalid
        .into_iter()
        .chain([(twice, SOME, "invalid", None)])
        .collect()
}

/// Commands that are right in form but not this person's to give, or about nothing.
fn rights(hostile: &Hostile) -> Vec<Case> {
    let &Hostile {
        own,
        other,
        said,
        deleted,
        ..
    } = hostile;
    let edit = |room: Uuid, target: u64, body: &str| json!({"type": "edit", "id": 7, "room": room, "target": target, "body": body});
    let mut cases = vec![
        (
            json!({"type": "send", "id": 7, "room": other, "client_id": "x", "body": "hello"}),
            "no_such_room",
            None,
        ),
        (
            json!({"type": "send", "id": 7, "room": own, "client_id": "x", "body": "re", "reply_to": u64::MAX}),
            "no_such_message",
            None,
        ),
        (
            json!({"type": "send", "id": 7, "room": own, "client_id": "x", "body": "re", "reply_to": 0}),
            "no_such_message",
            None,
        ),
        (edit(other, 3, "mine now"), "no_such_room", None),
        (edit(own, u64::MAX, "x"), "no_such_message", None),
        (edit(own, 1, "a join is no message"), "no_such_message", None),
        (edit(own, said, "a\u{0}"), "invalid", Some("body")),
        (edit(own, deleted, "back again"), "message_deleted", None),
        (
            json!({"type": "delete", "id": 7, "room": own, "target": deleted}),
            "message_deleted",
            None,
        ),
        (
            json!({"type": "delete", "id": 7, "room": other, "target": 3}),
            "no_such_room",
            None,
        ),
        (
            json!({"type": "read", "id": 7, "room": other, "seq": 1}),
            "no_such_room",
            None,
        ),
        (
            json!({"type": "delivered", "id": 7, "room": Uuid::nil(), "seq": 0}),
            "no_such_room",
            None,
        ),
        (
            json!({"type": "typing", "id": 7, "room": other}),
            "no_such_room",
            None,
        ),
        (
            json!({"type": "follow", "id": 7, "user": Uuid::nil()}),
            "no_such_user",
            None,
        ),
    ];
    for (kind, token) in &hostile.bad_tokens {
        let code = if *kind == "expired" {
            "token_expired"
        } else {
            "invalid_token"
        };
        cases.push((
            json!({"type": "authenticate", "id": 7, "token": token}),
            code,
            None,
        ));
    }
    let mut cases: Vec<Case> = cases
        .into_iter()
        .map(|(command, code, field)| (command.to_string(), SOME, code, field))
        .collect();
    for hello in [r#"{"type":"hello"}"#, r#"{"type":"hello","more":true}"#] {
        cases.push((hello.to_owned(), None, "hello_again", None));
    }
    cases
}
