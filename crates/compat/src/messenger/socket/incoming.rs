//! What a client says in a frame.

use bytestring::ByteString;
use serde_json::Value;

use crate::drf::is_python;
use crate::pick::pick;

/// Frames of more bytes bring files. They are read beside the thread that serves sockets, and one at a time of each socket.
pub(super) const LONG: usize = 128 << 10;

/// A message that is to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Incoming {
    pub(super) text: String,
    /// A file in base64.
    pub(super) attachment: Option<String>,
}

/// Why a frame brings no message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is none.
    Malformed,
    /// It cannot be stored.
    NotStorable,
    /// Its text is too long.
    TooLong,
}

impl Incoming {
    /// What a frame says, in a text of at most so many bytes.
    pub(super) async fn read(frame: ByteString, most: usize) -> Result<Self, Wrong> {
        let is_long = frame.len() > LONG;
        let said = if is_long {
            let read = move || pick(&frame, &["message", "attachment"]).map_err(|_| unread(&frame));
            let read = tokio::task::spawn_blocking(read).await;
            read.unwrap_or(Err(Wrong::Malformed))
        } else {
            serde_json::from_str(&frame).map_err(|_| unread(&frame))
        };
        let Value::Object(mut said) = said? else {
            return Err(Wrong::Malformed);
        };
        let text = match said.remove("message").ok_or(Wrong::Malformed)? {
            Value::String(text) => text,
            Value::Null => String::new(),
            // Nothing of them was held.
            Value::Array(_) | Value::Object(_) if is_long => return Err(Wrong::TooLong),
            other => other.to_string(),
        };
        let attachment = match said.remove("attachment") {
            None | Some(Value::Null) => None,
            Some(Value::String(data)) => Some(data).filter(|data| !data.is_empty()),
            Some(_) => return Err(Wrong::Malformed),
        };
        if text.len() > most {
            return Err(Wrong::TooLong);
        }
        Ok(Self { text, attachment })
    }
}

/// What is wrong with a frame that is no JSON as Parlor has it.
fn unread(frame: &str) -> Wrong {
    if is_python(frame) {
        Wrong::NotStorable
    } else {
        Wrong::Malformed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_frame_has_a_message_and_perhaps_a_file() {
        let large = "A".repeat(LONG);
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
            (
                format!(r#"{{"message": 7, "attachment": "{large}", "more": [{{"": 0}}]}}"#),
                "7",
                Some(&*large),
            ),
        ] {
            let read = Incoming::read(frame.into(), 5).await.unwrap();
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
            let read = Incoming::read(frame.into(), 5).await;
            assert_eq!(read, Err(Wrong::Malformed), "{frame}");
        }
    }

    #[tokio::test]
    async fn half_of_a_letter_cannot_be_stored() {
        for attachment in [String::new(), "A".repeat(LONG)] {
            let frame = format!(r#"{{"message": "half of a \ud83d", "attachment": "{attachment}"}}"#);
            let read = Incoming::read(frame.into(), 50).await;
            assert_eq!(read, Err(Wrong::NotStorable));
        }
    }

    #[tokio::test]
    async fn a_message_may_be_too_long() {
        for frame in [
            r#"{"message": "123456"}"#.to_owned(),
            r#"{"message": [1, 2, 3]}"#.to_owned(),
            format!(r#"{{"message": [{}0]}}"#, "0,".repeat(LONG)),
        ] {
            let read = Incoming::read(frame.into(), 5).await;
            assert_eq!(read, Err(Wrong::TooLong));
        }
    }
}
