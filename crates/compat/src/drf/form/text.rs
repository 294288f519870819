//! Texts.

use serde_json::Value;

use super::{Form, Need};
use crate::drf::email::is_email;
use crate::drf::python;

const BLANK: &str = "This field may not be blank.";
const NO_TEXT: &str = "Not a valid string.";
const NO_EMAIL: &str = "Enter a valid email address.";
const NUL: &str = "Null characters are not allowed.";

/// Which texts a field takes. At first: it must be there, and be more than white space, which is cut off at both ends.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Text {
    most: Option<usize>,
    may_be_blank: bool,
    is_optional: bool,
    is_nullable: bool,
    is_untrimmed: bool,
}

impl Text {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// At most so many characters.
    pub(crate) fn max(mut self, most: usize) -> Self {
        self.most = Some(most);
        self
    }

    /// May be empty.
    pub(crate) fn blank(mut self) -> Self {
        self.may_be_blank = true;
        self
    }

    /// Need not be there.
    pub(crate) fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// May be `null`, which counts as not there.
    pub(crate) fn nullable(mut self) -> Self {
        self.is_nullable = true;
        self
    }

    /// Keeps white space at its ends.
    pub(crate) fn untrimmed(mut self) -> Self {
        self.is_untrimmed = true;
        self
    }

    fn need(self, nothing: bool) -> Need {
        Need {
            nothing,
            empty: !self.may_be_blank && (self.is_optional || self.is_nullable),
            null: self.is_nullable,
        }
    }

    /// Reads a value; `also` says what is wrong with the text besides.
    fn read(self, value: &Value, also: fn(&str) -> Option<&'static str>) -> Result<String, Vec<String>> {
        // Numbers become texts, but nothing else does.
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => python::number(number),
            _ => return Err(vec![NO_TEXT.to_owned()]),
        };
        let text = if self.is_untrimmed {
            text
        } else {
            python::strip(&text).to_owned()
        };
        if text.is_empty() {
            return if self.may_be_blank {
                Ok(text)
            } else {
                Err(vec![BLANK.to_owned()])
            };
        }
        let length = self.most.filter(|most| text.chars().count() > *most);
        let length = length.map(|most| format!("Ensure this field has no more than {most} characters."));
        let nul = text.contains('\0').then(|| NUL.to_owned());
        let other = also(&text).map(str::to_owned);
        let wrong: Vec<String> = [length, nul, other].into_iter().flatten().collect();
        if wrong.is_empty() { Ok(text) } else { Err(wrong) }
    }
}

fn not_an_email(text: &str) -> Option<&'static str> {
    (!is_email(text)).then_some(NO_EMAIL)
}

impl Form {
    /// A text; an empty one if it is refused, or is optional and not there.
    pub(crate) fn text(&mut self, field: &str, rule: Text) -> String {
        let need = rule.need(rule.is_optional);
        let text = self.read(field, need, |value| rule.read(value, |_| None));
        text.unwrap_or_default()
    }

    /// A text; `None` if it is refused, or not there, which is never wrong: so a partial update asks.
    pub(crate) fn text_or_none(&mut self, field: &str, rule: Text) -> Option<String> {
        self.read(field, rule.need(true), |value| rule.read(value, |_| None))
    }

    /// The text of an e-mail address; an empty one as with [`Form::text`].
    pub(crate) fn email(&mut self, field: &str, rule: Text) -> String {
        let need = rule.need(rule.is_optional);
        let text = self.read(field, need, |value| rule.read(value, not_an_email));
        text.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(value: Value, rule: Text) -> String {
        let mut form = Form::of_json(json!({ "a": value }));
        assert_eq!(form.text("a", rule), "");
        form.said()
    }

    #[test]
    fn a_text_is_trimmed_unless_it_is_a_password() {
        let mut form = Form::of_json(json!({ "name": " \u{a0}Ann\n", "password": "  p " }));
        assert_eq!(form.text("name", Text::new()), "Ann");
        assert_eq!(form.text("password", Text::new().untrimmed()), "  p ");
        form.finish().unwrap();
    }

    #[test]
    fn numbers_are_texts_and_nothing_else_is() {
        let mut form = Form::of_json(json!({ "a": 7, "b": 1.0 }));
        assert_eq!(form.text("a", Text::new()), "7");
        assert_eq!(form.text("b", Text::new()), "1.0");
        form.finish().unwrap();
        for value in [json!(true), json!([]), json!({ "a": "b" })] {
            assert_eq!(said(value, Text::new()), r#"{"a":["Not a valid string."]}"#);
        }
    }

    #[test]
    fn a_blank_field_is_refused() {
        for value in ["", "  ", "\t\u{2003}"] {
            assert_eq!(
                said(json!(value), Text::new()),
                r#"{"a":["This field may not be blank."]}"#
            );
        }
        let mut form = Form::of_json(json!({ "a": " " }));
        assert_eq!(form.text_or_none("a", Text::new().blank()).as_deref(), Some(""));
        form.finish().unwrap();
    }

    #[test]
    fn a_field_that_is_too_long_is_refused() {
        let mut form = Form::of_json(json!({ "a": " \u{e9}\u{e9}\u{e9} " }));
        assert_eq!(form.text("a", Text::new().max(3)), "\u{e9}\u{e9}\u{e9}");
        form.finish().unwrap();
        assert_eq!(
            said(json!("abcd"), Text::new().max(3)),
            r#"{"a":["Ensure this field has no more than 3 characters."]}"#
        );
        assert_eq!(
            said(json!("a\0b"), Text::new().max(2)),
            r#"{"a":["Ensure this field has no more than 2 characters.","Null characters are not allowed."]}"#
        );
    }

    #[test]
    fn null_is_nothing_only_where_it_may_be() {
        assert_eq!(
            said(json!(null), Text::new().optional()),
            r#"{"a":["This field may not be null."]}"#
        );
        let mut form = Form::of_json(json!({ "a": null }));
        assert_eq!(form.text_or_none("a", Text::new().nullable()), None);
        form.finish().unwrap();
    }

    #[test]
    fn an_empty_text_of_a_form_is_nothing_where_that_is_enough() {
        let mut form = Form::of_fields(&[("a", ""), ("b", "")]);
        assert_eq!(form.text_or_none("a", Text::new().optional()), None);
        assert_eq!(form.text_or_none("b", Text::new()), None);
        assert_eq!(form.said(), r#"{"b":["This field may not be blank."]}"#);
    }

    #[test]
    fn a_partial_update_asks_for_nothing() {
        let mut form = Form::of_json(json!({}));
        assert_eq!(form.text_or_none("a", Text::new()), None);
        assert_eq!(form.text("b", Text::new().optional()), "");
        form.finish().unwrap();
    }

    #[test]
    fn an_email_has_the_form_of_one() {
        let mut form = Form::of_json(json!({ "a": " ann@example.org ", "b": "ann" }));
        assert_eq!(form.email("a", Text::new()), "ann@example.org");
        assert_eq!(form.email("b", Text::new().max(2)), "");
        assert_eq!(
            form.said(),
            r#"{"b":["Ensure this field has no more than 2 characters.","Enter a valid email address."]}"#
        );
    }
}
