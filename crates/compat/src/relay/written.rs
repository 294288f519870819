//! What somebody writes, as it becomes a message.

use std::fmt::Write;
use std::sync::Arc;

use parlor_domain::{ClientId, Event, MessageBody, Origin, RoomId};
use parlor_services::{Actor, Error, Services};
use serde_json::Value;

use super::kind::Kind;
use super::label::Label;
use crate::MAX_BODY;

/// A notification whose content is given as a value of JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    text: String,
    label: Label,
}

impl Written {
    /// A text as it is, if a message can say it, and any other value as its JSON; `None` if it is too long.
    pub(super) fn of(kind: Kind, value: Value) -> Option<Self> {
        let (text, is_json) = match value {
            Value::String(text) if text.len() > MAX_BODY => return None,
            Value::String(text) if can_be_said(&text) => (text, false),
            other => (json(&other), true),
        };
        let label = Label { kind, is_json };
        (text.len() <= MAX_BODY).then_some(Self { text, label })
    }

    /// Says it in a room. The future enters the log's queue when it is first polled.
    ///
    /// # Errors
    /// As [`Messages::send`](parlor_services::Messages::send).
    pub(super) async fn send(
        &self,
        services: &Services,
        actor: &Actor,
        room: RoomId,
        origin: Option<Origin>,
    ) -> Result<Arc<Event>, Error> {
        let messages = &services.messages;
        match self.called(services) {
            Some(name) => messages.send_called(actor, room, name, &self.text, origin).await,
            None => {
                messages
                    .send_even_nothing(actor, room, &self.text, None, origin)
                    .await
            }
        }
    }

    /// The message that says it: its text, and what it is called if the text is not all.
    pub(super) fn into_message(self, services: &Services) -> (String, Option<ClientId>) {
        let called = self.called(services);
        (self.text, called)
    }

    fn called(&self, services: &Services) -> Option<ClientId> {
        let is_plain = self.label == Label::PLAIN;
        (!is_plain).then(|| self.label.name(services.dialects.draw()))
    }
}

/// Whether a message can say this to the letter.
fn can_be_said(text: &str) -> bool {
    text.is_empty() || MessageBody::parse(text, MAX_BODY).is_ok()
}

/// A value as JSON without control characters, which no message can hold.
fn json(value: &Value) -> String {
    let json = value.to_string();
    if !json.contains(char::is_control) {
        return json;
    }
    json.chars().fold(String::new(), |mut escaped, c| {
        if c.is_control() {
            write!(escaped, "\\u{:04x}", u32::from(c)).expect("a String takes everything");
        } else {
            escaped.push(c);
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is stored, and whether it is JSON.
    fn stored(value: Value) -> Option<(String, bool)> {
        let written = Written::of(Kind::Text, value)?;
        Some((written.text, written.label.is_json))
    }

    #[test]
    fn texts_are_kept_as_they_are_and_other_values_as_json() {
        for (value, text, is_json) in [
            (json!("Hello\n"), "Hello\n", false),
            (json!(""), "", false),
            (json!("   "), "\"   \"", true),
            (json!("a\u{0}\u{7f}\u{85}"), r#""a\u0000\u007f\u0085""#, true),
            (json!(null), "null", true),
            (json!(7), "7", true),
            (json!({ "a": [true] }), r#"{"a":[true]}"#, true),
        ] {
            let expected = Some((text.to_owned(), is_json));
            assert_eq!(stored(value.clone()), expected, "{value}");
            if is_json {
                assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
            }
        }
    }

    #[test]
    fn what_is_too_long_for_a_message_is_none() {
        assert!(stored(json!("x".repeat(MAX_BODY))).is_some());
        for long in [
            json!("x".repeat(MAX_BODY + 1)),
            json!(["x".repeat(MAX_BODY)]),
            json!("\0".repeat(MAX_BODY)),
        ] {
            assert_eq!(stored(long), None);
        }
    }
}
