//! Lists of whole numbers.

use serde_json::Value;

use super::number::whole;
use super::{Form, Need};
use crate::drf::python;

impl Form {
    /// At most so many whole numbers; `None` if they are refused, or not there, which is never wrong. A form has no lists: there they come
    /// as one text, with commas between them.
    pub(crate) fn integers_or_none(&mut self, field: &str, most: usize) -> Option<Vec<i64>> {
        let need = Need {
            nothing: true,
            empty: true,
            null: true,
        };
        let is_form = self.is_form;
        self.read(field, need, |value| integers(value, is_form, most))
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
    let bare = python::strip(text);
    let inner = bare
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(bare);
    if python::strip(inner).is_empty() {
        return Vec::new();
    }
    inner.split(',').map(Value::from).collect()
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
