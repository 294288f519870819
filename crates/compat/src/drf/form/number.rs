//! Whole numbers, and the keys of things.

use serde_json::Value;

use super::{Form, Need};
use crate::drf::python;

const NO_NUMBER: &str = "A valid integer is required.";
const TOO_MUCH_TEXT: &str = "String value too large.";
/// Most characters of a number that comes as text.
const MOST_TEXT: usize = 1_000;

/// Which whole numbers a field takes. At first: any, and it must be there.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Integer {
    least: Option<i64>,
    is_optional: bool,
    is_nullable: bool,
}

impl Integer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Not less.
    pub(crate) fn min(mut self, least: i64) -> Self {
        self.least = Some(least);
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

    fn need(self, nothing: bool) -> Need {
        Need {
            nothing,
            empty: self.is_optional || self.is_nullable,
            null: self.is_nullable,
        }
    }

    fn read(self, value: &Value) -> Result<i64, Vec<String>> {
        let number = whole(value).map_err(|text| vec![text.to_owned()])?;
        match self.least {
            Some(least) if number < least => Err(vec![format!(
                "Ensure this value is greater than or equal to {least}."
            )]),
            _ => Ok(number),
        }
    }
}

/// The number that a value is. One that is too large or too small is the largest or smallest that there is.
pub(super) fn whole(value: &Value) -> Result<i64, &'static str> {
    let text = match value {
        Value::String(text) if text.chars().count() > MOST_TEXT => return Err(TOO_MUCH_TEXT),
        Value::String(text) => text.clone(),
        Value::Number(number) => python::number(number),
        _ => return Err(NO_NUMBER),
    };
    python::integer(without_zeros(&text)).ok_or(NO_NUMBER)
}

/// A number without a fraction that is zero: `1.0` is whole.
fn without_zeros(text: &str) -> &str {
    let bare = python::strip(text).trim_end_matches('0');
    bare.strip_suffix('.').unwrap_or(text)
}

impl Form {
    /// A whole number; 0 if it is refused, or is optional and not there.
    pub(crate) fn integer(&mut self, field: &str, rule: Integer) -> i64 {
        let need = rule.need(rule.is_optional);
        let number = self.read(field, need, |value| rule.read(value));
        number.unwrap_or_default()
    }

    /// A whole number; `None` if it is refused, or not there, which is never wrong.
    pub(crate) fn integer_or_none(&mut self, field: &str, rule: Integer) -> Option<i64> {
        self.read(field, rule.need(true), |value| rule.read(value))
    }

    /// The key of a thing; `None` if it is refused. Whether there is such a thing, the caller finds out: see [`Form::no_such_key`].
    pub(crate) fn primary_key(&mut self, field: &str) -> Option<i64> {
        self.key(field, false)
    }

    /// The key of a thing; `None` if it is refused, or not there, which is never wrong.
    pub(crate) fn primary_key_or_none(&mut self, field: &str) -> Option<i64> {
        self.key(field, true)
    }

    /// Refuses a key that nothing has.
    pub(crate) fn no_such_key(&mut self, field: &str) {
        let key = self.value(field).map(python::text).unwrap_or_default();
        self.refuse(field, &format!("Invalid pk \"{key}\" - object does not exist."));
    }

    fn key(&mut self, field: &str, nothing: bool) -> Option<i64> {
        let need = Need {
            nothing,
            empty: false,
            null: false,
        };
        self.read(field, need, key)
    }
}

fn key(value: &Value) -> Result<i64, Vec<String>> {
    let key = match value {
        // An empty text is taken for null, which is not taken.
        Value::String(text) if text.is_empty() => return Err(vec![super::NULL.to_owned()]),
        Value::String(text) => python::integer(text),
        // A fraction is cut off.
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(|number| number as i64)),
        _ => None,
    };
    key.ok_or_else(|| {
        let what = python::type_name(value);
        vec![format!("Incorrect type. Expected pk value, received {what}.")]
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(value: Value, rule: Integer) -> String {
        let mut form = Form::of_json(json!({ "a": value }));
        assert_eq!(form.integer("a", rule), 0);
        form.said()
    }

    #[test]
    fn whole_numbers_may_come_as_texts() {
        for value in [
            json!(7),
            json!("7"),
            json!(" 7 "),
            json!(7.0),
            json!("7.00"),
            json!("7."),
        ] {
            let mut form = Form::of_json(json!({ "a": value }));
            assert_eq!(form.integer("a", Integer::new()), 7);
            form.finish().unwrap();
        }
        let mut form = Form::of_json(json!({ "a": "1000" }));
        assert_eq!(form.integer("a", Integer::new()), 1_000);
    }

    #[test]
    fn what_is_no_whole_number_is_refused() {
        for value in [
            json!("x"),
            json!(""),
            json!(7.5),
            json!("0x7"),
            json!(true),
            json!([7]),
        ] {
            assert_eq!(
                said(value, Integer::new()),
                r#"{"a":["A valid integer is required."]}"#
            );
        }
        let long = json!("1".repeat(MOST_TEXT + 1));
        assert_eq!(said(long, Integer::new()), r#"{"a":["String value too large."]}"#);
    }

    #[test]
    fn a_number_out_of_bounds_is_refused() {
        for value in [json!(0), json!("-99999999999999999999")] {
            assert_eq!(
                said(value, Integer::new().min(1)),
                r#"{"a":["Ensure this value is greater than or equal to 1."]}"#
            );
        }
    }

    #[test]
    fn a_number_may_be_left_out() {
        let mut form = Form::of_fields(&[("a", "")]);
        assert_eq!(form.integer_or_none("a", Integer::new().optional()), None);
        assert_eq!(form.integer_or_none("b", Integer::new()), None);
        assert_eq!(form.integer("c", Integer::new().optional()), 0);
        form.integer("d", Integer::new());
        assert_eq!(form.said(), r#"{"d":["This field is required."]}"#);
    }

    #[test]
    fn a_key_is_a_whole_number() {
        let mut form = Form::of_json(json!({ "a": 9.5, "b": "9", "c": "x", "d": true, "e": [1], "f": "" }));
        assert_eq!(form.primary_key("a"), Some(9));
        assert_eq!(form.primary_key("b"), Some(9));
        for field in ["c", "d", "e", "f", "g"] {
            assert_eq!(form.primary_key(field), None);
        }
        assert_eq!(form.primary_key_or_none("h"), None);
        let errors = json!({
            "c": ["Incorrect type. Expected pk value, received str."],
            "d": ["Incorrect type. Expected pk value, received bool."],
            "e": ["Incorrect type. Expected pk value, received list."],
            "f": ["This field may not be null."],
            "g": ["This field is required."],
        });
        assert_eq!(form.errors(), Some(errors));
    }

    #[test]
    fn a_key_that_nothing_has_is_told_as_it_came() {
        let mut form = Form::of_fields(&[("room", "9")]);
        form.no_such_key("room");
        assert_eq!(
            form.said(),
            r#"{"room":["Invalid pk \"9\" - object does not exist."]}"#
        );
    }
}
