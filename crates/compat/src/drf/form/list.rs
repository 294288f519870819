//! Lists of whole numbers.

use serde_json::Value;

use super::number::whole;
use super::{Form, Need};
use crate::drf::python;

impl Form {
    /// At most so many whole numbers; `None` if they are refused, or not there, which is never wrong. A form has no lists: there they come
    /// as texts of one name, each with one of them or several, with commas between them.
    pub(crate) fn integers_or_none(&mut self, field: &str, most: usize) -> Option<Vec<i64>> {
        self.join(field);
        let need = Need {
            nothing: true,
            empty: true,
            null: true,
        };
        let is_form = self.is_form;
        self.read(field, need, |value| integers(value, is_form, most))
    }

    /// Makes one text of several that a form has of this name.
    fn join(&mut self, field: &str) {
        let Some(Value::Array(texts)) = self.values.get(field).filter(|_| self.is_form) else {
            return;
        };
        // It is a file.
        if texts.is_empty() {
            return;
        }
        let lists = texts.iter().filter_map(Value::as_str).map(bare);
        let lists: Vec<&str> = lists.filter(|list| !list.is_empty()).collect();
        let joined = lists.join(",");
        self.values.insert(field.to_owned(), Value::String(joined));
    }
}

fn integers(value: &Value, is_form: bool, most: usize) -> Result<Vec<i64>, Vec<String>> {
    let items = match value {
        Value::Array(items) => items.clone(),
        Value::String(text) if is_form => split(text),
        other => {
            let what = python::type_name(other);
            return Err(vec![format!("Expected a list of items but got type \"{what}\".")]);
        }
    };
    if items.len() > most {
        return Err(vec![format!(
            "Ensure this field has no more than {most} elements."
        )]);
    }
    let numbers: Result<Vec<i64>, &'static str> = items.iter().map(whole).collect();
    numbers.map_err(|text| vec![text.to_owned()])
}

/// What stands between commas, perhaps in brackets.
fn split(text: &str) -> Vec<Value> {
    let list = bare(text);
    if list.is_empty() {
        return Vec::new();
    }
    list.split(',').map(Value::from).collect()
}

/// A list without the brackets that it may be in.
fn bare(text: &str) -> &str {
    let text = python::strip(text);
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    python::strip(inner.unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_may_come_in_a_form_as_text() {
        for (text, expected) in [
            ("7", vec![7]),
            ("7,8", vec![7, 8]),
            (" [7, 8] ", vec![7, 8]),
            ("[]", vec![]),
        ] {
            let mut form = Form::of_fields(&[("a", text)]);
            assert_eq!(form.integers_or_none("a", 5), Some(expected), "{text}");
            form.finish().unwrap();
        }
        let mut form = Form::of_json(json!({ "a": [7, "8", 9.0], "b": [], "c": null }));
        assert_eq!(form.integers_or_none("a", 5), Some(vec![7, 8, 9]));
        assert_eq!(form.integers_or_none("b", 5), Some(vec![]));
        assert_eq!(form.integers_or_none("c", 5), None);
        assert_eq!(form.integers_or_none("d", 5), None);
        form.finish().unwrap();
    }

    #[test]
    fn a_list_may_come_in_a_form_as_several_texts() {
        let joined = |texts: &[&str]| {
            let fields: Vec<(&str, &str)> = texts.iter().map(|text| ("a", *text)).collect();
            let mut form = Form::of_fields(&fields);
            let numbers = form.integers_or_none("a", 3);
            (numbers, form.errors())
        };
        for texts in [
            &["7", "8", "9"][..],
            &["7,8", "9"],
            &["[7]", " [8, 9] "],
            &["", "7", "[]", "8,9", ""],
        ] {
            assert_eq!(joined(texts), (Some(vec![7, 8, 9]), None), "{texts:?}");
        }
        assert_eq!(joined(&["", ""]), (None, None));
        for (texts, error) in [
            (["7", "x"], "A valid integer is required."),
            (["7,8", "9,7"], "Ensure this field has no more than 3 elements."),
        ] {
            assert_eq!(joined(&texts), (None, Some(json!({ "a": [error] }))));
        }
    }

    #[test]
    fn what_is_no_list_of_numbers_is_refused() {
        let mut form = Form::of_json(json!({
            "a": "7",
            "b": 7,
            "c": [7, "x"],
            "d": [1, 2, 3],
            "e": { "7": 8 },
        }));
        for field in ["a", "b", "c", "d", "e"] {
            assert_eq!(form.integers_or_none(field, 2), None);
        }
        let errors = json!({
            "a": ["Expected a list of items but got type \"str\"."],
            "b": ["Expected a list of items but got type \"int\"."],
            "c": ["A valid integer is required."],
            "d": ["Ensure this field has no more than 2 elements."],
            "e": ["Expected a list of items but got type \"dict\"."],
        });
        assert_eq!(form.errors(), Some(errors));
    }
}
