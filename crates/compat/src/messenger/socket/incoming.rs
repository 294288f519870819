//! What a client says in a frame.

use bytestring::ByteString;
use serde_json::{Map, Value};

/// Frames of more bytes bring files, and are read beside the thread that serves sockets.
const LARGE: usize = 256 << 10;

/// A message that is to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Incoming {
    pub(super) text: String,
    /// A file in base64.
    pub(super) attachment: Option<String>,
}

impl Incoming {
    /// What a frame says; `None` if it is none.
    pub(super) async fn read(frame: ByteString) -> Option<Self> {
        if frame.len() <= LARGE {
            return Self::parse(&frame);
        }
        let read = tokio::task::spawn_blocking(move || Self::parse(&frame));
        read.await.ok().flatten()
    }

    fn parse(frame: &str) -> Option<Self> {
        let mut said: Map<String, Value> = serde_json::from_str(frame).ok()?;
        let text = match said.remove("message")? {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let attachment = match said.remove("attachment") {
            None | Some(Value::Null) => None,
            Some(Value::String(data)) => Some(data).filter(|data| !data.is_empty()),
            Some(_) => return None,
        };
        Some(Self { text, attachment })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_frame_has_a_message_and_perhaps_a_file() {
        let large = "A".repeat(LARGE);
        for (frame, text, attachment) in [
            (r#"{"message": "Hello"}"#.to_owned(), "Hello", None),
            (r#"{"message": "", "attachment": null}"#.to_owned(), "", None),
            (r#"{"message": "x", "attachment": ""}"#.to_owned(), "x", None),
            (
                r#"{"message": null, "attachment": "aGk="}"#.to_owned(),
                "",
                Some("aGk="),
            ),
            (r#"{"message": 7}"#.to_owned(), "7", None),
            (
                format!(r#"{{"message": "x", "attachment": "{large}"}}"#),
                "x",
                Some(&*large),
            ),
        ] {
            let read = Incoming::read(frame.into()).await.unwrap();
            assert_eq!((&*read.text, read.attachment.as_deref()), (text, attachment));
        }
    }

    #[tokio::test]
    async fn what_has_no_message_is_no_frame() {
        for frame in [
            "",
            "{",
            "[]",
            "7",
            "{}",
            r#"{"attachment": "aGk="}"#,
            r#"{"message": "x", "attachment": 7}"#,
        ] {
            assert_eq!(Incoming::read(frame.into()).await, None, "{frame}");
        }
    }
}
