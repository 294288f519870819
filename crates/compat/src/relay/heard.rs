//! What a client says on the socket.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value, json};

use super::kind::Kind;

pub(super) const TOO_LONG: &str = "Message too long";
const NO_JSON: &str = "Invalid JSON format";
const NO_PICTURE: &str = "Failed to process image";
const NO_VOICE: &str = "Failed to process voice";

/// What a frame asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// To say a text, or any other value.
    Text(Value),
    /// To show a picture, in base64.
    Picture(String),
    /// To have a voice message heard, in base64.
    Voice(String),
    /// Nothing that there is: this is the answer.
    Wrong(Value),
    /// Nothing at all.
    Nothing,
}

impl Heard {
    /// Reads a frame.
    pub(super) fn read(text: &str) -> Self {
        if text.is_empty() {
            return Self::Nothing;
        }
        let Ok(said) = serde_json::from_str::<Value>(text) else {
            return Self::Wrong(error(NO_JSON));
        };
        let Value::Object(mut said) = said else {
            return Self::Nothing;
        };
        match said.get("type").and_then(Value::as_str).and_then(Kind::named) {
            Some(Kind::Text) => Self::Text(take(&mut said, "message")),
            Some(Kind::Image) => match take(&mut said, "image") {
                Value::String(data) => Self::Picture(data),
                _ => Self::Wrong(error(NO_PICTURE)),
            },
            Some(Kind::Voice) => match take(&mut said, "voice") {
                Value::String(data) => Self::Voice(data),
                _ => Self::Wrong(error(NO_VOICE)),
            },
            None => Self::Wrong(no_type()),
        }
    }

    /// Reads a frame that is too long for a text. Of what else is in it nothing is held: small values take many times as much memory
    /// as they are long.
    pub(super) fn read_long(text: &str) -> Self {
        if serde_json::from_str::<IgnoredAny>(text).is_err() {
            return Self::Wrong(error(NO_JSON));
        }
        if !text.trim_start().starts_with('{') {
            return Self::Nothing;
        }
        match field::<Typed>(text).and_then(|Typed { kind }| Kind::named(&kind)) {
            Some(Kind::Text) => Self::Wrong(error(TOO_LONG)),
            Some(Kind::Image) => match field(text) {
                Some(Picture { image }) => Self::Picture(image),
                None => Self::Wrong(error(NO_PICTURE)),
            },
            Some(Kind::Voice) => match field(text) {
                Some(Voice { voice }) => Self::Voice(voice),
                None => Self::Wrong(error(NO_VOICE)),
            },
            None => Self::Wrong(no_type()),
        }
    }
}

#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Picture {
    #[serde(default)]
    image: String,
}

#[derive(Deserialize)]
struct Voice {
    #[serde(default)]
    voice: String,
}

/// A field of an object, if it is a text.
fn field<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn no_type() -> Value {
    json!({ "message": "Invalid message type" })
}

/// An answer to the sender alone.
pub(super) fn error(why: &str) -> Value {
    json!({ "error": why, "type": "error" })
}

/// A field, or an empty text where there is none.
fn take(said: &mut Map<String, Value>, field: &str) -> Value {
    said.remove(field).unwrap_or_else(|| "".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_by_their_type() {
        let wrong = |why| Heard::Wrong(error(why));
        let no_type = || Heard::Wrong(no_type());
        for (text, heard) in [
            (r#"{"type":"text","message":"a"}"#, Heard::Text(json!("a"))),
            (r#"{"type":"text","message":null}"#, Heard::Text(json!(null))),
            (r#"{"type":"text"}"#, Heard::Text(json!(""))),
            (r#"{"type":"image","image":"a"}"#, Heard::Picture("a".into())),
            (r#"{"type":"image"}"#, Heard::Picture(String::new())),
            (r#"{"type":"image","image":7}"#, wrong("Failed to process image")),
            (r#"{"type":"voice","voice":"a"}"#, Heard::Voice("a".into())),
            (r#"{"type":"voice","voice":[]}"#, wrong("Failed to process voice")),
            (r#"{"type":"video"}"#, no_type()),
            (r#"{"type":7}"#, no_type()),
            ("{}", no_type()),
            ("{", wrong("Invalid JSON format")),
            (" ", wrong("Invalid JSON format")),
            ("[]", Heard::Nothing),
            ("7", Heard::Nothing),
            ("null", Heard::Nothing),
            ("", Heard::Nothing),
        ] {
            assert_eq!(Heard::read(text), heard, "{text}");
        }
    }

    #[test]
    fn of_long_frames_only_pictures_and_voice_are_read() {
        let wrong = |why| Heard::Wrong(error(why));
        for (text, heard) in [
            (r#"{"type":"text","message":"a"}"#, wrong("Message too long")),
            (
                r#" {"more":[{}],"type":"image","image":"a"}"#,
                Heard::Picture("a".into()),
            ),
            (r#"{"type":"image"}"#, Heard::Picture(String::new())),
            (
                r#"{"type":"image","image":[1]}"#,
                wrong("Failed to process image"),
            ),
            (r#"{"voice":"a","type":"voice"}"#, Heard::Voice("a".into())),
            (
                r#"{"type":"voice","voice":null}"#,
                wrong("Failed to process voice"),
            ),
            (r#"{"type":["image"],"image":"a"}"#, Heard::Wrong(no_type())),
            (r#"{"image":"a"}"#, Heard::Wrong(no_type())),
            (r#"{"type":"image","image":"a"#, wrong("Invalid JSON format")),
            (r#"["image"]"#, Heard::Nothing),
        ] {
            assert_eq!(Heard::read_long(text), heard, "{text}");
        }
    }
}
