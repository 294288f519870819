//! One of a few words.

use serde_json::Value;

use super::{Form, Need};
use crate::drf::python;

impl Form {
    /// One of these words; an empty one if it is refused.
    pub(crate) fn choice(&mut self, field: &str, choices: &[&'static str]) -> &'static str {
        let need = Need {
            nothing: false,
            empty: false,
            null: false,
        };
        let chosen = self.read(field, need, |value| chosen(value, choices));
        chosen.unwrap_or_default()
    }

    /// One of these words; `None` if it is refused, or not there, which is never wrong.
    pub(crate) fn choice_or_none(&mut self, field: &str, choices: &[&'static str]) -> Option<&'static str> {
        let need = Need {
            nothing: true,
            empty: true,
            null: false,
        };
        self.read(field, need, |value| chosen(value, choices))
    }
}

fn chosen(value: &Value, choices: &[&'static str]) -> Result<&'static str, Vec<String>> {
    let text = python::text(value);
    let found = choices.iter().find(|choice| **choice == text);
    found
        .copied()
        .ok_or_else(|| vec![format!("\"{text}\" is not a valid choice.")])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KINDS: [&str; 2] = ["Normal", "Group"];

    #[test]
    fn a_word_is_chosen() {
        let mut form = Form::of_json(json!({ "a": "Group" }));
        assert_eq!(form.choice("a", &KINDS), "Group");
        assert_eq!(form.choice_or_none("b", &KINDS), None);
        form.finish().unwrap();
    }

    #[test]
    fn another_word_is_no_choice() {
        let mut form = Form::of_json(json!({ "a": "group", "b": "", "c": true, "d": ["Group"], "e": null }));
        for field in ["a", "b", "c", "d", "e", "f"] {
            assert_eq!(form.choice(field, &KINDS), "");
        }
        let errors = json!({
            "a": ["\"group\" is not a valid choice."],
            "b": ["\"\" is not a valid choice."],
            "c": ["\"True\" is not a valid choice."],
            "d": ["\"['Group']\" is not a valid choice."],
            "e": ["This field may not be null."],
            "f": ["This field is required."],
        });
        assert_eq!(form.errors(), Some(errors));
    }
}
