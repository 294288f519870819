//! A row of an older server's table, and what its columns mean.

use chrono::{DateTime, NaiveDateTime};
use parlor_domain::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Most bytes of a primary key.
const KEY: usize = 100;
/// The first moment of the year 10000, in microseconds. None of these servers writes a later one.
const END_OF_TIME: i64 = 253_402_300_800_000_000;

/// A row. What is not there is empty: older forms of a table have fewer columns.
#[derive(Debug, Clone)]
pub(crate) struct Row(Map<String, Value>);

impl Row {
    /// Reads a row that is a JSON object.
    pub(crate) fn parse(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line).map(Self)
    }

    /// A primary key, as it is written down; `None` if there is none.
    pub(crate) fn key(&self, column: &str) -> Option<Box<str>> {
        plain_key(self.0.get(column)?)
    }

    /// A primary key as the database has it.
    pub(crate) fn raw(&self, column: &str) -> Option<String> {
        match self.0.get(column)? {
            Value::String(text) => can_be_key(text).then(|| text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The primary key of what a foreign key points to. Its column ends in `_id`, of which a dump knows nothing.
    pub(crate) fn reference(&self, field: &str) -> Option<Box<str>> {
        let column = format!("{field}_id");
        let value = self.0.get(&column).or_else(|| self.0.get(field));
        plain_key(value?)
    }

    /// The primary keys in a list, if there is one: that of a dump, or an array, which may be written as text.
    pub(crate) fn keys(&self, field: &str) -> Option<Vec<Box<str>>> {
        let parsed;
        let list = match self.0.get(field)? {
            Value::Array(list) => list,
            Value::String(text) => {
                parsed = serde_json::from_str::<Vec<Value>>(text).ok()?;
                &parsed
            }
            _ => return None,
        };
        Some(list.iter().filter_map(plain_key).collect())
    }

    /// A text; none is empty.
    pub(crate) fn text(&self, column: &str) -> String {
        self.text_if_any(column).unwrap_or_default()
    }

    /// A text, if there is one.
    pub(crate) fn text_if_any(&self, column: &str) -> Option<String> {
        match self.0.get(column)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(crate) fn number(&self, column: &str) -> Option<i64> {
        match self.0.get(column)? {
            Value::String(text) => text.parse().ok(),
            value => value.as_i64(),
        }
    }

    /// Whether something is so. SQLite has 0 and 1 for that.
    pub(crate) fn is(&self, column: &str) -> bool {
        match self.0.get(column) {
            Some(Value::Bool(is)) => *is,
            Some(Value::Number(number)) => number.as_i64() != Some(0),
            _ => false,
        }
    }

    pub(crate) fn uuid(&self, column: &str) -> Option<Uuid> {
        let id: Uuid = self.0.get(column)?.as_str()?.parse().ok()?;
        (!id.is_nil() && !id.is_max()).then_some(id)
    }

    pub(crate) fn time(&self, column: &str) -> Option<Timestamp> {
        time(self.0.get(column)?.as_str()?)
    }
}

/// A time as Django writes it: in a dump with a `T` and a `Z` or a distance from UTC, in SQLite without either, in UTC. From 1970 on,
/// with years of four digits.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim().replacen(' ', "T", 1);
    let micros = match DateTime::parse_from_rfc3339(&text) {
        Ok(time) => time.timestamp_micros(),
        Err(_) => NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f")
            .ok()?
            .and_utc()
            .timestamp_micros(),
    };
    (0..END_OF_TIME)
        .contains(&micros)
        .then(|| Timestamp::from_micros(micros))
}

/// A primary key in one spelling: UUIDs have a different one in each database.
fn plain_key(value: &Value) -> Option<Box<str>> {
    match value {
        Value::Number(number) => Some(number.to_string().into()),
        Value::String(text) => plain(text),
        _ => None,
    }
}

/// The same of a text; `None` if it cannot be one.
pub(crate) fn plain(text: &str) -> Option<Box<str>> {
    match Uuid::try_parse(text) {
        Ok(id) if text.len() >= 32 => Some(id.to_string().into()),
        _ => can_be_key(text).then(|| text.into()),
    }
}

fn can_be_key(text: &str) -> bool {
    text.len() <= KEY && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        Row::parse(text).unwrap()
    }

    #[test]
    fn times_of_dumps_and_databases_are_the_same() {
        let expected = time("2023-12-02T06:45:00Z").unwrap();
        assert_eq!(expected.micros(), 1_701_499_500_000_000);
        for text in [
            "2023-12-02T06:45:00+00:00",
            "2023-12-02T08:45:00+02:00",
            "2023-12-02 06:45:00",
            "2023-12-02T06:45:00",
            "2023-12-02 06:45:00.000000",
        ] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        let precise = time("2023-12-02 06:45:00.123456").unwrap();
        assert_eq!(precise.micros() - expected.micros(), 123_456);
        for text in [
            "",
            "yesterday",
            "2023-12-02",
            "2023-13-02T06:45:00Z",
            "1969-12-31T23:59:59Z",
            "+12023-12-02 06:45:00",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn keys_are_the_same_in_dumps_and_databases() {
        let uuid = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05";
        for text in [
            r#"{"room_id": 7, "owner_id": "0b1c2d3e4f504a618b729c83ad94be05"}"#,
            r#"{"room": 7, "owner": "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05"}"#,
        ] {
            let row = row(text);
            assert_eq!(row.reference("room").as_deref(), Some("7"));
            assert_eq!(row.reference("owner").as_deref(), Some(uuid));
            assert_eq!(row.reference("none"), None);
        }
    }

    #[test]
    fn what_no_server_gives_as_a_key_is_none() {
        for value in [
            "null",
            "[]",
            r#""a\u0000b""#,
            &format!("{:?}", "x".repeat(KEY + 1)),
        ] {
            let row = row(&format!(r#"{{"id": {value}}}"#));
            assert_eq!((row.key("id"), row.raw("id")), (None, None), "{value}");
        }
    }

    #[test]
    fn lists_of_keys_are_read_however_they_are_written() {
        for text in [
            r#"{"members": [1, 2]}"#,
            r#"{"members": "[\"1\", \"2\"]"}"#,
            r#"{"members": ["1", "2"]}"#,
        ] {
            let keys = row(text).keys("members").unwrap();
            assert_eq!(keys, ["1".into(), "2".into()], "{text}");
        }
        assert_eq!(row(r#"{"members": null}"#).keys("members"), None);
        assert_eq!(row("{}").keys("members"), None);
    }

    #[test]
    fn what_is_missing_is_empty() {
        let row = row(r#"{"a": null, "yes": 1, "no": 0, "true": true}"#);
        assert_eq!(
            (row.text("a"), row.number("a"), row.time("b")),
            (String::new(), None, None)
        );
        assert!(row.is("yes") && row.is("true"));
        assert!(!row.is("no") && !row.is("a") && !row.is("b"));
    }
}
