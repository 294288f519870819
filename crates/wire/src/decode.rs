//! Reading a client's frame, and saying precisely what is wrong with one.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Authenticate, Command, Delete, Edit, Failure, FieldError, Follow, Hello, MarkTo, Ping, Played, React,
    Retry, Send, Typing, Upload,
};

/// Why a frame is no command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameError {
    /// The command's id, as far as it could be read.
    pub id: Option<u64>,
    /// `malformed` (no JSON object), `unknown_type`, or `invalid` (a field).
    pub code: &'static str,
    /// The field that is wrong, and what it must be.
    pub error: FieldError,
}

impl From<FrameError> for Failure {
    fn from(frame: FrameError) -> Self {
        let FieldError { field, message } = frame.error;
        let (field, message) = if field.is_empty() {
            (None, message)
        } else {
            (Some(field.clone()), format!("{field}: {message}"))
        };
        Self {
            id: frame.id,
            code: frame.code.to_owned(),
            message,
            field,
            retry: Retry::Never,
        }
    }
}

/// Reads one text frame.
pub fn decode(text: &str) -> Result<Command, Box<FrameError>> {
    serde_json::from_str(text).map_err(|_| Box::new(explain(text)))
}

/// What a frame calls itself, if it does, without a look at the rest: for what is refused whatever it says.
pub fn command_id(text: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Named {
        id: u64,
    }
    // A struct may also be read from an array of its fields.
    let object = text.trim_start().starts_with('{');
    let named: Option<Named> = object.then(|| serde_json::from_str(text).ok()).flatten();
    named.map(|named| named.id)
}

/// Reads the frame again, slower, to find what is wrong with it.
fn explain(text: &str) -> FrameError {
    let malformed = |message: &str| FrameError {
        id: None,
        code: "malformed",
        error: error("", message),
    };
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return malformed("the frame must be valid JSON, nested at most 100 deep");
    };
    let Value::Object(mut fields) = value else {
        return malformed("the frame must be a JSON object");
    };
    let id = fields.get("id").and_then(Value::as_u64);
    let kind = fields.remove("type");
    let value = Value::Object(fields);
    let wrong = match kind.as_ref().and_then(Value::as_str) {
        Some("hello") => wrong_field::<Hello>(value),
        Some("send") => wrong_field::<Send>(value),
        Some("upload") => wrong_field::<Upload>(value),
        Some("edit") => wrong_field::<Edit>(value),
        Some("delete") => wrong_field::<Delete>(value),
        Some("read" | "delivered") => wrong_field::<MarkTo>(value),
        Some("played") => wrong_field::<Played>(value),
        Some("react") => wrong_field::<React>(value),
        Some("typing") => wrong_field::<Typing>(value),
        Some("follow" | "unfollow") => wrong_field::<Follow>(value),
        Some("authenticate") => wrong_field::<Authenticate>(value),
        Some("ping") => wrong_field::<Ping>(value),
        _ => {
            let known = "hello, send, upload, edit, delete, read, delivered, played, react, typing, follow, unfollow, \
                         authenticate or ping";
            return FrameError {
                id,
                code: "unknown_type",
                error: error("type", &format!("must be {known}")),
            };
        }
    };
    // What reads by itself but not as a frame has the same key twice.
    let wrong = wrong.unwrap_or_else(|| error("", "the frame must name each field once"));
    FrameError {
        id,
        code: "invalid",
        error: wrong,
    }
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

/// What is wrong with the fields of a command, if anything is.
fn wrong_field<T: DeserializeOwned>(value: Value) -> Option<FieldError> {
    let wrong = serde_path_to_error::deserialize::<_, T>(value).err()?;
    Some(FieldError::explain(
        &wrong.path().to_string(),
        &wrong.inner().to_string(),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failure(text: &str) -> (Option<u64>, String, Option<String>) {
        let failure = Failure::from(*decode(text).unwrap_err());
        (failure.id, failure.code, failure.field)
    }

    #[test]
    fn what_is_wrong_is_named() {
        let room = "01890a5d-ac96-774b-bcce-b302099a8057";
        let id = Some(7);
        let cases = [
            ("".to_owned(), (None, "malformed", None)),
            ("[]".to_owned(), (None, "malformed", None)),
            ("[".repeat(100_000), (None, "malformed", None)),
            (
                "{\"type\":\"send\",\"id\":1e400}".to_owned(),
                (None, "malformed", None),
            ),
            ("{}".to_owned(), (None, "unknown_type", Some("type"))),
            (
                "{\"id\":7,\"type\":\"fly\"}".to_owned(),
                (id, "unknown_type", Some("type")),
            ),
            (
                "{\"id\":7,\"type\":\"send\"}".to_owned(),
                (id, "invalid", Some("room")),
            ),
            (
                format!(
                    "{{\"id\":7,\"type\":\"send\",\"room\":\"{room}\",\"client_id\":\"a\",\"media\":[7]}}"
                ),
                (id, "invalid", Some("media[0]")),
            ),
            (
                "{\"id\":7,\"type\":\"upload\"}".to_owned(),
                (id, "invalid", Some("data")),
            ),
            (
                "{\"id\":7,\"type\":\"upload\",\"data\":\"\",\"kind\":\"film\"}".to_owned(),
                (id, "invalid", Some("kind")),
            ),
            (
                "{\"id\":-7,\"type\":\"ping\"}".to_owned(),
                (None, "invalid", Some("id")),
            ),
            (
                format!("{{\"id\":7,\"type\":\"read\",\"room\":\"{room}\",\"seq\":\"9\"}}"),
                (id, "invalid", Some("seq")),
            ),
            (
                "{\"id\":7,\"type\":\"read\",\"room\":\"x\",\"seq\":9}".to_owned(),
                (id, "invalid", Some("room")),
            ),
            (
                format!("{{\"id\":7,\"type\":\"typing\",\"room\":\"{room}\",\"who\":1}}"),
                (id, "invalid", Some("who")),
            ),
            (
                format!("{{\"id\":7,\"type\":\"typing\",\"room\":\"{room}\",\"room\":\"{room}\"}}"),
                (id, "invalid", None),
            ),
            (
                format!("{{\"type\":\"hello\",\"positions\":[{{\"stream\":\"{room}\",\"seq\":1}}]}}"),
                (None, "invalid", Some("positions[0].tag")),
            ),
        ];
        for (text, (id, code, field)) in cases {
            let shown: String = text.chars().take(60).collect();
            assert_eq!(
                failure(&text),
                (id, code.to_owned(), field.map(str::to_owned)),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_name_is_found_whatever_else_a_frame_says() {
        assert_eq!(command_id(r#"{"type":"fly","x":[{}],"id":7}"#), Some(7));
        for nameless in [r#"{"type":"hello"}"#, r#"{"id":-7}"#, "[7]", "{\"id\":7"] {
            assert_eq!(command_id(nameless), None, "{nameless}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_both_a_command_and_unexplained(text in "\\PC{0,200}") {
            let _ = decode(&text);
        }
    }
}
