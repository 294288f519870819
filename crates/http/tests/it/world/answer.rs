//! What came back, and how tests look at it.

use std::fmt::Write;

use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value: &HeaderValue| value.to_str().unwrap())
    }

    /// Status, code and field of a refusal.
    pub(crate) fn refusal(&self) -> String {
        let problem = self.json();
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert_eq!(
            problem["request_id"].as_str(),
            self.header("x-request-id"),
            "{self:?}"
        );
        let field = problem["field"].as_str().unwrap_or_default();
        let refusal = format!("{} {} {field}", self.status, text(&problem["code"]));
        refusal.trim_end().to_owned()
    }

    /// Status and body, where ids and tags are counted as they come, and tokens are left out.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("{}\n", self.status);
        if !self.text.is_empty() {
            let mut value = self.json();
            blur(&mut value, &mut Vec::new());
            write!(shown, "{value:#}").unwrap();
        }
        shown
    }
}

/// The text in a JSON value.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

fn blur(value: &mut Value, known: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => {
            let at = known.iter().position(|id| id == text).unwrap_or_else(|| {
                known.push(text.clone());
                known.len() - 1
            });
            *value = json!(format!("id {}", at + 1));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| blur(item, known)),
        Value::Object(fields) => {
            for (name, field) in fields {
                match name.as_str() {
                    "tag" => *field = json!("a tag"),
                    "access_token" | "refresh_token" => *field = json!("a token"),
                    "challenge" | "invite" => *field = json!("a secret"),
                    "request_id" => *field = json!("a name"),
                    _ => blur(field, known),
                }
            }
        }
        _ => {}
    }
}
