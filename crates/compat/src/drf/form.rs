//! The fields of a body, which are asked for one by one, as a serializer does.

mod choice;
mod files;
mod list;
mod number;
mod text;

use std::collections::HashMap;

use actix_web::http::StatusCode;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

pub(crate) use self::number::Integer;
pub(crate) use self::text::Text;
use super::{FilePart, Refusal};

const REQUIRED: &str = "This field is required.";
const NULL: &str = "This field may not be null.";

/// What stands for a file where none is due, and for one that was not kept: nothing that any other field could be.
pub(super) static FILE: Value = Value::Array(Vec::new());

/// The fields of a body, and what is wrong with those that were asked for. Each is asked for once, in the order in which errors are to
/// be told. The values of fields that are refused are only there to go on with: [`Form::finish`] comes before they are used.
#[derive(Debug)]
pub(crate) struct Form {
    values: Map<String, Value>,
    files: HashMap<String, FilePart>,
    is_form: bool,
    errors: Errors,
}

/// What is wrong with each field, in the order of asking.
#[derive(Debug, Default)]
struct Errors(Vec<(String, Vec<String>)>);

impl Serialize for Errors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (field, texts) in &self.0 {
            map.serialize_entry(field, texts)?;
        }
        map.end()
    }
}

/// What may be sent in place of a value.
#[derive(Debug, Clone, Copy)]
struct Need {
    /// Nothing at all.
    nothing: bool,
    /// In a form an empty text, which then counts as nothing.
    empty: bool,
    /// `null`, which then counts as nothing.
    null: bool,
}

impl Form {
    /// Of these values and files, which were sent as a form or as JSON. The values of a form are as [`add_text`] makes them.
    pub(super) fn new(values: Map<String, Value>, files: HashMap<String, FilePart>, is_form: bool) -> Self {
        Self {
            values,
            files,
            is_form,
            errors: Errors::default(),
        }
    }

    /// A field as it was sent, if it is no file; the last text, if a form has several of this name.
    pub(crate) fn value(&self, field: &str) -> Option<&Value> {
        match self.values.get(field) {
            // A file that was not kept has none.
            Some(Value::Array(texts)) if self.is_form && !texts.is_empty() => texts.last(),
            value => value,
        }
    }

    /// Refuses a field.
    pub(crate) fn refuse(&mut self, field: &str, text: &str) {
        let Errors(errors) = &mut self.errors;
        match errors.iter_mut().find(|(known, _)| known == field) {
            Some((_, texts)) => texts.push(text.to_owned()),
            None => errors.push((field.to_owned(), vec![text.to_owned()])),
        }
    }

    /// Whether a field was refused.
    pub(crate) fn is_refused(&self, field: &str) -> bool {
        self.errors.0.iter().any(|(known, _)| known == field)
    }

    /// Everything that is wrong, as an object; `None` if nothing is.
    pub(crate) fn errors(&self) -> Option<Value> {
        (!self.errors.0.is_empty()).then(|| json!(self.errors))
    }

    /// Ends the asking.
    ///
    /// # Errors
    /// 400 `{"field": [text, …], …}` with all that is wrong.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        self.finish_with(StatusCode::BAD_REQUEST)
    }

    /// Ends the asking.
    ///
    /// # Errors
    /// As [`Form::finish`], with another status.
    pub(crate) fn finish_with(self, status: StatusCode) -> Result<(), Refusal> {
        if self.errors.0.is_empty() {
            return Ok(());
        }
        let body = serde_json::to_string(&self.errors).expect("texts are JSON");
        Err(Refusal::json(status, body))
    }

    /// Reads a field that was sent; `None` if it was not, and need not be, or if it is refused.
    fn read<T>(
        &mut self,
        field: &str,
        need: Need,
        read: impl FnOnce(&Value) -> Result<T, Vec<String>>,
    ) -> Option<T> {
        let read = match self.sent(field, need) {
            Ok(value) => value.map(read).transpose(),
            Err(text) => Err(vec![text.to_owned()]),
        };
        read.unwrap_or_else(|texts| {
            for text in texts {
                self.refuse(field, &text);
            }
            None
        })
    }

    /// What was sent, or nothing if that is enough.
    fn sent(&self, field: &str, need: Need) -> Result<Option<&Value>, &'static str> {
        let value = match self.files.get(field) {
            Some(_) => Some(&FILE),
            None => self.value(field),
        };
        match value {
            None if need.nothing => Ok(None),
            None => Err(REQUIRED),
            Some(Value::Null) if need.null => Ok(None),
            Some(Value::Null) => Err(NULL),
            Some(Value::String(text)) if self.is_form && text.is_empty() && need.empty => Ok(None),
            Some(value) => Ok(Some(value)),
        }
    }
}

/// Adds a text to the values of a form. The texts of one name are kept together, in their order: a list takes all of them, any
/// other field the last.
pub(super) fn add_text(values: &mut Map<String, Value>, name: String, text: String) {
    let text = Value::String(text);
    let known = values.entry(name).or_insert(Value::Null);
    *known = match known.take() {
        Value::Null => text,
        Value::Array(mut texts) => {
            texts.push(text);
            Value::Array(texts)
        }
        first => Value::Array(vec![first, text]),
    };
}

#[cfg(test)]
impl Form {
    /// As it comes from JSON.
    fn of_json(value: Value) -> Self {
        let Value::Object(values) = value else {
            panic!("it is an object");
        };
        Self::new(values, HashMap::new(), false)
    }

    /// As it comes from a browser.
    fn of_fields(fields: &[(&str, &str)]) -> Self {
        let mut values = Map::new();
        for (name, text) in fields {
            add_text(&mut values, (*name).to_owned(), (*text).to_owned());
        }
        Self::new(values, HashMap::new(), true)
    }

    /// What is said at the end.
    fn said(self) -> String {
        self.finish().unwrap_err().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_are_told_in_the_order_of_asking() {
        let mut form = Form::of_json(json!({ "username": "", "email": null, "about": 1 }));
        form.text("username", Text::new());
        form.text("email", Text::new());
        form.text("password", Text::new());
        form.text("about", Text::new());
        form.refuse("username", "Say more.");
        assert!(form.is_refused("password") && !form.is_refused("about"));
        assert_eq!(form.errors().unwrap()["password"], json!([REQUIRED]));
        assert_eq!(
            form.said(),
            r#"{"username":["This field may not be blank.","Say more."],"email":["This field may not be null."],"password":["This field is required."]}"#
        );
    }

    #[test]
    fn of_several_texts_of_a_form_the_last_counts() {
        let mut form = Form::of_fields(&[("a", "1"), ("b", "x"), ("a", "2"), ("a", "3"), ("b", "")]);
        assert_eq!(form.value("a"), Some(&json!("3")));
        assert_eq!(form.text("a", Text::new()), "3");
        assert_eq!(form.text("b", Text::new().optional()), "");
        form.finish().unwrap();
        let form = Form::of_json(json!({ "a": ["1", "2"] }));
        assert_eq!(form.value("a"), Some(&json!(["1", "2"])), "that is a list");
    }

    #[test]
    fn where_nothing_is_wrong_nothing_is_said() {
        let mut form = Form::of_json(json!({ "a": "b" }));
        assert_eq!(form.value("a"), Some(&json!("b")));
        assert_eq!(form.text("a", Text::new()), "b");
        assert_eq!(form.errors(), None);
        form.finish().unwrap();
    }
}
