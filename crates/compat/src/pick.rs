//! Long JSON, of which little is held.

use std::fmt::{self, Formatter};

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Reads JSON, and of an object these fields alone; of two of one name the last. All lists come out empty, and so do objects in objects:
/// small values take a hundred times as much memory as they are long.
///
/// # Errors
/// If it is no JSON.
pub(crate) fn pick(text: &str, fields: &[&str]) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let picked = Picker(fields).deserialize(&mut reader)?;
    reader.end()?;
    Ok(picked)
}

/// Reads a value with these fields.
struct Picker<'f>(&'f [&'f str]);

impl<'de> DeserializeSeed<'de> for Picker<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Picker<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut picked = serde_json::Map::new();
        while let Some(field) = object.next_key::<String>()? {
            if self.0.contains(&&*field) {
                let value = object.next_value_seed(Picker(&[]))?;
                picked.insert(field, value);
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Value::Object(picked))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_fields_that_are_asked_for_are_held() {
        for (text, picked) in [
            (
                r#" {"a": "é\n", "c": [{"a": 1}], "b": -1.5} "#,
                json!({ "a": "é\n", "b": -1.5 }),
            ),
            (
                r#"{"a": 1, "a": true, "b": null}"#,
                json!({ "a": true, "b": null }),
            ),
            (
                r#"{"a": [1, {"": 0}], "b": {"a": 1}}"#,
                json!({ "a": [], "b": {} }),
            ),
            ("{}", json!({})),
            ("[1, 2]", json!([])),
            ("7", json!(7)),
        ] {
            assert_eq!(pick(text, &["a", "b"]).unwrap(), picked, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            r#"{"c": [}"#,
            r#"{"a": 1} x"#,
            r#"{"a": "\ud800"}"#,
        ] {
            assert!(pick(text, &["a"]).is_err(), "{text}");
        }
    }
}
